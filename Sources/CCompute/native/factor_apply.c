// Applying a block of reflectors, C ← C − V T Vᵀ C, to many columns.
//
// V is packed twice, once for each product, and then serves all columns: tasks take some columns each and do everything for
// them, so that C comes from memory once for both products. C itself is never packed (its columns are read as they lie).
//
// Layout of `packed`: T; then for each chunk of rows V as rows, and Vᵀ.
#include "factor.h"

#include <string.h>

static int64_t chunk_size(const cc_product_kernel *k, int64_t width) {
    int64_t tall = (width + k->rows - 1) / k->rows * k->rows;
    return (int64_t)factor_chunk * (width + tall);
}

static const int64_t triangle_size = (factor_block + 24) * factor_block;

size_t factor_packed_bytes(int64_t m) {
    return (size_t)(triangle_size + (m / factor_chunk + 1) * factor_chunk * (2 * factor_block + 24)) * sizeof(double);
}

typedef struct packing {
    const cc_product_kernel *kernel;
    int64_t rows, width, ldv;
    const double *v;
    double *to;
} packing;

static void pack_task(int64_t task, void *context) {
    const packing *p = context;
    int64_t first = task * factor_chunk, rows = p->rows - first < factor_chunk ? p->rows - first : factor_chunk, stride = p->ldv;
    const double *from = p->v + first;
    double *to = p->to + task * chunk_size(p->kernel, p->width), top[factor_chunk * factor_block];
    if (task == 0) {
        // The first rows hold R above the unit lower triangle of V.
        for (int64_t j = 0; j < p->width; j++) {
            for (int64_t i = 0; i < rows; i++) top[i + j * factor_chunk] = i > j ? from[i + j * stride] : i == j;
        }
        from = top;
        stride = factor_chunk;
    }
    p->kernel->along_a(rows, p->width, from, stride, to);
    p->kernel->across_a(p->width, rows, from, stride, to + (int64_t)factor_chunk * p->width);
}

void factor_pack(int64_t rows, int64_t width, const double *v, int64_t ldv, const double *t, bool transpose, double *packed) {
    const cc_product_kernel *kernel = &cc_isa_current()->product[CC_F64];
    (transpose ? kernel->across_a : kernel->along_a)(width, width, t, factor_block, packed);
    packing p = { kernel, rows, width, ldv, v, packed + triangle_size };
    cc_pool_run((rows + factor_chunk - 1) / factor_chunk, pack_task, &p);
}

typedef struct application {
    const cc_product_kernel *kernel;
    int64_t rows, width, columns, unit, ldc;
    const double *packed;
    double *c;
} application;

static void apply_task(int64_t task, void *context) {
    const application *p = context;
    const cc_product_kernel *k = p->kernel;
    int64_t first = task * p->unit, columns = p->columns - first < p->unit ? p->columns - first : p->unit;
    int64_t size = chunk_size(k, p->width);
    double *c = p->c + first * p->ldc;
    const double *chunk = p->packed + triangle_size;
    double w[factor_block * factor_block], tw[factor_block * factor_block];
    for (int64_t row = 0; row < p->rows; row += factor_chunk, chunk += size) {
        int64_t rows = p->rows - row < factor_chunk ? p->rows - row : factor_chunk;
        k->block_direct(p->width, columns, rows, chunk + (int64_t)factor_chunk * p->width, c + row, p->ldc, 1, row > 0, w, p->width);
    }
    k->block_direct(p->width, columns, p->width, p->packed, w, p->width, 1, 0, tw, p->width);
    chunk = p->packed + triangle_size;
    for (int64_t row = 0; row < p->rows; row += factor_chunk, chunk += size) {
        int64_t rows = p->rows - row < factor_chunk ? p->rows - row : factor_chunk;
        k->block_direct(rows, columns, p->width, chunk, tw, p->width, -1, 1, c + row, p->ldc);
    }
}

void factor_apply(int64_t rows, int64_t width, const double *packed, int64_t columns, double *c, int64_t ldc) {
    if (columns <= 0) return;
    // At most factor_block columns a task (what w holds), fewer where the last tasks would leave threads idle.
    int64_t unit = (columns / (4 * cc_threads()) + 7) / 8 * 8;
    unit = unit < 8 ? 8 : unit > factor_block ? factor_block : unit;
    application p = { &cc_isa_current()->product[CC_F64], rows, width, columns, unit, ldc, packed, c };
    cc_pool_run((columns + unit - 1) / unit, apply_task, &p);
}
