// The templates for AVX-512 (F, DQ, VL, BW) with FMA.
#if defined(__x86_64__)
#include "isa.h"

#define ISA(name) name##_avx512
#define VECTOR_BYTES 64
#define TILE_VECTORS 3
#define TILE_COLUMNS 8
#define PREFETCH_A 8

// A target attribute without -march keeps 512-bit vectors whole; the tuning for particular processors prefers 256 bits.
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma"))), apply_to = function)
#include "templates.inc.h"
#pragma clang attribute pop

static bool present(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma");
}

const cc_isa cc_isa_avx512 = {
    .label = "avx512",
    .title = "AVX-512",
    .present = present,
    .product = { PRODUCT_KERNEL(f32, 4, 384, 480, 4096), PRODUCT_KERNEL(f64, 8, 256, 240, 4096) },
    .multiply_adds = { ISA(multiply_adds_f32), ISA(multiply_adds_f64) },
    .vectors = { &cc_vectors_avx512_f32, &cc_vectors_avx512_f64 },
    .dots = ISA(dots_f64),
    .update = ISA(update_f64),
    .reflect = ISA(reflect_f64),
};
#endif
