// y_i = f(x_i) for i < count.
//
// Build macros: F64, VW; P elements a work-item (a multiple of VW); FUNCTION 0 exp, 1 expm1, 2 log1p, 3 tanh, 4 sin, 5 cos,
// 6 the derivative of order ORDER of the activation ACTIVATION (numbers as in activations.clh; both 0 otherwise).
// Kernel map_values(x, x_offset, y, y_offset, count, power): buffers of REAL, offsets and count long, in elements, power int.
// Global size: ceil(count / P) or more in one dimension; local size: WG (1 on CPUs). x and y may be the same elements.
// GPUs: VW 1, P 1 to 4; CPUs: P 1024 or so.

#include "activations.clh"

#ifndef CLSHIM
#define KERNEL_ITEM
#define KERNEL_ATTRIBUTES HEEDED __attribute__((reqd_work_group_size(WG, 1, 1)))
#endif

INLINE REALV map_value(int function, int activation, int power, int order, REALV x) {
    return function == 0 ? vexp(x)
        : function == 1 ? vexpm1(x)
        : function == 2 ? vlog1p(x)
        : function == 3 ? vtanh(x)
        : function == 4 ? vsin(x, V(0.0))
        : function == 5 ? vcos(x, V(0.0))
                        : sigma_order(activation, power, order, sigma_at(activation, x, V(0.0)));
}

__kernel KERNEL_ATTRIBUTES void map_values(KERNEL_ITEM __global const REAL *x, long x_offset, __global REAL *y, long y_offset,
                                           long count, int power) {
    long first = (long)get_global_id(0) * P;
    if (first >= count) return;
    long end = first + P < count ? first + P : count;
    x += x_offset;
    y += y_offset;
    long i = first;
    for (; i + VW <= end; i += VW) {
        REALV value = map_value(FUNCTION, ACTIVATION, power, ORDER, LOADV(x + i));
        STOREV(value, y + i);
    }
    if (i < end) {
        REAL lanes[VW];
        for (int lane = 0; lane < VW; lane++) lanes[lane] = i + lane < end ? x[i + lane] : R(0.0);
        REALV value = map_value(FUNCTION, ACTIVATION, power, ORDER, LOADV(lanes));
        STOREV(value, lanes);
        for (int lane = 0; lane < VW && i + lane < end; lane++) y[i + lane] = lanes[lane];
    }
}
