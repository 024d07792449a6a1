// Matrices of random features, A_ij for M points in d dimensions and N features σ(w_j·x + b_j), column-major: a feature's
// values at neighbouring points lie side by side and are the lanes of a vector; weights are broadcast.
//
// Build macros: F64, VW; ACTIVATION (numbers as in activations.clh);
//   P   points of a work-item, a multiple of VW       CPU 128 or 256, GPU VW
//   RJ  features computed side by side                4, with wide vectors 1
//   FJ  features of a work-item, a multiple of RJ     CPU 32, GPU RJ
//   KC  coordinates whose weights are split at once   CPU 32, GPU 1
//   GROUPS  most groups of a stencil sum, 1 to 16 (16 always serves)
//   BY_NODES or BY_STENCIL  1: only the kernel of that name is compiled (both 1: neither, for exact.cl)
// CPU: VW 8 or 16, or four registers' lanes with wide.clh. GPU: VW 1 or 2. Local size (WG, 1): 1 on CPUs, 64 to 256 on GPUs.
// Global size, both kernels: (blocks, ceil(N / FJ)), the first rounded up to the local size, where
//   blocks = max(1, (M + P - VW) / P) in integers. M, N >= 1; d 1 to 1024.
//
// Arguments of both kernels (offsets and strides are long and in elements):
//    0 points buffer (M × d)    1 offset    2 stride
//    3 weights buffer (d × N)   4 offset    5 stride
//    6 biases buffer (N)        7 offset
//    8 result buffer (M × N)    9 offset   10 stride
//   11 long M   12 long N   13 int d   14 int power (of ReLU; else 0)
// features_by_nodes:  A_ij = Σ_q c[q][j] σ^(order[q])(w_j·x_i + b_j + shift[q][j])
//   15 int Q   16 buffer of Q int: orders, 0 to 4
//   17 coefficients buffer (Q rows of N)   18 offset   19 stride
//   20 shifts buffer, the same shape       21 offset   22 stride   23 int shifted (0: no shifts; pass the coefficients again)
// features_by_stencil: A_ij = Σ_g scale[g] (Σ_s weight[g][s] σ(w_j·(x_i + o_s) + b_j)), each operation rounded as written
// features_by_stencil_exact: the same for ReLU powers in twice the precision, rounded once
//   15 int S   16 int G   17 buffer of REAL: offsets [S][d], weights [G][S], scales [G], then what rounding the weights and
//   the scales to REAL left: [G][S], [G] (zeros for double; read by the exact kernel only)

#include "activations.clh"

#ifndef CLSHIM
#define KERNEL_ITEM
#define SHARED INLINE            /* one copy for all activations, where several are compiled together */
#if VW > 16
#define STREAM (M * N >= (8 << 20) / (long)sizeof(REAL))   /* these results leave the caches before anybody reads them */
#define STOREV_PAST_CACHES(v, p) wide_store_past_caches(v, p)
#define STREAM_ENDS() wide_stores_end()
#else
#define STREAM 0
#define STOREV_PAST_CACHES(v, p) STOREV(v, p)
#define STREAM_ENDS()
#endif
#ifndef KERNEL_ATTRIBUTES
#if defined(__has_attribute)
#if __has_attribute(min_vector_width)
#define KERNEL_ATTRIBUTES HEEDED __attribute__((reqd_work_group_size(WG, 1, 1), min_vector_width(512)))
#endif
#endif
#endif
#ifndef KERNEL_ATTRIBUTES
#define KERNEL_ATTRIBUTES HEEDED __attribute__((reqd_work_group_size(WG, 1, 1)))
#endif
#endif
#ifndef GROUPS
#define GROUPS 16
#endif

#define SPAN (P + VW)          /* most points of a block: the last one takes a remainder of less than a vector */

// The points [first, first + length) of a work-item and its features [begin, end).
typedef struct {
    long first;
    int length, vectors;
    int stream;        // whether results go past the caches
    long begin, end;
} feature_block;

INLINE feature_block block_at(long block, long tile, int stream, long points, long features) {
    long blocks = (points + P - VW) / P;
    if (blocks < 1) blocks = 1;
    feature_block b;
    b.first = block * P;
    b.length = block >= blocks ? 0 : block == blocks - 1 ? (int)(points - b.first) : P;
    b.vectors = (b.length + VW - 1) / VW;
    b.stream = stream;
    b.begin = tile * FJ;
    b.end = b.begin + FJ < features ? b.begin + FJ : features;
    return b;
}

// Where vector v of a block begins: the last one overlaps its neighbour rather than leave the block.
INLINE int vector_start(feature_block b, int v) {
    int start = v * VW;
    return start + VW <= b.length || b.length < VW ? start : b.length - VW;
}

// One coordinate of the points of vector v; `x` is where the block begins.
INLINE REALV load_points(feature_block b, int v, __global const REAL *x) {
    if (b.length >= VW) return LOADV(x + vector_start(b, v));
    REAL lanes[VW];
    for (int i = 0; i < VW; i++) lanes[i] = i < b.length ? x[i] : R(0.0);
    return LOADV(lanes);
}

// The values of one feature at the points of vector v; `to` is where the block begins.
INLINE void store_values(REALV y, feature_block b, int v, __global REAL *to) {
    to += vector_start(b, v);
    if (b.length < VW) {
        REAL lanes[VW];
        STOREV(y, lanes);
        for (int i = 0; i < VW; i++)
            if (i < b.length) to[i] = lanes[i];
    } else if (b.stream) {
        STOREV_PAST_CACHES(y, to);
    } else {
        STOREV(y, to);
    }
}

// MARK: The argument of a feature, to nearly twice the precision
//
// w·x + b = A + B: points and weights are split, x = x' + x'', w = w' + w'', at bits chosen so that every partial sum of
// A = b' + Σ w'x' is exact; B = b'' + Σ (w'x'' + w''x) is small, so its rounding errors are 2^-21 (f32: 2^-8) of an ulp of the
// largest product, times d. Three fused operations a coordinate, where a compensated sum takes nine.

#if F64
#define SPLIT_BITS 53
#define TOP_EXPONENT ((INT)0x7ff0000000000000)
#define SPLIT_UNIT 0x1.8p52
#else
#define SPLIT_BITS 24
#define TOP_EXPONENT ((INT)0x7f800000)
#define SPLIT_UNIT 0x1.8p23
#endif

// Bits after the leading power of two kept in x' and in w': their sum and log2(d + 1) make SPLIT_BITS.
INLINE int split_bits(int d) {
    int bits = SPLIT_BITS - 2;
    for (int n = d; n > 0; n >>= 1) bits--;
    return bits / 2;
}

INLINE REAL scalar_power(int exponent) {
#if F64
    return as_double((ulong)(exponent + BIAS) << MANTISSA);
#else
    return as_float((uint)(exponent + BIAS) << MANTISSA);
#endif
}

// What to add and subtract so that |w| <= largest is rounded at `bits` below largest's power of two.
INLINE REAL scalar_splitter(REAL largest, REAL unit) {
#if F64
    ulong power = as_ulong(largest) & 0x7ff0000000000000;
    return as_double(power) * unit;
#else
    uint power = as_uint(largest) & 0x7f800000;
    return as_float(power) * unit;
#endif
}

INLINE REALV vector_splitter(REALV largest, REAL unit) { return AS_REAL(AS_INT(largest) & I(TOP_EXPONENT)) * (REALV)(unit); }

// high + low = w_j·x_i + b_j for the block's points and features j, ..., j + count - 1 (count <= RJ; further rows repeat the last).
INLINE void feature_arguments(const int d, const int chunk, feature_block block, long j, int count, __global const REAL *points,
                              long points_stride, __global const REAL *weights, long weights_stride, __global const REAL *biases,
                              const REAL *splitters, REAL *high, REAL *low) {
    REAL w_high[KC * RJ], w_low[KC * RJ], b_high[RJ], b_low[RJ], c[RJ];
    const REAL unit = R2(SPLIT_UNIT) * scalar_power(-split_bits(d));
    for (int r = 0; r < RJ; r++) {
        long row = j + (r < count ? r : count - 1);
        REAL b = biases[row], largest = b < 0 ? -b : b;
        for (int k = 0; k < d; k++) {
            REAL w = weights[row * weights_stride + k];
            w = w < 0 ? -w : w;
            largest = w > largest ? w : largest;
        }
        c[r] = scalar_splitter(largest, unit);
        b_high[r] = (b + c[r]) - c[r];
        b_low[r] = b - b_high[r];
    }
    for (int begin = 0; begin < d; begin += chunk) {
        int end = begin + chunk < d ? begin + chunk : d;
        for (int k = begin; k < end; k++)
            for (int r = 0; r < RJ; r++) {
                long row = j + (r < count ? r : count - 1);
                REAL w = weights[row * weights_stride + k], h = (w + c[r]) - c[r];
                w_high[(k - begin) * RJ + r] = h;
                w_low[(k - begin) * RJ + r] = w - h;
            }
        for (int v = 0; v < block.vectors; v++) {
            REALV splitter = LOADV(splitters + v * VW), a[RJ], e[RJ];
            for (int r = 0; r < RJ; r++) {
                a[r] = begin == 0 ? (REALV)(b_high[r]) : LOADV(high + r * SPAN + v * VW);
                e[r] = begin == 0 ? (REALV)(b_low[r]) : LOADV(low + r * SPAN + v * VW);
            }
            for (int k = begin; k < end; k++) {
                REALV x = load_points(block, v, points + k * points_stride);
                REALV x_high = (x + splitter) - splitter, x_low = x - x_high;
                for (int r = 0; r < RJ; r++) {
                    REALV h = (REALV)(w_high[(k - begin) * RJ + r]), l = (REALV)(w_low[(k - begin) * RJ + r]);
                    a[r] = fma(h, x_high, a[r]);
                    e[r] = fma(l, x, fma(h, x_low, e[r]));
                }
            }
            for (int r = 0; r < RJ; r++) {
                REALV sum = a[r] + e[r];
                int last = end == d;
                STOREV(last ? sum : a[r], high + r * SPAN + v * VW);
                STOREV(last ? e[r] - (sum - a[r]) : e[r], low + r * SPAN + v * VW);
            }
        }
    }
}

// Per point, what splits its coordinates: from the largest of 1 and |x_k|, so that b' lies on the products' grid.
SHARED void point_splitters(const int d, feature_block block, __global const REAL *points, long points_stride, REAL *splitters) {
    const REAL unit = R2(SPLIT_UNIT) * scalar_power(-split_bits(d));
    for (int v = 0; v < block.vectors; v++) {
        REALV largest = V(1.0);
        for (int k = 0; k < d; k++) {
            REALV x = magnitude(load_points(block, v, points + k * points_stride));
            largest = choose(MASK(x > largest), x, largest);
        }
        STOREV(vector_splitter(largest, unit), splitters + v * VW);
    }
}

// The same, unrolled for one to three dimensions.
SHARED void tile_arguments(int d, feature_block block, long j, int count, __global const REAL *points, long points_stride,
                           __global const REAL *weights, long weights_stride, __global const REAL *biases, const REAL *splitters,
                           REAL *high, REAL *low) {
    if (d == 1) feature_arguments(1, 1, block, j, count, points, points_stride, weights, weights_stride, biases, splitters, high, low);
    else if (d == 2 && KC >= 2)
        feature_arguments(2, 2, block, j, count, points, points_stride, weights, weights_stride, biases, splitters, high, low);
    else if (d == 3 && KC >= 3)
        feature_arguments(3, 3, block, j, count, points, points_stride, weights, weights_stride, biases, splitters, high, low);
    else feature_arguments(d, KC, block, j, count, points, points_stride, weights, weights_stride, biases, splitters, high, low);
}

// MARK: Sums over nodes

// result ← c σ^(order) for one feature.
INLINE void one_node(const int activation, const int order, int power, feature_block block, REAL c, const REAL *high, const REAL *low,
                     __global REAL *to) {
    for (int v = 0; v < block.vectors; v++) {
        sigma_state s = sigma_at(activation, LOADV(high + v * VW), LOADV(low + v * VW));
        store_values((REALV)(c) * sigma_order(activation, power, order, s), block, v, to);
    }
}

// result ← Σ_p c[p] σ^(p) over the orders with a bit in `present`.
INLINE void several_orders(const int activation, int present, int power, feature_block block, const REAL *c, const REAL *high,
                           const REAL *low, __global REAL *to) {
    for (int v = 0; v < block.vectors; v++) {
        sigma_state s = sigma_at(activation, LOADV(high + v * VW), LOADV(low + v * VW));
        REALV sum = V(0.0);
        if (present & 1) sum = fma((REALV)(c[0]), sigma_order(activation, power, 0, s), sum);
        if (present & 2) sum = fma((REALV)(c[1]), sigma_order(activation, power, 1, s), sum);
        if (present & 4) sum = fma((REALV)(c[2]), sigma_order(activation, power, 2, s), sum);
        if (present & 8) sum = fma((REALV)(c[3]), sigma_order(activation, power, 3, s), sum);
        if (present & 16) sum = fma((REALV)(c[4]), sigma_order(activation, power, 4, s), sum);
        store_values(sum, block, v, to);
    }
}

// sums ← sums + c σ^(order)(z + shift).
INLINE void shifted_node(const int activation, const int order, int power, feature_block block, REAL c, REAL shift, const REAL *high,
                         const REAL *low, REAL *sums) {
    for (int v = 0; v < block.vectors; v++) {
        REALV z = LOADV(high + v * VW), step = (REALV)(shift), moved = z + step, back = moved - z;
        REALV lost = (z - (moved - back)) + (step - back);
        sigma_state s = sigma_at(activation, moved, LOADV(low + v * VW) + lost);
        STOREV(fma((REALV)(c), sigma_order(activation, power, order, s), LOADV(sums + v * VW)), sums + v * VW);
    }
}

#if !BY_STENCIL
__kernel KERNEL_ATTRIBUTES void features_by_nodes(
    KERNEL_ITEM __global const REAL *points, long points_offset, long points_stride, __global const REAL *weights, long weights_offset,
    long weights_stride, __global const REAL *biases, long biases_offset, __global REAL *result, long result_offset, long result_stride,
    long M, long N, int d, int power, int nodes, __global const int *orders, __global const REAL *coefficients, long coefficients_offset,
    long coefficients_stride, __global const REAL *shifts, long shifts_offset, long shifts_stride, int shifted) {
    feature_block block = block_at((long)get_global_id(0), (long)get_global_id(1), STREAM, M, N);
    if (block.length <= 0 || block.begin >= N) return;
    points += points_offset + block.first;
    weights += weights_offset;
    biases += biases_offset;
    coefficients += coefficients_offset;
    REAL high[RJ * SPAN], low[RJ * SPAN], splitters[SPAN];
    point_splitters(d, block, points, points_stride, splitters);
    int present = 0;
    for (int q = 0; q < nodes; q++) present |= 1 << orders[q];
    for (long j = block.begin; j < block.end; j += RJ) {
        int count = block.end - j < RJ ? (int)(block.end - j) : RJ;
        tile_arguments(d, block, j, count, points, points_stride, weights, weights_stride, biases, splitters, high, low);
        for (int r = 0; r < count; r++) {
            const REAL *h = high + r * SPAN, *l = low + r * SPAN;
            __global REAL *to = result + result_offset + (j + r) * result_stride + block.first;
            if (shifted) {
                REAL sums[SPAN];
                for (int v = 0; v < block.vectors; v++) STOREV(V(0.0), sums + v * VW);
                for (int q = 0; q < nodes; q++) {
                    REAL c = coefficients[q * coefficients_stride + j + r];
                    REAL shift = shifts[shifts_offset + q * shifts_stride + j + r];
                    switch (orders[q]) {
                    case 0: shifted_node(ACTIVATION, 0, power, block, c, shift, h, l, sums); break;
                    case 1: shifted_node(ACTIVATION, 1, power, block, c, shift, h, l, sums); break;
                    case 2: shifted_node(ACTIVATION, 2, power, block, c, shift, h, l, sums); break;
                    case 3: shifted_node(ACTIVATION, 3, power, block, c, shift, h, l, sums); break;
                    default: shifted_node(ACTIVATION, 4, power, block, c, shift, h, l, sums); break;
                    }
                }
                for (int v = 0; v < block.vectors; v++) store_values(LOADV(sums + v * VW), block, v, to);
                continue;
            }
            REAL c[5] = {0, 0, 0, 0, 0};
            for (int q = 0; q < nodes; q++) c[orders[q]] += coefficients[q * coefficients_stride + j + r];
            switch (present) {
            case 1: one_node(ACTIVATION, 0, power, block, c[0], h, l, to); break;
            case 2: one_node(ACTIVATION, 1, power, block, c[1], h, l, to); break;
            case 4: one_node(ACTIVATION, 2, power, block, c[2], h, l, to); break;
            case 8: one_node(ACTIVATION, 3, power, block, c[3], h, l, to); break;
            case 16: one_node(ACTIVATION, 4, power, block, c[4], h, l, to); break;
            default: several_orders(ACTIVATION, present, power, block, c, h, l, to); break;
            }
        }
    }
    if (block.stream) STREAM_ENDS();
}
#endif

// MARK: Sums over stencils

#if !BY_NODES
__kernel KERNEL_ATTRIBUTES void features_by_stencil(
    KERNEL_ITEM __global const REAL *points, long points_offset, long points_stride, __global const REAL *weights, long weights_offset,
    long weights_stride, __global const REAL *biases, long biases_offset, __global REAL *result, long result_offset, long result_stride,
    long M, long N, int d, int power, int stencil_points, int groups, __global const REAL *table) {
    feature_block block = block_at((long)get_global_id(0), (long)get_global_id(1), STREAM, M, N);
    if (block.length <= 0 || block.begin >= N) return;
    points += points_offset + block.first;
    weights += weights_offset;
    biases += biases_offset;
    __global const REAL *factors = table + (long)stencil_points * d, *scales = factors + (long)groups * stencil_points;
    for (long j = block.begin; j < block.end; j += RJ) {
        int count = block.end - j < RJ ? (int)(block.end - j) : RJ;
        for (int v = 0; v < block.vectors; v++) {
            REALV sums[GROUPS * RJ];
            for (int i = 0; i < groups * RJ; i++) sums[i] = V(0.0);
            for (int s = 0; s < stencil_points; s++) {
                REALV z[RJ];
                for (int k = 0; k < d; k++) {
                    REALV x = load_points(block, v, points + k * points_stride) + (REALV)(table[s * d + k]);
                    for (int r = 0; r < RJ; r++) {
                        long row = j + (r < count ? r : count - 1);
                        REALV product = (REALV)(weights[row * weights_stride + k]) * x;
                        z[r] = k == 0 ? product : z[r] + product;
                    }
                }
                for (int r = 0; r < count; r++) {
                    sigma_state state = sigma_at(ACTIVATION, z[r] + (REALV)(biases[j + r]), V(0.0));
                    REALV value = sigma_order(ACTIVATION, power, 0, state);
                    for (int g = 0; g < groups; g++) {
                        REAL factor = factors[g * stencil_points + s];
                        if (factor != 0) sums[g * RJ + r] = sums[g * RJ + r] + (REALV)(factor) * value;
                    }
                }
            }
            for (int r = 0; r < count; r++) {
                REALV y = (REALV)(scales[0]) * sums[r];
                for (int g = 1; g < groups; g++) y = y + (REALV)(scales[g]) * sums[g * RJ + r];
                store_values(y, block, v, result + result_offset + (j + r) * result_stride + block.first);
            }
        }
    }
    if (block.stream) STREAM_ENDS();
}
#endif
