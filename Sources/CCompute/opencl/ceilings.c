/// The best rates of an OpenCL device, each the best of the launches that fit the time given.
#include <stdlib.h>
#include <time.h>

#include "opencl.h"

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/// A launch and the work it does.
typedef struct trial {
    cl_kernel kernel;
    const char *name;
    ocl_argument arguments[4];
    int count;
    size_t groups;
    double work;
} trial;

static cc_status once(ocl_device *d, const trial *t, double *seconds, cc_error *error) {
    const double start = now();
    cc_status status = ocl_launch(d, t->kernel, t->name, t->arguments, t->count, (const size_t[2]){t->groups, 1}, d->shape.workgroup, error);
    if (status == CC_OK) status = ocl_check(&d->base, d->cl->Finish(d->queue), "finish a measurement", error);
    *seconds = now() - start;
    return status;
}

static cc_status best_rate(ocl_device *d, const trial *t, double seconds, double *rate, cc_error *error) {
    double taken = 0;
    *rate = 0;
    // The first launch pays for compilation.
    cc_status status = once(d, t, &taken, error);
    const double end = now() + seconds;
    do {
        if (status == CC_OK) status = once(d, t, &taken, error);
        if (status == CC_OK && t->work / taken > *rate) *rate = t->work / taken;
    } while (status == CC_OK && now() < end);
    return status;
}

static cc_status measure_fma(ocl_device *d, cc_precision precision, const char *options, int chains, double seconds, double *rate, cc_error *error) {
    const size_t groups = (size_t)d->info.compute_units * (d->shape.local ? 32 : 4), items = groups * (size_t)d->shape.workgroup;
    const int vw = ocl_vector(d, precision);
    cl_mem out;
    trial t = {.name = "multiply_add", .count = 4, .groups = groups};
    cc_status status = ocl_kernel(d, "ceilings.cl", options, t.name, &t.kernel, error);
    if (status == CC_OK) status = ocl_scratch(d, 0, items * (size_t)vw * cc_element_size(precision), &out, error);
    if (status != CC_OK) return status;
    cl_long steps = 4096;
    t.arguments[0] = OCL_ARGUMENT(out);
    t.arguments[1] = OCL_REAL(precision, 0.9990234375);
    t.arguments[2] = OCL_REAL(precision, 0.0009765625);
    t.arguments[3] = OCL_ARGUMENT(steps);
    // A launch long enough that its own cost does not count.
    double taken = 0;
    status = once(d, &t, &taken, error);
    for (int i = 0; status == CC_OK && i < 12; i++) {
        status = once(d, &t, &taken, error);
        if (taken > 0.01) break;
        steps *= 2;
    }
    t.work = 2e-9 * vw * chains * (double)items * (double)steps;
    return status == CC_OK ? best_rate(d, &t, seconds, rate, error) : status;
}

static cc_status measure_copy(ocl_device *d, cc_precision precision, const char *options, int run, double seconds, double *rate, cc_error *error) {
    const uint64_t unit = (uint64_t)d->shape.workgroup * (uint64_t)run * (uint64_t)ocl_vector(d, precision) * cc_element_size(precision);
    uint64_t bytes = d->shape.local ? (uint64_t)1 << 30 : (uint64_t)1 << 28;
    if (bytes > d->info.largest_buffer) bytes = d->info.largest_buffer;
    if (bytes > d->info.global_memory / 8) bytes = d->info.global_memory / 8;
    cc_buffer *from = NULL, *to = NULL;
    trial t = {.name = "copy", .count = 2, .groups = (size_t)(bytes / unit > 0 ? bytes / unit : 1)};
    bytes = t.groups * unit;
    t.work = 2e-9 * (double)bytes;
    pthread_mutex_unlock(&d->lock);
    cc_status status = ocl_create(&d->base, bytes, &from, error);
    if (status == CC_OK) status = ocl_create(&d->base, bytes, &to, error);
    pthread_mutex_lock(&d->lock);
    if (status == CC_OK) status = ocl_kernel(d, "ceilings.cl", options, t.name, &t.kernel, error);
    if (status == CC_OK) {
        const cl_mem memory[2] = {ocl_memory(from), ocl_memory(to)};
        t.arguments[0] = OCL_ARGUMENT(memory[0]);
        t.arguments[1] = OCL_ARGUMENT(memory[1]);
        status = best_rate(d, &t, seconds, rate, error);
    }
    pthread_mutex_unlock(&d->lock);
    ocl_release(from);
    ocl_release(to);
    pthread_mutex_lock(&d->lock);
    return status;
}

/// Values enough to hide the launch, few enough for a processor's caches.
static cc_status measure_tanh(ocl_device *d, cc_precision precision, double seconds, double *rate, cc_error *error) {
    const int64_t count = d->shape.local ? 1 << 22 : 1 << 18;
    const size_t bytes = (size_t)count * cc_element_size(precision);
    cc_buffer *x = NULL, *y = NULL;
    cc_status status = ocl_create(&d->base, bytes, &x, error);
    if (status == CC_OK) status = ocl_create(&d->base, bytes, &y, error);
    void *values = status == CC_OK ? malloc(bytes) : NULL;
    if (values) {
        for (int64_t i = 0; i < count; i++) {
            const double value = (double)(i % 8191) * 0x1p-10 - 4;
            if (precision == CC_F64)
                ((double *)values)[i] = value;
            else
                ((float *)values)[i] = (float)value;
        }
        status = ocl_write(x, 0, bytes, values, error);
        free(values);
    } else if (status == CC_OK) {
        status = cc_fail(error, CC_OUT_OF_MEMORY, 0, "No memory is left to measure a rate of tanh.");
    }
    const cc_map map = {.precision = precision, .function = CC_FN_TANH, .count = count, .x = {x, 0, 0}, .y = {y, 0, 0}};
    const double end = now() + seconds;
    *rate = 0;
    for (int i = 0; status == CC_OK && (i < 3 || now() < end); i++) {
        const double start = now();
        status = ocl_map_values(&d->base, &map, error);
        if (status == CC_OK) status = ocl_finish(&d->base, error);
        const double reached = 1e-9 * (double)count / (now() - start);
        if (i > 0 && reached > *rate) *rate = reached;
    }
    if (x) ocl_release(x);
    if (y) ocl_release(y);
    return status;
}

cc_status ocl_measure_ceilings(cc_device *device, cc_precision precision, uint32_t wanted, double seconds, cc_ceilings *ceilings, cc_error *error) {
    ocl_device *d = ocl_of(device);
    const int chains = d->shape.local ? 4 : 12, run = d->shape.local ? 4 : 1024;
    char options[1024];
    ocl_options(d, precision, options, sizeof options, "-DVW=%d -DCHAINS=%d -DRUN=%d", ocl_vector(d, precision), chains, run);
    cc_status status = CC_OK;
    pthread_mutex_lock(&d->lock);
    if (wanted & CC_CEILING_FMA) status = measure_fma(d, precision, options, chains, seconds, &ceilings->fma, error);
    if (status == CC_OK && (wanted & CC_CEILING_COPY)) status = measure_copy(d, precision, options, run, seconds, &ceilings->copy, error);
    pthread_mutex_unlock(&d->lock);
    return status == CC_OK && (wanted & CC_CEILING_TANH) ? measure_tanh(d, precision, seconds, &ceilings->tanh, error) : status;
}
