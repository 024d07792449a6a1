// Planning: from a network and its terms to channels, blocks, chunks and places in memory.
#include "../include/network.h"
#include "native.h"
#include "network_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition, ...)                                                                                                       \
    do {                                                                                                                              \
        if (!(condition)) return cc_fail(error, CC_BAD_ARGUMENT, 0, __VA_ARGS__);                                                     \
    } while (0)

enum { most_chunks = 32, most_channels = 8192, block_rows = 192, sub_block_rows = 24 };

static cc_status check_network(const cc_network *n, cc_error *error) {
    REQUIRE(n && n->widths, "A network needs its widths.");
    REQUIRE(n->layers >= 2 && n->layers <= net_most_layers, "A network has 2 to %d layers, not %d.", net_most_layers, n->layers);
    for (int32_t i = 0; i <= n->layers; i++) {
        int32_t most = i == 0 ? 1024 : i == n->layers ? 64 : 4096;
        REQUIRE(n->widths[i] >= 1 && n->widths[i] <= most, "Width %d of the network is %d, not 1 to %d.", i, n->widths[i], most);
    }
    REQUIRE(n->activation >= CC_TANH && n->activation <= CC_RELU, "There is no activation %d.", (int)n->activation);
    REQUIRE(n->activation != CC_RELU || (n->power >= 1 && n->power <= 9), "The power of a ReLU is 1 to 9, not %d.", n->power);
    return CC_OK;
}

int64_t cc_network_parameters(const cc_network *network) {
    if (check_network(network, NULL)) return 0;
    int64_t count = 0;
    for (int32_t i = 0; i < network->layers; i++) count += (int64_t)network->widths[i + 1] * (network->widths[i] + 1);
    return count;
}

static cc_status check_jets(const cc_jets *j, int32_t dimension, cc_error *error) {
    REQUIRE(j, "A term needs jets.");
    if (j->kind == CC_JET_BIHARMONIC) {
        for (int i = 0; i < 2; i++)
            REQUIRE(j->axes[i] >= 0 && j->axes[i] < dimension, "The biharmonic's axis %d is not one of the %d coordinates.", j->axes[i], dimension);
        REQUIRE(j->axes[0] != j->axes[1], "The biharmonic needs two different axes.");
        return CC_OK;
    }
    REQUIRE(j->kind == CC_JET_DIRECTIONS, "There is no kind of jets %d.", (int)j->kind);
    REQUIRE(j->directions >= 0 && j->directions <= 1024, "There are 0 to 1024 directions, not %d.", j->directions);
    REQUIRE(j->tops >= 0 && j->tops <= net_most_tops, "There are 0 to %d tops, not %d.", net_most_tops, j->tops);
    REQUIRE(j->directions == 0 || (j->vectors && j->orders), "Directions need vectors and orders.");
    REQUIRE(j->tops == 0 || (j->directions > 0 && j->top_weights), "Tops need directions and weights.");
    for (int32_t k = 0; k < j->directions; k++) {
        REQUIRE(j->orders[k] >= 1 && j->orders[k] <= 4, "The order of direction %d is %d, not 1 to 4.", k, j->orders[k]);
        for (int32_t i = 0; i < dimension; i++) REQUIRE(isfinite(j->vectors[(int64_t)k * dimension + i]), "Direction %d is not finite.", k);
        for (int32_t t = 0; t < j->tops; t++) {
            double w = j->top_weights[(int64_t)t * j->directions + k];
            REQUIRE(isfinite(w), "The weight of direction %d in top %d is not finite.", k, t);
            REQUIRE(w == 0 || j->orders[k] >= 2, "Direction %d has order 1 and cannot enter top %d.", k, t);
        }
    }
    return CC_OK;
}

int32_t cc_jets_channels(const cc_jets *jets, int32_t dimension) {
    if (check_jets(jets, dimension, NULL)) return 0;
    if (jets->kind == CC_JET_BIHARMONIC) return 9;
    int32_t channels = 1 + jets->tops;
    for (int32_t k = 0; k < jets->directions; k++) channels += jets->orders[k] > 1 ? jets->orders[k] - 1 : 1;
    return channels;
}

static cc_status check_term(const cc_term *t, int32_t index, int32_t dimension, cc_error *error) {
    cc_status status = check_jets(&t->jets, dimension, error);
    if (status) return status;
    const cc_jets *j = &t->jets;
    int32_t channels = cc_jets_channels(j, dimension);
    REQUIRE(channels <= most_channels, "Term %d has %d channels, more than %d.", index, channels, most_channels);
    REQUIRE(t->points >= 1 && t->coordinates, "Term %d has no points.", index);
    REQUIRE(t->equations >= 1 && t->equations <= 16, "Term %d has %d equations, not 1 to 16.", index, t->equations);
    REQUIRE(isfinite(t->weight) && t->weight > 0, "The weight of term %d is %g, not positive.", index, t->weight);
    REQUIRE(t->residual, "Term %d has no residual.", index);
    REQUIRE(j->nodes >= 0 && j->nodes <= 4096, "Term %d has %d nodes, not 0 to 4096.", index, j->nodes);
    int32_t components = channels;
    if (j->nodes > 0) {
        REQUIRE(j->groups >= 1 && j->groups <= 256 && j->offsets && j->weights && j->scales, "The nodes of term %d need offsets and 1 to 256 groups of weights.",
                index);
        for (int64_t i = 0; i < (int64_t)j->nodes * dimension; i++) REQUIRE(isfinite(j->offsets[i]), "An offset of term %d is not finite.", index);
        for (int64_t i = 0; i < (int64_t)j->groups * j->nodes * channels; i++)
            REQUIRE(isfinite(j->weights[i]), "A weight of the nodes of term %d is not finite.", index);
        components = j->groups;
    }
    REQUIRE(t->uses >= 0 && t->uses <= components, "Term %d uses %d of %d components.", index, t->uses, components);
    for (int32_t i = 0; t->used && i < t->uses; i++) {
        REQUIRE(t->used[i] >= 0 && t->used[i] < components, "Term %d uses component %d of %d.", index, t->used[i], components);
        for (int32_t k = 0; k < i; k++) REQUIRE(t->used[k] != t->used[i], "Term %d uses component %d twice.", index, t->used[i]);
    }
    return CC_OK;
}

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
}

void cc_plan_destroy(cc_plan *plan) {
    if (!plan) return;
    for (int32_t i = 0; plan->term && i < plan->terms; i++) free_term(&plan->term[i]);
    free(plan->term);
    free(plan->losses);
    free(plan->memory);
    free(plan);
}

/// `count` numbers in the plan's precision.
static void *rounded(const cc_plan *plan, const double *from, int64_t count) {
    void *to = calloc((size_t)(count > 0 ? count : 1), plan->element);
    for (int64_t i = 0; to && i < count; i++) {
        if (plan->precision == CC_F64) ((double *)to)[i] = from[i];
        else ((float *)to)[i] = (float)from[i];
    }
    return to;
}

// MARK: Terms

static const double factorials[5] = { 1, 1, 2, 6, 24 };

static bool plan_channels(const cc_plan *plan, net_term *t, const cc_jets *j) {
    const int32_t d = plan->dimension;
    t->channels = cc_jets_channels(j, d);
    t->directions = j->kind == CC_JET_DIRECTIONS ? j->directions : 0;
    t->tops = j->kind == CC_JET_DIRECTIONS ? j->tops : 0;
    t->tangents = calloc((size_t)t->channels * (size_t)d, sizeof(double));
    t->tangent = calloc((size_t)t->channels, sizeof(bool));
    t->scales = calloc((size_t)t->channels, sizeof(double));
    t->orders = calloc((size_t)t->directions + 1, sizeof(int32_t));
    t->first = calloc((size_t)t->directions + 1, sizeof(int32_t));
    double *weights = calloc((size_t)t->tops * (size_t)t->directions + 1, sizeof(double));
    if (!t->tangents || !t->tangent || !t->scales || !t->orders || !t->first || !weights) {
        free(weights);
        return false;
    }
    for (int32_t c = 0; c < t->channels; c++) t->scales[c] = 1;
    if (j->kind == CC_JET_BIHARMONIC) {
        t->set = NET_BIHARMONIC;
        t->order = 4;
        for (int32_t i = 0; i < 2; i++) t->tangents[(int64_t)(1 + i) * d + j->axes[i]] = 1, t->tangent[1 + i] = true;
    } else {
        int32_t c = 1;
        t->order = 1;
        for (int32_t k = 0; k < t->directions; k++) {
            const int32_t order = j->orders[k], own = order > 1 ? order - 1 : 1;
            t->orders[k] = order;
            t->first[k] = c;
            if (order > t->order) t->order = order;
            memcpy(t->tangents + (int64_t)c * d, j->vectors + (int64_t)k * d, (size_t)d * sizeof(double));
            t->tangent[c] = true;
            for (int32_t i = 1; i <= own; i++) t->scales[c++] = factorials[i];
            for (int32_t top = 0; top < t->tops; top++) weights[top * t->directions + k] = j->top_weights[(int64_t)top * t->directions + k] * factorials[order];
        }
        if (t->directions == 0) t->set = NET_VALUES;
        else if (t->directions == 1 && t->tops == 1 && t->order == 4) {
            t->set = NET_FOURTH;
            t->scales[4] = weights[0];
        } else if (t->order <= 2 && t->tops == 1) {
            static const net_set sets[4] = { NET_SECOND, NET_SECOND_1, NET_SECOND_2, NET_SECOND_3 };
            t->set = sets[t->directions <= 3 ? t->directions : 0];
            for (int32_t k = 0; k < t->directions; k++) weights[k] = j->top_weights[k];
        } else t->set = NET_DIRECTIONS;
    }
    t->top_weights = rounded(plan, weights, (int64_t)t->tops * t->directions);
    free(weights);
    return t->top_weights != NULL;
}

/// Channel `c` as forms in the weights of a neuron.
static void add_forms(net_term *t, const double *top_weights, int32_t c, int32_t output, net_monomial **next) {
    net_form *form = &t->form[t->forms];
#define FORM(degree) (form = &t->form[t->forms++], *form = (net_form){ .output = output, .order = degree, .first = *next, .end = *next })
#define MONOMIAL(...) (*(*next)++ = (net_monomial){ __VA_ARGS__ }, form->end = *next)
    if (c == 0) {
        FORM(0);
        MONOMIAL(1, 0, 0, 0, 0);
    } else if (t->set == NET_BIHARMONIC) {
        // Powers of (x, y): x, y, xx, xy, yy; then x, y or 1 times (xx + yy), (xx + yy) or its square.
        static const int8_t low[6][2] = { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 2, 0 }, { 1, 1 }, { 0, 2 } };
        if (c < 6) {
            FORM(low[c][0] + low[c][1]);
            MONOMIAL(1, 1, 2, low[c][0], low[c][1]);
        } else if (c < 8) {
            FORM(3);
            MONOMIAL(1, 1, 2, c == 6 ? 3 : 2, c == 6 ? 0 : 1);
            MONOMIAL(1, 1, 2, c == 6 ? 1 : 0, c == 6 ? 2 : 3);
        } else {
            FORM(4);
            MONOMIAL(1, 1, 2, 4, 0);
            MONOMIAL(2, 1, 2, 2, 2);
            MONOMIAL(1, 1, 2, 0, 4);
        }
    } else if (c < t->channels - t->tops) {
        int32_t k = 0;
        while (k + 1 < t->directions && t->first[k + 1] <= c) k++;
        FORM(c - t->first[k] + 1);
        MONOMIAL(1, t->first[k], 0, c - t->first[k] + 1, 0);
    } else {
        const int32_t top = c - (t->channels - t->tops);
        for (int32_t order = 2; order <= 4; order++) {
            bool any = false;
            for (int32_t k = 0; k < t->directions; k++) {
                const double weight = top_weights[(int64_t)top * t->directions + k];
                if (t->orders[k] != order || weight == 0) continue;
                if (!any) FORM(order);
                any = true;
                MONOMIAL(weight, t->first[k], 0, order, 0);
            }
        }
    }
#undef FORM
#undef MONOMIAL
}

/// For one hidden layer and one field: outputs as forms; then channels are derivatives themselves.
static bool plan_forms(net_term *t, const double *top_weights) {
    int64_t monomials = 3;
    for (int32_t o = 0; o < t->outputs; o++) monomials += t->directions + 3;
    t->form = calloc((size_t)t->outputs * 3, sizeof *t->form);
    t->monomials = calloc((size_t)monomials, sizeof *t->monomials);
    if (!t->form || !t->monomials) return false;
    net_monomial *next = t->monomials;
    t->order = 0;
    for (int32_t o = 0; o < t->outputs; o++) add_forms(t, top_weights, t->output[o], o, &next);
    for (int32_t f = 0; f < t->forms; f++)
        if (t->form[f].order > t->order) t->order = t->form[f].order;
    return true;
}

static bool plan_components(const cc_plan *plan, net_term *t, const cc_term *given) {
    const cc_jets *j = &given->jets;
    const int32_t components = j->nodes > 0 ? j->groups : t->channels;
    t->nodes = j->nodes > 0 ? j->nodes : 1;
    t->shifted = j->nodes > 0;
    t->wide = j->wide;
    t->uses = given->uses > 0 ? given->uses : components;
    t->use = calloc((size_t)t->uses, sizeof(int32_t));
    t->output = calloc((size_t)t->channels, sizeof(int32_t));
    if (!t->use || !t->output) return false;
    for (int32_t u = 0; u < t->uses; u++) t->use[u] = given->used ? given->used[u] : u;
    if (j->nodes == 0) {
        t->outputs = t->uses;
        memcpy(t->output, t->use, (size_t)t->uses * sizeof(int32_t));
        return true;
    }
    for (int32_t c = 0; c < t->channels; c++) {
        bool needed = false;
        for (int32_t u = 0; u < t->uses; u++)
            for (int32_t n = 0; n < t->nodes; n++) needed |= j->weights[((int64_t)t->use[u] * t->nodes + n) * t->channels + c] != 0;
        if (needed) t->output[t->outputs++] = c;
    }
    t->offsets = rounded(plan, j->offsets, (int64_t)t->nodes * plan->dimension);
    t->weights = calloc((size_t)t->uses * (size_t)t->nodes * (size_t)(t->outputs + 1), sizeof(double));
    t->group_scales = calloc((size_t)t->uses, sizeof(double));
    if (!t->offsets || !t->weights || !t->group_scales) return false;
    for (int32_t u = 0; u < t->uses; u++) {
        t->group_scales[u] = j->scales[t->use[u]];
        for (int32_t n = 0; n < t->nodes; n++)
            for (int32_t o = 0; o < t->outputs; o++) {
                const int32_t c = t->output[o];
                t->weights[((int64_t)u * t->nodes + n) * t->outputs + o] = j->weights[((int64_t)t->use[u] * t->nodes + n) * t->channels + c] * t->scales[c];
            }
    }
    return true;
}

/// Blocks of about `block_rows` rows: enough for the weights' gradient to be a product, few enough for the second-level cache.
static void plan_blocks(const cc_plan *plan, net_term *t) {
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

static double work_of(const cc_plan *plan, const net_term *t) {
    double rows = (double)t->points * t->nodes * t->channels, sum = 0;
    if (t->forms) return (double)t->points * t->nodes * plan->layer[0].out * (60 + 4.0 * plan->dimension + 8.0 * t->forms);
    for (int32_t l = 0; l < plan->layers; l++) {
        double products = 6.0 * plan->layer[l].in * plan->layer[l].out;
        sum += (l == 0 ? products / t->channels : l == plan->layers - 1 ? products * t->outputs / t->channels : products) + 40.0 * plan->layer[l].out;
    }
    return rows * sum;
}

// MARK: The plan

static const net_kernels *current_kernels(cc_precision precision) {
    const bool wide = precision == CC_F64;
#if defined(__x86_64__)
    const char *label = cc_isa_current()->label;
    if (strcmp(label, "avx512") == 0) return wide ? &net_kernels_avx512_f64 : &net_kernels_avx512_f32;
    if (strcmp(label, "avx2") == 0) return wide ? &net_kernels_avx2_f64 : &net_kernels_avx2_f32;
#endif
    return wide ? &net_kernels_generic_f64 : &net_kernels_generic_f32;
}

static int64_t aligned(int64_t count) { return (count + 63) / 64 * 64; }

static void place_layers(cc_plan *plan, const cc_network *network) {
    const int32_t vector = plan->kernels->vector, line = (int32_t)(64 / plan->element);
    int64_t packed = 0, sums = 0;
    for (int32_t l = 0; l < plan->layers; l++) {
        net_layer *layer = &plan->layer[l];
        layer->in = network->widths[l];
        layer->out = network->widths[l + 1];
        layer->parameters = plan->parameters;
        plan->parameters += (int64_t)layer->out * (layer->in + 1);
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
#undef TAKE
    plan->packed_size = packed;
    plan->sums_size = sums;
}

static void place_terms(cc_plan *plan) {
    const int64_t row = plan->layer[0].stride;
    for (int32_t i = 0; i < plan->terms; i++) {
        net_term *t = &plan->term[i];
        t->tangent_rows = plan->packed_size;
        t->form_rows = t->tangent_rows + aligned(t->channels * row);
        plan->packed_size = t->form_rows + aligned(2 * t->forms * row);
    }
}

static void place_chunks(cc_plan *plan) {
    double total = 0;
    for (int32_t i = 0; i < plan->terms; i++) total += work_of(plan, &plan->term[i]);
    plan->alone = total < 5e6;
    double wanted = total / 8e6;
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

cc_status cc_plan_create(const cc_network *network, cc_precision precision, int32_t terms, const cc_term *term, cc_plan **result, cc_error *error) {
    REQUIRE(result, "There is no place for the plan.");
    *result = NULL;
    cc_status status = check_network(network, error);
    if (status) return status;
    REQUIRE(precision == CC_F32 || precision == CC_F64, "There is no precision %d.", (int)precision);
    REQUIRE(terms >= 1 && terms <= 1024 && term, "A plan has 1 to 1024 terms, not %d.", terms);
    for (int32_t i = 0; i < terms; i++)
        if ((status = check_term(&term[i], i, network->widths[0], error))) return status;

    cc_plan *plan = calloc(1, sizeof *plan);
    if (!plan) goto no_memory;
    plan->precision = precision;
    plan->element = cc_element_size(precision);
    plan->kernels = current_kernels(precision);
    plan->layers = network->layers;
    plan->dimension = network->widths[0];
    plan->fields = network->widths[network->layers];
    plan->activation = network->activation;
    plan->power = network->power;
    plan->terms = terms;
    if (!(plan->term = calloc((size_t)terms, sizeof *plan->term))) goto no_memory;
    place_layers(plan, network);
    for (int32_t i = 0; i < terms; i++) {
        net_term *t = &plan->term[i];
        if (!plan_channels(plan, t, &term[i].jets)) goto no_memory;
        const bool shallow = plan->layers == 2 && plan->fields == 1;
        for (int32_t c = 0; shallow && c < t->channels; c++) t->scales[c] = 1;
        if (!plan_components(plan, t, &term[i]) || (shallow && !plan_forms(t, term[i].jets.top_weights))) goto no_memory;
        t->points = term[i].points;
        t->coordinates = term[i].coordinates;
        t->equations = term[i].equations;
        t->weight = term[i].weight;
        t->share = t->weight / (double)t->points;
        t->residual = term[i].residual;
        t->context = term[i].context;
        plan_blocks(plan, t);
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
    if (!(plan->losses = calloc((size_t)plan->chunks, sizeof(double)))) goto no_memory;
    *result = plan;
    return CC_OK;

no_memory:
    cc_plan_destroy(plan);
    return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the network plan.");
}
