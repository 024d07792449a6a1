/// Packed matrix products: what an instruction set provides, and the product over it.
#ifndef RESIDUA_PRODUCT_H
#define RESIDUA_PRODUCT_H

#include "../include/compute.h"

/// Packs `count` × `depth` elements into panels of a fixed width w: element (i, p) at (i / w) · w · depth + p · w + i mod w,
/// the last panel filled up with zeros. Sources: element (i, p) at i + p·stride (`pack_along`) or p + i·stride (`pack_across`).
typedef void (*cc_pack)(int64_t count, int64_t depth, const void *from, int64_t stride, void *to);

/// One precision of one instruction set.
typedef struct cc_product_kernel {
    int64_t rows, columns;         ///< of a register tile; the panels' widths
    int64_t lanes;                 ///< elements of a vector
    int64_t depth, block_rows, block_columns;  ///< largest blocks along k, m, n
    cc_pack along_a, across_a, along_b, across_b;
    /// C ← α A B + β C for packed panels A (m × k), B (k × n). Every element is summed over k in order, whatever m and n.
    void (*block)(int64_t m, int64_t n, int64_t k, const void *a, const void *b, double alpha, double beta, void *c, int64_t stride);
    /// The same with B as it lies in memory, element (p, j) at p + j·ldb: for few rows, where packing would not pay.
    void (*block_direct)(int64_t m, int64_t n, int64_t k, const void *a, const void *b, int64_t ldb, double alpha, double beta, void *c,
                         int64_t stride);
} cc_product_kernel;

/// C ← α op(A) op(B) + β C on host memory; arguments are sound. False when there is no memory for packing.
bool cc_native_product(cc_precision precision, bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, double alpha,
                       const void *a, int64_t lda, const void *b, int64_t ldb, double beta, void *c, int64_t ldc);

#endif
