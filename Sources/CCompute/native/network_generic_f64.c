// The network's templates: no instruction set asked for, float64.
#include "network_plan.h"

#include <math.h>
#include <string.h>

#define F64 1
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define ISA_REGISTERS 32
#else
#define ISA_REGISTERS 16
#endif
#define KERNELS net_kernels_generic_f64

#include "network_kernels.inc.h"
