// What a device can do at best: fused multiply-adds in registers, and copying of memory.
// LOCAL = 0: VW lanes an item and chains enough to fill two pipelines; LOCAL = 1: the same by many items. F64, VW, CHAINS, RUN, WG.

#if F64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef double real;
#define VECTOR_(n) double##n
#else
typedef float real;
#define VECTOR_(n) float##n
#endif
#define VECTOR(n) VECTOR_(n)
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
typedef VECTOR(VW) vector;
#define LOAD JOIN(vload, VW)
#define STORE JOIN(vstore, VW)

// 2 · VW · CHAINS operations a step and item. The result is stored, so that nothing can be left out.
__kernel __attribute__((reqd_work_group_size(WG, 1, 1)))
void multiply_add(__global real *out, real factor, real term, long steps) {
    vector v[CHAINS];
    const vector f = (vector)factor, t = (vector)term;
#pragma unroll
    for (int i = 0; i < CHAINS; i++) v[i] = (vector)((real)get_global_id(0) + i);
#pragma unroll 1
    for (long s = 0; s < steps; s++)
#pragma unroll
        for (int i = 0; i < CHAINS; i++) v[i] = fma(v[i], f, t);
    vector sum = v[0];
#pragma unroll
    for (int i = 1; i < CHAINS; i++) sum += v[i];
    STORE(sum, get_global_id(0), out);
}

// RUN vectors an item; the items of a group side by side.
__kernel __attribute__((reqd_work_group_size(WG, 1, 1)))
void copy(__global const real *from, __global real *to) {
    const long first = get_group_id(0) * (long)(WG * RUN) + get_local_id(0);
    for (long r = 0; r < RUN; r++) STORE(LOAD(first + r * WG, from), first + r * WG, to);
}
