// Descents: at once and in parts the same bits; what ends them early.
#include "descent.h"
#include "terms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { most_steps = 9 };

typedef struct descent_memory {
    double *row[4];   // parameters, moments, squares, best
    double losses[most_steps];
} descent_memory;

static descent_memory begin(cc_precision precision, int64_t count, const void *parameters) {
    descent_memory m;
    for (int k = 0; k < 4; k++) m.row[k] = calloc((size_t)count, sizeof(double));
    for (int64_t i = 0; i < count; i++) m.row[0][i] = m.row[3][i] = value_at(precision, parameters, i);
    return m;
}

static void end(descent_memory *m) {
    for (int k = 0; k < 4; k++) free(m->row[k]);
}

static cc_descent take(cc_plan *plan, descent_memory *m, cc_optimizer_kind kind, int64_t first, int64_t steps, double rate, double enough, double best) {
    double rates[most_steps];
    for (int k = 0; k < most_steps; k++) rates[k] = rate / (double)(first + k + 1);
    const bool adam = kind == CC_ADAM;
    cc_descent d = {
        .optimizer = {kind, 0.9, 0.99, 1e-8, 1e-3}, .first = first, .steps = steps, .rates = rates, .enough = enough, .parameters = m->row[0],
        .moments = adam ? m->row[1] : NULL, .squares = adam ? m->row[2] : NULL, .best = m->row[3], .best_loss = best, .losses = m->losses + first,
    };
    cc_error error;
    expect_status(cc_plan_descend(plan, &d, &error), CC_OK, &error, "cc_plan_descend");
    d.rates = d.losses = NULL;
    return d;
}

void call_descents(cc_plan *plan, cc_precision precision, const void *parameters) {
    const int64_t count = cc_plan_parameters(plan);
    const size_t bytes = (size_t)count * sizeof(double);
    cc_error error;
    expect_status(cc_plan_descend(plan, &(cc_descent){.steps = 0}, &error), CC_BAD_ARGUMENT, &error, "cc_plan_descend");
    for (cc_optimizer_kind kind = CC_DESCENT; kind <= CC_ADAM; kind++) {
        descent_memory whole = begin(precision, count, parameters), parts = begin(precision, count, parameters), wild = begin(precision, count, parameters);
        const cc_descent once = take(plan, &whole, kind, 0, 5, 1e-6, -1, INFINITY);
        const cc_descent early = take(plan, &parts, kind, 0, 2, 1e-6, -1, INFINITY);
        const cc_descent late = take(plan, &parts, kind, 2, 3, 1e-6, -1, early.best_loss);
        expect(once.taken == 5 && early.taken + late.taken == 5 && !once.diverged && !late.diverged, "a descent ends early");
        expect(once.best_loss == late.best_loss && memcmp(whole.losses, parts.losses, 5 * sizeof(double)) == 0, "parts of a descent have other losses");
        for (int k = 0; k < 4; k++) expect(memcmp(whole.row[k], parts.row[k], bytes) == 0, "parts of a descent lead elsewhere, row %d", k);
        const cc_descent one = take(plan, &parts, kind, 5, 4, 1e-6, INFINITY, late.best_loss);
        expect(one.taken == 1 && !one.diverged, "a descent goes on after enough");
        const cc_descent lost = take(plan, &wild, CC_DESCENT, 0, most_steps, INFINITY, -1, INFINITY);
        expect(lost.diverged && lost.taken == 0, "a descent by infinite steps goes on");
        for (int64_t i = 0; i < count; i++) expect(wild.row[0][i] == value_at(precision, parameters, i), "a step that failed is kept");
        end(&whole);
        end(&parts);
        end(&wild);
    }
}
