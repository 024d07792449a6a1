// Ensembles: arguments are checked here, the work is the native path's or a device's.
#include "ensemble.h"

#include <math.h>
#include <stdlib.h>

#define REQUIRE(condition, ...)                                                                                                       \
    do {                                                                                                                              \
        if (!(condition)) return cc_fail(error, CC_BAD_ARGUMENT, 0, __VA_ARGS__);                                                     \
    } while (0)

cc_status cc_ensemble_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, int32_t judges,
                             const cc_term *judge, cc_ensemble **result, cc_error *error) {
    REQUIRE(result && options, "An ensemble needs options and a place for itself.");
    *result = NULL;
    REQUIRE(judges == 0 || judge, "A judge needs terms.");
    const cc_backend *backend = options->device ? options->device->backend : &cc_native_backend;
    if (backend != &cc_native_backend && !backend->ensemble)
        return cc_fail(error, CC_NO_DEVICE, 0, "Ensembles do not run on %s devices; give an ensemble no device for the native path.", backend->name);
    for (int32_t i = 0; backend->ensemble && term && i < terms; i++)
        REQUIRE(term[i].program, "The residual of term %d is a function, which runs on the native path only; give it as a program.", i);
    cc_ensemble *e = calloc(1, sizeof *e);
    if (!e) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble.");
    cc_status status = cc_native_plan_create(network, options, terms, term, &e->plan, error);
    const cc_plan_options wide = { .precision = CC_F64, .parameters = options->parameters };
    if (status == CC_OK && judges > 0) status = cc_native_plan_create(network, &wide, judges, judge, &e->judge, error);
    if (status == CC_OK) {
        e->terms = terms;
        e->nodes = calloc((size_t)terms, sizeof *e->nodes);
        e->groups = calloc((size_t)terms, sizeof *e->groups);
        if (!e->nodes || !e->groups) status = cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble.");
    }
    for (int32_t i = 0; status == CC_OK && i < terms; i++) {
        e->nodes[i] = term[i].jets.nodes;
        e->groups[i] = term[i].jets.groups;
    }
    if (status == CC_OK && backend->ensemble) status = backend->ensemble(network, options, terms, term, e->plan, &e->calls, &e->state, error);
    if (status == CC_OK) *result = e;
    else cc_ensemble_destroy(e);
    return status;
}

void cc_ensemble_destroy(cc_ensemble *e) {
    if (!e) return;
    if (e->state) e->calls->destroy(e->state);
    cc_native_plan_destroy(e->plan);
    cc_native_plan_destroy(e->judge);
    free(e->nodes);
    free(e->groups);
    free(e);
}

int64_t cc_ensemble_parameters(const cc_ensemble *e) { return e ? cc_native_plan_parameters(e->plan) : 0; }

uint64_t cc_ensemble_memory(const cc_ensemble *e, int64_t count) {
    if (!e || count < 1) return 0;
    return sizeof *e + cc_native_ensemble_memory(e, count) + (e->state ? e->calls->memory(e->state, count) : 0);
}

static cc_status check_schedule(const cc_schedule *s, cc_error *error) {
    const cc_optimizer *o = &s->optimizer;
    REQUIRE(o->kind == CC_DESCENT || o->kind == CC_ADAM, "There is no optimiser %d.", (int)o->kind);
    REQUIRE(o->kind == CC_DESCENT || (o->beta1 >= 0 && o->beta1 < 1 && o->beta2 >= 0 && o->beta2 < 1), "Adam's β are %g and %g, not at least 0 and below 1.",
            o->beta1, o->beta2);
    REQUIRE(o->kind == CC_DESCENT || (isfinite(o->epsilon) && o->epsilon >= 0 && isfinite(o->decay) && o->decay >= 0),
            "Adam's ε and λ are %g and %g, not at least 0.", o->epsilon, o->decay);
    REQUIRE(s->first >= 0 && s->last >= s->first, "A run from step %lld to step %lld is none.", (long long)s->first, (long long)s->last);
    REQUIRE(s->records >= 0 && (s->records == 0 || s->record), "Records need their steps.");
    for (int64_t i = 0; i < s->records; i++)
        REQUIRE(s->record[i] >= s->first && s->record[i] <= s->last && (i == 0 || s->record[i] > s->record[i - 1]),
                "Record %lld is at step %lld; the records' steps ascend from %lld to %lld.", (long long)i, (long long)s->record[i], (long long)s->first,
                (long long)s->last);
    return CC_OK;
}

static cc_status check_members(const cc_ensemble *e, const cc_schedule *s, const cc_members *m, cc_error *error) {
    REQUIRE(m->count >= 1, "An ensemble has at least one member, not %lld.", (long long)m->count);
    REQUIRE(m->parameters && m->rates && m->taken, "Members need parameters, rates and a count of steps.");
    REQUIRE(s->records == 0 || m->losses, "Records need a place.");
    REQUIRE(!m->first == !m->second, "Adam's memory has two parts.");
    REQUIRE(!m->best == !m->best_losses, "The best parameters come with their losses.");
    REQUIRE(!m->truths || e->judge, "True residuals need a judge.");
    for (int64_t k = 0; k < m->count; k++) {
        REQUIRE(isfinite(m->rates[k]), "The rate of member %lld is not finite.", (long long)k);
        for (int32_t i = 0; m->weights && i < e->terms; i++) {
            const double w = m->weights[k * e->terms + i];
            REQUIRE(isfinite(w) && w > 0, "The weight of term %d of member %lld is %g, not positive.", i, (long long)k, w);
        }
    }
    for (int32_t i = 0; i < e->terms; i++) {
        const bool own = (m->offsets && m->offsets[i]) || (m->scales && m->scales[i]);
        REQUIRE(!own || e->nodes[i] > 0, "Term %d has no nodes, and members cannot have their own.", i);
    }
    return CC_OK;
}

// MARK: Runs on devices

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/// Members [first, first + count) from record to record; their losses come from the device, the true residuals from the judge. `alive`:
/// [2][count], those that go on, and those that have come as far as the record.
static cc_status run_chunk(cc_ensemble *e, const cc_schedule *s, const cc_members *m, int64_t first, int64_t count, double *losses, bool *alive,
                           cc_error *error) {
    bool *goes_on = alive + count;
    for (int64_t k = 0; k < count; k++) goes_on[k] = m->taken[first + k] == s->first;
    const size_t row = (size_t)cc_native_plan_parameters(e->plan) * cc_native_plan_element(e->plan);
    int64_t from = s->first;
    for (int64_t r = 0; r <= s->records; r++) {
        const bool due = r < s->records;
        const int64_t to = due ? s->record[r] : s->last;
        if (!due && from == to) break;
        cc_status status = e->calls->advance(e->state, e, s, m, from, to, first, count, due ? losses : NULL, error);
        if (status) return status;
        for (int64_t k = 0; due && k < count; k++) {
            alive[k] = goes_on[k] && m->taken[first + k] == to;
            m->losses[r * m->count + first + k] = alive[k] ? losses[k] : NAN;
        }
        if (due && m->truths)
            status = cc_native_ensemble_judge(e, (char *)m->parameters + (size_t)first * row, count, alive, m->truths + r * m->count + first, error);
        if (status) return status;
        from = to;
    }
    return CC_OK;
}

static cc_status run_on_device(cc_ensemble *e, const cc_schedule *s, const cc_members *m, cc_error *error) {
    const int64_t most = e->calls->most(e->state, m->count);
    double *losses = calloc((size_t)most, sizeof *losses);
    bool *alive = calloc(2 * (size_t)most, sizeof *alive);
    cc_status status = losses && alive ? CC_OK : cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the members' losses.");
    for (int64_t first = 0; status == CC_OK && first < m->count; first += most)
        status = run_chunk(e, s, m, first, smaller(most, m->count - first), losses, alive, error);
    free(losses);
    free(alive);
    return status;
}

cc_status cc_ensemble_run(cc_ensemble *e, const cc_schedule *schedule, const cc_members *members, cc_error *error) {
    REQUIRE(e && schedule && members, "A run needs an ensemble, a schedule and members.");
    cc_status status = check_schedule(schedule, error);
    if (status == CC_OK) status = check_members(e, schedule, members, error);
    if (status) return status;
    return e->state ? run_on_device(e, schedule, members, error) : cc_native_ensemble_run(e, schedule, members, error);
}
