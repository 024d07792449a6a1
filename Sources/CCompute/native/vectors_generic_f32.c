// Vector functions and feature matrices, float32, the compiler's basic instruction set.
#include "vectors.h"

#define F64 0
#define VECTOR_BYTES 16
#define VECTORS cc_vectors_generic_f32
#include "vectors.inc.h"
