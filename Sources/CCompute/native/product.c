// Matrix products of any shape over packed panels.
//
// C is computed in blocks of `block_columns` columns, k in equal blocks of at most `depth`. The blocks of k depend on k alone
// and every element adds them up in order, so how m and n are divided among threads never shows in a result.
#include "native.h"

#include <math.h>
#include <string.h>

/// Up to so many tiles of rows B is not packed: each element would be used that often.
#ifndef DIRECT
#define DIRECT 6
#endif
enum { direct_tiles = DIRECT };

typedef struct product {
    const cc_product_kernel *kernel;
    bool transpose_a, transpose_b;
    int64_t m, n, k, lda, ldb, ldc;
    double alpha, beta;
    const char *a, *b;
    char *c;
    int64_t element;
    // The block in work.
    int64_t first_column, columns, first_depth, depth;
    double scale;              // β of this block
    char *shared;              // the packed panels of the factor that all tasks read
    int64_t share_unit, unit;  // elements of m or n a task packs, and computes
    _Atomic bool failed;
} product;

static int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/// Packs `count` rows of op(A) from `first` on.
static void pack_a(const product *p, int64_t first, int64_t count, char *to) {
    const char *from = p->a + (p->transpose_a ? p->first_depth + first * p->lda : first + p->first_depth * p->lda) * p->element;
    (p->transpose_a ? p->kernel->across_a : p->kernel->along_a)(count, p->depth, from, p->lda, to);
}

/// Packs `count` columns of op(B) from `first` of the block in work.
static void pack_b(const product *p, int64_t first, int64_t count, char *to) {
    first += p->first_column;
    const char *from = p->b + (p->transpose_b ? first + p->first_depth * p->ldb : p->first_depth + first * p->ldb) * p->element;
    (p->transpose_b ? p->kernel->along_b : p->kernel->across_b)(count, p->depth, from, p->ldb, to);
}

static void block(const product *p, int64_t row, int64_t rows, int64_t column, int64_t columns, const char *a, const char *b) {
    char *c = p->c + (row + (p->first_column + column) * p->ldc) * p->element;
    p->kernel->block(rows, columns, p->depth, a, b, p->alpha, p->scale, c, p->ldc);
}

// Rows divided among the tasks: B is packed by all, each task packs its rows of A.

static void share_b(int64_t task, void *context) {
    const product *p = context;
    int64_t first = task * p->share_unit;
    pack_b(p, first, smaller(p->share_unit, p->columns - first), p->shared + first * p->depth * p->element);
}

static void rows_task(int64_t task, void *context) {
    product *p = context;
    int64_t first = task * p->unit, count = smaller(p->unit, p->m - first);
    char *packed = cc_pool_scratch(0, (uint64_t)((count + p->kernel->rows) * p->depth * p->element));
    if (!packed) {
        p->failed = true;
        return;
    }
    pack_a(p, first, count, packed);
    block(p, first, count, 0, p->columns, packed, p->shared);
}

// Columns divided among the tasks: A is packed by all, each task packs its columns of B.

static void share_a(int64_t task, void *context) {
    const product *p = context;
    int64_t first = task * p->share_unit;
    pack_a(p, first, smaller(p->share_unit, p->m - first), p->shared + first * p->depth * p->element);
}

static void columns_task(int64_t task, void *context) {
    product *p = context;
    int64_t first = task * p->unit, count = smaller(p->unit, p->columns - first);
    if (!p->transpose_b && p->m <= direct_tiles * p->kernel->rows) {
        int64_t column = p->first_column + first;
        p->kernel->block_direct(p->m, count, p->depth, p->shared, p->b + (p->first_depth + column * p->ldb) * p->element, p->ldb, p->alpha,
                                p->scale, p->c + column * p->ldc * p->element, p->ldc);
        return;
    }
    char *packed = cc_pool_scratch(0, (uint64_t)((count + p->kernel->columns) * p->depth * p->element));
    if (!packed) {
        p->failed = true;
        return;
    }
    pack_b(p, first, count, packed);
    block(p, 0, p->m, first, count, p->shared, packed);
}

/// The part of `count` a task takes: a multiple of `tile`, at most about `most`, such that the parts are a multiple of
/// `threads`. Where whole tiles would leave a thread with much less than another, a multiple of `finer`.
static int64_t even_unit(int64_t count, int64_t tile, int64_t finer, int64_t most, int64_t threads) {
    int64_t parts = divide_up(divide_up(count, most), threads) * threads;
    int64_t part = divide_up(count, parts), unit = divide_up(part, tile) * tile;
    return unit * 10 > part * 11 ? divide_up(part, finer) * finer : unit;
}

static void run(int64_t threads, int64_t count, void (*function)(int64_t, void *), product *p) {
    if (threads > 1) {
        cc_pool_run(count, function, p);
    } else {
        for (int64_t task = 0; task < count; task++) function(task, p);
    }
}

static void scale_only(const product *p) {
    for (int64_t j = 0; j < p->n; j++) {
        char *column = p->c + j * p->ldc * p->element;
        if (p->beta == 0) {
            memset(column, 0, (size_t)(p->m * p->element));
        } else if (p->element == 8) {
            for (int64_t i = 0; i < p->m; i++) ((double *)column)[i] *= p->beta;
        } else {
            for (int64_t i = 0; i < p->m; i++) ((float *)column)[i] *= (float)p->beta;
        }
    }
}

bool cc_native_product(cc_precision precision, bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, double alpha,
                       const void *a, int64_t lda, const void *b, int64_t ldb, double beta, void *c, int64_t ldc) {
    const cc_product_kernel *kernel = &cc_isa_current()->product[precision];
    product p = { .kernel = kernel, .transpose_a = transpose_a, .transpose_b = transpose_b, .m = m, .n = n, .k = k, .lda = lda,
                  .ldb = ldb, .ldc = ldc, .alpha = alpha, .beta = beta, .a = a, .b = b, .c = c,
                  .element = (int64_t)cc_element_size(precision) };
    if (m == 0 || n == 0) return true;
    if (k == 0 || alpha == 0) {
        if (beta != 1) scale_only(&p);
        return true;
    }
    // Below some 50 µs of work (at 10 GFLOP/s a lane) one thread is faster.
    int64_t threads = (double)m * (double)n * (double)k < 25e4 * (double)kernel->lanes ? 1 : cc_threads();
    bool by_columns = m <= kernel->block_rows && n >= m;
    int64_t depth = divide_up(divide_up(k, divide_up(k, kernel->depth)), 4) * 4;
    int64_t width = smaller(n, kernel->block_columns);
    uint64_t shared = (uint64_t)((by_columns ? m + kernel->rows : width + kernel->columns) * smaller(depth, k) * p.element);
    if (!(p.shared = cc_pool_scratch(1, shared))) return false;
    for (p.first_column = 0; p.first_column < n; p.first_column += width) {
        p.columns = smaller(width, n - p.first_column);
        p.scale = beta;
        for (p.first_depth = 0; p.first_depth < k; p.first_depth += depth, p.scale = 1) {
            p.depth = smaller(depth, k - p.first_depth);
            if (by_columns) {
                p.share_unit = even_unit(m, kernel->rows, kernel->rows, m, threads);
                run(threads, divide_up(m, p.share_unit), share_a, &p);
                p.unit = even_unit(p.columns, kernel->columns, 1, kernel->block_rows, threads);
                run(threads, divide_up(p.columns, p.unit), columns_task, &p);
            } else {
                p.share_unit = even_unit(p.columns, kernel->columns, kernel->columns, 16 * kernel->columns, threads);
                run(threads, divide_up(p.columns, p.share_unit), share_b, &p);
                p.unit = even_unit(m, kernel->rows, kernel->lanes, kernel->block_rows, threads);
                run(threads, divide_up(m, p.unit), rows_task, &p);
            }
        }
    }
    return !p.failed;
}

// MARK: The interface

static cc_status no_memory(cc_error *error) {
    return cc_fail(error, CC_OUT_OF_MEMORY, 0, "The host has no memory left to pack the factors of a product.");
}

cc_status cc_native_multiply_buffers(cc_device *device, const cc_product *p, cc_error *error) {
    (void)device;
    bool done = cc_native_product(p->precision, p->transpose_a, p->transpose_b, p->m, p->n, p->k, p->alpha,
                                  cc_native_elements(&p->a, p->precision), p->a.stride, cc_native_elements(&p->b, p->precision), p->b.stride,
                                  p->beta, cc_native_elements(&p->c, p->precision), p->c.stride);
    return done ? CC_OK : no_memory(error);
}

static bool holds(const void *matrix, int64_t rows, int64_t columns, int64_t stride) {
    return rows == 0 || columns == 0 || (matrix && stride >= rows);
}

cc_status cc_native_multiply(cc_precision precision, bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, double alpha,
                             const void *a, int64_t lda, const void *b, int64_t ldb, double beta, void *c, int64_t ldc, cc_error *error) {
    if (precision != CC_F32 && precision != CC_F64) return cc_fail(error, CC_BAD_ARGUMENT, 0, "There is no precision %d.", (int)precision);
    if (m < 0 || n < 0 || k < 0)
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "A product of %lld × %lld × %lld has a negative size.", (long long)m, (long long)n, (long long)k);
    if (!holds(a, transpose_a ? k : m, transpose_a ? m : k, lda) || !holds(b, transpose_b ? n : k, transpose_b ? k : n, ldb)
        || !holds(c, m, n, ldc))
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "A factor or the result of a %lld × %lld × %lld product is missing or its stride too small.",
                       (long long)m, (long long)n, (long long)k);
    return cc_native_product(precision, transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) ? CC_OK : no_memory(error);
}
