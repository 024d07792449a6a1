/// Launches of Kernels/features.cl and exact.cl.
#include <stdlib.h>
#include <string.h>

#include "opencl.h"

enum { COMMON = 15, MOST = 24 };

/// A launch in the making: what all feature kernels take, and the scalars it points to.
typedef struct feature_launch {
    ocl_argument arguments[MOST];
    cl_mem points, weights, biases, result;
    cl_int dimension, power;
    size_t groups[2];
    int workgroup;
    char options[1024];
} feature_launch;

/// Points and features of a work-item, as the text asks for; `way` is BY_NODES or BY_STENCIL, the only kernel of the program.
static void prepare(const ocl_device *d, const cc_feature_set *set, const char *way, feature_launch *l) {
    const int vw = ocl_function_vector(d, set->precision);
    const bool local = d->shape.local, wide = !local && d->entry->wide_vectors;
    const int64_t p = local ? vw : wide ? 256 : 128, rj = wide ? 1 : 4, fj = local ? rj : 32;
    ocl_options(d, set->precision, l->options, sizeof l->options, "-DVW=%d -DACTIVATION=%d -DP=%d -DRJ=%d -DFJ=%d -DKC=%d -D%s=1", vw, (int)set->activation, (int)p,
                (int)rj, (int)fj, local ? 1 : 32, way);
    l->points = ocl_memory(set->point_coordinates.buffer);
    l->weights = ocl_memory(set->weights.buffer);
    l->biases = ocl_memory(set->biases.buffer);
    l->result = ocl_memory(set->result.buffer);
    l->dimension = set->dimension;
    l->power = set->activation == CC_RELU ? set->power : 0;
    const ocl_argument common[COMMON] = {
        OCL_ARGUMENT(l->points), OCL_ARGUMENT(set->point_coordinates.offset), OCL_ARGUMENT(set->point_coordinates.stride),
        OCL_ARGUMENT(l->weights), OCL_ARGUMENT(set->weights.offset), OCL_ARGUMENT(set->weights.stride),
        OCL_ARGUMENT(l->biases), OCL_ARGUMENT(set->biases.offset),
        OCL_ARGUMENT(l->result), OCL_ARGUMENT(set->result.offset), OCL_ARGUMENT(set->result.stride),
        OCL_ARGUMENT(set->points), OCL_ARGUMENT(set->features), OCL_ARGUMENT(l->dimension), OCL_ARGUMENT(l->power)};
    memcpy(l->arguments, common, sizeof common);
    int64_t blocks = (set->points + p - vw) / p;
    if (blocks < 1) blocks = 1;
    l->workgroup = d->shape.workgroup;
    l->groups[0] = (size_t)((blocks + l->workgroup - 1) / l->workgroup);
    l->groups[1] = (size_t)((set->features + fj - 1) / fj);
}

cc_status ocl_features_by_nodes(cc_device *device, const cc_feature_set *set, const cc_node_sum *sum, cc_error *error) {
    if (set->points == 0 || set->features == 0) return CC_OK;
    ocl_device *d = ocl_of(device);
    feature_launch l;
    prepare(d, set, "BY_NODES", &l);
    const cl_int nodes = sum->nodes, shifted = sum->shifts.buffer != NULL;
    const cc_matrix *shifts = shifted ? &sum->shifts : &sum->coefficients;
    const cl_mem coefficients = ocl_memory(sum->coefficients.buffer), shift_memory = ocl_memory(shifts->buffer);
    cl_mem orders = NULL;
    cl_kernel kernel;
    pthread_mutex_lock(&d->lock);
    cc_status status = ocl_kernel(d, "features.cl", l.options, "features_by_nodes", &kernel, error);
    if (status == CC_OK) status = ocl_constants(d, sum->orders, sizeof *sum->orders * (size_t)nodes, &orders, error);
    if (status == CC_OK) {
        const ocl_argument own[] = {OCL_ARGUMENT(nodes), OCL_ARGUMENT(orders), OCL_ARGUMENT(coefficients), OCL_ARGUMENT(sum->coefficients.offset),
                                    OCL_ARGUMENT(sum->coefficients.stride), OCL_ARGUMENT(shift_memory), OCL_ARGUMENT(shifts->offset),
                                    OCL_ARGUMENT(shifts->stride), OCL_ARGUMENT(shifted)};
        memcpy(l.arguments + COMMON, own, sizeof own);
        status = ocl_launch(d, kernel, "features_by_nodes", l.arguments, COMMON + 9, l.groups, l.workgroup, error);
        ocl_free(d, orders);
    }
    pthread_mutex_unlock(&d->lock);
    return status;
}

cc_status ocl_features_by_stencil(cc_device *device, const cc_feature_set *set, const cc_stencil_sum *sum, cc_error *error) {
    if (set->points == 0 || set->features == 0) return CC_OK;
    ocl_device *d = ocl_of(device);
    const size_t bytes = (size_t)cc_stencil_table_elements(sum, set->dimension) * cc_element_size(set->precision);
    void *values = malloc(bytes);
    if (!values) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "No memory is left for a stencil of %d points.", sum->stencil_points);
    cc_stencil_table(sum, set->dimension, set->precision, values);
    feature_launch l;
    prepare(d, set, "BY_STENCIL", &l);
    const char *name = sum->exact ? "features_by_stencil_exact" : "features_by_stencil";
    const cl_int points = sum->stencil_points, groups = sum->groups;
    cl_mem table = NULL;
    cl_kernel kernel;
    pthread_mutex_lock(&d->lock);
    cc_status status = ocl_kernel(d, sum->exact ? "exact.cl" : "features.cl", l.options, name, &kernel, error);
    if (status == CC_OK) status = ocl_constants(d, values, bytes, &table, error);
    if (status == CC_OK) {
        const ocl_argument own[] = {OCL_ARGUMENT(points), OCL_ARGUMENT(groups), OCL_ARGUMENT(table)};
        memcpy(l.arguments + COMMON, own, sizeof own);
        status = ocl_launch(d, kernel, name, l.arguments, COMMON + 3, l.groups, l.workgroup, error);
        ocl_free(d, table);
    }
    pthread_mutex_unlock(&d->lock);
    free(values);
    return status;
}
