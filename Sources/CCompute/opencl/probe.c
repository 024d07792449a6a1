/// The probe of double precision: some drivers divide or take roots in single precision and say nothing of it.
#include <math.h>
#include <string.h>

#include "opencl.h"

enum { CASES = 64, DEVICES = 64 };

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
/// By device of the catalogue: 0 not probed, 1 good, 2 wrong.
static char verdicts[DEVICES];

/// Numerators and denominators: neighbours of 1, of powers of two and of exact squares, where rounding is hardest, then any.
static void cases(double *a, double *b) {
    static const double hard[][2] = {
        {1, 3}, {2, 3}, {1, 0x1.fffffffffffffp-1}, {0x1.fffffffffffffp-1, 0x1.0000000000001p0}, {0x1.0000000000001p0, 0x1.fffffffffffffp-1},
        {0x1.fffffffffffffp+1, 0x1.0000000000003p0}, {4, 0x1.0000000000001p0}, {0x1.0000000000001p2, 7}, {0x1.ffffffffffffep+3, 0x1.8p0},
        {9007199254740991.0, 9007199254740993.0}, {2, 49}, {1e300, 1e-7}, {3, 1e200}, {0x1.5555555555555p0, 0x1.5555555555556p0},
    };
    const int fixed = sizeof hard / sizeof *hard;
    uint64_t state = 0x9e3779b97f4a7c15;
    for (int i = 0; i < CASES; i++) {
        double pair[2];
        for (int s = 0; s < 2; s++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            pair[s] = i < fixed ? hard[i][s] : ldexp(1 + (double)(state >> 11) * 0x1p-53, (int)(state >> 3 & 63) - 31);
        }
        a[i] = pair[0];
        b[i] = pair[1];
    }
}

static cc_status run(ocl_device *d, double values[5][CASES], cc_error *error) {
    enum { BYTES = CASES * sizeof(double) };
    cl_mem memory[5] = {0};
    cl_kernel kernel = NULL;
    cc_status status = ocl_kernel(d, "probe.cl", "-cl-std=CL1.2", "probe", &kernel, error);
    for (int i = 0; status == CC_OK && i < 5; i++) {
        cl_int created = CL_SUCCESS;
        memory[i] = d->cl->CreateBuffer(d->context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, BYTES, values[i], &created);
        status = ocl_check(&d->base, created, "create a buffer for the probe", error);
    }
    if (status == CC_OK) {
        ocl_argument arguments[5];
        for (int i = 0; i < 5; i++) arguments[i] = OCL_ARGUMENT(memory[i]);
        status = ocl_launch(d, kernel, "probe", arguments, 5, (const size_t[2]){CASES, 1}, 1, error);
    }
    for (int i = 2; status == CC_OK && i < 5; i++)
        status = ocl_check(&d->base, d->cl->EnqueueReadBuffer(d->queue, memory[i], CL_TRUE, 0, BYTES, values[i], 0, NULL, NULL), "read the probe", error);
    for (int i = 0; i < 5; i++)
        if (memory[i]) ocl_free(d, memory[i]);
    return status;
}

cc_status ocl_probe_double(ocl_device *d, bool *good, cc_error *error) {
    int32_t index = 0;
    while (ocl_entry_at(index) != d->entry) index++;
    cc_status status = CC_OK;
    pthread_mutex_lock(&guard);
    if (verdicts[index] == 0) {
        double values[5][CASES] = {0};
        cases(values[0], values[1]);
        status = run(d, values, error);
        if (status == CC_OK) {
            verdicts[index] = 1;
            for (int i = 0; i < CASES; i++) {
                const double a = values[0][i], b = values[1][i];
                // With overflow to infinity the remainder is no number, on either side.
                const double remainder = fma(a, b, -(a * b));
                const bool same = values[2][i] == a / b && values[3][i] == sqrt(a)
                                  && (values[4][i] == remainder || (remainder != remainder && values[4][i] != values[4][i]));
                if (!same) verdicts[index] = 2;
            }
        }
    }
    *good = verdicts[index] == 1;
    pthread_mutex_unlock(&guard);
    return status;
}
