// The templates for AVX-512 (F, DQ, VL, BW) with FMA.
#if defined(__x86_64__)
#include "isa.h"

#define ISA(name) name##_avx512
#define VECTOR_BYTES 64
#define ISA_REGISTERS 32

// A target attribute without -march keeps 512-bit vectors whole; the tuning for particular processors prefers 256 bits.

static bool present(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma");
}

const cc_isa cc_isa_avx512 = {
    .label = "avx512",
    .title = "AVX-512",
    .present = present,
};
#endif
