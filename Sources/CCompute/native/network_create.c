// Planning: blocks, chunks and places in memory.
#include "native.h"
#include "network_plan.h"

#include <stdlib.h>
#include <string.h>

enum { most_chunks = 32, block_rows = 192, sub_block_rows = 24 };

// MARK: Memory of a plan

static void free_term(net_term *t) {
    free(t->orders);
    free(t->first);
    free(t->top_weights);
    free(t->tangents);
    free(t->tangent);
    free(t->scales);
    free(t->offsets);
    free(t->output);
    free(t->use);
    free(t->weights);
    free(t->group_scales);
    free(t->form);
    free(t->monomials);
    free(t->embedded);
    free(t->data);
    net_program_destroy(t->program);
}

void cc_native_plan_destroy(net_plan *plan) {
    if (!plan) return;
    for (int32_t i = 0; plan->term && i < plan->terms; i++) free_term(&plan->term[i]);
    free(plan->term);
    net_tangent_destroy(plan->tangent);
    free(plan->losses);
    free(plan->memory);
    free(plan);
}

/// Blocks of about `block_rows` rows: enough for the weights' gradient to be a product, few enough for the second-level cache.
static void plan_blocks(const net_plan *plan, net_term *t) {
    int64_t rows = (int64_t)t->channels * t->nodes, points = block_rows / rows;
    if (t->forms) {   // what is kept of z stays in the first-level cache
        points = 40000 / (2 * plan->layer[0].stride * (int64_t)plan->element * t->nodes) / 16 * 16;
        if (points < 16) points = 16;
    }
    if (points < 1) points = 1;
    if (points > net_most_points) points = net_most_points;
    if (points > t->points) points = t->points;
    t->block = (int32_t)points;
    t->sub_block = (int32_t)(sub_block_rows / t->channels > 0 ? sub_block_rows / t->channels : 1);
    t->stride = (int32_t)((points * t->nodes + 15) / 16 * 16);
    t->blocks = (t->points + points - 1) / points;
}

static double work_of(const net_plan *plan, const net_term *t) {
    double rows = (double)t->points * t->nodes * t->channels, sum = 0;
    if (t->forms) return (double)t->points * t->nodes * plan->layer[0].out * (60 + 4.0 * plan->dimension + 8.0 * t->forms);
    for (int32_t l = 0; l < plan->layers; l++) {
        double products = 6.0 * plan->layer[l].in * plan->layer[l].out;
        sum += (l == 0 && plan->embedding.features == 0 ? products / t->channels : l == plan->layers - 1 ? products * t->outputs / t->channels : products) + 40.0 * plan->layer[l].out;
    }
    return rows * sum;
}

// MARK: The plan

const net_kernels *net_kernels_current(cc_precision precision) {
    const bool wide = precision == CC_F64;
#if defined(__x86_64__)
    const char *label = cc_isa_current()->label;
    if (strcmp(label, "avx512") == 0) return wide ? &net_kernels_avx512_f64 : &net_kernels_avx512_f32;
    if (strcmp(label, "avx2") == 0) return wide ? &net_kernels_avx2_f64 : &net_kernels_avx2_f32;
#endif
    return wide ? &net_kernels_generic_f64 : &net_kernels_generic_f32;
}

static int64_t aligned(int64_t count) { return (count + 63) / 64 * 64; }

static void place_layers(net_plan *plan, const cc_network *network) {
    const int32_t vector = plan->kernels->vector, line = (int32_t)(64 / plan->element);
    int64_t packed = 0, sums = 0;
    for (int32_t l = 0; l < plan->layers; l++) {
        net_layer *layer = &plan->layer[l];
        layer->in = network->widths[l];
        layer->out = network->widths[l + 1];
        layer->parameters = plan->parameters;
        layer->biased = !network->unbiased || !network->unbiased[l];
        plan->parameters += (int64_t)layer->out * (layer->in + layer->biased);
        if (l == plan->layers - 1) break;
        layer->vectors = (layer->out + vector - 1) / vector;
        int32_t lines = (layer->vectors * vector + line - 1) / line;
        layer->stride = (lines | 1) * line;
#define TAKE(total, place, count) (place = total, total += aligned(count))
        TAKE(packed, layer->transposed, (int64_t)layer->in * layer->stride);
        TAKE(packed, layer->bias, layer->stride);
        TAKE(sums, layer->bias_sum, layer->stride);
        if (l == 0) TAKE(sums, layer->weight_sum, (int64_t)layer->in * layer->stride);
        else {
            TAKE(packed, layer->weight, (int64_t)layer->out * layer[-1].stride);
            TAKE(sums, layer->weight_sum, (int64_t)layer->out * layer[-1].stride);
        }
    }
    const int64_t stride = plan->layer[plan->layers - 2].stride;
    TAKE(packed, plan->last_weight, plan->fields * stride);
    TAKE(packed, plan->last_bias, plan->fields);
    TAKE(sums, plan->last_weight_sum, plan->fields * stride);
    TAKE(sums, plan->last_bias_sum, plan->fields);
    TAKE(sums, plan->trainable_sum, plan->trainable);
    plan->parameters += plan->trainable;
    if (network->embedding) {
        net_embedding *e = &plan->embedding;
        e->features = network->widths[0];
        e->vectors = (e->features + vector - 1) / vector;
        e->stride = ((e->vectors * vector + line - 1) / line | 1) * line;
        TAKE(packed, e->weight, (int64_t)plan->dimension * e->stride);
        TAKE(packed, e->phase, e->stride);
        TAKE(packed, e->linear, e->stride);
    }
#undef TAKE
    plan->packed_size = packed;
    plan->sums_size = sums;
}

static void place_terms(net_plan *plan) {
    const int64_t row = plan->layer[0].stride;
    for (int32_t i = 0; i < plan->terms; i++) {
        net_term *t = &plan->term[i];
        t->tangent_rows = plan->packed_size;
        t->form_rows = t->tangent_rows + aligned(t->channels * row);
        t->along = t->form_rows + aligned(2 * t->forms * row);
        t->uniforms = t->along + aligned(2 * (int64_t)t->channels * plan->embedding.stride);
        plan->packed_size = t->uniforms + aligned(t->program ? (int64_t)t->program->uniforms * plan->kernels->vector : 0);
    }
}

static void place_chunks(net_plan *plan) {
    double total = 0;
    for (int32_t i = 0; i < plan->terms; i++) total += work_of(plan, &plan->term[i]);
    plan->alone = total < 1e6;
    // Four chunks as soon as there is work for two threads, more for larger sums of work.
    double wanted = total / 8e6 > 4 ? total / 8e6 : plan->alone ? 1 : 4;
    double room = 256e6 / ((double)plan->sums_size * (double)plan->element);
    if (wanted > most_chunks) wanted = most_chunks;
    if (wanted > room) wanted = room;
    for (int32_t i = 0; i < plan->terms; i++) {
        net_term *t = &plan->term[i];
        int64_t chunks = (int64_t)(wanted * work_of(plan, t) / total + 0.5);
        t->chunks = chunks < 1 ? 1 : chunks > t->blocks ? t->blocks : chunks;
        t->first_chunk = plan->chunks;
        plan->chunks += t->chunks;
        t->first_row = plan->rows;
        plan->rows += t->points * t->equations;
        int64_t work = plan->kernels->work(plan, t);
        if (work > plan->work_size) plan->work_size = work;
    }
}

static void set(const net_plan *plan, int64_t place, double value) {
    if (plan->precision == CC_F64) ((double *)plan->packed)[place] = value;
    else ((float *)plan->packed)[place] = (float)value;
}

static void fill_embedding(const net_plan *plan, const cc_embedding *given) {
    const net_embedding *e = &plan->embedding;
    for (int32_t i = 0; i < e->features; i++) {
        for (int32_t k = 0; k < plan->dimension; k++) set(plan, e->weight + (int64_t)k * e->stride + i, given->weights[(int64_t)i * plan->dimension + k]);
        set(plan, e->phase + i, given->phases[i]);
        set(plan, e->linear + i, given->linear[i] != 0);
    }
    for (const net_term *t = plan->term; t < plan->term + plan->terms; t++)
        for (int32_t row = 0; row < 2 * t->channels; row++)
            for (int32_t i = 0; i < e->features; i++)
                set(plan, t->along + (int64_t)row * e->stride + i, t->embedded[(int64_t)row * e->features + i]);
}

cc_status cc_native_plan_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, net_plan **result,
                                cc_error *error) {
    *result = NULL;
    cc_status status = net_check(network, options, terms, term, error);
    if (status) return status;
    net_plan *plan = calloc(1, sizeof *plan);
    if (!plan) goto no_memory;
    plan->precision = options->precision;
    plan->element = cc_element_size(plan->precision);
    plan->kernels = net_kernels_current(plan->precision);
    plan->layers = network->layers;
    plan->dimension = net_dimension(network);
    plan->fields = network->widths[network->layers];
    plan->activation = network->activation;
    plan->power = network->power;
    plan->trainable = options->parameters;
    plan->terms = terms;
    if (!(plan->term = calloc((size_t)terms, sizeof *plan->term))) goto no_memory;
    place_layers(plan, network);
    for (int32_t i = 0; i < terms; i++) {
        if (!net_plan_term(plan, &plan->term[i], network, &term[i])) goto no_memory;
        plan_blocks(plan, &plan->term[i]);
    }
    place_terms(plan);
    place_chunks(plan);
    plan->bytes = (uint64_t)(plan->packed_size + plan->chunks * plan->sums_size) * plan->element;
    if (posix_memalign(&plan->memory, 4096, plan->bytes) != 0) {
        plan->memory = NULL;
        goto no_memory;
    }
    memset(plan->memory, 0, plan->bytes);
    plan->packed = plan->memory;
    plan->sums = (char *)plan->memory + (uint64_t)plan->packed_size * plan->element;
    if (network->embedding) fill_embedding(plan, network->embedding);
    if (!(plan->losses = calloc((size_t)plan->chunks, sizeof(double)))) goto no_memory;
    *result = plan;
    return CC_OK;

no_memory:
    cc_native_plan_destroy(plan);
    return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the network plan.");
}
