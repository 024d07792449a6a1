// The exact value of a stencil sum for ReLU powers: features_by_stencil_exact, the arguments, macros and sizes of
// features_by_stencil in features.cl, with ACTIVATION 7.
//
// A value is a pair, high + low with |low| <= ulp(high) / 2, of twice the working precision; one rounding at the end.

#ifndef CLSHIM
#define BY_NODES 1
#define BY_STENCIL 1
#endif
#include "features.cl"

typedef struct {
    REALV high, low;
} pair;

INLINE pair pair_of(REALV high, REALV low) {
    pair p;
    p.high = high + low;
    p.low = low - (p.high - high);
    return p;
}

INLINE pair pair_sum(REALV a, REALV b) {
    pair p;
    p.high = a + b;
    REALV back = p.high - a;
    p.low = (a - (p.high - back)) + (b - back);
    return p;
}

INLINE pair pair_add(pair a, pair b) {
    pair s = pair_sum(a.high, b.high), t = pair_sum(a.low, b.low);
    s = pair_of(s.high, s.low + t.high);
    return pair_of(s.high, s.low + t.low);
}

INLINE pair pair_times(pair a, pair b) {
    REALV p = a.high * b.high;
    return pair_of(p, fma(a.high, b.high, -p) + fma(a.high, b.low, a.low * b.high));
}

INLINE pair pair_constant(REAL high, REAL low) {
    pair p;
    p.high = (REALV)(high);
    p.low = (REALV)(low);
    return p;
}

INLINE pair pair_relu(pair z, int power) {
    INTV positive = MASK(z.high > V(0.0));
    z.high = AS_REAL(AS_INT(z.high) & positive);
    z.low = AS_REAL(AS_INT(z.low) & positive);
    pair y = z;
    for (int i = 1; i < power; i++) y = pair_times(y, z);
    return y;
}

__kernel KERNEL_ATTRIBUTES void features_by_stencil_exact(
    KERNEL_ITEM __global const REAL *points, long points_offset, long points_stride, __global const REAL *weights, long weights_offset,
    long weights_stride, __global const REAL *biases, long biases_offset, __global REAL *result, long result_offset, long result_stride,
    long M, long N, int d, int power, int stencil_points, int groups, __global const REAL *table) {
    feature_block block = block_at((long)get_global_id(0), (long)get_global_id(1), STREAM, M, N);
    if (block.length <= 0 || block.begin >= N) return;
    points += points_offset + block.first;
    weights += weights_offset;
    __global const REAL *factors = table + (long)stencil_points * d, *scales = factors + (long)groups * stencil_points;
    __global const REAL *factors_low = scales + groups, *scales_low = factors_low + (long)groups * stencil_points;
    for (long j = block.begin; j < block.end; j++)
        for (int v = 0; v < block.vectors; v++) {
            pair sums[GROUPS];
            for (int g = 0; g < groups; g++) sums[g] = pair_constant(0, 0);
            for (int s = 0; s < stencil_points; s++) {
                pair z = pair_constant(biases[biases_offset + j], 0);
                for (int k = 0; k < d; k++) {
                    pair x = pair_sum(load_points(block, v, points + k * points_stride), (REALV)(table[s * d + k]));
                    z = pair_add(z, pair_times(x, pair_constant(weights[j * weights_stride + k], 0)));
                }
                pair value = pair_relu(z, power);
                for (int g = 0; g < groups; g++) {
                    REAL factor = factors[g * stencil_points + s];
                    if (factor != 0)
                        sums[g] = pair_add(sums[g], pair_times(value, pair_constant(factor, factors_low[g * stencil_points + s])));
                }
            }
            pair y = pair_constant(0, 0);
            for (int g = 0; g < groups; g++) y = pair_add(y, pair_times(sums[g], pair_constant(scales[g], scales_low[g])));
            store_values(y.high, block, v, result + result_offset + j * result_stride + block.first);
        }
    if (block.stream) STREAM_ENDS();
}
