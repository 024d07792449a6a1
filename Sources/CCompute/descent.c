// Descents: the loop for plans whose backend has none of its own, in the plan's precision from the first step to the last.
#include "include/descent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "native/network_plan.h"
#include "plan.h"

#define REQUIRE(condition, ...)                                                                                                       \
    do {                                                                                                                              \
        if (!(condition)) return cc_fail(error, CC_BAD_ARGUMENT, 0, __VA_ARGS__);                                                     \
    } while (0)

void cc_narrow(cc_precision precision, int64_t count, const double *from, void *to) {
    if (precision == CC_F64) memcpy(to, from, (size_t)count * sizeof(double));
    else
        for (int64_t i = 0; i < count; i++) ((float *)to)[i] = (float)from[i];
}

void cc_widen(cc_precision precision, int64_t count, const void *from, double *to) {
    if (precision == CC_F64) memcpy(to, from, (size_t)count * sizeof(double));
    else
        for (int64_t i = 0; i < count; i++) to[i] = ((const float *)from)[i];
}

/// Rows of P numbers in the plan's precision.
typedef struct rows {
    char *gradient, *here, *there, *moments, *squares, *best, *old_moments, *old_squares;
} rows;

static cc_status walk(cc_plan *plan, cc_descent *d, rows *r, cc_error *error) {
    const int64_t count = plan->native->parameters;
    const size_t bytes = (size_t)count * plan->native->element;
    const net_kernels *kernels = net_kernels_current(plan->native->precision);
    const bool adam = d->optimizer.kind == CC_ADAM;
    net_update u = { .beta1 = d->optimizer.beta1, .beta2 = d->optimizer.beta2, .epsilon = d->optimizer.epsilon, .decay = d->optimizer.decay };
    while (d->taken < d->steps && !d->diverged) {
        double *loss = &d->losses[d->taken];
        *loss = NAN;
        const cc_status status = cc_plan_gradient(plan, r->here, loss, NULL, r->gradient, error);
        if (status) return status;
        if (*loss < d->best_loss) {
            d->best_loss = *loss;
            if (d->best) memcpy(r->best, r->here, bytes);
        }
        d->diverged = !isfinite(*loss) || !kernels->finite(r->gradient, count);
        if (d->diverged) break;
        const double step = (double)(d->first + d->taken + 1);
        u.rate = d->rates[d->taken];
        u.power1 = adam ? pow(u.beta1, step) : 0;
        u.power2 = adam ? pow(u.beta2, step) : 0;
        if (adam) {
            memcpy(r->old_moments, r->moments, bytes);
            memcpy(r->old_squares, r->squares, bytes);
        }
        kernels->update(&u, count, r->gradient, r->here, r->there, adam ? r->moments : NULL, adam ? r->squares : NULL);
        d->diverged = !kernels->finite(r->there, count);
        if (d->diverged) {
            r->moments = r->old_moments;
            r->squares = r->old_squares;
            break;
        }
        char *other = r->here;
        r->here = r->there;
        r->there = other;
        d->taken++;
        if (*loss <= d->enough) break;
    }
    return CC_OK;
}

cc_status cc_plan_descend(cc_plan *plan, cc_descent *d, cc_error *error) {
    REQUIRE(plan && d && d->rates && d->parameters && d->losses, "A descent needs a plan, rates, parameters and a place for losses.");
    REQUIRE(d->first >= 0 && d->steps >= 1 && d->steps <= cc_most_steps, "A descent takes 1 to %d steps at once after none or some, not %lld after %lld.",
            cc_most_steps, (long long)d->steps, (long long)d->first);
    const bool adam = d->optimizer.kind == CC_ADAM;
    REQUIRE(!adam || (d->moments && d->squares), "A descent by Adam needs its memory.");
    d->taken = 0;
    d->diverged = false;
    if (plan->state && plan->calls->descend) {
        const cc_status status = plan->calls->descend(plan->state, d, error);
        if (status != CC_OUT_OF_MEMORY) return status;
    }
    const cc_precision precision = plan->native->precision;
    const int64_t count = plan->native->parameters;
    const uint64_t row = ((uint64_t)count * plan->native->element + 127) / 64 * 64;
    void *memory = NULL;
    if (posix_memalign(&memory, 64, 8 * row) != 0) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for a descent's parameters.");
    char *at = memory;
    rows r = { at, at + row, at + 2 * row, at + 3 * row, at + 4 * row, at + 5 * row, at + 6 * row, at + 7 * row };
    cc_narrow(precision, count, d->parameters, r.here);
    if (d->best) cc_narrow(precision, count, d->best, r.best);
    if (adam) {
        cc_narrow(precision, count, d->moments, r.moments);
        cc_narrow(precision, count, d->squares, r.squares);
    }
    const cc_status status = walk(plan, d, &r, error);
    if (status == CC_OK) {
        cc_widen(precision, count, r.here, d->parameters);
        if (d->best) cc_widen(precision, count, r.best, d->best);
        if (adam) {
            cc_widen(precision, count, r.moments, d->moments);
            cc_widen(precision, count, r.squares, d->squares);
        }
    }
    free(memory);
    return status;
}
