// driver [THREADS]: all calls, by every instruction set and device, from THREADS threads at once (4 unless told).
#include "driver.h"

#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int failures;
static _Atomic long checks;

void expect(bool good, const char *format, ...) {
    atomic_fetch_add_explicit(&checks, 1, memory_order_relaxed);
    if (good) return;
    if (atomic_fetch_add(&failures, 1) > 20) return;
    va_list arguments;
    va_start(arguments, format);
    char text[2600];
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "driver: (%s) %s\n", cc_native_isa(), text);
}

void expect_status(cc_status status, cc_status wanted, const cc_error *error, const char *call) {
    expect(status == wanted, "%s gives status %d instead of %d: %s", call, (int)status, (int)wanted, status ? error->text : "");
    if (status) expect(error->status == status && strlen(error->text) > 10, "%s says nothing about its failure", call);
}

double next_number(numbers *n) {
    n->state = n->state * 6364136223846793005u + 1442695040888963407u;
    return (double)(int32_t)(n->state >> 40) * 0x1p-23 - 1;
}

int64_t next_below(numbers *n, int64_t end) { return (int64_t)((next_number(n) + 1) * 0.5 * (double)end); }

double value_at(cc_precision precision, const void *values, int64_t index) {
    return precision == CC_F64 ? ((const double *)values)[index] : (double)((const float *)values)[index];
}

void set_value(cc_precision precision, void *values, int64_t index, double value) {
    if (precision == CC_F64) ((double *)values)[index] = value;
    else ((float *)values)[index] = (float)value;
}

void *exact_memory(size_t bytes) {
    void *memory = malloc(bytes);
    if (!memory && bytes > 0) {
        fprintf(stderr, "driver: there is no memory left.\n");
        exit(70);
    }
    return memory;
}

void *exact_values(cc_precision precision, int64_t count, numbers *n, double scale) {
    void *values = exact_memory((size_t)count * (precision == CC_F64 ? 8 : 4));
    for (int64_t i = 0; i < count; i++) set_value(precision, values, i, next_number(n) * scale);
    return values;
}

// MARK: Matrices with gaps

placed place(cc_device *device, cc_precision precision, int64_t rows, int64_t columns, numbers *n, double scale) {
    const size_t element = precision == CC_F64 ? 8 : 4;
    // The code of OpenCL devices is not instrumented: there the buffer goes on after the last element.
    const bool native = cc_device_describe(device)->backend == CC_NATIVE;
    const int64_t tail = native ? 0 : 37;
    placed p = {.precision = precision, .rows = rows, .columns = columns};
    p.matrix.stride = rows + next_below(n, 4);
    p.matrix.offset = next_below(n, 6);
    const int64_t last = rows > 0 && columns > 0 ? (columns - 1) * p.matrix.stride + rows : 0;
    p.elements = p.matrix.offset + last + tail;
    p.values = exact_memory((size_t)(rows * columns) * sizeof(double));
    void *image = NULL;
    if (posix_memalign(&image, 64, (size_t)p.elements * element + (p.elements == 0)) != 0) exit(70);
    for (int64_t i = 0; i < p.elements; i++) set_value(precision, image, i, NAN);
    for (int64_t j = 0; j < columns; j++)
        for (int64_t i = 0; i < rows; i++) {
            const double value = scale == 0 ? NAN : next_number(n) * scale;
            set_value(precision, image, p.matrix.offset + j * p.matrix.stride + i, value);
            p.values[j * rows + i] = precision == CC_F64 ? value : (double)(float)value;
        }
    cc_error error;
    const size_t bytes = (size_t)p.elements * element;
    if (next_below(n, 2) == 0 && bytes > 0) {
        expect_status(cc_buffer_wrap(device, image, bytes, &p.matrix.buffer, &error), CC_OK, &error, "cc_buffer_wrap");
        p.wrapped = image;
    } else {
        expect_status(cc_buffer_create(device, bytes, &p.matrix.buffer, &error), CC_OK, &error, "cc_buffer_create");
        expect_status(cc_buffer_write(p.matrix.buffer, 0, bytes, image, &error), CC_OK, &error, "cc_buffer_write");
        free(image);
    }
    return p;
}

void fetch(placed *p, const char *what) {
    const size_t bytes = (size_t)p->elements * (p->precision == CC_F64 ? 8 : 4);
    void *image = exact_memory(bytes);
    cc_error error;
    expect_status(cc_buffer_read(p->matrix.buffer, 0, bytes, image, &error), CC_OK, &error, "cc_buffer_read");
    int64_t spoilt = 0, missing = 0;
    for (int64_t e = 0; e < p->elements; e++) {
        const int64_t at = e - p->matrix.offset, stride = p->matrix.stride > 0 ? p->matrix.stride : 1;
        const bool inside = at >= 0 && at / stride < p->columns && at % stride < p->rows;
        const double value = value_at(p->precision, image, e);
        if (inside) p->values[at / stride * p->rows + at % stride] = value;
        if (isnan(value) == inside) *(inside ? &missing : &spoilt) += 1;
    }
    free(image);
    expect(spoilt == 0, "%s, %lld × %lld: %lld elements outside the result were written", what, (long long)p->rows, (long long)p->columns,
           (long long)spoilt);
    expect(missing == 0, "%s, %lld × %lld: %lld elements are NaN", what, (long long)p->rows, (long long)p->columns, (long long)missing);
}

void release(placed *p) {
    cc_buffer_release(p->matrix.buffer);
    free(p->wrapped);
    free(p->values);
}

// MARK: Threads

typedef struct caller {
    pthread_t thread;
    int index;
    bool opencl;           ///< whether this round goes over all devices or the native one
    cc_device **shared;    ///< [devices] opened by the main thread, NULL where not usable
    int devices;
} caller;

static void device_calls(cc_device *device, numbers *n) {
    void (*const calls[])(cc_device *, numbers *) = {call_buffers, call_products, call_features, call_maps, call_plans, call_ensembles,
                                                        call_wrongly};
    const int count = sizeof calls / sizeof *calls, first = (int)next_below(n, count);
    for (int i = 0; i < count; i++) calls[(first + i) % count](device, n);
}

static void *call(void *context) {
    const caller *c = context;
    numbers n = {(uint64_t)c->index * 77 + 5};
    for (int d = 0; d < (c->opencl ? c->devices : 1); d++)
        if (c->shared[d]) device_calls(c->shared[d], &n);
    if (c->opencl) {
        // A device of the thread's own, closed before its last buffer is released.
        const int32_t d = cc_device_count() - 1;
        cc_device *own;
        cc_error error;
        if (cc_device_at(d)->usable) {
            expect_status(cc_device_open(d, &own, &error), CC_OK, &error, "cc_device_open");
            placed p = place(own, CC_F32, 5, 3, &n, 1);
            fetch(&p, "a buffer");
            expect_status(cc_device_finish(own, &error), CC_OK, &error, "cc_device_finish");
            cc_device_close(own);
            release(&p);
        }
        return NULL;
    }
    call_factors(&n);
    call_networks(&n);
    call_programs(&n);
    call_digests(&n);
    call_threads(&n);
    call_caches(&n);
    return NULL;
}

static void *enumerate(void *context) {
    (void)context;
    const int32_t count = cc_device_count();
    for (int32_t d = -1; d <= count; d++) expect((cc_device_at(d) != NULL) == (d >= 0 && d < count), "device %d of %d", d, count);
    expect(strlen(cc_loader_text()) > 0, "the loader has no text");
    return NULL;
}

int main(int argc, char **argv) {
    enum { most = 16, most_devices = 64 };
    int threads = argc > 1 ? atoi(argv[1]) : 4;
    threads = threads < 1 ? 1 : threads > most ? most : threads;
    caller callers[most];
    for (int t = 0; t < threads; t++) pthread_create(&callers[t].thread, NULL, enumerate, NULL);
    for (int t = 0; t < threads; t++) pthread_join(callers[t].thread, NULL);

    cc_device *shared[most_devices] = {NULL};
    const int devices = cc_device_count() < most_devices ? cc_device_count() : most_devices;
    cc_error error;
    for (int d = 0; d < devices; d++)
        if (cc_device_at(d)->usable) expect_status(cc_device_open(d, &shared[d], &error), CC_OK, &error, "cc_device_open");
    expect_status(cc_device_open(devices, &(cc_device *){NULL}, &error), CC_NO_DEVICE, &error, "cc_device_open");
    expect(cc_commit() && cc_build(), "there is no version");

    open_caches();
    const char *const sets[] = {"avx512", "avx2", "generic"};
    static const int32_t helpers[] = {3, 4, 2, 3};
    for (int s = 0; s <= 3; s++) {
        // The last round goes over all devices, by the best instruction set.
        if (!cc_native_select_isa(s < 3 ? sets[s] : NULL)) continue;
        if (s == 3 && devices == 1) {
            printf("driver: no OpenCL device; %s\n", cc_loader_text());
            continue;
        }
        cc_set_threads(helpers[s]);
        for (int t = 0; t < threads; t++) {
            callers[t].index = t;
            callers[t].opencl = s == 3;
            callers[t].shared = shared;
            callers[t].devices = devices;
            pthread_create(&callers[t].thread, NULL, call, &callers[t]);
        }
        for (int t = 0; t < threads; t++) pthread_join(callers[t].thread, NULL);
        printf("driver: %s, %d threads: %d of %ld checks failed\n", s < 3 ? sets[s] : "all devices", threads, atomic_load(&failures), atomic_load(&checks));
        fflush(stdout);
    }
    close_caches();
    cc_ceilings ceilings;
    for (int d = 0; d < devices; d++)
        for (cc_precision precision = CC_F32; shared[d] && precision <= CC_F64; precision++) {
            if (precision == CC_F64 && !cc_device_describe(shared[d])->fp64) continue;
            expect_status(cc_measure_ceilings(shared[d], precision, CC_CEILING_ALL, 0.003, &ceilings, &error), CC_OK, &error, "cc_measure_ceilings");
            expect(ceilings.fma > 0 && ceilings.copy > 0 && ceilings.tanh > 0, "a ceiling of device %d is not positive", d);
        }
    for (int d = 0; d < devices; d++) cc_device_close(shared[d]);
    return atomic_load(&failures) > 0;
}
