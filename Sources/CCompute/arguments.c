// Checks of the public structures, the same for every backend.
#include "backend.h"

#define REQUIRE(condition, ...) \
    do { \
        if (!(condition)) return cc_fail(error, CC_BAD_ARGUMENT, 0, __VA_ARGS__); \
    } while (0)

/// Rows × columns of `matrix` lie inside its buffer, and the buffer on this device.
static cc_status check_matrix(const cc_device *device, const cc_matrix *matrix, int64_t rows, int64_t columns, size_t element,
                              const char *name, cc_error *error) {
    if (rows == 0 || columns == 0) return CC_OK;
    REQUIRE(matrix->buffer, "%s has no buffer.", name);
    REQUIRE(matrix->buffer->device == device, "%s lies on another device.", name);
    REQUIRE(matrix->offset >= 0, "%s has the negative offset %lld.", name, (long long)matrix->offset);
    REQUIRE(columns == 1 || matrix->stride >= rows, "%s has the stride %lld, smaller than its %lld rows.", name, (long long)matrix->stride,
            (long long)rows);
    int64_t last;
    bool overflow = __builtin_mul_overflow(columns - 1, columns == 1 ? rows : matrix->stride, &last)
        || __builtin_add_overflow(last, rows, &last) || __builtin_add_overflow(last, matrix->offset, &last);
    REQUIRE(!overflow && (uint64_t)last <= matrix->buffer->bytes / element,
            "%s of %lld × %lld elements at offset %lld with stride %lld leaves its buffer of %zu bytes.", name, (long long)rows,
            (long long)columns, (long long)matrix->offset, (long long)matrix->stride, matrix->buffer->bytes);
    return CC_OK;
}

static cc_status check_precision(const cc_device *device, cc_precision precision, cc_error *error) {
    REQUIRE(precision == CC_F32 || precision == CC_F64, "There is no precision %d.", (int)precision);
    if (precision == CC_F64 && !device->info->fp64)
        return cc_fail(error, CC_NO_DOUBLE, 0, "Device %s (%s) has no trustworthy double precision; choose f32 or another device.",
                       device->info->id, device->info->name);
    return CC_OK;
}

#define TRY(call) \
    do { \
        cc_status status_ = (call); \
        if (status_) return status_; \
    } while (0)

cc_status cc_check_product(const cc_device *device, const cc_product *p, cc_error *error) {
    REQUIRE(device && p, "A product needs a device and a description.");
    TRY(check_precision(device, p->precision, error));
    REQUIRE(p->m >= 0 && p->n >= 0 && p->k >= 0, "A product of %lld × %lld × %lld has a negative size.", (long long)p->m, (long long)p->n,
            (long long)p->k);
    size_t element = cc_element_size(p->precision);
    TRY(check_matrix(device, &p->a, p->transpose_a ? p->k : p->m, p->transpose_a ? p->m : p->k, element, "Factor A", error));
    TRY(check_matrix(device, &p->b, p->transpose_b ? p->n : p->k, p->transpose_b ? p->k : p->n, element, "Factor B", error));
    return check_matrix(device, &p->c, p->m, p->n, element, "Result C", error);
}

static cc_status check_activation(cc_activation activation, int32_t power, cc_error *error) {
    REQUIRE(activation >= CC_TANH && activation <= CC_GELU, "There is no activation %d.", (int)activation);
    REQUIRE(activation != CC_RELU || (power >= 1 && power <= 9), "The power of a ReLU is 1 to 9, not %d.", power);
    return CC_OK;
}

static cc_status check_set(const cc_device *device, const cc_feature_set *s, cc_error *error) {
    REQUIRE(device && s, "A feature matrix needs a device and a feature set.");
    TRY(check_precision(device, s->precision, error));
    TRY(check_activation(s->activation, s->power, error));
    REQUIRE(s->dimension >= 1 && s->dimension <= 1024, "The dimension is 1 to 1024, not %d.", s->dimension);
    REQUIRE(s->points >= 0 && s->features >= 0, "A feature matrix of %lld points and %lld features has a negative size.",
            (long long)s->points, (long long)s->features);
    size_t element = cc_element_size(s->precision);
    TRY(check_matrix(device, &s->point_coordinates, s->points, s->dimension, element, "The matrix of points", error));
    TRY(check_matrix(device, &s->weights, s->dimension, s->features, element, "The matrix of weights", error));
    TRY(check_matrix(device, &s->biases, s->features, 1, element, "The vector of biases", error));
    return check_matrix(device, &s->result, s->points, s->features, element, "The feature matrix", error);
}

cc_status cc_check_nodes(const cc_device *device, const cc_feature_set *set, const cc_node_sum *sum, cc_error *error) {
    TRY(check_set(device, set, error));
    REQUIRE(sum && sum->orders, "A sum over nodes needs the nodes' orders.");
    REQUIRE(sum->nodes >= 1 && sum->nodes <= 4096, "A sum has 1 to 4096 nodes, not %d.", sum->nodes);
    for (int32_t q = 0; q < sum->nodes; q++)
        REQUIRE(sum->orders[q] >= 0 && sum->orders[q] <= 4, "Node %d has the order %d; 0 to 4 are possible.", q, sum->orders[q]);
    size_t element = cc_element_size(set->precision);
    TRY(check_matrix(device, &sum->coefficients, set->features, sum->nodes, element, "The matrix of coefficients", error));
    return sum->shifts.buffer ? check_matrix(device, &sum->shifts, set->features, sum->nodes, element, "The matrix of shifts", error) : CC_OK;
}

cc_status cc_check_stencil(const cc_device *device, const cc_feature_set *set, const cc_stencil_sum *sum, cc_error *error) {
    TRY(check_set(device, set, error));
    REQUIRE(sum && sum->offsets && sum->weights && sum->scales, "A sum over a stencil needs offsets, weights and scales.");
    REQUIRE(sum->stencil_points >= 1 && sum->stencil_points <= 4096, "A stencil has 1 to 4096 points, not %d.", sum->stencil_points);
    REQUIRE(sum->groups >= 1 && sum->groups <= 16, "A stencil has 1 to 16 groups, not %d.", sum->groups);
    REQUIRE(!sum->exact || set->activation == CC_RELU, "Stencils are evaluated exactly for ReLU powers only; use nodes.");
    return CC_OK;
}

cc_status cc_check_map(const cc_device *device, const cc_map *map, cc_error *error) {
    REQUIRE(device && map, "A function of a vector needs a device and a description.");
    TRY(check_precision(device, map->precision, error));
    REQUIRE(map->function >= CC_FN_EXP && map->function <= CC_FN_ACTIVATION, "There is no function %d.", (int)map->function);
    if (map->function == CC_FN_ACTIVATION) {
        TRY(check_activation(map->activation, map->power, error));
        REQUIRE(map->order >= 0 && map->order <= 4, "The derivative order is 0 to 4, not %d.", map->order);
    }
    REQUIRE(map->count >= 0, "A vector has %lld elements.", (long long)map->count);
    size_t element = cc_element_size(map->precision);
    TRY(check_matrix(device, &map->x, map->count, 1, element, "The vector x", error));
    return check_matrix(device, &map->y, map->count, 1, element, "The vector y", error);
}
