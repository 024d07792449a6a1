// Everything of a network for one instruction set and precision. The including file defines F64, VECTOR_BYTES, ISA_REGISTERS
// and KERNELS, the name of its table.
#define INLINE static inline __attribute__((always_inline))
#if F64
#define REAL double
#define INT int64_t
#else
#define REAL float
#define INT int32_t
#endif
#define VW ((int)(VECTOR_BYTES / sizeof(REAL)))
typedef REAL REALV __attribute__((ext_vector_type(VECTOR_BYTES / sizeof(REAL))));
typedef INT INTV __attribute__((ext_vector_type(VECTOR_BYTES / sizeof(REAL))));
typedef REAL loose __attribute__((ext_vector_type(VECTOR_BYTES / sizeof(REAL)), aligned(sizeof(REAL))));
#define STOREV(v, p) (*(loose *)(p) = (v))
#define LOADV(p) (*(const loose *)(p))

#include "network_products.inc.h"
#include "network_activations.inc.h"
#include "network_jets.inc.h"
#include "network_block.inc.h"
