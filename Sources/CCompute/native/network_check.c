// What plans are given: every index, limit and number is looked at before anything is planned.
#include "network_plan.h"

#include <math.h>
#include <string.h>

#define REQUIRE(condition, ...)                                                                                                       \
    do {                                                                                                                              \
        if (!(condition)) return cc_fail(error, CC_BAD_ARGUMENT, 0, __VA_ARGS__);                                                     \
    } while (0)

enum { most_channels = 8192 };

static cc_status check_network(const cc_network *n, cc_error *error) {
    REQUIRE(n && n->widths, "A network needs its widths.");
    REQUIRE(n->layers >= 2 && n->layers <= net_most_layers, "A network has 2 to %d layers, not %d.", net_most_layers, n->layers);
    for (int32_t i = 0; i <= n->layers; i++) {
        int32_t most = i == 0 && !n->embedding ? 1024 : i == n->layers ? 64 : 4096;
        REQUIRE(n->widths[i] >= 1 && n->widths[i] <= most, "Width %d of the network is %d, not 1 to %d.", i, n->widths[i], most);
    }
    REQUIRE(n->activation >= CC_TANH && n->activation <= CC_GELU, "There is no activation %d.", (int)n->activation);
    REQUIRE(n->activation != CC_RELU || (n->power >= 1 && n->power <= 9), "The power of a ReLU is 1 to 9, not %d.", n->power);
    const cc_embedding *e = n->embedding;
    if (!e) return CC_OK;
    REQUIRE(e->weights && e->phases && e->linear, "An embedding needs weights, phases and which inputs are linear.");
    REQUIRE(e->dimension >= 1 && e->dimension <= 1024, "An embedding has 1 to 1024 coordinates, not %d.", e->dimension);
    REQUIRE(e->features == n->widths[0], "An embedding of %d features does not fit a network of %d inputs.", e->features, n->widths[0]);
    for (int64_t i = 0; i < (int64_t)e->features * e->dimension; i++) REQUIRE(isfinite(e->weights[i]), "A weight of the embedding is not finite.");
    for (int32_t i = 0; i < e->features; i++) REQUIRE(isfinite(e->phases[i]), "Phase %d of the embedding is not finite.", i);
    return CC_OK;
}

int64_t cc_network_parameters(const cc_network *network) {
    if (check_network(network, NULL)) return 0;
    int64_t count = 0;
    for (int32_t i = 0; i < network->layers; i++) {
        const bool biased = !network->unbiased || !network->unbiased[i];
        count += (int64_t)network->widths[i + 1] * (network->widths[i] + biased);
    }
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

static cc_status check_term(const cc_term *t, int32_t index, int32_t dimension, int32_t fields, int32_t parameters, cc_error *error) {
    cc_status status = check_jets(&t->jets, dimension, error);
    if (status) return status;
    const cc_jets *j = &t->jets;
    int32_t channels = cc_jets_channels(j, dimension);
    REQUIRE(channels <= most_channels, "Term %d has %d channels, more than %d.", index, channels, most_channels);
    REQUIRE(t->points >= 1 && t->coordinates, "Term %d has no points.", index);
    REQUIRE(t->equations >= 1 && t->equations <= 16, "Term %d has %d equations, not 1 to 16.", index, t->equations);
    REQUIRE(isfinite(t->weight) && t->weight > 0, "The weight of term %d is %g, not positive.", index, t->weight);
    REQUIRE(t->program || t->residual, "Term %d has no residual.", index);
    REQUIRE(j->nodes >= 0 && j->nodes <= 4096, "Term %d has %d nodes, not 0 to 4096.", index, j->nodes);
    REQUIRE(!(j->wide && j->narrow), "The sums of term %d cannot be both wide and narrow.", index);
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
    if (!t->program) return CC_OK;
    if ((status = cc_program_check(t->program, t->equations, dimension, error))) return status;
    const int32_t read = fields * (t->uses > 0 ? t->uses : components);
    REQUIRE(t->program->components == read, "The program of term %d is for %d components, not %d.", index, t->program->components, read);
    REQUIRE(t->program->parameters <= parameters, "The program of term %d names %d trainable parameters; the plan has %d.", index, t->program->parameters,
            parameters);
    REQUIRE(t->program->arrays == 0 || t->data, "The program of term %d needs data.", index);
    for (int32_t i = 0; i < t->program->arrays; i++) REQUIRE(t->data[i], "Array %d of term %d is not there.", i, index);
    return CC_OK;
}

int32_t net_dimension(const cc_network *network) { return network->embedding ? network->embedding->dimension : network->widths[0]; }

cc_status net_check(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, cc_error *error) {
    cc_status status = check_network(network, error);
    if (status) return status;
    REQUIRE(options->precision == CC_F32 || options->precision == CC_F64, "There is no precision %d.", (int)options->precision);
    REQUIRE(options->parameters >= 0 && options->parameters <= 1 << 20, "There are 0 to 1048576 trainable parameters, not %d.", options->parameters);
    REQUIRE(terms >= 1 && terms <= 1024 && term, "A plan has 1 to 1024 terms, not %d.", terms);
    for (int32_t i = 0; i < terms; i++)
        if ((status = check_term(&term[i], i, net_dimension(network), network->widths[network->layers], options->parameters, error))) return status;
    return CC_OK;
}
