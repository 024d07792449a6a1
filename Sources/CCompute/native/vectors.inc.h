// The kernels' texts as C for one instruction set and precision. Wanted: F64, VECTOR_BYTES (of the vectors used, a multiple of
// the registers': several registers to a vector keep as many independent chains in flight), VECTORS (the table's name).
#include "clshim.h"

#define P 2048
#define FUNCTION (clshim_variant & 7)
#define ACTIVATION (clshim_variant >> 3 & 15)
#define ORDER (clshim_variant >> 7)
#include "../../../Kernels/map.cl"
#undef P
#undef ACTIVATION
enum { map_block = 2048 };

#define P 256
#define RJ 2
#define FJ 32
#define KC 32
#define ACTIVATION clshim_variant
#include "../../../Kernels/exact.cl"

#define MAP(name, variant)                                                                                                   \
    static void name(int64_t block, const cc_map_arguments *a) {                                                             \
        map_values((const long[]){ block }, variant, a->x, 0, a->y, 0, a->count, a->power);                                  \
    }

MAP(map_exp, 0)
MAP(map_expm1, 1)
MAP(map_log1p, 2)
MAP(map_tanh, 3)
MAP(map_sin, 4)
MAP(map_cos, 5)

#define STENCIL(name, kernel, activation)                                                                                    \
    static void name(int64_t block, int64_t tile, const cc_feature_arguments *a) {                                           \
        kernel((const long[]){ block, tile, a->stream }, activation, a->points, 0, a->points_stride, a->weights, 0, a->weights_stride,  \
               a->biases, 0, a->result, 0, a->result_stride, a->M, a->N, a->d, a->power, a->stencil_points, a->groups,       \
               a->table);                                                                                                    \
    }

#define ACTIVATION_FUNCTIONS(name, activation)                                                                               \
    static void nodes_##name(int64_t block, int64_t tile, const cc_feature_arguments *a) {                                   \
        features_by_nodes((const long[]){ block, tile, a->stream }, activation, a->points, 0, a->points_stride, a->weights, 0,          \
                          a->weights_stride, a->biases, 0, a->result, 0, a->result_stride, a->M, a->N, a->d, a->power,       \
                          a->nodes, a->orders, a->coefficients, 0, a->coefficients_stride, a->shifts, 0, a->shifts_stride,   \
                          a->shifts != 0);                                                                                   \
    }                                                                                                                        \
    STENCIL(stencil_##name, features_by_stencil, activation)                                                                 \
    MAP(map_##name##_0, 6 | activation << 3)                                                                                 \
    MAP(map_##name##_1, 6 | activation << 3 | 1 << 7)                                                                        \
    MAP(map_##name##_2, 6 | activation << 3 | 2 << 7)                                                                        \
    MAP(map_##name##_3, 6 | activation << 3 | 3 << 7)                                                                        \
    MAP(map_##name##_4, 6 | activation << 3 | 4 << 7)

ACTIVATION_FUNCTIONS(sigma_tanh, SIGMA_TANH)
ACTIVATION_FUNCTIONS(sigma_sin, SIGMA_SIN)
ACTIVATION_FUNCTIONS(sigma_cos, SIGMA_COS)
ACTIVATION_FUNCTIONS(sigma_sigmoid, SIGMA_SIGMOID)
ACTIVATION_FUNCTIONS(sigma_softplus, SIGMA_SOFTPLUS)
ACTIVATION_FUNCTIONS(sigma_silu, SIGMA_SILU)
ACTIVATION_FUNCTIONS(sigma_gaussian, SIGMA_GAUSSIAN)
ACTIVATION_FUNCTIONS(sigma_relu, SIGMA_RELU)
ACTIVATION_FUNCTIONS(sigma_gelu, SIGMA_GELU)
STENCIL(stencil_exact, features_by_stencil_exact, SIGMA_RELU)

#define DERIVATIVES(name) { map_##name##_0, map_##name##_1, map_##name##_2, map_##name##_3, map_##name##_4 }

const cc_vectors VECTORS = {
    .lanes = VW,
    .block_points = P,
    .tile_features = FJ,
    .map_block = map_block,
    .nodes = { nodes_sigma_tanh, nodes_sigma_sin, nodes_sigma_cos, nodes_sigma_sigmoid, nodes_sigma_softplus, nodes_sigma_silu,
               nodes_sigma_gaussian, nodes_sigma_relu, nodes_sigma_gelu },
    .stencil = { stencil_sigma_tanh, stencil_sigma_sin, stencil_sigma_cos, stencil_sigma_sigmoid, stencil_sigma_softplus,
                 stencil_sigma_silu, stencil_sigma_gaussian, stencil_sigma_relu, stencil_sigma_gelu },
    .exact = stencil_exact,
    .functions = { map_exp, map_expm1, map_log1p, map_tanh, map_sin, map_cos },
    .derivatives = { DERIVATIVES(sigma_tanh), DERIVATIVES(sigma_sin), DERIVATIVES(sigma_cos), DERIVATIVES(sigma_sigmoid),
                     DERIVATIVES(sigma_softplus), DERIVATIVES(sigma_silu), DERIVATIVES(sigma_gaussian), DERIVATIVES(sigma_relu),
                     DERIVATIVES(sigma_gelu) },
};
