// The templates for the compiler's basic instruction set: NEON on arm64, SSE2 on x86-64.
#include "isa.h"

#define ISA(name) name##_generic
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define ISA_REGISTERS 32
#define ISA_TITLE "NEON"
#elif defined(__x86_64__)
#define ISA_REGISTERS 16
#define ISA_TITLE "SSE2"
#else
#define ISA_REGISTERS 16
#define ISA_TITLE "generic"
#endif

#ifndef DEPTH_f32
#define DEPTH_f32 384
#define ROWS_f32 480
#define COLUMNS_f32 4096
#define DEPTH_f64 256
#define ROWS_f64 240
#define COLUMNS_f64 4096
#endif
#define TILE_VECTORS 3
#define TILE_COLUMNS 4
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

static bool present(void) { return true; }

const cc_isa cc_isa_generic = {
    .label = "generic",
    .title = ISA_TITLE,
    .present = present,
    .product = {
        { .rows = 3 * 4, .columns = 4, .lanes = 4, .depth = DEPTH_f32, .block_rows = ROWS_f32, .block_columns = COLUMNS_f32,
          .along_a = ISA(along_a_f32), .across_a = ISA(across_a_f32), .along_b = ISA(along_b_f32), .across_b = ISA(across_b_f32),
          .block = ISA(block_f32) },
        { .rows = 3 * 2, .columns = 4, .lanes = 2, .depth = DEPTH_f64, .block_rows = ROWS_f64, .block_columns = COLUMNS_f64,
          .along_a = ISA(along_a_f64), .across_a = ISA(across_a_f64), .along_b = ISA(along_b_f64), .across_b = ISA(across_b_f64),
          .block = ISA(block_f64) },
    },
};
