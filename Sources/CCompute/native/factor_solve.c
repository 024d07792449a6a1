// Using a factor: products with Q, the completion from the right, and least-squares solutions.
#include "factor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static cc_status no_memory(cc_error *error) { return cc_fail(error, CC_OUT_OF_MEMORY, 0, "The host has no memory left to use a factorisation."); }

// MARK: Q

/// One block on up to factor_block columns, without packing: V passes through twice, which is what few columns cost anyway.
static void apply_narrow(const cc_factor *f, const factor_reflector *b, double *partial, bool transpose, int64_t columns, double *c, int64_t ldc) {
    const cc_isa *isa = cc_isa_current();
    const double *v = f->a + b->first + b->first * f->lda;
    int64_t rows = f->info.rows - b->first, head = smaller(rows, b->width);
    double top[factor_block * factor_block], w[factor_block * factor_block], extra[factor_block * factor_block];
    for (int64_t j = 0; j < b->width; j++)
        for (int64_t i = 0; i < head; i++) top[i + j * factor_block] = i > j ? v[i + j * f->lda] : i == j;
    isa->dots(head, b->width, top, factor_block, columns, c, ldc, w, factor_block);
    factor_dots(partial, rows - head, b->width, v + head, f->lda, columns, c + head, ldc, extra);
    for (int64_t j = 0; j < columns; j++)
        for (int64_t i = 0; i < b->width; i++) w[i + j * factor_block] += extra[i + j * factor_block];
    factor_multiply_t(b->width, b->t, transpose, columns, w);
    isa->update(head, b->width, top, factor_block, columns, c, ldc, w, factor_block);
    factor_update(rows - head, b->width, v + head, f->lda, columns, c + head, ldc, w);
}

cc_status cc_factor_multiply_q(const cc_factor *f, bool transpose, int64_t columns, double *c, int64_t ldc, cc_error *error) {
    if (!f || columns < 0 || (columns > 0 && f->info.rows > 0 && !c) || ldc < f->info.rows)
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "A product with Q needs a factor and a matrix of as many rows.");
    const bool wide = columns > 16;
    double *work = NULL;
    size_t bytes = wide ? factor_packed_bytes(f->info.rows) : factor_partial_bytes(f->info.rows);
    if (posix_memalign((void **)&work, 4096, bytes) != 0) return no_memory(error);
    for (int64_t i = 0; i < f->block_count; i++) {
        const factor_reflector *b = f->blocks[transpose ? i : f->block_count - 1 - i];
        if (wide) {
            int64_t rows = f->info.rows - b->first;
            factor_pack(rows, b->width, f->a + b->first + b->first * f->lda, f->lda, b->t, transpose, work);
            factor_apply(rows, b->width, work, columns, c + b->first, ldc);
        } else {
            apply_narrow(f, b, work, transpose, columns, c + b->first, ldc);
        }
    }
    free(work);
    return CC_OK;
}

// MARK: Completion

/// Reflectors of `width` rows of [R₁₁ R₁₂] from row `last` upwards: Z (null × width, column q for row last − q) and T.
static void complete_rows(cc_factor *f, int64_t last, int64_t width, double *z, double *t) {
    int64_t rank = f->info.rank, null = f->info.columns - rank, lda = f->lda;
    double w[factor_block * factor_block], tau[factor_block];
    for (int64_t q = 0; q < width; q++)
        for (int64_t j = 0; j < null; j++) z[j + q * null] = f->a[last - q + (rank + j) * lda];
    for (int64_t q = 0; q < width; q++) {
        int64_t row = last - q, right = width - q - 1;
        double *x = z + q * null, *diagonal = f->a + row + row * lda, scale;
        factor_dots(f->partial, null, 1, x, null, right + 1, x, null, w);
        *diagonal = factor_reflection(*diagonal, w[0], &tau[q], &scale);
        for (int64_t j = 1; j <= right; j++) {
            double *element = diagonal - j, factor = tau[q] * (*element + scale * w[j * factor_block]);
            *element -= factor;
            w[j * factor_block] = factor * scale;
        }
        if (tau[q] != 0) factor_update(null, 1, x, null, right, x + null, null, w + factor_block);
        for (int64_t j = 0; j < null; j++) x[j] *= scale;
    }
    factor_dots(f->partial, null, width, z, null, width, z, null, w);
    memset(t, 0, sizeof(double) * factor_block * factor_block);
    for (int64_t j = 0; j < width; j++) {
        for (int64_t i = 0; i < j; i++) {
            double sum = 0;
            for (int64_t l = i; l < j; l++) sum += t[i + l * factor_block] * w[l + j * factor_block];
            t[i + j * factor_block] = -tau[j] * sum;
        }
        t[j + j * factor_block] = tau[j];
    }
}

/// The rows above, M ← M − (M V) T Vᵀ with V = [unit vectors; Z].
static bool complete_above(cc_factor *f, int64_t last, int64_t width, const double *z, const double *t, double *w, double *wt) {
    int64_t rank = f->info.rank, null = f->info.columns - rank, above = last - width + 1;
    if (above == 0) return true;
    double *tail = f->a + rank * f->lda;
    for (int64_t q = 0; q < width; q++) memcpy(w + q * above, f->a + (last - q) * f->lda, (size_t)above * sizeof(double));
    if (!cc_native_product(CC_F64, false, false, above, width, null, 1, tail, f->lda, z, null, 1, w, above)
        || !cc_native_product(CC_F64, false, false, above, width, width, 1, w, above, t, factor_block, 0, wt, above)
        || !cc_native_product(CC_F64, false, true, above, null, width, -1, wt, above, z, null, 1, tail, f->lda)) return false;
    for (int64_t q = 0; q < width; q++) {
        double *column = f->a + (last - q) * f->lda;
        for (int64_t i = 0; i < above; i++) column[i] -= wt[i + q * above];
    }
    return true;
}

cc_status cc_factor_complete(cc_factor *f, cc_error *error) {
    if (!f) return cc_fail(error, CC_BAD_ARGUMENT, 0, "There is no factor to complete.");
    int64_t rank = f->info.rank, null = f->info.columns - rank;
    if (f->info.complete) return CC_OK;
    if (rank == 0 || null == 0) {
        f->info.complete = true;
        return CC_OK;
    }
    int64_t blocks = (rank + factor_block - 1) / factor_block;
    double *work = malloc((size_t)(2 * rank * factor_block) * sizeof(double)), *partial = NULL;
    f->z = malloc((size_t)(null * rank) * sizeof(double));
    f->z_t = malloc((size_t)(blocks * factor_block * factor_block) * sizeof(double));
    bool done = work && f->z && f->z_t && posix_memalign((void **)&partial, 4096, factor_partial_bytes(f->info.columns + f->info.rows)) == 0;
    if (done) {
        free(f->partial);
        f->partial = partial;
    }
    for (int64_t block = 0; done && block < blocks; block++) {
        int64_t position = block * factor_block, width = smaller(factor_block, rank - position), last = rank - 1 - position;
        double *z = f->z + position * null, *t = f->z_t + block * factor_block * factor_block;
        complete_rows(f, last, width, z, t);
        done = complete_above(f, last, width, z, t, work, work + rank * factor_block);
    }
    free(work);
    if (!done) return no_memory(error);
    for (int64_t j = rank; j < f->info.columns; j++) memset(f->a + j * f->lda, 0, (size_t)rank * sizeof(double));
    f->info.complete = true;
    return CC_OK;
}

/// Y ← H Y for the completion's reflections, Y n × columns with columns ≤ factor_block.
static void apply_completion(const cc_factor *f, double *partial, int64_t columns, double *y, int64_t ldy) {
    int64_t rank = f->info.rank, null = f->info.columns - rank, blocks = (rank + factor_block - 1) / factor_block;
    double w[factor_block * factor_block];
    for (int64_t block = blocks - 1; block >= 0; block--) {
        int64_t position = block * factor_block, width = smaller(factor_block, rank - position), last = rank - 1 - position;
        const double *z = f->z + position * null;
        factor_dots(partial, null, width, z, null, columns, y + rank, ldy, w);
        for (int64_t c = 0; c < columns; c++)
            for (int64_t q = 0; q < width; q++) w[q + c * factor_block] += y[last - q + c * ldy];
        factor_multiply_t(width, f->z_t + block * factor_block * factor_block, false, columns, w);
        for (int64_t c = 0; c < columns; c++)
            for (int64_t q = 0; q < width; q++) y[last - q + c * ldy] -= w[q + c * factor_block];
        factor_update(null, width, z, null, columns, y + rank, ldy, w);
    }
}

// MARK: Solutions

/// Y ← R₁₁⁻¹ Y from the last block of columns up.
static void solve_triangle(const cc_factor *f, int64_t columns, double *y, int64_t ldy) {
    int64_t rank = f->info.rank, lda = f->lda;
    for (int64_t end = rank; end > 0;) {
        int64_t first = (end - 1) / factor_block * factor_block;
        for (int64_t c = 0; c < columns; c++) {
            double *x = y + c * ldy;
            for (int64_t j = end - 1; j >= first; j--) {
                x[j] /= f->a[j + j * lda];
                for (int64_t i = first; i < j; i++) x[i] -= f->a[i + j * lda] * x[j];
            }
        }
        double w[factor_block * factor_block];
        for (int64_t c = 0; c < columns; c++) memcpy(w + c * factor_block, y + first + c * ldy, (size_t)(end - first) * sizeof(double));
        factor_update(first, end - first, f->a + first * lda, lda, columns, y, ldy, w);
        end = first;
    }
}

cc_status cc_factor_back_substitute(const cc_factor *f, int64_t columns, const double *qtb, int64_t ldb, double *x, int64_t ldx, cc_error *error) {
    if (!f || columns < 0 || (columns > 0 && (!qtb || !x)) || ldb < f->info.rows || ldx < f->info.columns)
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "A solution needs a factor, right-hand sides of its rows and room for its columns.");
    int64_t n = f->info.columns, rank = f->info.rank, group = smaller(columns, factor_block);
    double *y = NULL, *partial = NULL;
    if (columns == 0 || n == 0) return CC_OK;
    if (posix_memalign((void **)&y, 4096, (size_t)(n * group) * sizeof(double)) != 0
        || posix_memalign((void **)&partial, 4096, factor_partial_bytes(n)) != 0) {
        free(y);
        return no_memory(error);
    }
    for (int64_t first = 0; first < columns; first += group) {
        int64_t count = smaller(group, columns - first);
        memset(y, 0, (size_t)(n * group) * sizeof(double));
        for (int64_t c = 0; c < count; c++) memcpy(y + c * n, qtb + (first + c) * ldb, (size_t)rank * sizeof(double));
        solve_triangle(f, count, y, n);
        if (f->info.complete && rank < n) apply_completion(f, partial, count, y, n);
        for (int64_t c = 0; c < count; c++)
            for (int64_t j = 0; j < n; j++) x[f->pivots[j] + (first + c) * ldx] = y[j + c * n];
    }
    free(y);
    free(partial);
    return CC_OK;
}

cc_status cc_factor_solve(const cc_factor *f, int64_t columns, double *b, int64_t ldb, double *x, int64_t ldx, cc_error *error) {
    cc_status status = cc_factor_multiply_q(f, true, columns, b, ldb, error);
    return status ? status : cc_factor_back_substitute(f, columns, b, ldb, x, ldx, error);
}
