/// Planning for a device: sizes, places in packed weights, sums and slabs, and the tables that the kernels read.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network_plan.h"

// MARK: Shape

int32_t net_lanes(const ocl_device *d, cc_precision precision) {
#if defined(__x86_64__)
    if (d->info.type == CC_CPU && d->entry->host_memory && !d->entry->simulator && __builtin_cpu_supports("avx512f"))
        return 64 / (int32_t)cc_element_size(precision);
#endif
    return ocl_vector(d, precision);
}

static net_shape shape_for(const ocl_device *d, cc_precision precision, const cc_network *network) {
    net_shape s = {.local = d->shape.local, .vector = 1};
    if (!s.local) {
        s.vector = net_lanes(d, precision);
        // 24 sums in 32 registers, 12 in 16.
        const bool many_registers = s.vector * (int32_t)cc_element_size(precision) == 64;
        s.tall = 6;
        s.wide = many_registers ? 4 : 2;
        s.block_rows = 192;
        s.sub_block_rows = 24;
        s.most_chunks = 32;
        s.chunk_work = 8e6;
        return s;
    }
    int32_t widest = 0;
    for (int32_t i = 1; i < network->layers; i++)
        if (network->widths[i] > widest) widest = network->widths[i];
    s.group = d->shape.workgroup;
    for (s.across = 1; s.across * s.across < s.group;) s.across *= 2;
    const int32_t small = s.group <= 16;
    s.columns = small ? 4 : widest > 64 ? 8 : widest > 32 ? 4 : 2;
    s.rows = small ? 4 : 8;
    s.run = precision == CC_F64 || s.columns == 2 ? 2 : 4;
    const int32_t tall = s.group / s.across * s.rows, wide = s.across * s.columns;
    s.depth = 16;
    const uint64_t slice = (uint64_t)(tall + wide + 2 * s.run) * cc_element_size(precision);
    while (s.depth > 4 && (uint64_t)s.depth * slice > d->info.local_memory * 3 / 4) s.depth /= 2;
    s.block_rows = tall;
    s.most_chunks = 512;
    s.chunk_work = 1e6;
    return s;
}

// MARK: Layers

/// Rows of sums: products compute whole tiles.
static int64_t whole_rows(const ocl_plan *plan, int64_t rows) {
    return plan->shape.local ? rows : (rows + plan->shape.tall - 1) / plan->shape.tall * plan->shape.tall;
}

static void place_layer(const ocl_plan *plan, network_layer *l, int32_t in, int32_t out) {
    const int32_t vector = plan->shape.vector;
    *l = (network_layer){.in = in, .out = out, .vectors = (out + vector - 1) / vector, .weight = -1, .bias = -1, .weight_sum = -1, .bias_sum = -1};
    if (plan->shape.local) {
        l->stride = (out + 31) / 32 * 32;
    } else {   // an odd number of cache lines
        const int32_t line = 64 / (int32_t)plan->element;
        l->stride = ((l->vectors * vector + line - 1) / line | 1) * line;
    }
}

/// Places of layers; `packed_at` and `sums_at` are the sizes so far.
static void place_layers(ocl_plan *plan, const cc_network *network, int64_t *packed_at, int64_t *sums_at) {
    network_head *h = &plan->head;
    const int32_t embedded = h->embedded, hidden = h->hidden;
    for (int32_t i = embedded; i < hidden; i++) {
        network_layer *l = &plan->layer[i];
        const int32_t k = i - embedded;
        l->transposed = net_take(packed_at, (int64_t)l->in * l->stride);
        l->bias = net_take(packed_at, l->stride);
        if (!network->unbiased || !network->unbiased[k]) l->bias_sum = net_take(sums_at, l->stride);
        if (i > embedded) l->weight = net_take(packed_at, (int64_t)l->out * l[-1].stride);
        l->weight_sum = i == 0 ? net_take(sums_at, whole_rows(plan, l->in) * l->stride) : net_take(sums_at, whole_rows(plan, l->out) * l[-1].stride);
    }
    const int32_t stride = plan->layer[hidden - 1].stride;
    h->last_weight = net_take(packed_at, (int64_t)h->fields * stride);
    h->last_bias = net_take(packed_at, h->fields);
    h->last_weight_sum = net_take(sums_at, (int64_t)h->fields * stride);
    h->last_bias_sum = net_take(sums_at, h->fields);
    h->parameter_sum = net_take(sums_at, h->parameters);
}

/// Which parameter lies where.
static void map_parameters(ocl_plan *plan, const cc_network *network) {
    const network_head *h = &plan->head;
    net_add_nothing(&plan->pack_map, plan->packed_size - plan->packed_first);
    net_add_nothing(&plan->sum_map, h->sums_size);
    if (plan->pack_map.failed || plan->sum_map.failed) return;
    int32_t *pack = (int32_t *)plan->pack_map.items - plan->packed_first, *sum = plan->sum_map.items, parameter = 0;
    for (int32_t k = 0; k < network->layers; k++) {
        const bool last = k == network->layers - 1, biased = !network->unbiased || !network->unbiased[k];
        const int32_t i = k + h->embedded, in = network->widths[k], out = network->widths[k + 1];
        const network_layer *l = &plan->layer[i];
        const int32_t before = i > 0 ? l[-1].stride : 0;
        for (int32_t o = 0; o < out; o++)
            for (int32_t c = 0; c < in; c++, parameter++) {
                if (last) {
                    pack[h->last_weight + o * before + c] = parameter;
                    sum[h->last_weight_sum + o * before + c] = parameter;
                    continue;
                }
                pack[l->transposed + c * l->stride + o] = parameter;
                if (l->weight >= 0) pack[l->weight + o * before + c] = parameter;
                sum[l->weight_sum + (i == 0 ? c * l->stride + o : o * before + c)] = parameter;
            }
        for (int32_t o = 0; biased && o < out; o++, parameter++) {
            pack[(last ? h->last_bias : l->bias) + o] = parameter;
            sum[(last ? h->last_bias_sum : l->bias_sum) + o] = parameter;
        }
    }
    for (int32_t k = 0; k < h->parameters; k++) sum[h->parameter_sum + k] = parameter + k;
}

// MARK: Blocks and chunks

/// Pairs of a sub-block: about as many rows as asked for, in whole tiles if that can be had.
static int32_t sub_block_for(const net_shape *s, int32_t channels) {
    int32_t best = 1;
    double least = 1e9;
    for (int32_t n = 1; n == 1 || n * channels <= 2 * s->sub_block_rows; n++) {
        const int32_t rows = n * channels, whole = (rows + s->tall - 1) / s->tall * s->tall;
        double cost = (double)whole / rows;
        if (rows < s->sub_block_rows) cost += 0.15 * (s->sub_block_rows - rows) / s->sub_block_rows;
        if (cost < least - 1e-9) least = cost, best = n;
    }
    return best;
}

static void plan_blocks(const ocl_plan *plan, network_term *t) {
    const net_shape *s = &plan->shape;
    int64_t pairs = s->block_rows / t->channels;
    if (pairs < 1) pairs = 1;
    if (!s->local) {
        t->sub_block = sub_block_for(s, t->channels);
        if (pairs > t->sub_block) pairs -= pairs % t->sub_block;
    }
    int64_t points = pairs / t->nodes;
    if (points < 1) points = 1;
    if (points > t->points) points = t->points;
    t->block = (int32_t)points;
    if (s->local) t->sub_block = (int32_t)(points * t->nodes);
    t->stride = (int32_t)((points * t->nodes + 15) / 16 * 16);
    t->point_stride = (int32_t)((points + 15) / 16 * 16);
    t->blocks = (t->points + points - 1) / points;
}

static double work_of(const ocl_plan *plan, const network_term *t) {
    double sum = 0;
    for (int32_t l = 0; l < plan->head.hidden; l++) {
        const network_layer *layer = &plan->layer[l];
        sum += 6.0 * layer->in * layer->out / (l == 0 ? t->channels : 1) + 40.0 * layer->out;
    }
    sum += 6.0 * plan->layer[plan->head.hidden - 1].out * plan->head.fields * t->outputs / t->channels;
    return sum * (double)t->points * t->nodes * t->channels;
}

static void plan_chunks(ocl_plan *plan) {
    double total = 0;
    for (int32_t i = 0; i < plan->terms; i++) total += work_of(plan, &plan->term[i]);
    double wanted = total / plan->shape.chunk_work;
    plan->small = !plan->shape.local && wanted < 1;
    const double room = 256e6 / ((double)plan->head.chunk_size * (double)plan->element);
    if (wanted > plan->shape.most_chunks) wanted = plan->shape.most_chunks;
    if (wanted > room) wanted = room;
    for (int32_t i = 0; i < plan->terms; i++) {
        network_term *t = &plan->term[i];
        const int64_t chunks = (int64_t)(wanted * work_of(plan, t) / total + 0.5);
        t->chunks = (int32_t)(chunks < 1 ? 1 : chunks > t->blocks ? t->blocks : chunks);
        t->first_chunk = plan->chunks;
        plan->chunks += t->chunks;
    }
}

/// A group's work memory, large enough for every term, and what a chunk keeps behind its sums.
static int64_t place_slab(ocl_plan *plan, int64_t *chunk) {
    network_head *h = &plan->head;
    int64_t at = 0, rows = 0, pairs = 0, points = 0, outputs = 0, components = 0, channels = 0, widest = 0;
    for (int32_t i = 0; i < plan->terms; i++) {
        const network_term *t = &plan->term[i];
        const int64_t own = (int64_t)t->block * t->nodes, over = plan->shape.local ? 0 : plan->shape.tall;
#define LARGEST(all, one) if ((one) > all) all = (one)
        // Products write whole tiles, the first one rows that lie `channels` apart.
        LARGEST(rows, (own + over) * t->channels);
        LARGEST(pairs, own + over);
        LARGEST(points, t->point_stride);
        LARGEST(outputs, (int64_t)h->fields * t->outputs * t->stride);
        LARGEST(components, t->sums ? (int64_t)h->fields * t->uses * t->point_stride : 0);
        LARGEST(channels, t->channels);
    }
    for (int32_t l = 0; l < h->hidden; l++) {
        network_layer *layer = &plan->layer[l];
        layer->z = net_take(&at, rows * layer->stride);
        layer->r1 = net_take(&at, pairs * layer->stride);
        LARGEST(widest, layer->stride);
    }
#undef LARGEST
    h->even = net_take(&at, rows * widest);
    h->odd = net_take(&at, rows * widest);
    h->embedded_rows = net_take(&at, h->embedded ? rows * plan->layer[0].stride : 0);
    h->inputs = net_take(&at, pairs * h->dimension);
    h->turned = net_take(&at, points * h->dimension);
    h->outputs = net_take(&at, outputs);
    h->seeds = net_take(&at, outputs);
    h->components = net_take(&at, components);
    h->component_seeds = net_take(&at, components);
    h->program_rows = net_take(&at, plan->program_elements);
    h->program_uniforms = net_take(&at, (int64_t)plan->program_uniforms * plan->shape.vector);
    h->tangent_sums = net_take(chunk, channels * plan->layer[0].stride);
    h->lanes = net_take(chunk, (int64_t)(2 + h->parameters) * (plan->shape.local ? plan->shape.group : plan->shape.vector));
    at += 64;   // reads of whole tiles end here
    return at;
}

// MARK: The plan

cc_status net_layout(ocl_plan *plan, const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, cc_error *error) {
    network_head *h = &plan->head;
    const cc_embedding *e = network->embedding;
    plan->shape = shape_for(plan->device, plan->precision, network);
    plan->activation = network->activation;
    plan->power = network->power;
    h->embedded = e != NULL;
    h->hidden = network->layers - 1 + h->embedded;
    h->dimension = e ? e->dimension : network->widths[0];
    h->fields = network->widths[network->layers];
    h->parameters = options->parameters;
    h->last_biased = !network->unbiased || !network->unbiased[network->layers - 1];
    const int64_t weights = cc_network_parameters(network);
    plan->parameters = weights + options->parameters;
    if (plan->parameters >= (int64_t)1 << 29)
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "A plan on an OpenCL device has fewer than 2^29 parameters, not %lld; use the native path.",
                       (long long)plan->parameters);
    h->first_parameter = (int32_t)weights;
    if (e) place_layer(plan, &plan->layer[0], e->dimension, e->features);
    for (int32_t k = 0; k + 1 < network->layers; k++) place_layer(plan, &plan->layer[k + h->embedded], network->widths[k], network->widths[k + 1]);

    // Constants come first in the packed weights: the embedding, then rows of tangents.
    int64_t packed = 0, sums = 0;
    if (e) {
        network_layer *l = plan->layer;
        l->transposed = net_take(&packed, (int64_t)l->in * l->stride);
        l->bias = net_take(&packed, l->stride);
        h->linear = net_take(&packed, l->stride);
        net_add_reals(&plan->constants, NULL, packed);
        double *constant = plan->constants.items;
        for (int32_t o = 0; !plan->constants.failed && o < e->features; o++) {
            for (int32_t i = 0; i < e->dimension; i++) constant[l->transposed + i * l->stride + o] = e->weights[(int64_t)o * e->dimension + i];
            constant[l->bias + o] = e->phases[o];
            constant[h->linear + o] = e->linear[o] != 0;
        }
    }
    plan->terms = terms;
    plan->term = calloc((size_t)terms, sizeof *plan->term);
    plan->source = calloc((size_t)terms, sizeof *plan->source);
    plan->set = calloc((size_t)terms, sizeof *plan->set);
    bool room = plan->term && plan->source && plan->set;
    for (int32_t i = 0; room && i < terms; i++) {
        network_term *t = &plan->term[i];
        net_source *s = &plan->source[i];
        room = net_place_term(plan, network, t, &term[i], &packed);
        s->share = term[i].weight / (double)t->points;
        const double factors[2] = {2 * s->share, sqrt(s->share)};
        t->factors = net_add_reals(&plan->reals, factors, 2);
        s->coordinates = term[i].coordinates;
        s->arrays = term[i].program->arrays;
        s->data = calloc((size_t)s->arrays + 1, sizeof *s->data);
        room = room && s->data;
        for (int32_t k = 0; room && k < s->arrays; k++) s->data[k] = term[i].data[k];
        s->first_row = plan->rows;
        plan->rows += t->points * t->equations;
        plan_blocks(plan, t);
        if (plan->tables) room = room && net_place_program(plan, t, &term[i]);
    }
    plan->packed_first = (int32_t)packed;
    place_layers(plan, network, &packed, &sums);
    int64_t slab = 0, chunk = sums;
    if (room) slab = place_slab(plan, &chunk);
    const int64_t most = net_most_places;
    if (room && (packed > most || chunk > most || slab > most || plan->reals.count > most || plan->wides.count > most || plan->ints.count > most))
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "The network and its terms are too large for a plan on an OpenCL device; use the native path.");
    plan->packed_size = (int32_t)packed;
    h->sums_size = (int32_t)sums;
    h->chunk_size = (int32_t)chunk;
    h->slab_size = (int32_t)slab;
    if (room) {
        plan_chunks(plan);
        map_parameters(plan, network);
        h->pack_first = plan->packed_first;
        h->pack_count = plan->packed_size - plan->packed_first;
        h->slice = plan->shape.local ? plan->shape.group : 4096;
        h->pack_groups = (h->pack_count + h->slice - 1) / h->slice;
        h->pack_rows = (int32_t)(plan->places.count / 2);
        h->chunks = plan->chunks;
        // A chunk each on GPUs; processors take chunks as they have time, in the simulator as if it had several units.
        const int32_t units = plan->device->entry->simulator ? 4 : plan->device->info.compute_units;
        plan->groups = plan->shape.local || plan->chunks < units ? plan->chunks : units;
    }
    const bool lists = !plan->ints.failed && !plan->reals.failed && !plan->wides.failed && !plan->constants.failed && !plan->pack_map.failed
                       && !plan->sum_map.failed && !plan->places.failed;
    return room && lists ? CC_OK : cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the plan's tables.");
}
