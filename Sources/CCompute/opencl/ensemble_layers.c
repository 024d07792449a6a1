/// Ensembles of deeper networks on a device: the plan of one member, its tables and its kernel's source.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ensemble_plan.h"

static int32_t take(int64_t *at, int64_t count) {
    const int64_t place = *at;
    *at += (count + 15) / 16 * 16;
    return (int32_t)place;
}

static int32_t whole(int64_t count) { return (int32_t)((count + 15) / 16 * 16); }

static bool print_source(ocl_ensemble *e) {
    ocl_plan *p = e->plan;
    ocl_text *t = &p->code;
    const struct { const char *name; int64_t value; } sizes[] = {
        {"SIZE", e->size}, {"SLAB", e->slab}, {"TABLE", e->table}, {"WIDE_TABLE", e->wide_table}, {"GRADIENT", e->gradient}, {"PACKED", e->layers.packed},
        {"WORK", e->layers.work}, {"SUMS", e->layers.sums}, {"LOSSES", e->layers.losses}, {"PACKED_FIRST", p->packed_first},
        {"PACKED_COUNT", p->packed_size - p->packed_first}, {"PLACES", p->places.count / 2}, {"SUMS_SIZE", p->head.sums_size}, {"CHUNK_SIZE", p->head.chunk_size},
        {"CHUNKS", p->chunks}, {"TERMS", e->terms},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) ocl_print(t, "#define %s %lld\n", sizes[i].name, (long long)sizes[i].value);
    ocl_print(t, "#define ENSEMBLE_VALUES h, layers, terms, windows, ints, pack_map, places, sum_map, points, data\n"
                 "#define ENSEMBLE_ARGUMENTS __global const network_head *h, __global const network_layer *layers, __global const network_term *terms, "
                 "__global const network_window *windows, __global const int *ints, __global const int *pack_map, __global const int *places, "
                 "__global const int *sum_map, __global const REAL *points, __global const REAL *data\n"
                 "#define ENSEMBLE_TILES __local REAL ta[TK * TMP], tb[TK * TNP];\n");
    net_include(t, "ensemble_layers.clh");
    net_include(t, "ensemble.cl");
    if (t->failed) return false;
    e->code = *t;
    *t = (ocl_text){0};
    return true;
}

static cc_status send_shared(ocl_plan *p, cc_error *error) {
    ocl_device *d = p->device;
    cl_int status = d->cl->EnqueueWriteBuffer(d->queue, p->window_memory, CL_TRUE, 0, (size_t)p->terms * sizeof *p->window, p->window, 0, NULL, NULL);
    for (int32_t i = 0; status == CL_SUCCESS && i < p->terms; i++) status = net_send_window(p, i, &p->window[i]);
    if (status == CL_SUCCESS) status = d->cl->Finish(d->queue);
    return ocl_check(&d->base, status, "write an ensemble's points", error);
}

cc_status ens_layers_create(ocl_ensemble *e, const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, cc_error *error) {
    cc_status status = net_plan_create(network, options, terms, term, false, &e->plan, error);
    if (status) return status;
    ocl_plan *p = e->plan;
    if (p->passes != 1)
        return cc_fail(error, CC_OUT_OF_MEMORY, 0, "%s cannot hold the points of an ensemble at once; use fewer, or --device native.", p->device->info.name);
    e->vector = p->shape.vector;
    e->group = p->shape.local ? p->shape.group : 1;
    e->wide_sums = p->wide_sums;
    e->size = whole(e->parameters);
    e->table = whole(p->reals.count);
    e->wide_table = whole(p->wides.count + 1);
    int64_t slab = 0;
    e->layers.packed = take(&slab, p->packed_size);
    e->layers.work = take(&slab, p->head.slab_size);
    e->layers.sums = take(&slab, (int64_t)p->chunks * p->head.chunk_size);
    e->layers.losses = take(&slab, 2 * (int64_t)p->chunks);
    e->gradient = take(&slab, e->size);
    slab += 64;
    if (slab > INT32_MAX / 2)
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "The networks are too large for an ensemble on an OpenCL device; use --device native.");
    e->slab = whole(slab);
    e->map = calloc((size_t)e->parameters, sizeof *e->map);
    if (!e->map) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's tables.");
    for (int64_t i = 0; i < e->parameters; i++) e->map[i] = (int32_t)i;
    pthread_mutex_lock(&e->device->lock);
    status = send_shared(p, error);
    pthread_mutex_unlock(&e->device->lock);
    if (status == CC_OK && !print_source(e)) status = cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's kernel.");
    return status;
}

void ens_layers_destroy(ocl_ensemble *e) {
    if (e->plan) net_plan_destroy(e->plan);
}

void ens_layers_tables(const ocl_ensemble *e, const cc_ensemble *all, const cc_members *m, int64_t member, double *table, double *wide_table) {
    const ocl_plan *p = e->plan;
    memcpy(table, p->reals.items, (size_t)p->reals.count * sizeof(double));
    if (p->wides.count > 0) memcpy(wide_table, p->wides.items, (size_t)p->wides.count * sizeof(double));
    for (int32_t i = 0; i < p->terms; i++) {
        const network_term *t = &p->term[i];
        const net_term *native = &e->native->term[i];
        if (m->weights) {
            const double share = m->weights[member * p->terms + i] / (double)t->points;
            table[t->factors] = 2 * share;
            table[t->factors + 1] = sqrt(share);
        }
        if (!t->sums) continue;
        const double *offsets = m->offsets ? m->offsets[i] : NULL, *scales = m->scales ? m->scales[i] : NULL;
        const int64_t places = (int64_t)t->nodes * p->head.dimension, sums = (int64_t)t->nodes * t->outputs;
        if (offsets) memcpy(table + t->offsets, offsets + member * places, (size_t)places * sizeof(double));
        double *weights = t->sums > 1 ? wide_table : table;
        for (int32_t u = 0; scales && u < t->uses; u++) {
            const double scale = scales[member * all->groups[i] + native->use[u]];
            weights[t->group_scales + u] = scale;
            for (int64_t q = 0; q < sums; q++) table[t->back_weights + u * sums + q] = weights[t->weights + u * sums + q] * scale;
        }
    }
}

void ens_layers_arguments(const ocl_ensemble *e, ocl_argument *arguments) {
    const ocl_plan *p = e->plan;
    const ocl_argument shared[ens_layers_shared] = {
        OCL_ARGUMENT(p->head_memory), OCL_ARGUMENT(p->layer_memory), OCL_ARGUMENT(p->term_memory), OCL_ARGUMENT(p->window_memory),
        OCL_ARGUMENT(p->int_memory), OCL_ARGUMENT(p->pack_memory), OCL_ARGUMENT(p->place_memory), OCL_ARGUMENT(p->collect_memory),
        OCL_ARGUMENT(p->point_memory), OCL_ARGUMENT(p->data_memory)};
    memcpy(arguments, shared, sizeof shared);
}
