// Pivots from a sample: Y = G A with few more rows than a block has columns keeps the columns' lengths and dependences within
// some ten per cent (Johnson and Lindenstrauss), so a pivoted QR of Y names the columns that one of A would take next.
#include "factor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { columns_per_task = 128 };

bool factor_sample_create(factor_sample *s, int64_t m, int64_t n) {
    *s = (factor_sample){ .rows = factor_block + sample_extra };
    s->stride = s->rows + 16;      // whole vectors may be read from any row on; what lies there is zero
    s->y = calloc((size_t)(s->stride * n + 16), sizeof(double));
    s->squares = calloc((size_t)n + 1, sizeof(double));
    s->g = malloc((size_t)(s->rows * m + 1) * sizeof(double));
    return s->y && s->squares && s->g;
}

void factor_sample_release(factor_sample *s) {
    free(s->y);
    free(s->squares);
    free(s->g);
}

/// A number of unit variance, uniform, from two counters (the finaliser of SplitMix64).
static double random_number(uint64_t stream, uint64_t index) {
    uint64_t z = (stream << 40) + (index + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return ((double)(int64_t)(z >> 11) - 0x1p52) * (0x1p-52 * 1.7320508075688772);
}

typedef struct drawing {
    double *g;
    int64_t rows;
    uint64_t stream;
} drawing;

static void draw_task(int64_t task, void *context) {
    const drawing *d = context;
    for (int64_t i = 0; i < d->rows; i++) d->g[task * d->rows + i] = random_number(d->stream, (uint64_t)(task * d->rows + i));
}

static void measure(factor_sample *s, int64_t first, int64_t n) {
    for (int64_t j = first; j < n; j++) {
        double sum = 0;
        const double *y = s->y + j * s->stride;
        for (int64_t i = 0; i < s->rows; i++) sum += y[i] * y[i];
        s->squares[j] = sum;
    }
}

static int64_t longest(const factor_sample *s, int64_t first, int64_t n) {
    int64_t best = first;
    for (int64_t j = first + 1; j < n; j++)
        if (s->squares[j] > s->squares[best]) best = j;
    return best;
}

bool factor_sample_draw(factor_sample *s, int64_t first, int64_t m, int64_t n, const double *a, int64_t lda) {
    drawing d = { s->g, s->rows, (uint64_t)s->drawn++ };
    cc_pool_run(m - first, draw_task, &d);
    if (!cc_native_product(CC_F64, false, false, s->rows, n - first, m - first, 1, s->g, s->rows, a + first + first * lda, lda, 0,
                           s->y + first * s->stride, s->stride)) return false;
    measure(s, first, n);
    s->scale_drawn = sqrt(s->squares[longest(s, first, n)]);
    return true;
}

bool factor_sample_is_spent(const factor_sample *s, int64_t first, int64_t n) {
    return s->drawn == 0 || sqrt(s->squares[longest(s, first, n)]) < 1e-6 * s->scale_drawn;
}

typedef struct reflecting {
    const cc_isa *isa;
    const double *v;
    double tau, *y, *squares;
    int64_t vectors, columns, stride;
} reflecting;

static void reflect_task(int64_t task, void *context) {
    const reflecting *r = context;
    int64_t first = task * columns_per_task, columns = r->columns - first < columns_per_task ? r->columns - first : columns_per_task;
    r->isa->reflect(r->vectors, r->v, r->tau, columns, r->y + first * r->stride, r->stride, r->squares + first);
}

int64_t factor_sample_select(factor_sample *s, int64_t first, int64_t n, int64_t width, double least, int64_t *swaps) {
    const cc_isa *isa = cc_isa_current();
    int64_t lanes = isa->product[CC_F64].lanes;
    for (int64_t k = 0; k < width; k++) {
        int64_t here = first + k, best = longest(s, here, n);
        // Of a random vector's squared length the rows − k rows that are left hold their share.
        if (!(s->squares[best] > least * least * (double)(s->rows - k))) return k;
        swaps[k] = best;
        double *x = s->y + here * s->stride, *other = s->y + best * s->stride;
        if (best != here) {
            for (int64_t i = 0; i < s->rows; i++) {
                double keep = x[i];
                x[i] = other[i];
                other[i] = keep;
            }
            s->squares[best] = s->squares[here];
        }
        double v[factor_block + sample_extra + 16] = {1}, square = 0, tau, scale;
        for (int64_t i = k + 1; i < s->rows; i++) square += x[i] * x[i];
        double beta = factor_reflection(x[k], square, &tau, &scale);
        for (int64_t i = k + 1; i < s->rows; i++) {
            v[i - k] = x[i] * scale;
            x[i] = 0;
        }
        x[k] = beta;
        reflecting r = { isa, v, tau, x + s->stride + k, s->squares + here + 1, (s->rows - k + lanes - 1) / lanes, n - here - 1, s->stride };
        cc_pool_run((r.columns + columns_per_task - 1) / columns_per_task, reflect_task, &r);
    }
    return width;
}

bool factor_sample_follow(factor_sample *s, int64_t first, int64_t n, int64_t width, const double *r, int64_t lda) {
    int64_t rest = n - first - width;
    if (rest <= 0) return true;
    // The orthogonal factor of the sample's QR took G Q to X = S₁₁ R₁₁⁻¹ in the block's columns, so what is left of the sample
    // is S₁₂ − X R₁₂ above S₂₂. Both triangles are graded alike: the error stays that of R itself.
    double x[factor_block * factor_block];
    for (int64_t j = 0; j < width; j++) {
        for (int64_t i = 0; i < width; i++) {
            double sum = s->y[i + (first + j) * s->stride];
            for (int64_t l = i; l < j; l++) sum -= x[i + l * factor_block] * r[l + j * lda];
            x[i + j * factor_block] = i <= j ? sum / r[j + j * lda] : 0;
        }
    }
    if (!cc_native_product(CC_F64, false, false, width, rest, width, -1, x, factor_block, r + width * lda, lda, 1,
                           s->y + (first + width) * s->stride, s->stride)) return false;
    measure(s, first + width, n);
    return true;
}
