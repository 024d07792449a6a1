// Vector functions and feature matrices, float32, AVX2.
#if defined(__x86_64__)
#include "vectors.h"

#define F64 0
#define VECTOR_BYTES 64
#define VECTORS cc_vectors_avx2_f32
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "vectors.inc.h"
#pragma clang attribute pop
#endif
