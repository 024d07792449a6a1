/// A term's channels, components and tangents in the tables that the kernels read.
#include <stdlib.h>
#include <string.h>

#include "network_plan.h"

static const double factorials[5] = {1, 1, 2, 6, 24};

/// A term's channels as the kernels number them.
typedef struct channels {
    int32_t count, *number;        // [count]: by the numbers of cc_jets
    double *scales;                // [count]: derivative = scale · channel
    double *tangents;              // [count][dimension]
} channels;

static int32_t find_set(ocl_plan *plan, const net_jet_set *set) {
    for (int32_t i = 0; i < plan->sets; i++) {
        net_jet_set *here = &plan->set[i];
        if (plan->shape.local ? memcmp(here, set, sizeof *set) != 0 : here->biharmonic != set->biharmonic) continue;
        if (set->highest > here->highest) here->highest = set->highest;
        if (set->tops > here->tops) here->tops = set->tops;
        return i;
    }
    plan->set[plan->sets] = *set;
    return plan->sets++;
}

/// Directions in the order of their orders; tops with the factorials that normalised coefficients want.
static bool plan_channels(ocl_plan *plan, network_term *t, const cc_jets *j, channels *c) {
    const int32_t d = plan->head.dimension;
    c->count = t->channels;
    c->number = calloc((size_t)t->channels, sizeof *c->number);
    c->scales = calloc((size_t)t->channels, sizeof *c->scales);
    c->tangents = calloc((size_t)t->channels * (size_t)d, sizeof *c->tangents);
    if (!c->number || !c->scales || !c->tangents) return false;
    for (int32_t i = 0; i < t->channels; i++) c->number[i] = i, c->scales[i] = 1;
    net_jet_set set;
    memset(&set, 0, sizeof set);
    if (j->kind == CC_JET_BIHARMONIC) {
        set.biharmonic = true;
        set.highest = 4;
        for (int32_t i = 0; i < 2; i++) c->tangents[(int64_t)(1 + i) * d + j->axes[i]] = 1;
        t->set = find_set(plan, &set);
        return true;
    }
    set.tops = j->tops;
    int32_t channel = 1, rank = 0;
    double *weights = calloc((size_t)j->tops * (size_t)j->directions + 1, sizeof *weights);
    if (!weights) return false;
    for (int32_t order = 1; order <= 4; order++) {
        int32_t given = 1;
        for (int32_t k = 0; k < j->directions; k++) {
            const int32_t own = j->orders[k] > 1 ? j->orders[k] - 1 : 1;
            if (j->orders[k] == order) {
                memcpy(c->tangents + (int64_t)channel * d, j->vectors + (int64_t)k * d, (size_t)d * sizeof(double));
                for (int32_t i = 1; i <= own; i++, channel++) {
                    c->number[given + i - 1] = channel;
                    c->scales[channel] = factorials[i];
                }
                for (int32_t top = 0; top < j->tops; top++)
                    weights[(int64_t)top * j->directions + rank] = j->top_weights[(int64_t)top * j->directions + k] * factorials[order];
                set.directions[order]++;
                set.highest = order;
                rank++;
            }
            given += own;
        }
    }
    t->top_weights = net_add_reals(&plan->reals, weights, (int64_t)j->tops * j->directions);
    free(weights);
    memcpy(t->directions, set.directions + 1, sizeof t->directions);
    t->tops = set.tops;
    t->set = find_set(plan, &set);
    return true;
}

/// Rows of W·tangent after the first layer: every step anew by the pack kernel, or once for an embedding.
static void plan_tangents(ocl_plan *plan, const cc_network *network, network_term *t, const channels *c, int64_t *packed) {
    const int32_t d = plan->head.dimension, stride = plan->layer[0].stride;
    const cc_embedding *e = network->embedding;
    t->tangent_rows = net_take(packed, (int64_t)t->channels * stride);
    if (*packed > net_most_places) return;   // the layout refuses the plan
    net_add_reals(&plan->constants, NULL, *packed - plan->constants.count);
    t->closures = (int32_t)plan->ints.count;
    t->closure_factors = (int32_t)plan->reals.count;
    for (int32_t i = 1; i < t->channels; i++)
        for (int32_t k = 0; k < d; k++) {
            if (c->tangents[(int64_t)i * d + k] == 0) continue;
            net_add_int(&plan->ints, i);
            net_add_int(&plan->ints, k);
            net_add_reals(&plan->reals, &c->tangents[(int64_t)i * d + k], 1);
            t->closure_count++;
        }
    for (int32_t i = 1; i < t->channels; i++) {
        const double *tangent = c->tangents + (int64_t)i * d;
        bool any = false;
        for (int32_t k = 0; k < d; k++) any |= tangent[k] != 0;
        if (!any) continue;
        const int32_t row = t->tangent_rows + i * stride;
        if (!e) {
            net_add_int(&plan->places, row);
            net_add_int(&plan->places, net_add_reals(&plan->reals, tangent, d));
            continue;
        }
        if (plan->constants.failed) return;
        for (int32_t o = 0; o < e->features; o++) {
            double sum = 0;
            for (int32_t k = 0; k < d; k++) sum += tangent[k] * e->weights[(int64_t)o * d + k];
            ((double *)plan->constants.items)[row + o] = sum;
        }
    }
}

static bool plan_components(ocl_plan *plan, network_term *t, const cc_term *given, const channels *c) {
    const cc_jets *j = &given->jets;
    const int32_t components = j->nodes > 0 ? j->groups : t->channels, nodes = j->nodes > 0 ? j->nodes : 1;
    t->nodes = nodes;
    t->uses = given->uses > 0 ? given->uses : components;
    int32_t *output = calloc((size_t)t->channels, sizeof *output);   // by the numbers of cc_jets
    if (!output) return false;
    if (j->nodes == 0) {
        t->outputs = t->uses;
        for (int32_t u = 0; u < t->uses; u++) output[u] = given->used ? given->used[u] : u;
    } else {
        for (int32_t i = 0; i < t->channels; i++) {
            bool needed = false;
            for (int32_t u = 0; u < t->uses; u++)
                for (int32_t n = 0; n < nodes; n++)
                    needed |= j->weights[((int64_t)(given->used ? given->used[u] : u) * nodes + n) * t->channels + i] != 0;
            if (needed) output[t->outputs++] = i;
        }
    }
    t->output = (int32_t)plan->ints.count;
    for (int32_t o = 0; o < t->outputs; o++) net_add_int(&plan->ints, c->number[output[o]]);
    t->inverse = (int32_t)plan->ints.count;
    net_add_nothing(&plan->ints, t->channels);
    for (int32_t i = 0; i < t->channels; i++) {
        bool tangent = false;
        for (int32_t k = 0; k < plan->head.dimension; k++) tangent |= c->tangents[(int64_t)i * plan->head.dimension + k] != 0;
        net_add_int(&plan->ints, tangent);
    }
    if (!plan->ints.failed)
        for (int32_t o = 0; o < t->outputs; o++) ((int32_t *)plan->ints.items)[t->inverse + c->number[output[o]]] = o;
    t->output_scales = (int32_t)plan->reals.count;
    for (int32_t o = 0; o < t->outputs; o++) net_add_reals(&plan->reals, j->nodes > 0 ? &factorials[0] : &c->scales[c->number[output[o]]], 1);
    // Seeds of components without nodes are seeds of the channels.
    t->scales = (int32_t)plan->reals.count;
    for (int32_t u = 0; u < t->uses; u++) net_add_reals(&plan->reals, j->nodes > 0 ? &factorials[0] : &c->scales[c->number[output[u]]], 1);
    if (j->nodes > 0) {
        t->sums = j->wide && plan->precision == CC_F32 ? 2 : j->narrow && plan->precision == CC_F64 ? 3 : 1;
        if (t->sums > 1) plan->wide_sums = true;
        net_list *table = t->sums > 1 ? &plan->wides : &plan->reals;
        t->offsets = net_add_reals(&plan->reals, j->offsets, (int64_t)nodes * plan->head.dimension);
        t->weights = (int32_t)table->count;
        for (int pass = 0; pass < 2; pass++) {
            if (pass == 1) t->back_weights = (int32_t)plan->reals.count;
            for (int32_t u = 0; u < t->uses; u++) {
                const int32_t g = given->used ? given->used[u] : u;
                for (int32_t n = 0; n < nodes; n++)
                    for (int32_t o = 0; o < t->outputs; o++) {
                        const double w = j->weights[((int64_t)g * nodes + n) * t->channels + output[o]] * c->scales[c->number[output[o]]];
                        const double back = w * j->scales[g];
                        net_add_reals(pass ? &plan->reals : table, pass ? &back : &w, 1);
                    }
            }
        }
        t->group_scales = (int32_t)table->count;
        for (int32_t u = 0; u < t->uses; u++) net_add_reals(table, &j->scales[given->used ? given->used[u] : u], 1);
    }
    free(output);
    return true;
}

bool net_place_term(ocl_plan *plan, const cc_network *network, network_term *t, const cc_term *given, int64_t *packed) {
    channels c = {0};
    t->points = given->points;
    t->channels = cc_jets_channels(&given->jets, plan->head.dimension);
    t->equations = given->equations;
    const bool room = plan_channels(plan, t, &given->jets, &c) && plan_components(plan, t, given, &c);
    if (room) plan_tangents(plan, network, t, &c, packed);
    free(c.number);
    free(c.scales);
    free(c.tangents);
    for (int32_t k = 0; k < given->program->instructions; k++) t->coordinates |= given->program->code[k].opcode == CC_OP_COORDINATE;
    return room;
}
