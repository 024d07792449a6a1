// The calls of native plans: their threads and the order of sums.
#include "native.h"
#include "network_plan.h"

#include <stdlib.h>
#include <string.h>

enum { scratch_slot = 3 };

static void run_chunk(int64_t chunk, void *context) {
    net_plan *plan = context;
    void *work = cc_pool_scratch(scratch_slot, (uint64_t)plan->work_size * plan->element);
    if (work) plan->kernels->chunk(plan, chunk, work);
    else plan->failed = true;
}

static void run_chunk_of_term(int64_t chunk, void *context) { run_chunk(((net_plan *)context)->first_chunk + chunk, context); }

static const int64_t slice = 8192;

static void add_slice(int64_t task, void *context) {
    net_plan *plan = context;
    int64_t begin = task * slice, end = begin + slice < plan->sums_size ? begin + slice : plan->sums_size;
    plan->kernels->add(plan, begin, end);
}

static cc_status run(net_plan *plan, net_mode mode, const void *parameters, cc_error *error) {
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

static void collect(net_plan *plan, void *gradient) {
    int64_t slices = (plan->sums_size + slice - 1) / slice;
    if (plan->alone)
        for (int64_t s = 0; s < slices; s++) add_slice(s, plan);
    else cc_pool_run(slices, add_slice, plan);
    plan->kernels->unpack(plan, gradient);
}

cc_status cc_native_plan_gradient(net_plan *plan, const void *parameters, double *loss, double *losses, void *gradient, cc_error *error) {
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

cc_status cc_native_plan_residuals(net_plan *plan, const void *parameters, void *residuals, cc_error *error) {
    plan->result = residuals;
    return run(plan, NET_RESIDUALS, parameters, error);
}

cc_status cc_native_plan_transposed(net_plan *plan, const void *parameters, const void *cotangent, void *gradient, cc_error *error) {
    plan->cotangent = cotangent;
    cc_status status = run(plan, NET_TRANSPOSED, parameters, error);
    if (status == CC_OK) collect(plan, gradient);
    return status;
}

typedef struct rows_task {
    net_plan *plan;
    const net_term *term;
    int64_t first, count;
    char *rows;
} rows_task;

static void run_rows(int64_t task, void *context) {
    const rows_task *t = context;
    net_plan *plan = t->plan;
    void *work = cc_pool_scratch(scratch_slot, (uint64_t)(plan->work_size + plan->sums_size) * plan->element);
    const int64_t from = task * t->term->block, left = t->count - from, count = left < t->term->block ? left : t->term->block;
    if (work)
        plan->kernels->jacobian(plan, t->term, t->first + from, count, work,
                                t->rows + (uint64_t)(from * t->term->equations * plan->parameters) * plan->element);
    else plan->failed = true;
}

cc_status cc_native_plan_jacobian(net_plan *plan, int32_t term, int64_t first, int64_t count, const void *parameters, void *rows, cc_error *error) {
    const net_term *t = &plan->term[term];
    plan->given = parameters;
    plan->failed = false;
    plan->kernels->pack(plan);
    rows_task task = { plan, t, first, count, rows };
    cc_pool_run((count + t->block - 1) / t->block, run_rows, &task);
    return plan->failed ? cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for a thread's work memory.") : CC_OK;
}

cc_status cc_native_plan_components(net_plan *plan, int32_t term, const void *parameters, void *components, cc_error *error) {
    const net_term *t = &plan->term[term];
    plan->mode = NET_COMPONENTS;
    plan->given = parameters;
    plan->result = components;
    plan->failed = false;
    plan->kernels->pack(plan);
    plan->first_chunk = t->first_chunk;
    cc_pool_run(t->chunks, run_chunk_of_term, plan);
    return plan->failed ? cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for a thread's work memory.") : CC_OK;
}

int32_t cc_native_plan_terms(const net_plan *plan) { return plan->terms; }
int64_t cc_native_plan_parameters(const net_plan *plan) { return plan->parameters; }
size_t cc_native_plan_element(const net_plan *plan) { return plan->element; }
int64_t cc_native_plan_rows(const net_plan *plan) { return plan->rows; }
int64_t cc_native_plan_points(const net_plan *plan, int32_t term) { return plan->term[term].points; }
uint64_t cc_native_plan_memory(const net_plan *plan) {
    return plan->bytes + (uint64_t)plan->work_size * plan->element * (uint64_t)cc_threads()
        + net_tangent_bytes(plan->tangent);
}
