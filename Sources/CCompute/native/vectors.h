/// The kernels of Kernels/*.cl compiled as C: one table for each instruction set and precision.
#ifndef RESIDUA_VECTORS_H
#define RESIDUA_VECTORS_H

#include <stdint.h>

/// What the feature kernels are given, in the order of features.cl; the matrices begin at their first element.
typedef struct cc_feature_arguments {
    const void *points, *weights, *biases;
    void *result;
    int64_t points_stride, weights_stride, result_stride;
    int64_t M, N;
    int32_t d, power;
    int32_t stream;                            ///< results go past the caches
    // Nodes.
    int32_t nodes;
    const int32_t *orders;
    const void *coefficients, *shifts;         ///< shifts: NULL when there are none
    int64_t coefficients_stride, shifts_stride;
    // Stencils.
    int32_t stencil_points, groups;
    const void *table;
} cc_feature_arguments;

typedef struct cc_map_arguments {
    const void *x;
    void *y;
    int64_t count;
    int32_t power;
} cc_map_arguments;

typedef void cc_feature_kernel(int64_t block, int64_t tile, const cc_feature_arguments *arguments);
typedef void cc_map_kernel(int64_t block, const cc_map_arguments *arguments);

enum { cc_activations = 9, cc_orders = 5, cc_plain_functions = 6 };

typedef struct cc_vectors {
    int32_t lanes;                 ///< of the kernels' vectors
    int32_t block_points, tile_features, map_block;   ///< P and FJ of features.cl, P of map.cl
    cc_feature_kernel *nodes[cc_activations], *stencil[cc_activations], *exact;
    cc_map_kernel *functions[cc_plain_functions], *derivatives[cc_activations][cc_orders];
} cc_vectors;

#if defined(__x86_64__)
extern const cc_vectors cc_vectors_avx512_f32, cc_vectors_avx512_f64, cc_vectors_avx2_f32, cc_vectors_avx2_f64;
#endif
extern const cc_vectors cc_vectors_generic_f32, cc_vectors_generic_f64;

#endif
