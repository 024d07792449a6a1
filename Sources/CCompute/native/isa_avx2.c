// The templates for AVX2 with FMA.
#if defined(__x86_64__)
#include "isa.h"

#define ISA(name) name##_avx2
#define VECTOR_BYTES 32
#define ISA_REGISTERS 16


static bool present(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

const cc_isa cc_isa_avx2 = {
    .label = "avx2",
    .title = "AVX2",
    .present = present,
};
#endif
