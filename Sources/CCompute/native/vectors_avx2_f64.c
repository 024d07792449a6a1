// Vector functions and feature matrices, float64, AVX2.
#if defined(__x86_64__)
#include "vectors.h"

#define F64 1
#define VECTOR_BYTES 64
#define VECTORS cc_vectors_avx2_f64
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "vectors.inc.h"
#pragma clang attribute pop
#endif
