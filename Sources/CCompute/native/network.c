// The public face of network plans: the calls, their threads and the order of sums.
#include "../include/network.h"
#include "native.h"
#include "network_plan.h"

#include <stdlib.h>
#include <string.h>

enum { scratch_slot = 3 };

static void run_chunk(int64_t chunk, void *context) {
    cc_plan *plan = context;
    void *work = cc_pool_scratch(scratch_slot, (uint64_t)plan->work_size * plan->element);
    if (work) plan->kernels->chunk(plan, chunk, work);
    else plan->failed = true;
}

static const int64_t slice = 8192;

static void add_slice(int64_t task, void *context) {
    cc_plan *plan = context;
    int64_t begin = task * slice, end = begin + slice < plan->sums_size ? begin + slice : plan->sums_size;
    plan->kernels->add(plan, begin, end);
}

static cc_status run(cc_plan *plan, net_mode mode, const void *parameters, cc_error *error) {
    if (!plan || !parameters) return cc_fail(error, CC_BAD_ARGUMENT, 0, "A network plan's call needs the plan and its parameters.");
    plan->mode = mode;
    plan->given = parameters;
    plan->failed = false;
    plan->kernels->pack(plan);
    if (plan->alone)
        for (int64_t c = 0; c < plan->chunks; c++) run_chunk(c, plan);
    else cc_pool_run(plan->chunks, run_chunk, plan);
    if (plan->failed)
        return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for %llu bytes of work memory a thread.",
                       (unsigned long long)plan->work_size * plan->element);
    return CC_OK;
}

static void collect(cc_plan *plan, void *gradient) {
    int64_t slices = (plan->sums_size + slice - 1) / slice;
    if (plan->alone)
        for (int64_t s = 0; s < slices; s++) add_slice(s, plan);
    else cc_pool_run(slices, add_slice, plan);
    plan->kernels->unpack(plan, gradient);
}

cc_status cc_plan_gradient(cc_plan *plan, const void *parameters, double *loss, double *losses, void *gradient, cc_error *error) {
    cc_status status = run(plan, gradient ? NET_GRADIENT : NET_LOSS, parameters, error);
    if (status) return status;
    double sum = 0;
    for (int32_t i = 0; i < plan->terms; i++) {
        const net_term *t = &plan->term[i];
        double part = 0;
        for (int64_t c = t->first_chunk; c < t->first_chunk + t->chunks; c++) part += plan->losses[c];
        if (losses) losses[i] = part;
        sum += part;
    }
    if (loss) *loss = sum;
    if (gradient) collect(plan, gradient);
    return CC_OK;
}

cc_status cc_plan_residuals(cc_plan *plan, const void *parameters, void *residuals, cc_error *error) {
    if (!residuals) return cc_fail(error, CC_BAD_ARGUMENT, 0, "There is no place for the residuals.");
    if (plan) plan->result = residuals;
    return run(plan, NET_RESIDUALS, parameters, error);
}

cc_status cc_plan_transposed(cc_plan *plan, const void *parameters, const void *cotangent, void *gradient, cc_error *error) {
    if (!cotangent || !gradient) return cc_fail(error, CC_BAD_ARGUMENT, 0, "A vector-Jacobian product needs a vector and a place for the result.");
    if (plan) plan->cotangent = cotangent;
    cc_status status = run(plan, NET_TRANSPOSED, parameters, error);
    if (status == CC_OK) collect(plan, gradient);
    return status;
}

typedef struct rows_task {
    cc_plan *plan;
    const net_term *term;
    int64_t first, count;
    char *rows;
} rows_task;

static void run_rows(int64_t task, void *context) {
    const rows_task *t = context;
    cc_plan *plan = t->plan;
    void *work = cc_pool_scratch(scratch_slot, (uint64_t)(plan->work_size + plan->sums_size) * plan->element);
    const int64_t from = task * t->term->block, left = t->count - from, count = left < t->term->block ? left : t->term->block;
    if (work)
        plan->kernels->jacobian(plan, t->term, t->first + from, count, work,
                                t->rows + (uint64_t)(from * t->term->equations * plan->parameters) * plan->element);
    else plan->failed = true;
}

cc_status cc_plan_jacobian(cc_plan *plan, int32_t term, int64_t first, int64_t count, const void *parameters, void *rows, cc_error *error) {
    if (!plan || !parameters || !rows) return cc_fail(error, CC_BAD_ARGUMENT, 0, "A Jacobian needs a plan, parameters and a place for the rows.");
    if (term < 0 || term >= plan->terms) return cc_fail(error, CC_BAD_ARGUMENT, 0, "There is no term %d; the plan has %d.", term, plan->terms);
    const net_term *t = &plan->term[term];
    if (first < 0 || count < 0 || count > t->points - first)
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "Points %lld to %lld are not all among the %lld of term %d.", (long long)first,
                       (long long)(first + count), (long long)t->points, term);
    plan->given = parameters;
    plan->failed = false;
    plan->kernels->pack(plan);
    rows_task task = { plan, t, first, count, rows };
    cc_pool_run((count + t->block - 1) / t->block, run_rows, &task);
    return plan->failed ? cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for a thread's work memory.") : CC_OK;
}

cc_status cc_plan_components(cc_plan *plan, int32_t term, const void *parameters, void *components, cc_error *error) {
    if (!plan || !parameters || !components) return cc_fail(error, CC_BAD_ARGUMENT, 0, "Components need a plan, parameters and a place for the result.");
    if (term < 0 || term >= plan->terms) return cc_fail(error, CC_BAD_ARGUMENT, 0, "There is no term %d; the plan has %d.", term, plan->terms);
    const net_term *t = &plan->term[term];
    plan->mode = NET_COMPONENTS;
    plan->given = parameters;
    plan->result = components;
    plan->failed = false;
    plan->kernels->pack(plan);
    for (int64_t c = t->first_chunk; c < t->first_chunk + t->chunks && !plan->failed; c++) run_chunk(c, plan);
    return plan->failed ? cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for a thread's work memory.") : CC_OK;
}

int64_t cc_plan_parameters(const cc_plan *plan) { return plan ? plan->parameters : 0; }
int64_t cc_plan_residual_count(const cc_plan *plan) { return plan ? plan->rows : 0; }
uint64_t cc_plan_memory(const cc_plan *plan) {
    return plan ? plan->bytes + (uint64_t)plan->work_size * plan->element * (uint64_t)cc_threads() : 0;
}
