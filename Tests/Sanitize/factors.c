// Factorisations: tall, wide, empty and rank-deficient matrices, with and without pivots.
#include "driver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double *copy(const double *values, int64_t count) {
    double *copied = exact_memory((size_t)count * sizeof(double));
    if (count > 0) memcpy(copied, values, (size_t)count * sizeof(double));
    return copied;
}

/// m × n of rank `rank`, leading dimension `lda`, NaN in the gaps.
static double *matrix_of_rank(int64_t m, int64_t n, int64_t lda, int64_t rank, numbers *random) {
    const int64_t count = n > 0 && m > 0 ? (n - 1) * lda + m : 0;
    double *a = exact_memory((size_t)count * sizeof(double));
    for (int64_t i = 0; i < count; i++) a[i] = NAN;
    double *left = exact_values(CC_F64, m * rank, random, 1), *right = exact_values(CC_F64, rank * n, random, 1);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < m; i++) {
            double sum = 0;
            for (int64_t k = 0; k < rank; k++) sum += left[k * m + i] * right[j * rank + k];
            a[j * lda + i] = sum;
        }
    free(left);
    free(right);
    return a;
}

static double largest_difference(const double *a, const double *b, int64_t count) {
    double worst = 0;
    for (int64_t i = 0; i < count; i++) worst = fmax(worst, isnan(a[i]) || isnan(b[i]) ? INFINITY : fabs(a[i] - b[i]));
    return worst;
}

static void factorise(int64_t m, int64_t n, int64_t rank, bool pivot, bool complete, numbers *random) {
    enum { columns = 3 };
    const int64_t lda = m + next_below(random, 3);
    double *a = matrix_of_rank(m, n, lda, rank, random), *solution = exact_values(CC_F64, n * columns, random, 1);
    double *b = exact_memory((size_t)(m * columns) * sizeof(double));
    for (int64_t c = 0; c < columns; c++)
        for (int64_t i = 0; i < m; i++) {
            double sum = 0;
            for (int64_t j = 0; j < n; j++) sum += a[j * lda + i] * solution[c * n + j];
            b[c * m + i] = sum;
        }
    double *original = copy(a, n > 0 && m > 0 ? (n - 1) * lda + m : 0), *right = copy(b, m * columns), *turned = copy(b, m * columns);
    const cc_factor_options options = {pivot, 1e-10, 0, right, columns, m};
    cc_factor *factor = NULL;
    cc_error error;
    expect_status(cc_factor_create(m, n, a, lda, &options, &factor, &error), CC_OK, &error, "cc_factor_create");
    if (!factor) exit(1);
    const cc_factor_info *info = cc_factor_describe(factor);
    if (pivot) expect(info->rank == rank, "rank %lld instead of %lld of %lld × %lld", (long long)info->rank, (long long)rank, (long long)m, (long long)n);
    bool *seen = calloc((size_t)n + 1, 1);
    for (int64_t j = 0; j < n; j++) {
        const int64_t column = cc_factor_pivots(factor)[j];
        expect(column >= 0 && column < n && !seen[column], "pivots are no permutation");
        if (column >= 0 && column < n) seen[column] = true;
    }
    free(seen);
    expect_status(cc_factor_multiply_q(factor, true, columns, turned, m, &error), CC_OK, &error, "cc_factor_multiply_q");
    const double size = 1 + sqrt((double)(m * n)) * (double)(rank + 1);
    expect(largest_difference(turned, right, m * columns) <= 1e-13 * size, "Qᵀ b and Qᵀ b differ");
    expect_status(cc_factor_multiply_q(factor, false, columns, turned, m, &error), CC_OK, &error, "cc_factor_multiply_q");
    expect(largest_difference(turned, b, m * columns) <= 1e-13 * size, "Q Qᵀ b is not b");
    if (complete) {
        expect_status(cc_factor_complete(factor, &error), CC_OK, &error, "cc_factor_complete");
        expect_status(cc_factor_complete(factor, &error), CC_OK, &error, "cc_factor_complete");
    }
    const int64_t ldx = n + 2, elements = n > 0 ? (columns - 1) * ldx + n : 0;
    double *x = exact_values(CC_F64, elements, random, 1), *again = exact_values(CC_F64, elements, random, 1);
    expect_status(cc_factor_back_substitute(factor, columns, right, m, again, ldx, &error), CC_OK, &error, "cc_factor_back_substitute");
    expect_status(cc_factor_solve(factor, columns, turned, m, x, ldx, &error), CC_OK, &error, "cc_factor_solve");
    // The system has a solution, so the residual vanishes; an unpivoted factor of less than full rank promises none.
    if (pivot) {
        double worst = 0;
        for (int64_t c = 0; c < columns; c++)
            for (int64_t i = 0; i < m; i++) {
                double sum = -b[c * m + i], other = sum;
                for (int64_t j = 0; j < n; j++) {
                    sum += original[j * lda + i] * x[c * ldx + j];
                    other += original[j * lda + i] * again[c * ldx + j];
                }
                worst = fmax(worst, isnan(sum + other) ? INFINITY : fmax(fabs(sum), fabs(other)));
            }
        expect(worst <= 1e-8 * size, "%lld × %lld of rank %lld: residual %g", (long long)m, (long long)n, (long long)rank, worst);
    }
    cc_factor_release(factor);
    double *const memory[] = {a, solution, b, original, right, turned, x, again};
    for (int i = 0; i < 8; i++) free(memory[i]);
}

void call_factors(numbers *random) {
    static const int64_t sizes[][3] = {{0, 0, 0}, {4, 0, 0}, {0, 3, 0}, {1, 1, 1}, {5, 3, 3}, {3, 5, 3}, {7, 7, 0}, {70, 33, 33}, {33, 70, 20}, {150, 131, 131}, {201, 150, 67}};
    for (int s = 0; s < (int)(sizeof sizes / sizeof *sizes); s++)
        for (int way = 0; way < 4; way++) factorise(sizes[s][0], sizes[s][1], sizes[s][2], way & 1, way >> 1, random);
    cc_factor *factor = NULL;
    cc_error error;
    double values[4] = {1, NAN, 2, 3};
    const cc_factor_options wrong = {.pivot = true, .tolerance = 2}, good = {.pivot = true};
    expect_status(cc_factor_create(2, 2, values, 2, &good, &factor, &error), CC_BAD_ARGUMENT, &error, "cc_factor_create");
    values[1] = 1;
    expect_status(cc_factor_create(2, 2, values, 2, &wrong, &factor, &error), CC_BAD_ARGUMENT, &error, "cc_factor_create");
    expect_status(cc_factor_create(2, 2, values, 1, &good, &factor, &error), CC_BAD_ARGUMENT, &error, "cc_factor_create");
    expect_status(cc_factor_create(-1, 2, values, 2, &good, &factor, &error), CC_BAD_ARGUMENT, &error, "cc_factor_create");
    cc_factor_release(NULL);
}
