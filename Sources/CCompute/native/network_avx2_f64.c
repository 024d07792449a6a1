// The network's templates: AVX2, float64.
#if defined(__x86_64__)
#include "network_plan.h"

#include <math.h>
#include <string.h>

#define F64 1
#define VECTOR_BYTES 32
#define ISA_REGISTERS 16
#define KERNELS net_kernels_avx2_f64

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "network_kernels.inc.h"
#pragma clang attribute pop
#endif
