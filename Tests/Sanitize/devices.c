// What devices do: buffers, products, feature matrices, functions of vectors, and calls that must be refused.
#include "driver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cc_precision precisions(const cc_device *device) { return cc_device_describe(device)->fp64 ? CC_F64 : CC_F32; }

void call_buffers(cc_device *device, numbers *n) {
    enum { bytes = 1003 };
    cc_error error;
    cc_buffer *buffer = NULL;
    char *from = exact_memory(bytes), *to = exact_memory(bytes);
    for (int i = 0; i < bytes; i++) from[i] = (char)next_below(n, 256);
    expect_status(cc_buffer_create(device, bytes, &buffer, &error), CC_OK, &error, "cc_buffer_create");
    expect_status(cc_buffer_write(buffer, 0, bytes, from, &error), CC_OK, &error, "cc_buffer_write");
    expect_status(cc_buffer_write(buffer, 500, 503, from, &error), CC_OK, &error, "cc_buffer_write");
    expect_status(cc_buffer_write(buffer, bytes, 0, NULL, &error), CC_OK, &error, "cc_buffer_write");
    expect_status(cc_buffer_read(buffer, 1, bytes - 1, to, &error), CC_OK, &error, "cc_buffer_read");
    expect(memcmp(from + 1, to, 499) == 0 && memcmp(from, to + 499, 503) == 0, "a buffer does not hold what was written");
    expect_status(cc_buffer_read(buffer, 1, bytes, to, &error), CC_BAD_ARGUMENT, &error, "cc_buffer_read");
    expect_status(cc_buffer_write(buffer, SIZE_MAX, 2, from, &error), CC_BAD_ARGUMENT, &error, "cc_buffer_write");
    cc_buffer_release(buffer);
    expect_status(cc_buffer_create(device, (size_t)1 << 60, &buffer, &error), CC_OUT_OF_MEMORY, &error, "cc_buffer_create");
    expect(cc_buffer_wrap(device, from + 1, 8, &buffer, NULL) == CC_BAD_ARGUMENT, "unaligned memory was wrapped");
    expect_status(cc_device_finish(device, &error), CC_OK, &error, "cc_device_finish");
    free(from);
    free(to);
}

// MARK: Products

static void multiply(cc_device *device, cc_precision precision, const int64_t size[3], int transposes, numbers *n) {
    static const double factors[][2] = {{1, 0}, {-0.5, 1}, {2, 0.25}, {0, 2}};
    const int64_t m = size[0], cols = size[1], k = size[2];
    const bool ta = transposes & 1, tb = transposes >> 1 & 1;
    const double *factor = factors[next_below(n, 4)], alpha = factor[0], beta = factor[1];
    placed a = place(device, precision, ta ? k : m, ta ? m : k, n, 1), b = place(device, precision, tb ? cols : k, tb ? k : cols, n, 1);
    placed c = place(device, precision, m, cols, n, beta == 0 ? 0 : 1);
    double *before = exact_memory((size_t)(m * cols) * sizeof(double));
    if (m * cols > 0) memcpy(before, c.values, (size_t)(m * cols) * sizeof(double));
    const cc_product product = {precision, ta, tb, m, cols, k, alpha, beta, a.matrix, b.matrix, c.matrix};
    cc_error error;
    expect_status(cc_multiply(device, &product, &error), CC_OK, &error, "cc_multiply");
    fetch(&c, "cc_multiply");
    const double tolerance = (precision == CC_F64 ? 0x1p-50 : 0x1p-21) * (double)(k + 3);
    double worst = 0;
    for (int64_t j = 0; j < cols; j++)
        for (int64_t i = 0; i < m; i++) {
            double sum = 0;
            for (int64_t l = 0; l < k; l++) sum += a.values[ta ? i * k + l : l * m + i] * b.values[tb ? l * cols + j : j * k + l];
            const double wanted = alpha * sum + (beta == 0 ? 0 : beta * before[j * m + i]);
            worst = fmax(worst, fabs(c.values[j * m + i] - wanted));
        }
    expect(worst <= tolerance, "a product of %lld × %lld × %lld is wrong by %g", (long long)m, (long long)cols, (long long)k, worst);
    free(before);
    release(&a);
    release(&b);
    release(&c);
}

static void multiply_on_host(cc_precision precision, int64_t m, int64_t cols, int64_t k, int transposes, numbers *n) {
    const bool ta = transposes & 1, tb = transposes >> 1 & 1;
    const int64_t lda = ta ? k : m, ldb = tb ? cols : k;
    void *a = exact_values(precision, m * k, n, 1), *b = exact_values(precision, k * cols, n, 1);
    void *c = exact_values(precision, m * cols, n, 1);
    cc_error error;
    expect_status(cc_native_multiply(precision, ta, tb, m, cols, k, 1, a, lda, b, ldb, 0, c, m, &error), CC_OK, &error, "cc_native_multiply");
    double sum = 0;
    for (int64_t l = 0; l < k; l++)
        sum += value_at(precision, a, ta ? (m - 1) * k + l : l * m + m - 1) * value_at(precision, b, tb ? l * cols + cols - 1 : (cols - 1) * k + l);
    expect(fabs(value_at(precision, c, m * cols - 1) - sum) <= (precision == CC_F64 ? 0x1p-48 : 0x1p-19) * (double)(k + 3), "a product is wrong");
    free(a);
    free(b);
    free(c);
}

void call_products(cc_device *device, numbers *n) {
    static const int64_t sizes[][3] = {{1, 1, 1}, {0, 3, 2}, {5, 4, 0}, {3, 5, 7}, {17, 1, 33}, {1, 29, 4}, {67, 45, 130}, {129, 97, 263}, {31, 250, 17}};
    const bool native = cc_device_describe(device)->backend == CC_NATIVE;
    for (cc_precision precision = CC_F32; precision <= precisions(device); precision++)
        for (int s = 0; s < (int)(sizeof sizes / sizeof *sizes); s++)
            for (int transposes = 0; transposes < 4; transposes++) {
                multiply(device, precision, sizes[s], transposes, n);
                if (native && sizes[s][0] * sizes[s][2] > 0) multiply_on_host(precision, sizes[s][0], sizes[s][1], sizes[s][2], transposes, n);
            }
    // More than one block in every direction, cut over the threads.
    if (native) multiply_on_host(CC_F64, 600, 520, 270, 1, n);
}

// MARK: Feature matrices

typedef struct feature_matrices {
    cc_feature_set set;
    placed points, weights, biases, result;
} feature_matrices;

static feature_matrices features(cc_device *device, cc_precision precision, int activation, const int64_t size[3], numbers *n) {
    feature_matrices f = {
        .points = place(device, precision, size[0], size[2], n, 1), .weights = place(device, precision, size[2], size[1], n, 2),
        .biases = place(device, precision, size[1], 1, n, 1), .result = place(device, precision, size[0], size[1], n, 0),
    };
    f.set = (cc_feature_set){precision, (cc_activation)activation, 1 + (int32_t)next_below(n, 9), (int32_t)size[2], size[0], size[1],
                             f.points.matrix, f.weights.matrix, f.biases.matrix, f.result.matrix};
    return f;
}

static void release_features(feature_matrices *f) {
    release(&f->points);
    release(&f->weights);
    release(&f->biases);
    release(&f->result);
}

static void by_nodes(cc_device *device, cc_precision precision, int activation, const int64_t size[3], int32_t nodes, bool shifted, numbers *n) {
    feature_matrices f = features(device, precision, activation, size, n);
    placed coefficients = place(device, precision, size[1], nodes, n, 1), shifts = place(device, precision, size[1], nodes, n, 0.5);
    int32_t *orders = exact_memory((size_t)nodes * sizeof *orders);
    for (int q = 0; q < nodes; q++) orders[q] = (int32_t)next_below(n, 5);
    const cc_node_sum sum = {nodes, orders, coefficients.matrix, shifted ? shifts.matrix : (cc_matrix){0}};
    cc_error error;
    expect_status(cc_features_by_nodes(device, &f.set, &sum, &error), CC_OK, &error, "cc_features_by_nodes");
    fetch(&f.result, "cc_features_by_nodes");
    free(orders);
    release(&coefficients);
    release(&shifts);
    release_features(&f);
}

static void by_stencil(cc_device *device, cc_precision precision, int activation, const int64_t size[3], int32_t points, int32_t groups, bool exact,
                       numbers *n) {
    feature_matrices f = features(device, precision, activation, size, n);
    double *offsets = exact_values(CC_F64, points * size[2], n, 0.01), *weights = exact_values(CC_F64, (int64_t)groups * points, n, 1);
    double *scales = exact_values(CC_F64, groups, n, 1);
    const cc_stencil_sum sum = {points, groups, offsets, weights, scales, exact};
    cc_error error;
    expect_status(cc_features_by_stencil(device, &f.set, &sum, &error), CC_OK, &error, "cc_features_by_stencil");
    fetch(&f.result, "cc_features_by_stencil");
    free(offsets);
    free(weights);
    free(scales);
    release_features(&f);
}

void call_features(cc_device *device, numbers *n) {
    static const int64_t sizes[][3] = {{1, 1, 1}, {3, 5, 2}, {0, 4, 1}, {4, 0, 1}, {33, 9, 3}, {131, 37, 5}, {19, 70, 2}};
    const bool native = cc_device_describe(device)->backend == CC_NATIVE;
    for (cc_precision precision = CC_F32; precision <= precisions(device); precision++)
        for (int activation = CC_TANH; activation <= CC_GELU; activation++) {
            // A device's compiler takes a second for every activation.
            if (!native && activation != CC_TANH && activation != CC_RELU) continue;
            for (int s = 0; s < (int)(sizeof sizes / sizeof *sizes); s++) {
                by_nodes(device, precision, activation, sizes[s], 1 + (int32_t)next_below(n, 4), s % 2 == 0, n);
                by_stencil(device, precision, activation, sizes[s], 1 + (int32_t)next_below(n, 6), 1 + (int32_t)next_below(n, 3), false, n);
                if (activation == CC_RELU) by_stencil(device, precision, activation, sizes[s], 5, 2, true, n);
            }
        }
    by_nodes(device, CC_F32, CC_TANH, (const int64_t[3]){7, 6, 1024}, 40, true, n);
    if (native) by_stencil(device, CC_F64, CC_SIN, (const int64_t[3]){40, 3, 2}, 4096, 16, false, n);
}

// MARK: Functions of vectors

void call_maps(cc_device *device, numbers *n) {
    static const int64_t counts[] = {0, 1, 7, 63, 1000, 5003};
    static const double odd[] = {0, -0.0, 1e-310, -1e-42, 1e308, -3e38, 709, -745, 88.7, 1e6, 1e15, INFINITY, -INFINITY, NAN};
    const bool native = cc_device_describe(device)->backend == CC_NATIVE;
    for (cc_precision precision = CC_F32; precision <= precisions(device); precision++)
        for (int function = CC_FN_EXP; function <= CC_FN_ACTIVATION; function++)
            for (int activation = CC_TANH; activation <= (function == CC_FN_ACTIVATION && native ? CC_GELU : CC_TANH); activation++)
                for (int order = 0; order <= (function == CC_FN_ACTIVATION ? 4 : 0); order++)
                    for (int c = 0; c < (native ? 6 : 4); c++) {
                        placed x = place(device, precision, counts[c], 1, n, function == CC_FN_LOG1P ? 0.9 : 20);
                        placed y = place(device, precision, counts[c], 1, n, 0);
                        cc_map map = {precision, (cc_function)function, (cc_activation)activation, 1 + (int32_t)next_below(n, 9), order, counts[c],
                                      x.matrix, y.matrix};
                        cc_error error;
                        expect_status(cc_map_values(device, &map, &error), CC_OK, &error, "cc_map_values");
                        fetch(&y, "cc_map_values");
                        // Arguments where exponents and conversions overflow; in place.
                        for (int i = 0; i < (int)(sizeof odd / sizeof *odd) && i < counts[c]; i++) {
                            char value[8];
                            set_value(precision, value, 0, precision == CC_F64 || fabs(odd[i]) <= 3.4e38 || isinf(odd[i]) ? odd[i] : INFINITY);
                            const size_t element = precision == CC_F64 ? 8 : 4;
                            cc_buffer_write(x.matrix.buffer, (size_t)(x.matrix.offset + i) * element, element, value, NULL);
                        }
                        map.y = map.x;
                        expect_status(cc_map_values(device, &map, &error), CC_OK, &error, "cc_map_values");
                        expect_status(cc_device_finish(device, &error), CC_OK, &error, "cc_device_finish");
                        release(&x);
                        release(&y);
                    }
}

// MARK: Mistakes

void call_wrongly(cc_device *device, numbers *n) {
    cc_error error;
    placed a = place(device, CC_F32, 4, 4, n, 1);
    const cc_product good = {CC_F32, false, false, 4, 4, 4, 1, 0, a.matrix, a.matrix, a.matrix};
    cc_product p = good;
    p.m = -1;
    expect_status(cc_multiply(device, &p, &error), CC_BAD_ARGUMENT, &error, "cc_multiply");
    p = good;
    p.k = INT64_MAX;
    expect_status(cc_multiply(device, &p, &error), CC_BAD_ARGUMENT, &error, "cc_multiply");
    p = good;
    p.b.stride = INT64_MAX;
    expect_status(cc_multiply(device, &p, &error), CC_BAD_ARGUMENT, &error, "cc_multiply");
    p = good;
    p.c.offset = INT64_MAX;
    expect_status(cc_multiply(device, &p, &error), CC_BAD_ARGUMENT, &error, "cc_multiply");
    p = good;
    p.a.buffer = NULL;
    expect_status(cc_multiply(device, &p, &error), CC_BAD_ARGUMENT, &error, "cc_multiply");
    expect_status(cc_multiply(NULL, &good, &error), CC_BAD_ARGUMENT, &error, "cc_multiply");
    expect(cc_multiply(device, NULL, NULL) == CC_BAD_ARGUMENT, "a product without a description was computed");

    cc_feature_set set = {CC_F32, CC_TANH, 1, 0, 4, 1, a.matrix, a.matrix, a.matrix, a.matrix};
    const int32_t order = 5;
    const cc_node_sum sum = {1, &order, a.matrix, {0}};
    expect_status(cc_features_by_nodes(device, &set, &sum, &error), CC_BAD_ARGUMENT, &error, "cc_features_by_nodes");
    set.dimension = 1;
    expect_status(cc_features_by_nodes(device, &set, &sum, &error), CC_BAD_ARGUMENT, &error, "cc_features_by_nodes");
    const double one = 1;
    const cc_stencil_sum stencil = {1, 17, &one, &one, &one, false}, exact = {1, 1, &one, &one, &one, true};
    expect_status(cc_features_by_stencil(device, &set, &stencil, &error), CC_BAD_ARGUMENT, &error, "cc_features_by_stencil");
    expect_status(cc_features_by_stencil(device, &set, &exact, &error), CC_BAD_ARGUMENT, &error, "cc_features_by_stencil");

    cc_map map = {CC_F32, CC_FN_ACTIVATION, CC_TANH, 1, 5, 4, a.matrix, a.matrix};
    expect_status(cc_map_values(device, &map, &error), CC_BAD_ARGUMENT, &error, "cc_map_values");
    map.order = 0;
    map.count = -1;
    expect_status(cc_map_values(device, &map, &error), CC_BAD_ARGUMENT, &error, "cc_map_values");
    expect(cc_measure_ceilings(device, CC_F32, CC_CEILING_ALL, NAN, &(cc_ceilings){0}, &error) == CC_BAD_ARGUMENT, "ceilings were measured for no time");
    release(&a);
    cc_buffer_release(NULL);
    cc_device_close(NULL);
}
