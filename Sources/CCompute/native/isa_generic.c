// The templates for the compiler's basic instruction set: NEON on arm64, SSE2 on x86-64.
#include "isa.h"

#define ISA(name) name##_generic
#define VECTOR_BYTES 16
#define TILE_VECTORS 3
#define TILE_COLUMNS 4
#define PREFETCH_A 8
#if defined(__aarch64__)
#define ISA_TITLE "NEON"
#elif defined(__x86_64__)
#define ISA_TITLE "SSE2"
#else
#define ISA_TITLE "generic"
#endif

#include "templates.inc.h"

static bool present(void) { return true; }

const cc_isa cc_isa_generic = {
    .label = "generic",
    .title = ISA_TITLE,
    .present = present,
    .product = { PRODUCT_KERNEL(f32, 4, 384, 192, 4096), PRODUCT_KERNEL(f64, 8, 256, 96, 4096) },
    .multiply_adds = { ISA(multiply_adds_f32), ISA(multiply_adds_f64) },
    .vectors = { &cc_vectors_generic_f32, &cc_vectors_generic_f64 },
    .dots = ISA(dots_f64),
    .update = ISA(update_f64),
    .reflect = ISA(reflect_f64),
};
