// The templates for AVX2 with FMA.
#if defined(__x86_64__)
#include "isa.h"

#define ISA(name) name##_avx2
#define VECTOR_BYTES 32
#define TILE_VECTORS 3
#define TILE_COLUMNS 4
#define PREFETCH_A 8


#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "templates.inc.h"
#pragma clang attribute pop

static bool present(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

const cc_isa cc_isa_avx2 = {
    .label = "avx2",
    .title = "AVX2",
    .present = present,
    .product = { PRODUCT_KERNEL(f32, 4, 384, 192, 4096), PRODUCT_KERNEL(f64, 8, 256, 96, 4096) },
    .multiply_adds = { ISA(multiply_adds_f32), ISA(multiply_adds_f64) },
    .vectors = { &cc_vectors_avx2_f32, &cc_vectors_avx2_f64 },
    .dots = ISA(dots_f64),
    .update = ISA(update_f64),
    .reflect = ISA(reflect_f64),
};
#endif
