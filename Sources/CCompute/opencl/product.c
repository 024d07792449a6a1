/// Launches of Kernels/product.cl.
#include <stdio.h>

#include "opencl.h"

enum { SCRATCH_BYTES = 48 << 20, DEPTH_MOST = 4096, DIRECT_BYTES = 128 << 10, NEAR_BYTES = 2048, FEW = 6 };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t pieces(int64_t whole, int64_t part) { return (whole + part - 1) / part; }

/// Registers and caches of a processor: panels of `mrv` vectors and `nr` columns, blocks of depth `kc`, tiles of so many panels.
typedef struct blocking {
    int mrv, nr;
    int64_t kc, tile_rows, tile_columns;
} blocking;

static blocking blocking_for(const ocl_device *d, cc_precision precision, int64_t k) {
    const int vw = ocl_vector(d, precision);
#if defined(__aarch64__)
    const bool many_registers = true;
#else
    const bool many_registers = vw * (int)cc_element_size(precision) == 64;
#endif
    // 24 sums in 32 registers, 12 in 16; a tile's panels of A stay in a cache of 512 KB, a panel of B in one of 32.
    const int mrv = many_registers ? 4 : 3, nr = many_registers ? 6 : 4;
    const int64_t mr = mrv * vw, kc = 512, deep = k < 1 ? 1 : least(k, kc);
    return (blocking){mrv, nr, kc, pieces((400 << 10) / (deep * (int64_t)cc_element_size(precision)), mr), pieces(240, nr)};
}

/// Tiles of equal size near the blocking's, fewer panels each when there would be too few for the device's units.
static void cut(const ocl_device *d, int64_t rows, int64_t columns, int64_t work, int64_t *tile_rows, int64_t *tile_columns) {
    *tile_rows = pieces(rows, pieces(rows, *tile_rows));
    *tile_columns = pieces(columns, pieces(columns, *tile_columns));
    const int64_t wanted = 4 * (int64_t)d->info.compute_units;
    // Below some 2¹⁹ multiplications a tile is not worth a work-group of its own.
    for (int64_t tiles; (tiles = pieces(rows, *tile_rows) * pieces(columns, *tile_columns)) < wanted && work / tiles > (1 << 19);) {
        if (*tile_columns > 2 && *tile_columns >= *tile_rows)
            *tile_columns = pieces(*tile_columns, 2);
        else if (*tile_rows > 1)
            *tile_rows = pieces(*tile_rows, 2);
        else
            break;
    }
}

static cc_status multiply_packed(ocl_device *d, const cc_product *p, cc_error *error) {
    const size_t element = cc_element_size(p->precision);
    const int64_t k = p->alpha == 0 ? 0 : p->k;
    const blocking s = blocking_for(d, p->precision, k);
    const int64_t mr = s.mrv * ocl_vector(d, p->precision), nr = s.nr;
    char options[1024];
    ocl_options(d, p->precision, options, sizeof options, "-DVW=%d -DMRV=%d -DNR=%d -DKC=%d -DPREFETCH=%d", ocl_vector(d, p->precision), s.mrv, s.nr,
                (int)s.kc, d->entry->host_memory && !d->entry->simulator);
    cl_kernel pack_a, pack_b, product;
    cc_status status = ocl_kernel(d, "product.cl", options, "pack_a", &pack_a, error);
    if (status == CC_OK) status = ocl_kernel(d, "product.cl", options, "pack_b", &pack_b, error);
    if (status == CC_OK) status = ocl_kernel(d, "product.cl", options, "product", &product, error);
    if (status != CC_OK) return status;

    // Pieces of the factors that fit the scratch when packed.
    const int64_t depth_most = least(k > 0 ? k : 1, DEPTH_MOST), most = SCRATCH_BYTES / (depth_most * (int64_t)element);
    const int64_t rows_most = most / mr * mr, columns_most = most / nr * nr;
    cl_mem packed_a, packed_b;
    status = ocl_scratch(d, 0, (size_t)(pieces(least(p->m, rows_most), mr) * mr * depth_most) * element, &packed_a, error);
    if (status == CC_OK)
        status = ocl_scratch(d, 1, (size_t)(pieces(least(p->n, columns_most), nr) * nr * depth_most) * element, &packed_b, error);

    const cl_mem a = ocl_memory(p->a.buffer), b = ocl_memory(p->b.buffer), c = ocl_memory(p->c.buffer);
    // Element (row, depth) of a factor lies at row · row_step + depth · depth_step.
    const cl_long a_row = p->transpose_a ? p->a.stride : 1, a_depth = p->transpose_a ? 1 : p->a.stride;
    const cl_long b_row = p->transpose_b ? 1 : p->b.stride, b_depth = p->transpose_b ? p->b.stride : 1;
    const cl_long c_stride = p->c.stride;
    for (int64_t j = 0; j < p->n; j += columns_most)
        for (int64_t i = 0; i < p->m; i += rows_most)
            for (int64_t depth = 0; status == CC_OK && (depth == 0 || depth < k); depth += depth_most) {
                const cl_long rows = least(rows_most, p->m - i), columns = least(columns_most, p->n - j), deep = least(depth_most, k - depth);
                const cl_long a_at = p->a.offset + i * a_row + depth * a_depth, b_at = p->b.offset + j * b_row + depth * b_depth;
                const cl_long c_at = p->c.offset + i + j * c_stride;
                const int64_t panels_a = pieces(rows, mr), panels_b = pieces(columns, nr);
                int64_t tile_rows = s.tile_rows, tile_columns = s.tile_columns;
                cut(d, panels_a, panels_b, rows * columns * deep, &tile_rows, &tile_columns);
                const cl_long tr = tile_rows, tc = tile_columns;
                const size_t tiles[2] = {(size_t)pieces(panels_a, tr), (size_t)pieces(panels_b, tc)};
                // Columns of B that lie along the depth are read where they are when few panels of A use them, or when they stay in a cache;
                // full panels of A likewise when they are few and their columns near one another.
                const bool few = panels_a <= FEW, cached = tiles[1] == 1 && columns * deep * (int64_t)element <= DIRECT_BYTES;
                const cl_int direct = deep > 0 && b_depth == 1 && (few || cached);
                const bool a_direct = deep > 0 && a_row == 1 && few && rows % mr == 0 && a_depth * (int64_t)element <= NEAR_BYTES;
                // A factor whose panels no two items share is packed by them.
                const cl_int own = deep == 0 ? 0 : tiles[1] == 1 && !a_direct ? 1 : tiles[0] == 1 && !direct ? 2 : 0;
                const cl_mem from = own == 2 ? b : a, panels_of_a = a_direct ? a : packed_a, panels_of_b = direct ? b : packed_b;
                const cl_long from_at = own == 2 ? b_at : a_at, row_step = own == 2 ? b_row : a_row, depth_step = own == 2 ? b_depth : a_depth;
                const cl_long x_at = a_direct ? a_at : 0, x_step = a_direct ? a_depth : mr, y_at = direct ? b_at : 0;
                if (deep > 0) {
                    const ocl_argument from_a[] = {OCL_ARGUMENT(a), OCL_ARGUMENT(a_at), OCL_ARGUMENT(a_row), OCL_ARGUMENT(a_depth),
                                                   OCL_ARGUMENT(rows), OCL_ARGUMENT(deep), OCL_ARGUMENT(packed_a)};
                    const ocl_argument from_b[] = {OCL_ARGUMENT(b), OCL_ARGUMENT(b_at), OCL_ARGUMENT(b_row), OCL_ARGUMENT(b_depth),
                                                   OCL_ARGUMENT(columns), OCL_ARGUMENT(deep), OCL_ARGUMENT(packed_b)};
                    if (own != 1 && !a_direct)
                        status = ocl_launch(d, pack_a, "pack_a", from_a, 7, (const size_t[2]){(size_t)pieces(panels_a, 8), (size_t)pieces(deep, 128)}, 1, error);
                    if (status == CC_OK && own != 2 && !direct)
                        status = ocl_launch(d, pack_b, "pack_b", from_b, 7, (const size_t[2]){(size_t)pieces(panels_b, 8), (size_t)pieces(deep, 128)}, 1, error);
                }
                const ocl_argument arguments[] = {
                    OCL_ARGUMENT(panels_of_a), OCL_ARGUMENT(panels_of_b), OCL_ARGUMENT(c), OCL_ARGUMENT(c_at), OCL_ARGUMENT(c_stride), OCL_ARGUMENT(rows),
                    OCL_ARGUMENT(columns), OCL_ARGUMENT(deep), OCL_ARGUMENT(tr), OCL_ARGUMENT(tc), OCL_REAL(p->precision, p->alpha),
                    OCL_REAL(p->precision, depth == 0 ? p->beta : 1.0), OCL_ARGUMENT(own), OCL_ARGUMENT(from), OCL_ARGUMENT(from_at),
                    OCL_ARGUMENT(row_step), OCL_ARGUMENT(depth_step), OCL_ARGUMENT(x_at), OCL_ARGUMENT(x_step), OCL_ARGUMENT(direct), OCL_ARGUMENT(y_at),
                    OCL_ARGUMENT(b_row)};
                if (status == CC_OK) status = ocl_launch(d, product, "product", arguments, 22, tiles, 1, error);
            }
    return status;
}

static cc_status multiply_tiled(ocl_device *d, const cc_product *p, cc_error *error) {
    const int wx = d->shape.workgroup >= 256 ? 16 : d->shape.workgroup >= 64 ? 8 : 4;
    char options[1024];
    ocl_options(d, p->precision, options, sizeof options, "-DVW=%d -DWX=%d -DTK=%d -DTA=%d -DTB=%d", ocl_vector(d, p->precision), wx, p->precision == CC_F64 ? 8 : 16, p->transpose_a,
                p->transpose_b);
    cl_kernel product;
    const cc_status status = ocl_kernel(d, "product.cl", options, "product", &product, error);
    if (status != CC_OK) return status;
    const cl_mem a = ocl_memory(p->a.buffer), b = ocl_memory(p->b.buffer), c = ocl_memory(p->c.buffer);
    const cl_long k = p->alpha == 0 ? 0 : p->k;
    const ocl_argument arguments[] = {
        OCL_ARGUMENT(a), OCL_ARGUMENT(p->a.offset), OCL_ARGUMENT(p->a.stride), OCL_ARGUMENT(b), OCL_ARGUMENT(p->b.offset), OCL_ARGUMENT(p->b.stride),
        OCL_ARGUMENT(c), OCL_ARGUMENT(p->c.offset), OCL_ARGUMENT(p->c.stride), OCL_ARGUMENT(p->m), OCL_ARGUMENT(p->n), OCL_ARGUMENT(k),
        OCL_REAL(p->precision, p->alpha), OCL_REAL(p->precision, p->beta)};
    return ocl_launch(d, product, "product", arguments, 14, (const size_t[2]){(size_t)pieces(p->m, wx * 8), (size_t)pieces(p->n, wx * 8)},
                      d->shape.workgroup, error);
}

cc_status ocl_multiply(cc_device *device, const cc_product *product, cc_error *error) {
    if (product->m == 0 || product->n == 0) return CC_OK;
    ocl_device *d = ocl_of(device);
    pthread_mutex_lock(&d->lock);
    const cc_status status = d->shape.local ? multiply_tiled(d, product, error) : multiply_packed(d, product, error);
    pthread_mutex_unlock(&d->lock);
    return status;
}
