// The factorisation's course: choose a block of columns, factorise it, apply it to the rest, until nothing is left that counts.
#include "factor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// MARK: Measuring the matrix

typedef struct measuring {
    const cc_isa *isa;
    const double *a;
    int64_t first_row, first_column, rows, reflected, lda;
    double *squares;
} measuring;

static void measure_task(int64_t task, void *context) {
    const measuring *p = context;
    int64_t j = p->first_column + task, end = j < p->reflected ? j + 1 : p->rows;
    const double *x = p->a + p->first_row + j * p->lda;
    p->isa->dots(end - p->first_row, 1, x, p->lda, 1, x, p->lda, &p->squares[j], 1);
}

/// Squared lengths of the columns of R₂₂ from row and column `first` on; above the diagonal only where reflectors lie below.
static void measure(const cc_factor *f, int64_t first, double *squares) {
    measuring p = { cc_isa_current(), f->a, first, first, f->info.rows, f->reflected, f->lda, squares };
    cc_pool_run(f->info.columns - first, measure_task, &p);
}

/// The length of the longest column, or NaN if an element is not finite. Where squares of lengths would overflow or vanish,
/// A is first brought near 1 by a power of two, `unit`.
static double longest_column(cc_factor *f, double *squares, double *unit) {
    int64_t m = f->info.rows, n = f->info.columns;
    double square = 0, largest = 0;
    *unit = 1;
    measure(f, 0, squares);
    for (int64_t j = 0; j < n; j++) {
        if (isnan(squares[j])) return NAN;
        if (squares[j] > square) square = squares[j];
    }
    if (square >= 0x1p-800 && square <= 0x1p800) return sqrt(square);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < m; i++) largest = fmax(largest, fabs(f->a[i + j * f->lda]));
    if (largest == 0 || isinf(largest)) return largest == 0 ? 0 : NAN;
    *unit = ldexp(1, -ilogb(largest));
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < m; i++) f->a[i + j * f->lda] *= *unit;
    measure(f, 0, squares);
    square = 0;
    for (int64_t j = 0; j < n; j++) square = fmax(square, squares[j]);
    return sqrt(square);
}

// MARK: Steps

typedef struct swapping {
    double *a;
    int64_t rows, lda, first, width;
    const int64_t *swaps;
} swapping;

enum { swap_rows = 2048 };

static void swap_task(int64_t task, void *context) {
    const swapping *p = context;
    int64_t row = task * swap_rows, rows = p->rows - row < swap_rows ? p->rows - row : swap_rows;
    double keep[swap_rows];
    for (int64_t k = 0; k < p->width; k++) {
        if (p->swaps[k] == p->first + k) continue;
        double *x = p->a + row + (p->first + k) * p->lda, *y = p->a + row + p->swaps[k] * p->lda;
        memcpy(keep, x, (size_t)rows * sizeof(double));
        memcpy(x, y, (size_t)rows * sizeof(double));
        memcpy(y, keep, (size_t)rows * sizeof(double));
    }
}

static void swap_columns(cc_factor *f, int64_t first, int64_t width, const int64_t *swaps) {
    swapping p = { f->a, f->info.rows, f->lda, first, width, swaps };
    cc_pool_run((p.rows + swap_rows - 1) / swap_rows, swap_task, &p);
    for (int64_t k = 0; k < width; k++) {
        int64_t keep = f->pivots[first + k];
        f->pivots[first + k] = f->pivots[swaps[k]];
        f->pivots[swaps[k]] = keep;
    }
}

static factor_reflector *add_block(cc_factor *f, int64_t first, int64_t width) {
    if (f->block_count == f->block_capacity) {
        int64_t capacity = f->block_capacity * 2 + 16;
        factor_reflector **blocks = realloc(f->blocks, (size_t)capacity * sizeof *blocks);
        if (!blocks) return NULL;
        f->blocks = blocks;
        f->block_capacity = capacity;
    }
    factor_reflector *block = malloc(sizeof *block);
    if (!block) return NULL;
    block->first = first;
    block->width = width;
    f->blocks[f->block_count++] = block;
    return block;
}

/// All blocks; `least` is the length below which a column is negligible. False when memory is exhausted.
static bool factorise(cc_factor *f, factor_sample *sample, double least) {
    int64_t m = f->info.rows, n = f->info.columns, limit = f->options.largest_rank, k = 0;
    while (k < limit) {
        int64_t width = limit - k < factor_block ? limit - k : factor_block, accepted;
        if (f->options.pivot) {
            int64_t swaps[factor_block];
            if (factor_sample_is_spent(sample, k, n) && !factor_sample_draw(sample, k, m, n, f->a, f->lda)) return false;
            width = factor_sample_select(sample, k, n, width, least, swaps);
            if (width == 0) break;
            swap_columns(f, k, width, swaps);
        }
        factor_reflector *block = add_block(f, k, width);
        if (!block) return false;
        double *panel = f->a + k + k * f->lda, *right = f->options.right ? f->options.right + k : NULL;
        factor_panel(m - k, width, panel, f->lda, block->t, f->partial);
        f->reflected = k + width;
        if (n > k + width || right) {
            factor_pack(m - k, width, panel, f->lda, block->t, true, f->packed);
            factor_apply(m - k, width, f->packed, n - k - width, panel + width * f->lda, f->lda);
            if (right) factor_apply(m - k, width, f->packed, f->options.right_columns, right, f->options.right_stride);
        }
        // The sample may err, by a factor of two or so: not more than that is forgiven.
        for (accepted = 0; f->options.pivot && accepted < width; accepted++)
            if (!(fabs(panel[accepted + accepted * f->lda]) > least / 8)) break;
        if (!f->options.pivot) accepted = width;
        k += accepted;
        if (accepted < width) break;
        if (f->options.pivot && k < limit && !factor_sample_follow(sample, k - width, n, width, panel, f->lda)) return false;
    }
    f->info.rank = k;
    return true;
}

/// The numbers of `info`, in the matrix's own scale.
static void describe(cc_factor *f, double *squares, double unit) {
    cc_factor_info *i = &f->info;
    double tail = 0, longest = 0, smallest = INFINITY;
    for (int64_t k = 0; k < i->rank; k++) smallest = fmin(smallest, fabs(f->a[k + k * f->lda]));
    measure(f, i->rank, squares);
    for (int64_t j = i->rank; j < i->columns; j++) {
        tail += squares[j];
        longest = fmax(longest, squares[j]);
    }
    i->smallest_diagonal = i->rank > 0 ? smallest / unit : 0;
    i->longest_column /= unit;
    i->tail = sqrt(tail) / unit;
    i->tail_column = sqrt(longest) / unit;
    if (unit == 1) return;
    for (int64_t j = 0; j < i->columns; j++) {
        int64_t end = j < f->reflected ? j + 1 : i->rows;
        for (int64_t r = 0; r < end; r++) f->a[r + j * f->lda] /= unit;
    }
}

static cc_status no_memory(cc_error *error, int64_t m, int64_t n) {
    return cc_fail(error, CC_OUT_OF_MEMORY, 0, "The host has no memory left to factorise a %lld × %lld matrix.", (long long)m, (long long)n);
}

// MARK: The interface

cc_status cc_factor_create(int64_t m, int64_t n, double *a, int64_t lda, const cc_factor_options *options, cc_factor **factor, cc_error *error) {
    if (!factor || !options) return cc_fail(error, CC_BAD_ARGUMENT, 0, "A factorisation needs options and a place for the factor.");
    *factor = NULL;
    if (m < 0 || n < 0 || (m > 0 && n > 0 && !a) || lda < m)
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "There is no %lld × %lld matrix of stride %lld to factorise.", (long long)m, (long long)n, (long long)lda);
    if (!(options->tolerance >= 0 && options->tolerance < 1) || options->largest_rank < 0)
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "The tolerance of a factorisation is at least 0 and below 1, the largest rank not negative.");
    if (options->right && (options->right_columns < 0 || options->right_stride < m))
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "The right-hand sides of a factorisation have as many rows as the matrix.");
    cc_factor *f = calloc(1, sizeof *f);
    if (!f) return no_memory(error, m, n);
    f->options = *options;
    f->info = (cc_factor_info){ .rows = m, .columns = n };
    f->a = a;
    f->lda = lda;
    int64_t most = m < n ? m : n;
    if (options->largest_rank == 0 || options->largest_rank > most) f->options.largest_rank = most;
    double *squares = malloc((size_t)(n + 1) * sizeof(double));
    factor_sample sample = {0};
    f->pivots = malloc((size_t)(n + 1) * sizeof(int64_t));
    cc_status status = CC_OK;
    if (!squares || !f->pivots || posix_memalign((void **)&f->packed, 4096, factor_packed_bytes(m)) != 0
        || posix_memalign((void **)&f->partial, 4096, factor_partial_bytes(m)) != 0 || (options->pivot && !factor_sample_create(&sample, m, n)))
        status = no_memory(error, m, n);
    if (status == CC_OK) {
        for (int64_t j = 0; j < n; j++) f->pivots[j] = j;
        double unit;
        f->info.longest_column = longest_column(f, squares, &unit);
        if (isnan(f->info.longest_column)) {
            status = cc_fail(error, CC_BAD_ARGUMENT, 0, "The matrix to factorise has an element that is not finite.");
        } else if (!factorise(f, &sample, options->tolerance * f->info.longest_column)) {
            status = no_memory(error, m, n);
        } else {
            describe(f, squares, unit);
        }
    }
    free(squares);
    factor_sample_release(&sample);
    if (status == CC_OK) *factor = f;
    else cc_factor_release(f);
    return status;
}

void cc_factor_release(cc_factor *f) {
    if (!f) return;
    for (int64_t i = 0; i < f->block_count; i++) free(f->blocks[i]);
    free(f->blocks);
    free(f->pivots);
    free(f->packed);
    free(f->partial);
    free(f->z);
    free(f->z_t);
    free(f);
}

const cc_factor_info *cc_factor_describe(const cc_factor *factor) { return factor ? &factor->info : NULL; }
const int64_t *cc_factor_pivots(const cc_factor *factor) { return factor ? factor->pivots : NULL; }
