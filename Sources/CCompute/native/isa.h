/// Instruction sets: every file `isa_*.c` compiles the same templates (`*.inc.h`) for one of them and fills a table.
///
/// A template is included under `#pragma clang attribute push(__attribute__((target(…))), apply_to = function)` with
///   ISA(name)     name with the set's suffix
///   VECTOR_BYTES  64, 32 or 16
///   ISA_REGISTERS number of vector registers
/// Its helpers are `static inline __attribute__((always_inline))`; vector types do not cross the table's boundary; system
/// headers are included before the pragma.
#ifndef RESIDUA_ISA_H
#define RESIDUA_ISA_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "product.h"
#include "vectors.h"

typedef struct cc_isa {
    const char *label;     ///< "avx512", "avx2", "generic": the values of RESIDUA_ISA
    const char *title;     ///< "AVX-512", …
    bool (*present)(void); ///< whether this processor and operating system have it
    cc_product_kernel product[2];          ///< by cc_precision, as all that follows
    double (*multiply_adds[2])(int64_t rounds, double *sink);
    const cc_vectors *vectors[2];          ///< vector functions and feature matrices
    // Narrow float64 products on matrices as they lie: W = Vᵀ A, A ← A − V W, and one reflection of short columns.
    void (*dots)(int64_t rows, int64_t p, const double *v, int64_t ldv, int64_t q, const double *a, int64_t lda, double *w, int64_t ldw);
    void (*update)(int64_t rows, int64_t p, const double *v, int64_t ldv, int64_t q, double *a, int64_t lda, const double *w, int64_t ldw);
    void (*reflect)(int64_t vectors, const double *v, double tau, int64_t columns, double *y, int64_t ldy, double *squares);
} cc_isa;

/// The set in use: the best one present, or what the environment variable RESIDUA_ISA or `cc_native_select_isa` says.
const cc_isa *cc_isa_current(void);

#if defined(__x86_64__)
extern const cc_isa cc_isa_avx512, cc_isa_avx2;
#endif
extern const cc_isa cc_isa_generic;

#endif
