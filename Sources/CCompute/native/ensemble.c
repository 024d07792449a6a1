// Ensembles on the bare CPU: a member is a task that one thread carries through all its steps.
#include "../ensemble.h"
#include "native.h"
#include "network_plan.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/// What a thread trains with.
typedef struct bench {
    struct bench *next;
    net_plan *plan, *judge;
    void *memory;
    char *gradient, *here, *there, *first, *second;   // [P] in the plan's precision
    double *wide;                                     // [P]
} bench;

typedef struct job {
    cc_ensemble *ensemble;
    const cc_schedule *schedule;
    const cc_members *members;
    // Of judging alone.
    const char *parameters;
    const bool *alive;
    double *truths;

    pthread_mutex_t lock;
    bench *idle;
    cc_status status;
    cc_error error;
} job;

static void free_bench(bench *b) {
    if (!b) return;
    net_plan_unshare(b->plan);
    net_plan_unshare(b->judge);
    free(b->memory);
    free(b);
}

static uint64_t row_bytes(const net_plan *plan) { return ((uint64_t)plan->parameters * sizeof(double) + 127) / 64 * 64; }

static bench *new_bench(const cc_ensemble *e) {
    bench *b = calloc(1, sizeof *b);
    if (!b) return NULL;
    const uint64_t row = row_bytes(e->plan);
    b->plan = net_plan_share(e->plan);
    b->judge = e->judge ? net_plan_share(e->judge) : NULL;
    if (!b->plan || (e->judge && !b->judge) || posix_memalign(&b->memory, 64, 6 * row) != 0) {
        free_bench(b);
        return NULL;
    }
    char *at = b->memory;
    b->gradient = at;
    b->here = at + row;
    b->there = at + 2 * row;
    b->first = at + 3 * row;
    b->second = at + 4 * row;
    b->wide = (double *)(at + 5 * row);
    return b;
}

static bench *take(job *j) {
    pthread_mutex_lock(&j->lock);
    bench *b = j->status == CC_OK ? j->idle : NULL;
    const bool stopped = j->status != CC_OK;
    if (b) j->idle = b->next;
    pthread_mutex_unlock(&j->lock);
    if (!b && !stopped && !(b = new_bench(j->ensemble))) {
        pthread_mutex_lock(&j->lock);
        j->status = cc_fail(&j->error, CC_OUT_OF_MEMORY, 0, "There is no room for the plan of another thread of the ensemble.");
        pthread_mutex_unlock(&j->lock);
    }
    return b;
}

static void give(job *j, bench *b, cc_status status, const cc_error *error) {
    pthread_mutex_lock(&j->lock);
    b->next = j->idle;
    j->idle = b;
    if (status != CC_OK && j->status == CC_OK) {
        j->status = status;
        j->error = *error;
    }
    pthread_mutex_unlock(&j->lock);
}

/// Stencils and weights of member k.
static void become(net_plan *plan, const cc_ensemble *e, const cc_members *m, int64_t k) {
    for (int32_t i = 0; i < plan->terms; i++) {
        net_term *t = &plan->term[i];
        if (m->weights) {
            t->weight = m->weights[k * plan->terms + i];
            t->share = t->weight / (double)t->points;
        }
        const double *offsets = m->offsets ? m->offsets[i] : NULL, *scales = m->scales ? m->scales[i] : NULL;
        const int64_t count = (int64_t)t->nodes * plan->dimension;
        for (int64_t q = 0; offsets && q < count; q++) {
            if (plan->precision == CC_F64) ((double *)t->offsets)[q] = offsets[k * count + q];
            else ((float *)t->offsets)[q] = (float)offsets[k * count + q];
        }
        for (int32_t u = 0; scales && u < t->uses; u++) t->group_scales[u] = scales[k * e->groups[i] + t->use[u]];
    }
}

/// The root of the judge's loss.
static cc_status judged(bench *b, const void *parameters, double *truth, cc_error *error) {
    const double *wide = parameters;
    if (b->plan->precision == CC_F32) {
        for (int64_t i = 0; i < b->plan->parameters; i++) b->wide[i] = ((const float *)parameters)[i];
        wide = b->wide;
    }
    double loss = NAN;
    const cc_status status = cc_native_plan_gradient(b->judge, wide, &loss, NULL, NULL, error);
    *truth = sqrt(loss);
    return status;
}

static cc_status train(bench *b, const cc_ensemble *e, const cc_schedule *s, const cc_members *m, int64_t k, cc_error *error) {
    net_plan *plan = b->plan;
    const net_kernels *kernels = plan->kernels;
    const int64_t count = plan->parameters;
    const size_t bytes = (size_t)count * plan->element;
    const bool adam = s->optimizer.kind == CC_ADAM;
    int64_t record = 0, step = s->first;
    if (m->taken[k] == s->first) {
        become(plan, e, m, k);
        char *parameters = (char *)m->parameters + (size_t)k * bytes;
        memcpy(b->here, parameters, bytes);
        if (adam && m->first) {
            memcpy(b->first, (char *)m->first + (size_t)k * bytes, bytes);
            memcpy(b->second, (char *)m->second + (size_t)k * bytes, bytes);
        } else if (adam) {
            memset(b->first, 0, bytes);
            memset(b->second, 0, bytes);
        }
        net_update u = { .beta1 = s->optimizer.beta1, .beta2 = s->optimizer.beta2, .epsilon = s->optimizer.epsilon, .decay = s->optimizer.decay };
        for (;; step++) {
            const bool last = step == s->last, due = record < s->records && s->record[record] == step;
            if (last && !due) break;
            double loss = NAN;
            cc_status status = cc_native_plan_gradient(plan, b->here, &loss, NULL, last ? NULL : b->gradient, error);
            if (due && status == CC_OK) {
                m->losses[record * m->count + k] = loss;
                if (m->truths) status = judged(b, b->here, &m->truths[record * m->count + k], error);
                record++;
            }
            if (status) return status;
            if (last || !isfinite(loss) || !kernels->finite(b->gradient, count)) break;
            if (m->best && loss < m->best_losses[k]) {
                m->best_losses[k] = loss;
                memcpy((char *)m->best + (size_t)k * bytes, b->here, bytes);
            }
            u.rate = cc_rate(s, m, k, step);
            u.power1 = adam ? pow(u.beta1, (double)(step + 1)) : 0;
            u.power2 = adam ? pow(u.beta2, (double)(step + 1)) : 0;
            kernels->update(&u, count, b->gradient, b->here, b->there, adam ? b->first : NULL, adam ? b->second : NULL);
            if (!kernels->finite(b->there, count)) break;
            char *other = b->here;
            b->here = b->there;
            b->there = other;
        }
        memcpy(parameters, b->here, bytes);
        if (adam && m->first) {
            memcpy((char *)m->first + (size_t)k * bytes, b->first, bytes);
            memcpy((char *)m->second + (size_t)k * bytes, b->second, bytes);
        }
        m->taken[k] = step;
    }
    for (; record < s->records; record++) {
        m->losses[record * m->count + k] = NAN;
        if (m->truths) m->truths[record * m->count + k] = NAN;
    }
    return CC_OK;
}

static void train_member(int64_t k, void *context) {
    job *j = context;
    bench *b = take(j);
    if (!b) return;
    cc_error error = {0};
    const cc_status status = train(b, j->ensemble, j->schedule, j->members, k, &error);
    give(j, b, status, &error);
}

static void judge_member(int64_t k, void *context) {
    job *j = context;
    if (j->alive && !j->alive[k]) {
        j->truths[k] = NAN;
        return;
    }
    bench *b = take(j);
    if (!b) return;
    cc_error error = {0};
    const cc_status status = judged(b, j->parameters + (size_t)k * (size_t)b->plan->parameters * b->plan->element, &j->truths[k], &error);
    give(j, b, status, &error);
}

static cc_status carry_out(job *j, int64_t count, void (*task)(int64_t, void *), cc_error *error) {
    pthread_mutex_init(&j->lock, NULL);
    cc_pool_run(count, task, j);
    while (j->idle) {
        bench *b = j->idle;
        j->idle = b->next;
        free_bench(b);
    }
    pthread_mutex_destroy(&j->lock);
    if (j->status != CC_OK && error) *error = j->error;
    return j->status;
}

cc_status cc_native_ensemble_run(cc_ensemble *ensemble, const cc_schedule *schedule, const cc_members *members, cc_error *error) {
    job j = { .ensemble = ensemble, .schedule = schedule, .members = members };
    return carry_out(&j, members->count, train_member, error);
}

cc_status cc_native_ensemble_judge(cc_ensemble *ensemble, const void *parameters, int64_t count, const bool *alive, double *truths, cc_error *error) {
    job j = { .ensemble = ensemble, .parameters = parameters, .alive = alive, .truths = truths };
    return carry_out(&j, count, judge_member, error);
}

void cc_adam_step(cc_precision precision, const cc_optimizer *optimizer, double rate, int64_t step, int64_t count, const double *gradient,
                  double *parameters, double *first, double *second) {
    const net_update u = {
        .rate = rate, .beta1 = optimizer->beta1, .beta2 = optimizer->beta2, .epsilon = optimizer->epsilon, .decay = optimizer->decay,
        .power1 = pow(optimizer->beta1, (double)step), .power2 = pow(optimizer->beta2, (double)step),
    };
    net_kernels_current(precision)->advance(&u, count, gradient, parameters, first, second);
}

uint64_t cc_native_ensemble_memory(const cc_ensemble *e, int64_t count) {
    const uint64_t threads = (uint64_t)(cc_threads() < count ? cc_threads() : count);
    uint64_t bytes = 6 * row_bytes(e->plan) + e->plan->bytes + (uint64_t)e->plan->work_size * e->plan->element;
    if (e->judge) bytes += e->judge->bytes + (uint64_t)e->judge->work_size * sizeof(double);
    return threads * bytes + e->plan->bytes + (e->judge ? e->judge->bytes : 0);
}
