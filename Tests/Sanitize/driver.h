/// Calls of the C module for the sanitizers: odd sizes, every instruction set, every device, several threads at once.
///
/// Memory ends where its last element ends, and whatever lies between columns or beside results holds NaN. A read or
/// write outside shows up as a report of the sanitizer, a NaN in a result or a gap that is none any more.
#ifndef RESIDUA_SANITIZE_DRIVER_H
#define RESIDUA_SANITIZE_DRIVER_H

#include "compute.h"
#include "compute_internal.h"
#include "ensemble.h"
#include "factor.h"
#include "network.h"

/// Numbers in [−1, 1), exact in float32, from a counter.
typedef struct numbers { uint64_t state; } numbers;
double next_number(numbers *n);
int64_t next_below(numbers *n, int64_t end);

/// Notes a failure with its sentence unless `good`.
__attribute__((format(printf, 2, 3))) void expect(bool good, const char *format, ...);
void expect_status(cc_status status, cc_status wanted, const cc_error *error, const char *call);

/// Values in memory that ends exactly behind the last one; freed by `free`.
void *exact_values(cc_precision precision, int64_t count, numbers *n, double scale);
/// malloc, or the end of the program.
void *exact_memory(size_t bytes);
double value_at(cc_precision precision, const void *values, int64_t index);
void set_value(cc_precision precision, void *values, int64_t index, double value);

/// A matrix in a buffer of its own, with an offset and gaps of NaN.
typedef struct placed {
    cc_matrix matrix;
    cc_precision precision;
    int64_t rows, columns, elements;
    double *values;        ///< [columns][rows], what was written or last fetched
    void *wrapped;         ///< memory of the caller under the buffer, or NULL
} placed;

/// Random values times `scale`; NaN for a scale of 0.
placed place(cc_device *device, cc_precision precision, int64_t rows, int64_t columns, numbers *n, double scale);
/// Fetches the values and checks that all gaps are still NaN and all values numbers.
void fetch(placed *p, const char *what);
void release(placed *p);

void call_buffers(cc_device *device, numbers *n);
void call_products(cc_device *device, numbers *n);
void call_features(cc_device *device, numbers *n);
void call_maps(cc_device *device, numbers *n);
void call_plans(cc_device *device, numbers *n);
void call_ensembles(cc_device *device, numbers *n);
void call_wrongly(cc_device *device, numbers *n);
void call_factors(numbers *n);
void call_networks(numbers *n);
/// Descents on a plan, in parts and to a bad end.
void call_descents(cc_plan *plan, cc_precision precision, const void *parameters);
void call_programs(numbers *n);
void call_digests(numbers *n);
void call_threads(numbers *n);
void open_caches(void);
void call_caches(numbers *n);
void close_caches(void);

#endif
