// Best rates of the processor, with as many threads as the native path uses now. Each is the best of many short runs, since
// whatever else the machine does can only slow one down.
#include "native.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/// The largest work per second of `run` within `seconds`, at least three runs.
static double best_rate(double seconds, double (*run)(void *), void *context) {
    double best = 0, begin = seconds_now(), end = begin;
    for (int runs = 0; runs < 3 || end - begin < seconds; runs++) {
        double start = end, work = run(context);
        end = seconds_now();
        if (end > start && work / (end - start) > best) best = work / (end - start);
    }
    return best;
}

// MARK: Multiply-adds

typedef struct arithmetic {
    const cc_isa *isa;
    cc_precision precision;
    int64_t threads;
    double *operations, *sinks;
} arithmetic;

static void arithmetic_task(int64_t task, void *context) {
    arithmetic *a = context;
    a->operations[task] = a->isa->multiply_adds[a->precision](100000, &a->sinks[task]);
}

static double arithmetic_run(void *context) {
    arithmetic *a = context;
    cc_pool_run(a->threads, arithmetic_task, a);
    double sum = 0;
    for (int64_t i = 0; i < a->threads; i++) sum += a->operations[i];
    return sum;
}

// MARK: Copying

enum { copy_part = 1 << 20 };

typedef struct copying {
    char *from, *to;
    int64_t parts;
} copying;

static void copy_task(int64_t task, void *context) {
    const copying *c = context;
    memcpy(c->to + task * copy_part, c->from + task * copy_part, copy_part);
}

static double copy_run(void *context) {
    const copying *c = context;
    cc_pool_run(c->parts, copy_task, context);
    return 2.0 * (double)c->parts * copy_part;
}

// MARK: tanh

typedef struct tangents {
    cc_device *device;
    cc_map map;
} tangents;

static double tangents_run(void *context) {
    const tangents *t = context;
    return cc_native_backend.map_values(t->device, &t->map, NULL) == CC_OK ? (double)t->map.count : 0;
}

static cc_status measure_fma(cc_precision precision, double seconds, double *rate, cc_error *error) {
    int64_t threads = cc_threads();
    arithmetic a = { .isa = cc_isa_current(), .precision = precision, .threads = threads };
    a.operations = calloc((size_t)threads * 2, sizeof(double));
    if (!a.operations) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "The host has no memory left.");
    a.sinks = a.operations + threads;
    *rate = best_rate(seconds, arithmetic_run, &a) * 1e-9;
    free(a.operations);
    return CC_OK;
}

static cc_status measure_copy(cc_device *device, double seconds, double *rate, cc_error *error) {
    // 256 MB, far beyond any cache; less on a small machine.
    uint64_t part = cc_native_physical_memory() / 16;
    size_t bytes = (part < (uint64_t)128 << 20 ? part : (uint64_t)128 << 20) / copy_part * copy_part;
    cc_buffer *memory = NULL;
    cc_status status = cc_native_create(device, 2 * bytes, &memory, error);
    if (status != CC_OK) return status;
    char *base = ((cc_native_buffer *)memory)->memory;
    memset(base, 0, 2 * bytes);
    copying c = { base, base + bytes, (int64_t)(bytes / copy_part) };
    *rate = best_rate(seconds, copy_run, &c) * 1e-9;
    cc_native_release(memory);
    return CC_OK;
}

static cc_status measure_tanh(cc_device *device, cc_precision precision, double seconds, double *rate, cc_error *error) {
    // Values of both signs on the curved part, in the second-level cache of each thread.
    int64_t count = 16384 * cc_threads();
    cc_buffer *memory = NULL;
    cc_status status = cc_native_create(device, 2 * (size_t)count * cc_element_size(precision), &memory, error);
    if (status != CC_OK) return status;
    char *base = ((cc_native_buffer *)memory)->memory;
    tangents t = { device, { .precision = precision, .function = CC_FN_TANH, .count = count } };
    t.map.x = (cc_matrix){ memory, 0, count };
    t.map.y = (cc_matrix){ memory, count, count };
    for (int64_t i = 0; i < count; i++) {
        double value = (double)(i % 4001 - 2000) * 1e-3;
        if (precision == CC_F64) ((double *)base)[i] = value;
        else ((float *)base)[i] = (float)value;
    }
    *rate = best_rate(seconds, tangents_run, &t) * 1e-9;
    cc_native_release(memory);
    return CC_OK;
}

cc_status cc_native_measure_ceilings(cc_device *device, cc_precision precision, uint32_t wanted, double seconds, cc_ceilings *ceilings,
                                     cc_error *error) {
    cc_status status = CC_OK;
    if (wanted & CC_CEILING_FMA) status = measure_fma(precision, seconds, &ceilings->fma, error);
    if (status == CC_OK && (wanted & CC_CEILING_COPY)) status = measure_copy(device, seconds, &ceilings->copy, error);
    if (status == CC_OK && (wanted & CC_CEILING_TANH)) status = measure_tanh(device, precision, seconds, &ceilings->tanh, error);
    return status;
}
