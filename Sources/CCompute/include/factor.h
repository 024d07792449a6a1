/// Rank-revealing QR factorisation in double precision, on the native path's own products.
///
///     A P = Q [ R₁₁ R₁₂ ]      Q orthogonal (m × m), R₁₁ upper triangular (rank × rank), P a permutation,
///             [  0  R₂₂ ]      R₂₂ negligible: no column longer than about tolerance · (longest column of A)
///
/// Householder reflections in blocks. The columns of a block are chosen by a pivoted QR of a random sample G A of few rows
/// (Duersch and Gu 2017, Martinsson et al. 2017), so that all but a few per cent of the work is matrix products; the
/// factorisation ends at the numerical rank. With `complete`, R₁₂ is annihilated from the right (a complete orthogonal
/// decomposition), which gives least-squares solutions of minimum norm.
///
/// Repeatable bit for bit, for any number of threads: the sample comes from a fixed counter, sums are taken in fixed chunks.
/// Backward error ‖A P − Q R‖ of some 10⁻¹⁵ ‖A‖, orthogonality of Q the same.
#ifndef RESIDUA_FACTOR_H
#define RESIDUA_FACTOR_H

#include "compute.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cc_factor cc_factor;

typedef struct cc_factor_options {
    bool pivot;            ///< false: plain Householder QR, columns in their order, rank = min(m, n)
    double tolerance;      ///< relative to the longest column of A, 0 ≤ tolerance < 1; 0 stops at nothing but zero columns
    int64_t largest_rank;  ///< stop there at the latest; 0: min(m, n)
    double *right;         ///< m × right_columns right-hand sides that become Qᵀ times themselves on the way, or NULL
    int64_t right_columns, right_stride;
} cc_factor_options;

typedef struct cc_factor_info {
    int64_t rows, columns, rank;
    double longest_column;     ///< of A, 2-norm: what the tolerance refers to
    double smallest_diagonal;  ///< min |r_kk|, k < rank; 0 for rank 0
    double tail_column;        ///< longest column of the discarded R₂₂; 0 if nothing was discarded
    double tail;               ///< ‖R₂₂‖ in the Frobenius norm: truncation changes A by that much
    bool complete;             ///< whether `cc_factor_complete` has been called
} cc_factor_info;

/// Factorises the m × n matrix `a` (column-major, leading dimension `lda`) in place.
///
/// `a` belongs to the factor until its release: R lies in and above the diagonal of its first `rank` rows (columns in pivoted
/// order), reflectors below it. Any m, n ≥ 0. Work 2mn·r − (m + n)·r² + ⅔r³ multiply-add pairs for rank r, i.e. that of an
/// unpivoted QR at full rank and little for a small rank; memory beside A about 2 · 64 · (m + n) numbers.
/// Errors: CC_BAD_ARGUMENT for sizes and options outside their range and for NaN or infinity in A, CC_OUT_OF_MEMORY.
cc_status cc_factor_create(int64_t m, int64_t n, double *a, int64_t lda, const cc_factor_options *options, cc_factor **factor, cc_error *error);
void cc_factor_release(cc_factor *factor);

const cc_factor_info *cc_factor_describe(const cc_factor *factor);
/// n numbers: column j of A P is column pivots[j] of A.
const int64_t *cc_factor_pivots(const cc_factor *factor);

/// C ← Qᵀ C (`transpose`) or Q C for an m × columns matrix C.
cc_status cc_factor_multiply_q(const cc_factor *factor, bool transpose, int64_t columns, double *c, int64_t ldc, cc_error *error);

/// Annihilates R₁₂: [R₁₁ R₁₂] = [L 0] Z with Z orthogonal, L upper triangular in the place of R₁₁. Does nothing at full column
/// rank or when called again. Work 2 (n − rank) rank².
cc_status cc_factor_complete(cc_factor *factor, cc_error *error);

/// The second half of `cc_factor_solve`, for right-hand sides already multiplied by Qᵀ (see `right` of the options).
cc_status cc_factor_back_substitute(const cc_factor *factor, int64_t columns, const double *qtb, int64_t ldb, double *x, int64_t ldx,
                                    cc_error *error);

/// Least-squares solutions X (n × columns) of A X ≈ B (m × columns): of minimum norm if the factor is complete or the rank is
/// n, otherwise basic ones (zero outside the first `rank` pivots). B is overwritten with Qᵀ B; the norm of its rows from
/// `rank` on is the residual's.
cc_status cc_factor_solve(const cc_factor *factor, int64_t columns, double *b, int64_t ldb, double *x, int64_t ldx, cc_error *error);

#ifdef __cplusplus
}
#endif
#endif
