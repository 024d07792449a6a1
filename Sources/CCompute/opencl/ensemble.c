/// Ensembles of networks with one hidden layer on a device: layout, buffers, launches.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ensemble_plan.h"

// MARK: Layout

static int32_t whole(int64_t count, int64_t unit) { return (int32_t)((count + unit - 1) / unit * unit); }

/// The place of `count` elements, whole vectors.
static int32_t take(const ocl_ensemble *e, int64_t *at, int64_t count) {
    const int64_t place = *at;
    *at += whole(count, e->vector > 16 ? e->vector : 16);
    return (int32_t)place;
}

static void place_term(ocl_ensemble *e, int32_t k, int64_t *table, int64_t *wide_table, int64_t *slab) {
    const net_term *n = &e->native->term[k];
    ens_term *s = &e->term[k];
    s->sums = !n->shifted ? 0 : n->wide && e->precision == CC_F32 ? 2 : n->narrow && e->precision == CC_F64 ? 3 : 1;
    int64_t points = n->points;
    if (!e->local) {   // what is kept of z stays in the first-level cache
        points = 40000 / (2 * (int64_t)e->stride * (int64_t)e->element * n->nodes) / 16 * 16;
        if (points < 16) points = 16;
        if (points > n->points) points = n->points;
    }
    s->block = (int32_t)points;
    s->out_stride = whole(points * n->nodes + e->abreast, 16);
    s->point_stride = whole(points, 16);
    s->factor_rows = take(e, slab, (int64_t)n->forms * e->stride);
    const int64_t sums = (int64_t)n->uses * n->nodes * n->outputs;
#define PUT(field, at, count) (s->field = (int32_t)*(at), *(at) += (count))
    PUT(share, table, 1);
    if (!s->sums) return;
    PUT(offsets, table, (int64_t)n->nodes * e->dimension);
    PUT(scales, table, n->uses);
    PUT(back_weights, table, sums);
    PUT(wide_scales, wide_table, n->uses);
#undef PUT
    s->weights = net_add_reals(&e->reals, n->weights, sums);
    s->wide_weights = net_add_reals(&e->wides, n->weights, sums);
    if (s->sums == 2) e->wide_sums = true;
}

static bool place(ocl_ensemble *e) {
    int64_t table = 0, wide_table = 0, slab = 0;
    int64_t pairs = 0, outputs = 0, uses = 0, points = 0;
    for (int32_t k = 0; k < e->terms; k++) place_term(e, k, &table, &wide_table, &slab);
    e->sums_first = (int32_t)slab;
    for (int32_t k = 0; k < e->terms; k++) {
        const net_term *n = &e->native->term[k];
        ens_term *s = &e->term[k];
        s->form_sums = take(e, &slab, (int64_t)n->forms * e->stride);
#define LARGEST(all, one) if ((one) > all) all = (one)
        LARGEST(pairs, (int64_t)s->block * n->nodes + e->abreast);
        LARGEST(outputs, (int64_t)n->outputs * s->out_stride);
        LARGEST(uses, (int64_t)n->uses * s->point_stride);
        LARGEST(points, n->uses);
#undef LARGEST
    }
    e->sums_end = (int32_t)slab;
    e->tail = (e->dimension + 2) * e->stride;
    e->size = whole(e->tail + 1 + e->trainable, 16);
    e->gradient = take(e, &slab, e->size);
    e->lanes = take(e, &slab, (int64_t)(2 + e->trainable) * e->group * e->vector);
    e->r0 = take(e, &slab, e->local ? 0 : pairs * e->stride);
    e->r1 = take(e, &slab, e->local ? 0 : pairs * e->stride);
    e->inputs = take(e, &slab, pairs * e->dimension);
    e->outputs = take(e, &slab, outputs);
    e->seeds = take(e, &slab, outputs);
    e->components = take(e, &slab, uses);
    e->component_seeds = take(e, &slab, uses);
    slab += 64;
    double *ones = calloc((size_t)points + 1, sizeof *ones);
    for (int64_t i = 0; ones && i <= points; i++) ones[i] = 1;
    if (ones) e->ones = net_add_reals(&e->reals, ones, points + 1);
    free(ones);
    net_add_reals(&e->wides, NULL, 1);
    e->slab = whole(slab, 16);
    e->table = whole(table, 16);
    e->wide_table = whole(wide_table + 1, 16);
    // Parameters of a state dict to rows of neurons.
    e->map = calloc((size_t)e->parameters, sizeof *e->map);
    if (!ones || !e->map || slab > INT32_MAX / 2) return false;
    int64_t p = 0;
    for (int32_t o = 0; o < e->width; o++)
        for (int32_t i = 0; i < e->dimension; i++) e->map[p++] = i * e->stride + o;
    for (int32_t o = 0; e->biased && o < e->width; o++) e->map[p++] = e->dimension * e->stride + o;
    for (int32_t o = 0; o < e->width; o++) e->map[p++] = (e->dimension + 1) * e->stride + o;
    if (e->last_biased) e->map[p++] = e->tail;
    for (int32_t i = 0; i < e->trainable; i++) e->map[p++] = e->tail + 1 + i;
    return p == e->parameters && !e->reals.failed && !e->wides.failed;
}

// MARK: Buffers

static void drop(ocl_ensemble *e, ens_buffer *b) {
    if (!b->memory) return;
    ocl_free(e->device, b->memory);
    e->device->held -= b->bytes;
    e->bytes -= b->bytes;
    *b = (ens_buffer){0};
}

static cc_status make(ocl_ensemble *e, ens_buffer *b, size_t bytes, cc_error *error) {
    drop(e, b);
    const size_t room = net_room(bytes);
    const cc_status status = ocl_allocate(e->device, room, &b->memory, error);
    if (status) return status;
    b->bytes = room;
    e->bytes += room;
    return CC_OK;
}

static cc_status write(ocl_ensemble *e, ens_buffer *b, size_t at, size_t bytes, const void *from, cc_error *error) {
    if (bytes == 0) return CC_OK;
    const cl_int status = e->device->cl->EnqueueWriteBuffer(e->device->queue, b->memory, CL_TRUE, at, bytes, from, 0, NULL, NULL);
    return ocl_check(&e->device->base, status, "write an ensemble's numbers", error);
}

static cc_status read(ocl_ensemble *e, ens_buffer *b, size_t bytes, void *to, cc_error *error) {
    const cl_int status = e->device->cl->EnqueueReadBuffer(e->device->queue, b->memory, CL_TRUE, 0, bytes, to, 0, NULL, NULL);
    return ocl_check(&e->device->base, status, "read an ensemble's numbers", error);
}

static void put(const ocl_ensemble *e, void *to, int64_t at, double value) {
    if (e->precision == CC_F64) ((double *)to)[at] = value;
    else ((float *)to)[at] = (float)value;
}

#define TRY(call)                                                                                                                     \
    do {                                                                                                                              \
        const cc_status status_ = (call);                                                                                             \
        if (status_) return status_;                                                                                                  \
    } while (0)

static cc_status make_table(ocl_ensemble *e, ens_buffer *b, const net_list *list, bool wide, cc_error *error) {
    const size_t element = wide ? sizeof(double) : e->element;
    char *values = calloc((size_t)list->count + 16, element);
    if (!values) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's tables.");
    for (int64_t i = 0; i < list->count; i++) {
        if (wide) ((double *)(void *)values)[i] = ((const double *)list->items)[i];
        else put(e, values, i, ((const double *)list->items)[i]);
    }
    const size_t bytes = ((size_t)list->count + 16) * element;
    cc_status status = make(e, b, bytes, error);
    if (status == CC_OK) status = write(e, b, 0, bytes, values, error);
    free(values);
    return status;
}

/// Points as they are and by coordinates, and data, each padded by a vector.
static cc_status make_points(ocl_ensemble *e, cc_error *error) {
    int64_t points = 0, turned = 0, data = 0;
    for (int32_t k = 0; k < e->terms; k++) {
        const net_term *n = &e->native->term[k];
        ens_term *s = &e->term[k];
        s->points = points;
        s->turned = turned;
        s->data = data;
        s->turned_stride = s->data_stride = whole(n->points + 16, 16);
        points += whole(n->points * e->dimension, 16);
        turned += s->turned_stride * e->dimension;
        data += s->data_stride * n->program->given.arrays;
    }
    char *values = calloc((size_t)(points + turned + data) + 64, e->element);
    if (!values) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's points.");
    char *across = values + (size_t)points * e->element, *arrays = across + (size_t)turned * e->element;
    for (int32_t k = 0; k < e->terms; k++) {
        const net_term *n = &e->native->term[k];
        const ens_term *s = &e->term[k];
        const char *from = n->coordinates;
        memcpy(values + (size_t)s->points * e->element, from, (size_t)(n->points * e->dimension) * e->element);
        for (int64_t p = 0; p < n->points; p++)
            for (int32_t i = 0; i < e->dimension; i++)
                memcpy(across + (size_t)(s->turned + i * s->turned_stride + p) * e->element, from + (size_t)(p * e->dimension + i) * e->element, e->element);
        for (int32_t a = 0; a < n->program->given.arrays; a++)
            memcpy(arrays + (size_t)(s->data + a * s->data_stride) * e->element, n->data[a], (size_t)n->points * e->element);
    }
    cc_status status = make(e, &e->points, (size_t)points * e->element + 64, error);
    if (status == CC_OK) status = make(e, &e->turned, (size_t)turned * e->element + 64, error);
    if (status == CC_OK) status = make(e, &e->data, (size_t)data * e->element + 64, error);
    if (status == CC_OK) status = write(e, &e->points, 0, (size_t)points * e->element, values, error);
    if (status == CC_OK) status = write(e, &e->turned, 0, (size_t)turned * e->element, across, error);
    if (status == CC_OK) status = write(e, &e->data, 0, (size_t)data * e->element, arrays, error);
    free(values);
    return status;
}

static size_t member_bytes(const ocl_ensemble *e) {
    return ((size_t)4 * (size_t)e->size + (size_t)e->slab + (size_t)e->table + 4) * e->element + (size_t)e->wide_table * sizeof(double) + 8;
}

static int64_t most(const void *state, int64_t count) {
    const ocl_ensemble *e = state;
    const cc_device_info *info = &e->device->info;
    const uint64_t usual = e->local ? (uint64_t)4 << 30 : (uint64_t)256 << 20;
    uint64_t room = info->global_memory / 4 < usual ? info->global_memory / 4 : usual;
    uint64_t members = room / member_bytes(e);
    const uint64_t fits = info->largest_buffer / ((uint64_t)(e->slab > e->size ? e->slab : e->size) * e->element + 512);
    if (members > fits) members = fits;
    if (members > 65536) members = 65536;
    if (members < 1) members = 1;
    return (uint64_t)count < members ? count : (int64_t)members;
}

static cc_status make_room(ocl_ensemble *e, int64_t count, cc_error *error) {
    if (count <= e->room) return CC_OK;
    const size_t k = (size_t)count;
    const struct { ens_buffer *buffer; size_t bytes; } wanted[] = {
        {&e->tables, k * (size_t)e->table * e->element}, {&e->wide_tables, k * (size_t)e->wide_table * sizeof(double)},
        {&e->settings, 2 * k * e->element}, {&e->schedule, 3 * ens_most_steps * e->element}, {&e->values, k * (size_t)e->size * e->element},
        {&e->moments, k * (size_t)e->size * e->element}, {&e->squares, k * (size_t)e->size * e->element}, {&e->bests, k * (size_t)e->size * e->element},
        {&e->best_losses, k * e->element}, {&e->slabs, k * (size_t)e->slab * e->element}, {&e->losses, k * e->element}, {&e->taken, k * sizeof(cl_int)},
    };
    e->room = 0;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) TRY(make(e, wanted[i].buffer, wanted[i].bytes, error));
    free(e->staging);
    size_t largest = (size_t)(e->size > e->table ? e->size : e->table) * sizeof(double);
    if ((size_t)e->wide_table * sizeof(double) > largest) largest = (size_t)e->wide_table * sizeof(double);
    if (!(e->staging = calloc(k * largest + 3 * ens_most_steps * sizeof(double), 1))) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's members.");
    e->room = count;
    return CC_OK;
}

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
    return write(e, to, 0, (size_t)(count * e->size) * e->element, e->staging, error);
}

static cc_status fetch_rows(ocl_ensemble *e, ens_buffer *from, void *to, int64_t first, int64_t count, cc_error *error) {
    if (!to) return CC_OK;
    TRY(read(e, from, (size_t)(count * e->size) * e->element, e->staging, error));
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
        for (int64_t i = 0; i < e->table; i++) put(e, reals, k * e->table + i, row[i]);
        for (int64_t i = 0; i < e->wide_table; i++) {
            if (wide) ((double *)(void *)wides)[k * e->wide_table + i] = row[table + (size_t)i];
            else ((float *)(void *)wides)[k * e->wide_table + i] = (float)row[table + (size_t)i];
        }
    }
    if (status == CC_OK) status = write(e, &e->tables, 0, (size_t)count * table * e->element, reals, error);
    if (status == CC_OK) status = write(e, &e->wide_tables, 0, (size_t)count * wide_table * sizeof(double), wides, error);
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
            put(e, e->staging, row + s->share, (m->weights ? m->weights[member * e->terms + i] : n->weight) / (double)n->points);
            if (!s->sums) continue;
            const int64_t offsets = (int64_t)n->nodes * e->dimension, sums = (int64_t)n->nodes * n->outputs;
            const double *own = m->offsets ? m->offsets[i] : NULL, *scales = m->scales ? m->scales[i] : NULL;
            for (int64_t q = 0; q < offsets; q++) {
                const double given = e->precision == CC_F64 ? ((const double *)n->offsets)[q] : (double)((const float *)n->offsets)[q];
                put(e, e->staging, row + s->offsets + q, own ? own[member * offsets + q] : given);
            }
            for (int32_t u = 0; u < n->uses; u++) {
                const double scale = scales ? scales[member * all->groups[i] + n->use[u]] : n->group_scales[u];
                put(e, e->staging, row + s->scales + u, scale);
                for (int64_t q = 0; q < sums; q++) put(e, e->staging, row + s->back_weights + u * sums + q, n->weights[u * sums + q] * scale);
            }
        }
    TRY(write(e, &e->tables, 0, (size_t)(count * e->table) * e->element, e->staging, error));
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
    return write(e, &e->wide_tables, 0, (size_t)(count * e->wide_table) * sizeof(double), e->staging, error);
}

static cc_status load(ocl_ensemble *e, const cc_ensemble *all, const cc_schedule *s, const cc_members *m, int64_t first, int64_t count, cc_error *error) {
    const bool keeps = s->optimizer.kind == CC_ADAM && m->first;
    TRY(e->plan ? send_layers(e, all, m, first, count, error) : send_tables(e, all, m, first, count, error));
    TRY(send_rows(e, &e->values, m->parameters, first, count, error));
    TRY(send_rows(e, &e->moments, keeps ? m->first : NULL, first, count, error));
    TRY(send_rows(e, &e->squares, keeps ? m->second : NULL, first, count, error));
    TRY(send_rows(e, &e->bests, m->best, first, count, error));
    for (int64_t k = 0; k < count; k++) put(e, e->staging, k, m->best_losses ? m->best_losses[first + k] : -INFINITY);
    TRY(write(e, &e->best_losses, 0, (size_t)count * e->element, e->staging, error));
    for (int64_t k = 0; k < count; k++) {
        put(e, e->staging, 2 * k, m->rates[first + k]);
        put(e, e->staging, 2 * k + 1, m->floors && s->factors ? m->floors[first + k] : 0);
    }
    TRY(write(e, &e->settings, 0, 2 * (size_t)count * e->element, e->staging, error));
    for (int64_t k = 0; k < count; k++) ((cl_int *)e->staging)[k] = (cl_int)m->taken[first + k];
    return write(e, &e->taken, 0, (size_t)count * sizeof(cl_int), e->staging, error);
}

static cc_status fetch_numbers(ocl_ensemble *e, ens_buffer *from, double *to, int64_t count, cc_error *error) {
    TRY(read(e, from, (size_t)count * e->element, e->staging, error));
    for (int64_t k = 0; k < count; k++) to[k] = e->precision == CC_F64 ? ((const double *)e->staging)[k] : (double)((const float *)e->staging)[k];
    return CC_OK;
}

/// What the caller sees; at the end of a run everything.
static cc_status fetch(ocl_ensemble *e, const cc_schedule *s, const cc_members *m, bool all, int64_t first, int64_t count, cc_error *error) {
    TRY(read(e, &e->taken, (size_t)count * sizeof(cl_int), e->staging, error));
    for (int64_t k = 0; k < count; k++) m->taken[first + k] = ((const cl_int *)e->staging)[k];
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
        put(e, e->staging, 3 * q, s->factors ? s->factors[from + q - s->first] : one);
        put(e, e->staging, 3 * q + 1, e->precision == CC_F64 ? 1 - power1 : (double)(1 - (float)power1));
        put(e, e->staging, 3 * q + 2, e->precision == CC_F64 ? 1 - power2 : (double)(1 - (float)power2));
    }
    TRY(write(e, &e->schedule, 0, 3 * (size_t)steps * e->element, e->staging, error));
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
    TRY(make_room(e, count, error));
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
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) drop(e, buffers[i]);
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
    return sizeof *e + (uint64_t)most(e, count) * (member_bytes(e) + (size_t)e->size * sizeof(double));
}

static const cc_ensemble_calls calls_table = {.advance = advance, .most = most, .memory = memory, .destroy = destroy};

static cc_status make_program(ocl_ensemble *e, const cc_term *term, cc_error *error) {
    ocl_device *d = e->device;
    if (!e->plan) TRY(make_points(e, error));
    if (!e->plan && !ens_print_source(e, term)) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's kernel.");
    char options[1024];
    ocl_options(d, e->precision, options, sizeof options, "%s", "");
    TRY(ocl_build(d, "the ensemble", &e->code, options, &e->program, error));
    ocl_discard(&e->code);
    cl_int status = CL_SUCCESS;
    e->kernel = d->cl->CreateKernel(e->program, "ensemble", &status);
    TRY(ocl_check(&d->base, status, "create a kernel", error));
    if (e->plan) return CC_OK;
    TRY(make_table(e, &e->real_table, &e->reals, false, error));
    return make_table(e, &e->wide_shared, &e->wides, e->wide_sums || e->precision == CC_F64, error);
}
#undef TRY

/// Sizes and places of networks with one hidden layer.
static cc_status lay_out(ocl_ensemble *e, const cc_network *network, cc_error *error) {
    const ocl_device *d = e->device;
    const net_plan *native = e->native;
    e->vector = e->local ? 1 : net_lanes(d, e->precision);
    // As many items as neurons, within limits.
    e->group = 1;
    while (e->local && e->group < d->shape.workgroup && e->group < 128 && (e->group < 32 || e->group < native->layer[0].out)) e->group *= 2;
    e->abreast = e->local ? 1 : e->vector * (int32_t)e->element == 64 ? 4 : 2;
    e->dimension = native->dimension;
    e->width = native->layer[0].out;
    e->vectors = (e->width + e->vector - 1) / e->vector;
    const int32_t line = 64 / (int32_t)e->element;
    e->stride = e->local ? whole(e->width, 32) : (whole(e->vectors * e->vector, line) / line | 1) * line;
    e->biased = !network->unbiased || !network->unbiased[0];
    e->last_biased = !network->unbiased || !network->unbiased[1];
    e->term = calloc((size_t)e->terms, sizeof *e->term);
    return e->term && place(e) ? CC_OK : cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's tables.");
}

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
    if (shallow) status = lay_out(e, network, error);
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
