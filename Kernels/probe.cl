// Whether double precision is what it claims to be: quotient, root and fused multiply-add, a case an item.
#define F64 1
#include "builtins.clh"

__kernel HEEDED __attribute__((reqd_work_group_size(1, 1, 1)))
void probe(__global const double *a, __global const double *b, __global double *quotient, __global double *root,
           __global double *fused) {
    const size_t i = get_global_id(0);
    quotient[i] = a[i] / b[i];
    root[i] = sqrt(a[i]);
    fused[i] = fma(a[i], b[i], -(a[i] * b[i]));
}
