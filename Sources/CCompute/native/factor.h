/// Inside of the factorisation: its state, and the steps of which it is made. See include/factor.h for the mathematics.
#ifndef RESIDUA_NATIVE_FACTOR_H
#define RESIDUA_NATIVE_FACTOR_H

#include "../include/factor.h"
#include "native.h"

enum {
    factor_block = 64,     ///< columns of a block: updates of rank 64 run near the speed of large products
    factor_leaf = 8,       ///< columns of a panel's leaf, factorised one by one
    factor_chunk = 240,    ///< rows packed together; a multiple of every tile's rows (24, 12, 6), near the depth of products
    factor_sums = 512,     ///< rows whose products are summed before they are added up in order
    sample_extra = 16,     ///< rows of the sample beyond the block's columns
};

/// I − V T Vᵀ over rows first…m: V unit lower trapezoidal, stored below the diagonal of columns first..<first + width.
typedef struct factor_reflector {
    int64_t first, width;
    double t[factor_block * factor_block];     ///< upper triangular, column-major
} factor_reflector;

struct cc_factor {
    cc_factor_info info;
    cc_factor_options options;
    double *a;
    int64_t lda;
    int64_t *pivots;
    factor_reflector **blocks;
    int64_t block_count, block_capacity, reflected;
    double *packed;        ///< the block in work, packed for products; see factor_apply.c
    double *partial;       ///< sums of chunks
    // The completion: reflectors [e_i; z] for i = rank − 1 … 0 in this order, in blocks of factor_block.
    double *z;             ///< (n − rank) × rank
    double *z_t;           ///< a triangle for each block
};

/// Bytes of `packed` and of `partial` for m rows.
size_t factor_packed_bytes(int64_t m);
size_t factor_partial_bytes(int64_t m);

/// W (p × q, leading dimension factor_block) = Vᵀ A and A ← A − V W over any number of rows, in parallel; sums in fixed chunks.
void factor_dots(double *partial, int64_t rows, int64_t p, const double *v, int64_t ldv, int64_t q, const double *a, int64_t lda, double *w);
void factor_update(int64_t rows, int64_t p, const double *v, int64_t ldv, int64_t q, double *a, int64_t lda, const double *w);
/// W ← Tᵀ W or T W for a width × columns matrix W, leading dimension factor_block.
void factor_multiply_t(int64_t width, const double *t, bool transpose, int64_t columns, double *w);
/// The reflection that takes (α, x) with ‖x‖² = square to (β, 0): v = (1, x · scale), H = I − τ v vᵀ. β is returned.
double factor_reflection(double alpha, double square, double *tau, double *scale);

/// Householder QR of `width` ≤ factor_block columns by halves, down to leaves; T is filled in.
void factor_panel(int64_t rows, int64_t width, double *a, int64_t lda, double *t, double *partial);

/// Packs a block, and applies it (transposed or not) to columns of matrices with the block's rows.
void factor_pack(int64_t rows, int64_t width, const double *v, int64_t ldv, const double *t, bool transpose, double *packed);
void factor_apply(int64_t rows, int64_t width, const double *packed, int64_t columns, double *c, int64_t ldc);

/// A sample of the columns not yet factorised.
typedef struct factor_sample {
    int64_t rows, stride;
    double *y, *squares, *g;
    int64_t drawn;             ///< how many samples have been drawn, the stream of the next
    double scale_drawn;        ///< longest column when the last was drawn
} factor_sample;

bool factor_sample_create(factor_sample *sample, int64_t m, int64_t n);
void factor_sample_release(factor_sample *sample);
/// Draws anew from rows and columns first… of the m × n matrix.
bool factor_sample_draw(factor_sample *sample, int64_t first, int64_t m, int64_t n, const double *a, int64_t lda);
/// Chooses up to `width` columns longer than `least`, given what the ones before explain. swaps[k] is the column that changes
/// places with first + k. Returns how many.
int64_t factor_sample_select(factor_sample *sample, int64_t first, int64_t n, int64_t width, double least, int64_t *swaps);
/// Follows the factorisation of the chosen block; R is at `r` (its diagonal block first). False when memory is exhausted.
bool factor_sample_follow(factor_sample *sample, int64_t first, int64_t n, int64_t width, const double *r, int64_t lda);
/// Whether the columns have become so short that a new sample must be drawn.
bool factor_sample_is_spent(const factor_sample *sample, int64_t first, int64_t n);

#endif
