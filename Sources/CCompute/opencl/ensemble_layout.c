/// Layout of ensembles of networks with one hidden layer on a device.
#include <stdlib.h>
#include <string.h>

#include "ensemble_plan.h"

static int64_t whole(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

/// The place of `count` elements, whole vectors; `place` refuses slabs whose places int32_t does not hold.
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
    s->out_stride = (int32_t)whole(points * n->nodes + e->abreast, 16);
    s->point_stride = (int32_t)whole(points, 16);
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

static cc_status place(ocl_ensemble *e, cc_error *error) {
    int64_t table = 0, wide_table = 0, slab = 0;
    int64_t pairs = 0, outputs = 0, uses = 0, uses_most = 0;
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
        LARGEST(uses_most, n->uses);
#undef LARGEST
    }
    e->sums_end = (int32_t)slab;
    e->tail = (e->dimension + 2) * e->stride;
    e->size = (int32_t)whole(e->tail + 1 + e->trainable, 16);
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
    const int64_t most = INT32_MAX / 2;
    if (slab > most || table > most || wide_table > most || e->reals.count > most)
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "The networks and their terms are too large for an ensemble on an OpenCL device; use --device native.");
    e->ones = (int32_t)e->reals.count;
    const double one = 1;
    for (int64_t i = 0; i <= uses_most; i++) net_add_reals(&e->reals, &one, 1);
    net_add_reals(&e->wides, NULL, 1);
    e->slab = (int32_t)whole(slab, 16);
    e->table = (int32_t)whole(table, 16);
    e->wide_table = (int32_t)whole(wide_table + 1, 16);
    // Parameters of a state dict to rows of neurons.
    e->map = calloc((size_t)e->parameters, sizeof *e->map);
    if (!e->map || e->reals.failed || e->wides.failed) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's tables.");
    int64_t p = 0;
    for (int32_t o = 0; o < e->width; o++)
        for (int32_t i = 0; i < e->dimension; i++) e->map[p++] = i * e->stride + o;
    for (int32_t o = 0; e->biased && o < e->width; o++) e->map[p++] = e->dimension * e->stride + o;
    for (int32_t o = 0; o < e->width; o++) e->map[p++] = (e->dimension + 1) * e->stride + o;
    if (e->last_biased) e->map[p++] = e->tail;
    for (int32_t i = 0; i < e->trainable; i++) e->map[p++] = e->tail + 1 + i;
    return CC_OK;
}

/// Sizes and places of networks with one hidden layer.
cc_status ens_lay_out(ocl_ensemble *e, const cc_network *network, cc_error *error) {
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
    e->stride = (int32_t)(e->local ? whole(e->width, 32) : (whole(e->vectors * e->vector, line) / line | 1) * line);
    e->biased = !network->unbiased || !network->unbiased[0];
    e->last_biased = !network->unbiased || !network->unbiased[1];
    e->term = calloc((size_t)e->terms, sizeof *e->term);
    for (int32_t k = 0; k < e->terms; k++)
        if (native->term[k].points > INT32_MAX / 2)
            return cc_fail(error, CC_BAD_ARGUMENT, 0, "An ensemble on an OpenCL device has fewer than 2^30 points a term, not %lld; use --device native.",
                           (long long)native->term[k].points);
    return e->term ? place(e, error) : cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's tables.");
}
