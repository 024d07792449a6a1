// Jacobian-vector products and second derivatives along a vector: memory, threads.
#include "native.h"
#include "network_plan.h"

#include <stdlib.h>
#include <string.h>

enum { scratch_slot = 3 };

struct net_tangent_memory {
    net_tangent job;
    void *memory;
    uint64_t bytes;
    int64_t work_size;             // of a thread, in elements
    net_plan *plan;
};

void net_tangent_destroy(net_tangent_memory *t) {
    if (!t) return;
    free(t->job.forms);
    free(t->job.uniforms);
    free(t->memory);
    free(t);
}

uint64_t net_tangent_bytes(const net_tangent_memory *t) {
    return t ? sizeof *t + t->bytes + (uint64_t)t->work_size * t->plan->element * (uint64_t)cc_threads() : 0;
}

static int64_t aligned(int64_t count) { return (count + 63) / 64 * 64; }

static net_tangent_memory *create(net_plan *plan) {
    net_tangent_memory *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->plan = plan;
    t->job.plan = plan;
    t->job.forms = calloc((size_t)plan->terms, sizeof *t->job.forms);
    t->job.uniforms = calloc((size_t)plan->terms, sizeof *t->job.uniforms);
    const int64_t row = plan->layer[0].stride;
    int64_t channels = 0, size = aligned(plan->packed_size);
    for (int32_t i = 0; i < plan->terms; i++) {
        const net_term *term = &plan->term[i];
        const int64_t work = plan->kernels->tangent_work(plan, term);
        if (work > t->work_size) t->work_size = work;
        if (term->channels > channels) channels = term->channels;
        size += aligned(3 * term->forms * row);
        if (term->program) size += aligned(2 * (int64_t)term->program->uniforms * plan->kernels->vector);
    }
    t->bytes = (uint64_t)(size + aligned(channels * row)) * plan->element;
    if (!t->job.forms || !t->job.uniforms || posix_memalign(&t->memory, 4096, t->bytes) != 0) {
        t->memory = NULL;
        net_tangent_destroy(t);
        return NULL;
    }
    memset(t->memory, 0, t->bytes);
    char *next = t->memory;
#define TAKE(count) (next += (uint64_t)aligned(count) * plan->element, next - (uint64_t)aligned(count) * plan->element)
    t->job.moved = TAKE(plan->packed_size);
    t->job.zeros = TAKE(channels * row);
    for (int32_t i = 0; i < plan->terms; i++) {
        const net_term *term = &plan->term[i];
        if (term->forms) t->job.forms[i] = TAKE(3 * term->forms * row);
        if (term->program) t->job.uniforms[i] = TAKE(2 * (int64_t)term->program->uniforms * plan->kernels->vector);
    }
#undef TAKE
    return t;
}

static void run_chunk(int64_t chunk, void *context) {
    net_tangent_memory *t = context;
    void *work = cc_pool_scratch(scratch_slot, (uint64_t)t->work_size * t->plan->element);
    if (work) t->plan->kernels->tangent_chunk(&t->job, chunk, work);
    else t->plan->failed = true;
}

cc_status cc_native_plan_product(net_plan *plan, const void *parameters, const void *vector, void *first, void *second, cc_error *error) {
    for (int32_t i = 0; second && i < plan->terms; i++)
        if (!plan->term[i].program)
            return cc_fail(error, CC_BAD_ARGUMENT, 0,
                           "The residual of term %d is a function, which has no second derivative; give it as a program or ask for J v alone.", i);
    if (!plan->tangent && !(plan->tangent = create(plan)))
        return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for derivatives along a vector of %lld parameters.",
                       (long long)plan->parameters);
    net_tangent_memory *t = plan->tangent;
    plan->given = parameters;
    plan->failed = false;
    t->job.parts = second ? 3 : 2;
    t->job.vector = vector;
    t->job.first = first;
    t->job.second = second;
    plan->kernels->pack(plan);
    plan->kernels->pack_tangent(&t->job);
    if (plan->alone)
        for (int64_t c = 0; c < plan->chunks; c++) run_chunk(c, t);
    else cc_pool_run(plan->chunks, run_chunk, t);
    return plan->failed ? cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for %llu bytes of work memory a thread.",
                                  (unsigned long long)t->work_size * plan->element)
                        : CC_OK;
}
