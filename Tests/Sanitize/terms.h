/// Terms of every kind of jet, for plans and ensembles.
#ifndef RESIDUA_SANITIZE_TERMS_H
#define RESIDUA_SANITIZE_TERMS_H

#include "driver.h"

/// directions of all orders, the plane biharmonic, a stencil, the Laplacian, values, and values in a program of every place
enum { kinds = 6, dimension = 2, trainable = 2, most_components = 10, most_code = 64 };

/// A term and the memory that it points into.
typedef struct case_term {
    cc_term term;
    cc_quadratic_residual residual;
    double vectors[8], tops[8], offsets[10], weights[10], scales[2], linear[most_components], coefficients[1];
    int32_t orders[4], used[1], left[1], right[1];
    void *coordinates, *source;
    cc_program program;
    const void *data[1];
    // The residual as a program.
    cc_instruction code[most_code];
    double constants[most_components + 1];
    int32_t residuals[1], partials[most_components + trainable];
} case_term;

/// Fills in a case for `free_case`.
void describe(case_term *c, int kind, cc_precision precision, int64_t points, numbers *n);
/// Makes the residual function of a case a program, with θ₀ y₀ added where there are trainable parameters; devices run nothing else.
void become_program(case_term *c, int32_t parameters);
void free_case(case_term *c);

#endif
