// All templates of one instruction set, for both precisions. Needs ISA, VECTOR_BYTES, and the sizes of product.inc.h.

#define REAL float
#define REAL_BYTES 4
#define NAME(name) ISA(name##_f32)
#include "product.inc.h"
#include "ceilings.inc.h"
#undef REAL
#undef REAL_BYTES
#undef NAME

#define REAL double
#define REAL_BYTES 8
#define NAME(name) ISA(name##_f64)
#include "product.inc.h"
#include "ceilings.inc.h"
#include "factor.inc.h"
#undef REAL
#undef REAL_BYTES
#undef NAME

/// The row of a table of kernels; `depth`, `rows` and `columns` are the largest blocks along k, m and n.
#define PRODUCT_KERNEL(type, bytes, most_depth, most_rows, most_columns) \
    { \
        .rows = TILE_VECTORS * VECTOR_BYTES / bytes, .columns = TILE_COLUMNS, .lanes = VECTOR_BYTES / bytes, .depth = most_depth, \
        .block_rows = most_rows, .block_columns = most_columns, .along_a = ISA(along_a_##type), .across_a = ISA(across_a_##type), \
        .along_b = ISA(along_b_##type), .across_b = ISA(across_b_##type), .block = ISA(block_##type), .block_direct = ISA(block_direct_##type), \
    }
