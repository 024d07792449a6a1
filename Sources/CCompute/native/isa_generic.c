// The templates for the compiler's basic instruction set: NEON on arm64, SSE2 on x86-64.
#include "isa.h"

#define ISA(name) name##_generic
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define ISA_REGISTERS 32
#define ISA_TITLE "NEON"
#elif defined(__x86_64__)
#define ISA_REGISTERS 16
#define ISA_TITLE "SSE2"
#else
#define ISA_REGISTERS 16
#define ISA_TITLE "generic"
#endif

static bool present(void) { return true; }

const cc_isa cc_isa_generic = {
    .label = "generic",
    .title = ISA_TITLE,
    .present = present,
};
