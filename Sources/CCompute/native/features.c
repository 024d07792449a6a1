// Random-feature matrices on the native path: the kernels of Kernels/features.cl, a block of points × a tile of features a task.
#include "native.h"
#include "vectors.h"

#include <stdatomic.h>
#include <stdlib.h>

typedef struct job {
    const cc_feature_arguments *arguments;
    cc_feature_kernel *kernel;
    int64_t blocks;
} job;

static void run_task(int64_t task, void *context) {
    const job *j = context;
    j->kernel(task % j->blocks, task / j->blocks, j->arguments);
    if (j->arguments->stream) {
#if defined(__x86_64__)
        __builtin_ia32_sfence();
#else
        atomic_thread_fence(memory_order_seq_cst);
#endif
    }
}

// Results of this size leave the caches before anybody reads them; writing them through costs a read of each line besides.
enum { stream_bytes = 8 << 20 };

static void run(const cc_vectors *vectors, cc_feature_kernel *kernel, const cc_feature_arguments *a) {
    int64_t blocks = (a->M + vectors->block_points - vectors->lanes) / vectors->block_points;
    if (blocks < 1) blocks = 1;
    job j = { a, kernel, blocks };
    cc_pool_run(blocks * ((a->N + vectors->tile_features - 1) / vectors->tile_features), run_task, &j);
}

static cc_feature_arguments common_arguments(const cc_feature_set *set) {
    return (cc_feature_arguments){
        .points = cc_native_elements(&set->point_coordinates, set->precision),
        .points_stride = set->point_coordinates.stride,
        .weights = cc_native_elements(&set->weights, set->precision),
        .weights_stride = set->weights.stride,
        .biases = cc_native_elements(&set->biases, set->precision),
        .result = cc_native_elements(&set->result, set->precision),
        .result_stride = set->result.stride,
        .M = set->points,
        .N = set->features,
        .d = set->dimension,
        .power = set->activation == CC_RELU ? set->power : 0,
        .stream = set->points * set->features >= stream_bytes / (int64_t)cc_element_size(set->precision),
    };
}

cc_status cc_native_features_by_nodes(cc_device *device, const cc_feature_set *set, const cc_node_sum *sum, cc_error *error) {
    (void)device, (void)error;
    if (set->points == 0 || set->features == 0) return CC_OK;
    cc_feature_arguments a = common_arguments(set);
    a.nodes = sum->nodes;
    a.orders = sum->orders;
    a.coefficients = cc_native_elements(&sum->coefficients, set->precision);
    a.coefficients_stride = sum->coefficients.stride;
    a.shifts = cc_native_elements(&sum->shifts, set->precision);
    a.shifts_stride = sum->shifts.stride;
    const cc_vectors *vectors = cc_isa_current()->vectors[set->precision];
    run(vectors, vectors->nodes[set->activation], &a);
    return CC_OK;
}

void cc_stencil_table(const cc_stencil_sum *sum, int32_t dimension, cc_precision precision, void *table) {
    int64_t offsets = (int64_t)sum->stencil_points * dimension, factors = (int64_t)sum->groups * sum->stencil_points;
    struct { const double *from; int64_t count; bool rest; } parts[] = {
        { sum->offsets, offsets, false }, { sum->weights, factors, false }, { sum->scales, sum->groups, false },
        { sum->weights, factors, true }, { sum->scales, sum->groups, true },
    };
    int64_t at = 0;
    for (int p = 0; p < 5; p++)
        for (int64_t i = 0; i < parts[p].count; i++, at++) {
            double x = parts[p].from[i];
            if (precision == CC_F64) ((double *)table)[at] = parts[p].rest ? 0 : x;
            else ((float *)table)[at] = parts[p].rest ? (float)(x - (double)(float)x) : (float)x;
        }
}

int64_t cc_stencil_table_elements(const cc_stencil_sum *sum, int32_t dimension) {
    return (int64_t)sum->stencil_points * (dimension + 2 * (int64_t)sum->groups) + 2 * (int64_t)sum->groups;
}

cc_status cc_native_features_by_stencil(cc_device *device, const cc_feature_set *set, const cc_stencil_sum *sum, cc_error *error) {
    (void)device;
    if (set->points == 0 || set->features == 0) return CC_OK;
    void *table = malloc((size_t)cc_stencil_table_elements(sum, set->dimension) * cc_element_size(set->precision));
    if (!table) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no memory for a stencil of %d points.", sum->stencil_points);
    cc_stencil_table(sum, set->dimension, set->precision, table);
    cc_feature_arguments a = common_arguments(set);
    a.stencil_points = sum->stencil_points;
    a.groups = sum->groups;
    a.table = table;
    const cc_vectors *vectors = cc_isa_current()->vectors[set->precision];
    run(vectors, sum->exact ? vectors->exact : vectors->stencil[set->activation], &a);
    free(table);
    return CC_OK;
}
