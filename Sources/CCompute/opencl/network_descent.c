/// Descents on a device: gradient and step follow each other in its queue, the parameters stay where they are.
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network_plan.h"

#define TRY(call) do { const cc_status status_ = (call); if (status_ != CC_OK) return status_; } while (0)

/// Elements a work-item of descent.cl.
static int span_of(const ocl_plan *p) { return p->shape.local ? 4 : 4096; }

static void release(ocl_plan *p) {
    net_descent *s = &p->descent;
    cl_mem *memory[] = {&s->moments, &s->squares, &s->best, &s->schedule, &s->history, &s->state, &s->flags, &s->shares, &s->bounds};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) {
        if (*memory[i]) ocl_free(p->device, *memory[i]);
        *memory[i] = NULL;
    }
    p->device->held -= s->bytes;
    free(s->row);
    *s = (net_descent){0};
}

void net_descent_destroy(ocl_plan *plan) { release(plan); }

static cc_status make(ocl_plan *p, size_t bytes, cl_mem *memory, cc_error *error) {
    const size_t room = net_room(bytes);
    TRY(ocl_allocate(p->device, room, memory, error));
    p->descent.bytes += room;
    return CC_OK;
}

static cc_status send(ocl_plan *p, cl_mem memory, size_t bytes, const void *values, cc_error *error) {
    const cl_int written = p->device->cl->EnqueueWriteBuffer(p->device->queue, memory, CL_TRUE, 0, bytes, values, 0, NULL, NULL);
    return ocl_check(&p->device->base, written, "write a descent's numbers", error);
}

static cc_status fetch(ocl_plan *p, cl_mem memory, size_t bytes, void *values, cc_error *error) {
    const cl_int read = p->device->cl->EnqueueReadBuffer(p->device->queue, memory, CL_TRUE, 0, bytes, values, 0, NULL, NULL);
    return ocl_check(&p->device->base, read, "read a descent's numbers", error);
}

static cc_status send_row(ocl_plan *p, cl_mem memory, const double *values, cc_error *error) {
    cc_narrow(p->precision, p->parameters, values, p->descent.row);
    return send(p, memory, (size_t)p->parameters * p->element, p->descent.row, error);
}

static cc_status fetch_row(ocl_plan *p, cl_mem memory, double *values, cc_error *error) {
    TRY(fetch(p, memory, (size_t)p->parameters * p->element, p->descent.row, error));
    cc_widen(p->precision, p->parameters, p->descent.row, values);
    return CC_OK;
}

/// Terms' shares of the loss and where their chunks begin and end, each written at once.
static cc_status send_terms(ocl_plan *p, cc_error *error) {
    const size_t terms = (size_t)p->terms;
    double *shares = malloc(terms * sizeof *shares);
    cl_int *bounds = malloc(2 * terms * sizeof *bounds);
    cc_status status = shares && bounds ? CC_OK : cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for a descent's numbers.");
    for (size_t i = 0; status == CC_OK && i < terms; i++) {
        shares[i] = p->source[i].share;
        bounds[2 * i] = p->term[i].first_chunk;
        bounds[2 * i + 1] = p->term[i].first_chunk + p->term[i].chunks;
    }
    if (status == CC_OK) status = send(p, p->descent.shares, terms * sizeof *shares, shares, error);
    if (status == CC_OK) status = send(p, p->descent.bounds, 2 * terms * sizeof *bounds, bounds, error);
    free(shares);
    free(bounds);
    return status;
}

/// Kernels, and buffers for as many steps as a call takes at most.
static cc_status prepare(ocl_plan *p, cc_error *error) {
    net_descent *s = &p->descent;
    ocl_device *d = p->device;
    const size_t steps = cc_most_steps;
    if (!s->row) {
        const size_t row = (size_t)p->parameters * p->element;
        TRY(make(p, row, &s->moments, error));
        TRY(make(p, row, &s->squares, error));
        TRY(make(p, row, &s->best, error));
        TRY(make(p, steps * 3 * p->element, &s->schedule, error));
        TRY(make(p, steps * sizeof(double), &s->history, error));
        TRY(make(p, sizeof(double), &s->state, error));
        TRY(make(p, 2 * sizeof(cl_int), &s->flags, error));
        TRY(make(p, (size_t)p->terms * sizeof(double), &s->shares, error));
        TRY(make(p, (size_t)p->terms * 2 * sizeof(cl_int), &s->bounds, error));
        TRY(send_terms(p, error));
        s->row_bytes = ((size_t)p->parameters > 3 * steps ? (size_t)p->parameters : 3 * steps) * sizeof(double);
        if (!(s->row = malloc(s->row_bytes))) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for a descent's numbers.");
    }
    char options[1024];
    ocl_options(d, p->precision, options, sizeof options, "-DVW=%d -DP=%d", p->shape.vector, span_of(p));
    TRY(ocl_kernel(d, "descent.cl", options, "loss_of_step", &s->begin, error));
    return ocl_kernel(d, "descent.cl", options, "descend", &s->step, error);
}

/// Gradient descent's and Adam's numbers for each step: rate, 1 − β₁ᵗ, 1 − β₂ᵗ.
static cc_status send_schedule(ocl_plan *p, const cc_descent *d, int64_t steps, cc_error *error) {
    void *table = p->descent.row;
    for (int64_t k = 0; k < steps; k++) {
        const double t = (double)(d->first + k + 1), rate = d->rates[k];
        const double power1 = pow(d->optimizer.beta1, t), power2 = pow(d->optimizer.beta2, t);
        if (p->precision == CC_F64) {
            double *to = (double *)table + 3 * k;
            to[0] = rate, to[1] = 1 - power1, to[2] = 1 - power2;
        } else {
            float *to = (float *)table + 3 * k;
            to[0] = (float)rate, to[1] = 1 - (float)power1, to[2] = 1 - (float)power2;
        }
    }
    return send(p, p->descent.schedule, (size_t)steps * 3 * p->element, table, error);
}

static cc_status take_step(ocl_plan *p, const cc_descent *d, cl_int step, cc_error *error) {
    net_descent *s = &p->descent;
    const int span = span_of(p), items = p->shape.local ? p->device->shape.workgroup : 1;
    const size_t groups[2] = {(size_t)((p->parameters + (int64_t)span * items - 1) / ((int64_t)span * items)), 1};
    const cl_int count = (cl_int)p->parameters, terms = p->terms, adam = d->optimizer.kind == CC_ADAM;
    const cc_optimizer *o = &d->optimizer;
    const double wide[4] = {o->beta1, o->beta2, o->epsilon, o->decay};
    const float narrow[4] = {(float)wide[0], (float)wide[1], (float)wide[2], (float)wide[3]};
    const void *constant[4];
    for (int i = 0; i < 4; i++) constant[i] = p->precision == CC_F64 ? (const void *)&wide[i] : &narrow[i];
    if (groups[0] > 1) {
        const ocl_argument begin[] = {OCL_ARGUMENT(p->loss_memory), OCL_ARGUMENT(s->shares), OCL_ARGUMENT(s->bounds), OCL_ARGUMENT(terms),
                                      OCL_ARGUMENT(s->history), OCL_ARGUMENT(s->state), OCL_ARGUMENT(s->flags), OCL_ARGUMENT(step)};
        TRY(ocl_launch(p->device, s->begin, "loss_of_step", begin, sizeof begin / sizeof *begin, (const size_t[2]){1, 1}, items, error));
    }
    const ocl_argument arguments[] = {
        OCL_ARGUMENT(p->parameter_memory), OCL_ARGUMENT(p->gradient_memory), OCL_ARGUMENT(s->moments), OCL_ARGUMENT(s->squares), OCL_ARGUMENT(s->best),
        OCL_ARGUMENT(s->schedule), OCL_ARGUMENT(p->loss_memory), OCL_ARGUMENT(s->shares), OCL_ARGUMENT(s->bounds), OCL_ARGUMENT(terms),
        OCL_ARGUMENT(s->history), OCL_ARGUMENT(s->state), OCL_ARGUMENT(s->flags), OCL_ARGUMENT(count), OCL_ARGUMENT(step), OCL_ARGUMENT(adam),
        {p->element, constant[0]}, {p->element, constant[1]}, {p->element, constant[2]}, {p->element, constant[3]}};
    return ocl_launch(p->device, s->step, "descend", arguments, sizeof arguments / sizeof *arguments, groups, items, error);
}

/// From the descent's beginning; what it comes to stays on the device but for losses and the first step that is not finite.
static cc_status take_steps(ocl_plan *p, const cc_descent *d, int64_t steps, double *losses, int64_t *odd, cc_error *error) {
    net_descent *s = &p->descent;
    const cl_int clean[2] = {0, INT_MAX};
    cl_int flags[2];
    TRY(send_schedule(p, d, steps, error));
    TRY(send_row(p, p->parameter_memory, d->parameters, error));
    if (d->optimizer.kind == CC_ADAM) {
        TRY(send_row(p, s->moments, d->moments, error));
        TRY(send_row(p, s->squares, d->squares, error));
    }
    if (d->best) TRY(send_row(p, s->best, d->best, error));
    TRY(send(p, s->state, sizeof d->best_loss, &d->best_loss, error));
    TRY(send(p, s->flags, sizeof clean, clean, error));
    for (int64_t k = 0; k < steps; k++) {
        TRY(net_walk_resident(p, k == 0, error));
        TRY(take_step(p, d, (cl_int)k, error));
        // Windows that are sent anew each step are not to pile up.
        if (p->passes > 1) p->device->cl->Finish(p->device->queue);
    }
    TRY(fetch(p, s->history, (size_t)steps * sizeof(double), losses, error));
    TRY(fetch(p, s->flags, sizeof flags, flags, error));
    *odd = flags[1];
    return CC_OK;
}

/// The host's numbers, rounded.
static void round_row(ocl_plan *p, double *values) {
    if (!values) return;
    cc_narrow(p->precision, p->parameters, values, p->descent.row);
    cc_widen(p->precision, p->parameters, p->descent.row, values);
}

static cc_status descend(ocl_plan *p, cc_descent *d, cc_error *error) {
    TRY(prepare(p, error));
    net_descent *s = &p->descent;
    int64_t odd = 0, taken = 0;
    TRY(take_steps(p, d, d->steps, d->losses, &odd, error));
    bool diverged = false;
    for (; taken < d->steps; taken++) {
        diverged = !isfinite(d->losses[taken]) || taken == odd;
        if (diverged) break;
        if (d->losses[taken] <= d->enough) {
            taken++;
            break;
        }
    }
    const double ended = diverged ? d->losses[taken] : INFINITY;
    // Steps that were too many are taken back by taking the others once more.
    if (taken < d->steps && taken > 0) {
        double *again = malloc((size_t)taken * sizeof *again);
        if (!again) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for a descent's losses.");
        const cc_status status = take_steps(p, d, taken, again, &odd, error);
        free(again);
        if (status != CC_OK) return status;
    }
    if (taken > 0) {
        TRY(fetch(p, s->state, sizeof d->best_loss, &d->best_loss, error));
        TRY(fetch_row(p, p->parameter_memory, d->parameters, error));
        if (d->best) TRY(fetch_row(p, s->best, d->best, error));
        if (d->optimizer.kind == CC_ADAM) {
            TRY(fetch_row(p, s->moments, d->moments, error));
            TRY(fetch_row(p, s->squares, d->squares, error));
        }
    } else {
        round_row(p, d->parameters);
        round_row(p, d->best);
        round_row(p, d->moments);
        round_row(p, d->squares);
    }
    // The step that failed began at a loss that counts.
    if (ended < d->best_loss) {
        d->best_loss = ended;
        if (d->best) memcpy(d->best, d->parameters, (size_t)p->parameters * sizeof *d->best);
    }
    d->taken = taken;
    d->diverged = diverged;
    return CC_OK;
}

cc_status net_descend(void *state, cc_descent *d, cc_error *error) {
    ocl_plan *p = state;
    pthread_mutex_lock(&p->device->lock);
    cc_status status = descend(p, d, error);
    const cl_int finished = p->device->cl->Finish(p->device->queue);
    if (status == CC_OK) status = ocl_check(&p->device->base, finished, "finish a plan's kernels", error);
    if (status != CC_OK) release(p);
    pthread_mutex_unlock(&p->device->lock);
    return status;
}
