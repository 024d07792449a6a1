// Terms: from jets to channels, forms and sums over nodes.
#include "network_plan.h"

#include <stdlib.h>
#include <string.h>

/// `count` numbers in the plan's precision.
static void *rounded(const net_plan *plan, const double *from, int64_t count) {
    void *to = calloc((size_t)(count > 0 ? count : 1), plan->element);
    for (int64_t i = 0; to && i < count; i++) {
        if (plan->precision == CC_F64) ((double *)to)[i] = from[i];
        else ((float *)to)[i] = (float)from[i];
    }
    return to;
}

static const double factorials[5] = { 1, 1, 2, 6, 24 };

static bool plan_channels(const net_plan *plan, net_term *t, const cc_jets *j) {
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
        else if (t->directions == 1 && t->tops == 1 && t->order == 4 && weights[0] != 0) {
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

static bool plan_components(const net_plan *plan, net_term *t, const cc_term *given) {
    const cc_jets *j = &given->jets;
    const int32_t components = j->nodes > 0 ? j->groups : t->channels;
    t->nodes = j->nodes > 0 ? j->nodes : 1;
    t->shifted = j->nodes > 0;
    t->wide = j->wide;
    t->narrow = j->narrow;
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

/// Channels of an embedding's inputs as along∘s + across∘c, by the forms of a network with one hidden layer of sines.
static bool plan_embedding(const net_plan *plan, net_term *t, const cc_network *network, const double *top_weights) {
    const cc_embedding *e = network->embedding;
    const int32_t d = plan->dimension;
    net_term all = *t;
    all.outputs = t->channels;
    all.forms = 0;
    all.output = calloc((size_t)t->channels, sizeof(int32_t));
    t->embedded = calloc(2 * (size_t)t->channels * (size_t)e->features, sizeof(double));
    bool done = all.output && t->embedded;
    for (int32_t c = 0; done && c < t->channels; c++) all.output[c] = c;
    done = done && plan_forms(&all, top_weights);
    for (int32_t f = 0; done && f < all.forms; f++) {
        const net_form *form = &all.form[f];
        const int32_t order = form->order;
        for (int32_t i = 0; i < e->features; i++) {
            double factor = 0;
            for (const net_monomial *m = form->first; m < form->end; m++) {
                double a = 0, b = 0, product = m->factor;
                for (int32_t k = 0; k < d; k++) {
                    a += e->weights[(int64_t)i * d + k] * t->tangents[(int64_t)m->a * d + k];
                    b += e->weights[(int64_t)i * d + k] * t->tangents[(int64_t)m->b * d + k];
                }
                for (int32_t k = 0; k < m->power_a; k++) product *= a;
                for (int32_t k = 0; k < m->power_b; k++) product *= b;
                factor += product;
            }
            factor /= t->scales[form->output];
            if (e->linear[i] && order > 1) continue;
            t->embedded[((int64_t)form->output * 2 + order % 2) * e->features + i] += order % 4 < 2 ? factor : -factor;
        }
    }
    free(all.output);
    free(all.form);
    free(all.monomials);
    return done;
}

bool net_plan_term(const net_plan *plan, net_term *t, const cc_network *network, const cc_term *given) {
    if (!plan_channels(plan, t, &given->jets)) return false;
    // One hidden layer, one field, coordinates as inputs: forms, whose channels are derivatives themselves.
    const bool shallow = plan->layers == 2 && plan->fields == 1 && !network->embedding;
    for (int32_t c = 0; shallow && c < t->channels; c++) t->scales[c] = 1;
    if (!plan_components(plan, t, given) || (shallow && !plan_forms(t, given->jets.top_weights))) return false;
    if (network->embedding && !plan_embedding(plan, t, network, given->jets.top_weights)) return false;
    t->points = given->points;
    t->coordinates = given->coordinates;
    t->equations = given->equations;
    t->weight = given->weight;
    t->share = t->weight / (double)t->points;
    t->residual = given->residual;
    t->context = given->context;
    if (!given->program) return true;
    t->residual = NULL;
    t->program = net_program_create(given->program, given->equations);
    t->data = calloc((size_t)given->program->arrays + 1, sizeof *t->data);
    if (!t->program || !t->data) return false;
    if (given->program->arrays > 0) memcpy(t->data, given->data, (size_t)given->program->arrays * sizeof *t->data);
    return true;
}
