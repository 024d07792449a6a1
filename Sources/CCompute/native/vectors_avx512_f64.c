// Vector functions and feature matrices, float64, AVX-512.
#if defined(__x86_64__)
#include "vectors.h"

#define F64 1
#define VECTOR_BYTES 256
#define VECTORS cc_vectors_avx512_f64
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma"))), apply_to = function)
#include "vectors.inc.h"
#pragma clang attribute pop
#endif
