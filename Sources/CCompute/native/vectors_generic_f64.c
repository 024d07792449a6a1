// Vector functions and feature matrices, float64, the compiler's basic instruction set.
#include "vectors.h"

#define F64 1
#define VECTOR_BYTES 16
#define VECTORS cc_vectors_generic_f64
#include "vectors.inc.h"
