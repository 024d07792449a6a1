// The network's templates: AVX-512, float32.
#if defined(__x86_64__)
#include "network_plan.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

#define F64 0
#define VECTOR_BYTES 64
#define ISA_REGISTERS 32
#define KERNELS net_kernels_avx512_f32

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma"))), apply_to = function)
#include "network_kernels.inc.h"
#pragma clang attribute pop
#endif
