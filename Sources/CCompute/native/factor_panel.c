// Householder QR of a panel, by halves: the left half is factorised and applied to the right one with narrow products, so that
// only leaves of 8 columns are worked column by column (they stay in the second-level cache).
#include "factor.h"

#include <math.h>
#include <string.h>

typedef struct chunks {
    const cc_isa *isa;
    int64_t rows, p, q, ldv, lda;
    const double *v, *w;
    double *a, *partial;
} chunks;

static void dots_task(int64_t task, void *context) {
    const chunks *c = context;
    int64_t first = task * factor_sums, rows = c->rows - first < factor_sums ? c->rows - first : factor_sums;
    c->isa->dots(rows, c->p, c->v + first, c->ldv, c->q, c->a + first, c->lda, c->partial + task * c->p * c->q, c->p);
}

static void update_task(int64_t task, void *context) {
    const chunks *c = context;
    int64_t first = task * factor_sums, rows = c->rows - first < factor_sums ? c->rows - first : factor_sums;
    c->isa->update(rows, c->p, c->v + first, c->ldv, c->q, c->a + first, c->lda, c->w, factor_block);
}

static void run(const chunks *c, void (*function)(int64_t, void *)) {
    int64_t count = (c->rows + factor_sums - 1) / factor_sums;
    if (c->rows * c->p * c->q >= 20000) {
        cc_pool_run(count, function, (void *)c);
    } else {
        for (int64_t task = 0; task < count; task++) function(task, (void *)c);
    }
}

size_t factor_partial_bytes(int64_t m) {
    return (size_t)((m + factor_sums - 1) / factor_sums + 1) * factor_block * factor_block * sizeof(double);
}

void factor_dots(double *partial, int64_t rows, int64_t p, const double *v, int64_t ldv, int64_t q, const double *a, int64_t lda, double *w) {
    for (int64_t j = 0; j < q; j++) memset(w + j * factor_block, 0, (size_t)p * sizeof(double));
    if (rows <= 0 || p == 0 || q == 0) return;
    chunks c = { cc_isa_current(), rows, p, q, ldv, lda, v, NULL, (double *)a, partial };
    run(&c, dots_task);
    for (; rows > 0; rows -= factor_sums, partial += p * q)
        for (int64_t j = 0; j < q; j++)
            for (int64_t i = 0; i < p; i++) w[i + j * factor_block] += partial[i + j * p];
}

void factor_update(int64_t rows, int64_t p, const double *v, int64_t ldv, int64_t q, double *a, int64_t lda, const double *w) {
    if (rows <= 0 || p == 0 || q == 0) return;
    chunks c = { cc_isa_current(), rows, p, q, ldv, lda, v, w, a, NULL };
    run(&c, update_task);
}

void factor_multiply_t(int64_t width, const double *t, bool transpose, int64_t columns, double *w) {
    for (int64_t c = 0; c < columns; c++, w += factor_block) {
        double result[factor_block] = {0};
        for (int64_t j = 0; j < width; j++) {
            const double *column = t + j * factor_block;
            if (transpose) {
                double sum = 0;
                for (int64_t i = 0; i <= j; i++) sum += column[i] * w[i];
                result[j] = sum;
            } else {
                for (int64_t i = 0; i <= j; i++) result[i] += column[i] * w[j];
            }
        }
        memcpy(w, result, (size_t)width * sizeof(double));
    }
}

double factor_reflection(double alpha, double square, double *tau, double *scale) {
    double length = sqrt(alpha * alpha + square);
    *tau = *scale = 0;
    // Nothing below, or nothing that could be divided by: the columns' scale is near 1.
    if (square == 0 || length < 1e-290) return alpha;
    double beta = alpha > 0 ? -length : length;
    *tau = (beta - alpha) / beta;
    *scale = 1 / (alpha - beta);
    return beta;
}

/// The unit lower triangle on top of V.
static void copy_top(int64_t width, const double *v, int64_t ldv, double *top) {
    for (int64_t j = 0; j < width; j++)
        for (int64_t i = 0; i < width; i++) top[i + j * factor_block] = i > j ? v[i + j * ldv] : i == j;
}

static void leaf(int64_t rows, int64_t width, double *a, int64_t lda, double *t, double *partial) {
    double w[factor_leaf * factor_block], tau[factor_leaf];
    for (int64_t k = 0; k < width; k++) {
        double *x = a + k + k * lda, scale = 0, beta;
        tau[k] = 0;
        if (k >= rows) continue;
        int64_t below = rows - k - 1, right = width - k - 1;
        factor_dots(partial, below, 1, x + 1, lda, right + 1, x + 1, lda, w);
        beta = factor_reflection(*x, w[0], &tau[k], &scale);
        for (int64_t j = 1; j <= right; j++) {
            double factor = tau[k] * (x[j * lda] + scale * w[j * factor_block]);
            x[j * lda] -= factor;
            w[j * factor_block] = factor * scale;
        }
        if (tau[k] != 0) factor_update(below, 1, x + 1, lda, right, x + 1 + lda, lda, w + factor_block);
        *x = beta;
        for (int64_t i = 1; i <= below; i++) x[i] *= scale;
    }
    // T from VᵀV: column j is −τ_j T (Vᵀ v_j).
    double top[factor_leaf * factor_block], extra[factor_leaf * factor_block];
    int64_t head = width < rows ? width : rows;
    copy_top(width, a, lda, top);
    factor_dots(partial, head, width, top, factor_block, width, top, factor_block, w);
    factor_dots(partial, rows - width, width, a + width, lda, width, a + width, lda, extra);
    for (int64_t j = 0; j < width; j++) {
        for (int64_t i = 0; i < j; i++) {
            double sum = 0;
            for (int64_t l = i; l < j; l++) sum += t[i + l * factor_block] * (w[l + j * factor_block] + extra[l + j * factor_block]);
            t[i + j * factor_block] = -tau[j] * sum;
        }
        t[j + j * factor_block] = tau[j];
    }
}

static void halves(int64_t rows, int64_t width, double *a, int64_t lda, double *t, double *partial) {
    if (width <= factor_leaf) {
        leaf(rows, width, a, lda, t, partial);
        return;
    }
    int64_t h = (width / 2 + factor_leaf - 1) / factor_leaf * factor_leaf, q = width - h;
    double top[factor_block * factor_block], w[factor_block * factor_block], extra[factor_block * factor_block];
    const cc_isa *isa = cc_isa_current();
    halves(rows, h, a, lda, t, partial);

    // The left half's reflections on the right half.
    double *right = a + h * lda;
    copy_top(h, a, lda, top);
    isa->dots(h, h, top, factor_block, q, right, lda, w, factor_block);
    factor_dots(partial, rows - h, h, a + h, lda, q, right + h, lda, extra);
    for (int64_t j = 0; j < q; j++)
        for (int64_t i = 0; i < h; i++) w[i + j * factor_block] += extra[i + j * factor_block];
    factor_multiply_t(h, t, true, q, w);
    isa->update(h, h, top, factor_block, q, right, lda, w, factor_block);
    factor_update(rows - h, h, a + h, lda, q, right + h, lda, w);

    double *t2 = t + h + h * factor_block;
    halves(rows - h, q, right + h, lda, t2, partial);

    // The triangle of both: its upper right part is −T₁ (V₁ᵀ V₂) T₂.
    copy_top(q, right + h, lda, top);
    int64_t head = q < rows - h ? q : rows - h;
    isa->dots(head, h, a + h, lda, q, top, factor_block, w, factor_block);
    factor_dots(partial, rows - h - q, h, a + h + q, lda, q, right + h + q, lda, extra);
    for (int64_t j = 0; j < q; j++)
        for (int64_t i = 0; i < h; i++) w[i + j * factor_block] += extra[i + j * factor_block];
    factor_multiply_t(h, t, false, q, w);
    for (int64_t j = 0; j < q; j++) {
        for (int64_t i = 0; i < h; i++) {
            double sum = 0;
            for (int64_t l = 0; l <= j; l++) sum += w[i + l * factor_block] * t2[l + j * factor_block];
            t[i + (h + j) * factor_block] = -sum;
        }
    }
}

void factor_panel(int64_t rows, int64_t width, double *a, int64_t lda, double *t, double *partial) {
    memset(t, 0, sizeof(double) * factor_block * factor_block);
    halves(rows, width, a, lda, t, partial);
}
