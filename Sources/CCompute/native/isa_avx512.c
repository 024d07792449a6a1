// The templates for AVX-512 (F, DQ, VL, BW) with FMA.
#if defined(__x86_64__)
#include "isa.h"

#define ISA(name) name##_avx512
#define VECTOR_BYTES 64
#define ISA_REGISTERS 32

// A target attribute without -march keeps 512-bit vectors whole; the tuning for particular processors prefers 256 bits.
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma"))), apply_to = function)
#ifndef DEPTH_f32
#define DEPTH_f32 384
#define ROWS_f32 480
#define COLUMNS_f32 4096
#define DEPTH_f64 256
#define ROWS_f64 240
#define COLUMNS_f64 4096
#endif
#define TILE_VECTORS 3
#define TILE_COLUMNS 8
#define PREFETCH_A 8
#define REAL float
#define NAME(name) ISA(name##_f32)
#include "product.inc.h"
#undef REAL
#undef NAME
#define REAL double
#define NAME(name) ISA(name##_f64)
#include "product.inc.h"
#undef REAL
#undef NAME
#pragma clang attribute pop

static bool present(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma");
}

const cc_isa cc_isa_avx512 = {
    .label = "avx512",
    .title = "AVX-512",
    .present = present,
    .product = {
        { .rows = 3 * 16, .columns = 8, .lanes = 16, .depth = DEPTH_f32, .block_rows = ROWS_f32, .block_columns = COLUMNS_f32,
          .along_a = ISA(along_a_f32), .across_a = ISA(across_a_f32), .along_b = ISA(along_b_f32), .across_b = ISA(across_b_f32),
          .block = ISA(block_f32) },
        { .rows = 3 * 8, .columns = 8, .lanes = 8, .depth = DEPTH_f64, .block_rows = ROWS_f64, .block_columns = COLUMNS_f64,
          .along_a = ISA(along_a_f64), .across_a = ISA(across_a_f64), .along_b = ISA(along_b_f64), .across_b = ISA(across_b_f64),
          .block = ISA(block_f64) },
    },
};
#endif
