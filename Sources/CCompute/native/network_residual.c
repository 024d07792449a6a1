// Built-in residuals.
#include "../include/network.h"

#define QUADRATIC(REAL)                                                                                                               \
    do {                                                                                                                              \
        const REAL *y = block->components, *source = given->source;                                                                   \
        REAL *r = block->residuals, *partial = block->partials;                                                                       \
        for (int32_t p = 0; p < points; p++) r[p] = source ? -source[block->first + p] : 0;                                           \
        for (int32_t c = 0; c < given->components; c++) {                                                                             \
            const REAL factor = (REAL)given->linear[c];                                                                               \
            for (int32_t p = 0; partial && p < points; p++) partial[c * stride + p] = factor;                                         \
            if (factor == 0) continue;                                                                                                \
            for (int32_t p = 0; p < points; p++) r[p] += factor * y[c * stride + p];                                                  \
        }                                                                                                                             \
        for (int32_t q = 0; q < given->products; q++) {                                                                               \
            const REAL factor = (REAL)given->coefficients[q];                                                                         \
            const int64_t a = given->left[q] * stride, b = given->right[q] * stride;                                                  \
            for (int32_t p = 0; p < points; p++) r[p] += factor * y[a + p] * y[b + p];                                                \
            if (!partial) continue;                                                                                                   \
            for (int32_t p = 0; p < points; p++) {                                                                                    \
                partial[a + p] += factor * y[b + p];                                                                                  \
                partial[b + p] += factor * y[a + p];                                                                                  \
            }                                                                                                                         \
        }                                                                                                                             \
    } while (0)

void cc_residual_quadratic(const void *context, cc_precision precision, const cc_residual_block *block) {
    const cc_quadratic_residual *given = context;
    const int32_t points = block->points;
    const int64_t stride = block->stride;
    if (precision == CC_F64) QUADRATIC(double);
    else QUADRATIC(float);
}
