/// Ensembles on a device: members sent and fetched, runs, creation.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ensemble_plan.h"

#define TRY(call)                                                                                                                     \
    do {                                                                                                                              \
        const cc_status status_ = (call);                                                                                             \
        if (status_) return status_;                                                                                                  \
    } while (0)

// MARK: Members

/// Rows of the caller's parameters to the device; NULL: zeros.
static cc_status send_rows(ocl_ensemble *e, ens_buffer *to, const void *from, int64_t first, int64_t count, cc_error *error) {
    memset(e->staging, 0, (size_t)(count * e->size) * e->element);
    for (int64_t k = 0; from && k < count; k++)
        for (int64_t p = 0; p < e->parameters; p++) {
            const int64_t at = k * e->size + e->map[p], source = (first + k) * e->parameters + p;
            if (e->precision == CC_F64) ((double *)e->staging)[at] = ((const double *)from)[source];
            else ((float *)e->staging)[at] = ((const float *)from)[source];
        }
    return ens_write(e, to, 0, (size_t)(count * e->size) * e->element, e->staging, error);
}

static cc_status fetch_rows(ocl_ensemble *e, ens_buffer *from, void *to, int64_t first, int64_t count, cc_error *error) {
    if (!to) return CC_OK;
    TRY(ens_read(e, from, (size_t)(count * e->size) * e->element, e->staging, error));
    for (int64_t k = 0; k < count; k++)
        for (int64_t p = 0; p < e->parameters; p++) {
            const int64_t at = k * e->size + e->map[p], place_of = (first + k) * e->parameters + p;
            if (e->precision == CC_F64) ((double *)to)[place_of] = ((const double *)e->staging)[at];
            else ((float *)to)[place_of] = ((const float *)e->staging)[at];
        }
    return CC_OK;
}

/// The tables of members whose layers are walked.
static cc_status send_layers(ocl_ensemble *e, const cc_ensemble *all, const cc_members *m, int64_t first, int64_t count, cc_error *error) {
    const size_t table = (size_t)e->table, wide_table = (size_t)e->wide_table;
    double *row = calloc(table + wide_table, sizeof *row);
    char *reals = calloc((size_t)count * table, e->element), *wides = calloc((size_t)count * wide_table, sizeof(double));
    const bool wide = e->wide_sums || e->precision == CC_F64;
    cc_status status = row && reals && wides ? CC_OK : cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the members' tables.");
    for (int64_t k = 0; status == CC_OK && k < count; k++) {
        ens_layers_tables(e, all, m, first + k, row, row + table);
        for (int64_t i = 0; i < e->table; i++) ens_put(e, reals, k * e->table + i, row[i]);
        for (int64_t i = 0; i < e->wide_table; i++) {
            if (wide) ((double *)(void *)wides)[k * e->wide_table + i] = row[table + (size_t)i];
            else ((float *)(void *)wides)[k * e->wide_table + i] = (float)row[table + (size_t)i];
        }
    }
    if (status == CC_OK) status = ens_write(e, &e->tables, 0, (size_t)count * table * e->element, reals, error);
    if (status == CC_OK) status = ens_write(e, &e->wide_tables, 0, (size_t)count * wide_table * sizeof(double), wides, error);
    free(row);
    free(reals);
    free(wides);
    return status;
}

/// Shares, stencils and their scales of each member.
static cc_status send_tables(ocl_ensemble *e, const cc_ensemble *all, const cc_members *m, int64_t first, int64_t count, cc_error *error) {
    memset(e->staging, 0, (size_t)(count * e->table) * e->element);
    for (int64_t k = 0; k < count; k++)
        for (int32_t i = 0; i < e->terms; i++) {
            const net_term *n = &e->native->term[i];
            const ens_term *s = &e->term[i];
            const int64_t row = k * e->table, member = first + k;
            ens_put(e, e->staging, row + s->share, (m->weights ? m->weights[member * e->terms + i] : n->weight) / (double)n->points);
            if (!s->sums) continue;
            const int64_t offsets = (int64_t)n->nodes * e->dimension, sums = (int64_t)n->nodes * n->outputs;
            const double *own = m->offsets ? m->offsets[i] : NULL, *scales = m->scales ? m->scales[i] : NULL;
            for (int64_t q = 0; q < offsets; q++) {
                const double given = e->precision == CC_F64 ? ((const double *)n->offsets)[q] : (double)((const float *)n->offsets)[q];
                ens_put(e, e->staging, row + s->offsets + q, own ? own[member * offsets + q] : given);
            }
            for (int32_t u = 0; u < n->uses; u++) {
                const double scale = scales ? scales[member * all->groups[i] + n->use[u]] : n->group_scales[u];
                ens_put(e, e->staging, row + s->scales + u, scale);
                for (int64_t q = 0; q < sums; q++) ens_put(e, e->staging, row + s->back_weights + u * sums + q, n->weights[u * sums + q] * scale);
            }
        }
    TRY(ens_write(e, &e->tables, 0, (size_t)(count * e->table) * e->element, e->staging, error));
    const bool wide = e->wide_sums || e->precision == CC_F64;
    memset(e->staging, 0, (size_t)(count * e->wide_table) * sizeof(double));
    for (int64_t k = 0; k < count; k++)
        for (int32_t i = 0; i < e->terms; i++) {
            const net_term *n = &e->native->term[i];
            const double *scales = m->scales ? m->scales[i] : NULL;
            for (int32_t u = 0; e->term[i].sums && u < n->uses; u++) {
                const double scale = scales ? scales[(first + k) * all->groups[i] + n->use[u]] : n->group_scales[u];
                const int64_t at = k * e->wide_table + e->term[i].wide_scales + u;
                if (wide) ((double *)e->staging)[at] = scale;
                else ((float *)e->staging)[at] = (float)scale;
            }
        }
    return ens_write(e, &e->wide_tables, 0, (size_t)(count * e->wide_table) * sizeof(double), e->staging, error);
}

static cc_status load(ocl_ensemble *e, const cc_ensemble *all, const cc_schedule *s, const cc_members *m, int64_t first, int64_t count, cc_error *error) {
    const bool keeps = s->optimizer.kind == CC_ADAM && m->first;
    TRY(e->plan ? send_layers(e, all, m, first, count, error) : send_tables(e, all, m, first, count, error));
    TRY(send_rows(e, &e->values, m->parameters, first, count, error));
    TRY(send_rows(e, &e->moments, keeps ? m->first : NULL, first, count, error));
    TRY(send_rows(e, &e->squares, keeps ? m->second : NULL, first, count, error));
    TRY(send_rows(e, &e->bests, m->best, first, count, error));
    for (int64_t k = 0; k < count; k++) ens_put(e, e->staging, k, m->best_losses ? m->best_losses[first + k] : -INFINITY);
    TRY(ens_write(e, &e->best_losses, 0, (size_t)count * e->element, e->staging, error));
    for (int64_t k = 0; k < count; k++) {
        ens_put(e, e->staging, 2 * k, m->rates[first + k]);
        ens_put(e, e->staging, 2 * k + 1, m->floors && s->factors ? m->floors[first + k] : 0);
    }
    TRY(ens_write(e, &e->settings, 0, 2 * (size_t)count * e->element, e->staging, error));
    // Members that the run passes over are at no step that it knows.
    for (int64_t k = 0; k < count; k++) ((cl_int *)e->staging)[k] = m->taken[first + k] == s->first ? (cl_int)s->first : -1;
    return ens_write(e, &e->taken, 0, (size_t)count * sizeof(cl_int), e->staging, error);
}

static cc_status fetch_numbers(ocl_ensemble *e, ens_buffer *from, double *to, int64_t count, cc_error *error) {
    TRY(ens_read(e, from, (size_t)count * e->element, e->staging, error));
    for (int64_t k = 0; k < count; k++) to[k] = e->precision == CC_F64 ? ((const double *)e->staging)[k] : (double)((const float *)e->staging)[k];
    return CC_OK;
}

/// What the caller sees; at the end of a run everything.
static cc_status fetch(ocl_ensemble *e, const cc_schedule *s, const cc_members *m, bool all, int64_t first, int64_t count, cc_error *error) {
    TRY(ens_read(e, &e->taken, (size_t)count * sizeof(cl_int), e->staging, error));
    for (int64_t k = 0; k < count; k++) {
        const cl_int taken = ((const cl_int *)e->staging)[k];
        if (taken >= 0) m->taken[first + k] = taken;
    }
    if (all || m->truths) TRY(fetch_rows(e, &e->values, m->parameters, first, count, error));
    if (!all) return CC_OK;
    const bool keeps = s->optimizer.kind == CC_ADAM && m->first;
    TRY(fetch_rows(e, &e->moments, keeps ? m->first : NULL, first, count, error));
    TRY(fetch_rows(e, &e->squares, keeps ? m->second : NULL, first, count, error));
    TRY(fetch_rows(e, &e->bests, m->best, first, count, error));
    return m->best_losses ? fetch_numbers(e, &e->best_losses, m->best_losses + first, count, error) : CC_OK;
}

// MARK: Runs

static cc_status launch(ocl_ensemble *e, const cc_schedule *s, int64_t from, int64_t steps, int64_t count, bool wants_loss, cc_error *error) {
    const cc_optimizer *o = &s->optimizer;
    const bool adam = o->kind == CC_ADAM;
    for (int64_t q = 0; q < steps; q++) {
        const double one = 1, t = (double)(from + q + 1), power1 = adam ? pow(o->beta1, t) : 0, power2 = adam ? pow(o->beta2, t) : 0;
        ens_put(e, e->staging, 3 * q, s->factors ? s->factors[from + q - s->first] : one);
        ens_put(e, e->staging, 3 * q + 1, e->precision == CC_F64 ? 1 - power1 : (double)(1 - (float)power1));
        ens_put(e, e->staging, 3 * q + 2, e->precision == CC_F64 ? 1 - power2 : (double)(1 - (float)power2));
    }
    TRY(ens_write(e, &e->schedule, 0, 3 * (size_t)steps * e->element, e->staging, error));
    const cl_int begin = (cl_int)from, taken = (cl_int)steps, kind = adam, wants = wants_loss;
    const ocl_argument shallow[] = {
        OCL_ARGUMENT(e->points.memory), OCL_ARGUMENT(e->turned.memory), OCL_ARGUMENT(e->data.memory), OCL_ARGUMENT(e->real_table.memory),
        OCL_ARGUMENT(e->wide_shared.memory)};
    const ocl_argument members[] = {
        OCL_ARGUMENT(e->tables.memory), OCL_ARGUMENT(e->wide_tables.memory), OCL_ARGUMENT(e->settings.memory),
        OCL_ARGUMENT(e->schedule.memory), OCL_ARGUMENT(e->values.memory), OCL_ARGUMENT(e->moments.memory), OCL_ARGUMENT(e->squares.memory),
        OCL_ARGUMENT(e->bests.memory), OCL_ARGUMENT(e->best_losses.memory), OCL_ARGUMENT(e->slabs.memory), OCL_ARGUMENT(e->losses.memory),
        OCL_ARGUMENT(e->taken.memory), OCL_ARGUMENT(begin), OCL_ARGUMENT(taken), OCL_ARGUMENT(kind), OCL_ARGUMENT(wants),
        OCL_REAL(e->precision, o->beta1), OCL_REAL(e->precision, o->beta2), OCL_REAL(e->precision, o->epsilon), OCL_REAL(e->precision, o->decay)};
    const int own = sizeof members / sizeof *members, shared = e->plan ? ens_layers_shared : (int)(sizeof shallow / sizeof *shallow);
    ocl_argument arguments[ens_layers_shared + sizeof members / sizeof *members];
    if (e->plan) ens_layers_arguments(e, arguments);
    else memcpy(arguments, shallow, sizeof shallow);
    memcpy(arguments + shared, members, sizeof members);
    TRY(ocl_launch(e->device, e->kernel, "ensemble", arguments, shared + own, (const size_t[2]){(size_t)count, 1}, e->group, error));
    return ocl_check(&e->device->base, e->device->cl->Finish(e->device->queue), "train an ensemble", error);
}

static cc_status advance_locked(ocl_ensemble *e, const cc_ensemble *all, const cc_schedule *s, const cc_members *m, int64_t from, int64_t to,
                                int64_t first, int64_t count, double *losses, cc_error *error) {
    TRY(ens_make_room(e, count, error));
    if (from == s->first) TRY(load(e, all, s, m, first, count, error));
    for (int64_t step = from; step < to || (losses && step == to);) {
        const int64_t steps = to - step < ens_most_steps ? to - step : ens_most_steps;
        TRY(launch(e, s, step, steps, count, losses && step + steps == to, error));
        step += steps;
        if (step == to) break;
    }
    if (losses) TRY(fetch_numbers(e, &e->losses, losses, count, error));
    return fetch(e, s, m, to == s->last, first, count, error);
}

static cc_status advance(void *state, const cc_ensemble *all, const cc_schedule *s, const cc_members *m, int64_t from, int64_t to, int64_t first,
                         int64_t count, double *losses, cc_error *error) {
    ocl_ensemble *e = state;
    if (s->last > INT32_MAX) return cc_fail(error, CC_BAD_ARGUMENT, 0, "A run on an OpenCL device ends before step 2^31, not at %lld.", (long long)s->last);
    pthread_mutex_lock(&e->device->lock);
    const cc_status status = advance_locked(e, all, s, m, from, to, first, count, losses, error);
    pthread_mutex_unlock(&e->device->lock);
    return status;
}

// MARK: Creation

static void destroy(void *state) {
    ocl_ensemble *e = state;
    if (!e) return;
    ocl_device *d = e->device;
    pthread_mutex_lock(&d->lock);
    d->cl->Finish(d->queue);
    if (e->kernel) d->cl->ReleaseKernel(e->kernel);
    if (e->program) d->cl->ReleaseProgram(e->program);
    ens_buffer *buffers[] = {&e->points, &e->turned, &e->data, &e->real_table, &e->wide_shared, &e->tables, &e->wide_tables, &e->settings, &e->schedule,
                             &e->values, &e->moments, &e->squares, &e->bests, &e->best_losses, &e->slabs, &e->losses, &e->taken};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) ens_drop(e, buffers[i]);
    pthread_mutex_unlock(&d->lock);
    ens_layers_destroy(e);
    free(e->reals.items);
    free(e->wides.items);
    ocl_discard(&e->code);
    free(e->term);
    free(e->map);
    free(e->staging);
    free(e);
    ocl_close(&d->base);
}

static uint64_t memory(const void *state, int64_t count) {
    const ocl_ensemble *e = state;
    return sizeof *e + (e->plan ? e->plan->bytes : 0) + (uint64_t)ens_most(e, count) * (ens_member_bytes(e) + (size_t)e->size * sizeof(double));
}

static const cc_ensemble_calls calls_table = {.advance = advance, .most = ens_most, .memory = memory, .destroy = destroy};

static cc_status make_program(ocl_ensemble *e, const cc_term *term, cc_error *error) {
    ocl_device *d = e->device;
    if (!e->plan) TRY(ens_make_points(e, error));
    if (!e->plan && !ens_print_source(e, term)) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's kernel.");
    char options[1024];
    ocl_options(d, e->precision, options, sizeof options, "%s", "");
    TRY(ocl_build(d, "the ensemble", &e->code, options, &e->program, error));
    ocl_discard(&e->code);
    cl_int status = CL_SUCCESS;
    e->kernel = d->cl->CreateKernel(e->program, "ensemble", &status);
    TRY(ocl_check(&d->base, status, "create a kernel", error));
    if (e->plan) return CC_OK;
    TRY(ens_make_table(e, &e->real_table, &e->reals, false, error));
    return ens_make_table(e, &e->wide_shared, &e->wides, e->wide_sums || e->precision == CC_F64, error);
}
#undef TRY

cc_status ocl_ensemble_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, const net_plan *native,
                              const cc_ensemble_calls **calls, void **state, cc_error *error) {
    ocl_device *d = ocl_of(options->device);
    if (options->precision == CC_F64 && !d->info.fp64)
        return cc_fail(error, CC_NO_DOUBLE, 0, "Device %s (%s) has no trustworthy double precision; choose f32 or another device.", d->info.id,
                       d->info.name);
    for (int32_t i = 0; i < terms; i++)
        if (term[i].jets.nodes > 0 && term[i].jets.wide && options->precision == CC_F32 && !d->info.fp64)
            return cc_fail(error, CC_NO_DOUBLE, 0,
                           "Term %d sums its nodes in float64, which device %s (%s) does not have; sum in float32 or choose another device.", i,
                           d->info.id, d->info.name);
    if (network->embedding) return CC_OK;
    ocl_ensemble *e = calloc(1, sizeof *e);
    if (!e) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble.");
    e->device = d;
    ocl_retain(d);
    e->precision = options->precision;
    e->element = native->element;
    e->native = native;
    e->activation = network->activation;
    e->power = network->power;
    e->local = d->shape.local;
    e->terms = terms;
    e->parameters = native->parameters;
    e->trainable = options->parameters;
    bool shallow = true;
    for (int32_t i = 0; i < terms; i++) shallow = shallow && native->term[i].forms > 0;
    cc_status status = CC_OK;
    if (shallow) status = ens_lay_out(e, network, error);
    else status = ens_layers_create(e, network, options, terms, term, error);
    pthread_mutex_lock(&d->lock);
    if (status == CC_OK) status = make_program(e, term, error);
    pthread_mutex_unlock(&d->lock);
    if (status) {
        destroy(e);
        return status;
    }
    *calls = &calls_table;
    *state = e;
    return CC_OK;
}
