// A block of points through all layers and back; a chunk of blocks; packing of weights, sums and gradients.

#include "network_shallow.inc.h"

static rows rows_of(const net_plan *plan, const net_term *t, const work *w, int l) {
    const net_layer *layer = &plan->layer[l];
    const REAL *packed = plan->packed;
    rows here = {
        .term = t, .activation = plan->activation, .power = plan->power, .stride = layer->stride, .vectors = layer->vectors,
        .pair = (int64_t)t->channels * layer->stride, .bias = packed + layer->bias, .z = w->z[l], .r1 = w->r1[l], .derivatives = w->derivatives,
    };
    const bool shared = l == 0 && plan->embedding.features == 0;
    here.tangents = shared ? packed + t->tangent_rows : here.z;
    here.tangent_pair = shared ? 0 : here.pair;
    return here;
}

/// Rows of sub-block [from, from + count).
static rows sub_block(const rows *whole, REAL *a, int64_t from, int64_t count) {
    rows part = *whole;
    part.pairs = count;
    part.z += from * part.pair;
    part.tangents += from * part.tangent_pair;
    part.r1 += from * part.stride;
    part.a = a + from * part.pair;
    return part;
}

/// The coordinates of all pairs: the points themselves, or points plus offsets, rounded once.
static const REAL *coordinates(const net_plan *plan, const net_term *t, const work *w, int64_t first, int64_t points) {
    const int d = plan->dimension;
    const REAL *x = (const REAL *)t->coordinates + first * d, *offset = t->offsets;
    if (!t->shifted) return x;
    for (int64_t p = 0; p < points; p++)
        for (int n = 0; n < t->nodes; n++)
            for (int i = 0; i < d; i++) w->shifted[(p * t->nodes + n) * d + i] = x[p * d + i] + offset[n * d + i];
    return w->shifted;
}

/// The embedding's channels of all pairs.
static void embed(const net_plan *plan, const net_term *t, const work *w, const REAL *x, int64_t pairs) {
    const net_embedding *e = &plan->embedding;
    const REAL *packed = plan->packed;
    REAL *sine = w->sines, *cosine = sine + e->stride, *to = w->inputs;
    for (int64_t p = 0; p < pairs; p++) {
        for (int j = 0; j < e->vectors * VW; j += VW) {
            REALV angle = load(packed + e->phase + j);
            for (int i = 0; i < plan->dimension; i++) angle = (REALV)x[p * plan->dimension + i] * load(packed + e->weight + i * e->stride + j) + angle;
            const INTV linear = load(packed + e->linear + j) != C(0);
            store(sine + j, linear ? angle : vsin(angle, C(0)));
            store(cosine + j, linear ? C(1) : vcos(angle, C(0)));
        }
        const REAL *along = packed + t->along;
        for (int c = 0; c < t->channels; c++, to += e->stride, along += 2 * e->stride)
            for (int j = 0; j < e->vectors * VW; j += VW)
                store(to + j, load(along + j) * load(sine + j) + load(along + e->stride + j) * load(cosine + j));
    }
}

static void block_forward(const net_plan *plan, const net_term *t, const work *w, const REAL *x, int64_t pairs) {
    const REAL *packed = plan->packed;
    const net_embedding *embedding = &plan->embedding;
    if (embedding->features) embed(plan, t, w, x, pairs);
    const int hidden = plan->layers - 1, channels = t->channels;
    REAL *from = w->even, *to = w->odd;
    for (int l = 0; l < hidden; l++) {
        const net_layer *layer = &plan->layer[l];
        rows whole = rows_of(plan, t, w, l);
        for (int64_t p = 0; p < pairs; p += t->sub_block) {
            int64_t count = pairs - p < t->sub_block ? pairs - p : t->sub_block;
            rows part = sub_block(&whole, to, p, count);
            if (l == 0 && embedding->features)
                product(count * channels, layer->vectors, layer->in, w->inputs + p * channels * embedding->stride, embedding->stride,
                        packed + layer->transposed, layer->stride, part.z, layer->stride);
            else if (l == 0)
                product(count, layer->vectors, layer->in, x + p * layer->in, layer->in, packed + layer->transposed, layer->stride, part.z, part.pair);
            else
                product(count * channels, layer->vectors, layer->in, from + p * channels * layer[-1].stride, layer[-1].stride,
                              packed + layer->transposed, layer->stride, part.z, layer->stride);
            forward(&part);
        }
        REAL *other = from;
        from = to;
        to = other;
    }
    const net_layer *last = &plan->layer[hidden - 1];
    for (int f = 0; f < plan->fields; f++) {
        const REAL *weight = packed + plan->last_weight + (int64_t)f * last->stride;
        REAL bias = packed[plan->last_bias + f];
        for (int o = 0; o < t->outputs; o++) {
            REAL *out = w->outputs + ((int64_t)f * t->outputs + o) * t->stride;
            REAL scale = t->weights ? 1 : (REAL)t->scales[t->output[o]], shift = t->output[o] == 0 ? bias : 0;
            const REAL *row = from + (int64_t)t->output[o] * last->stride;
            for (int64_t p = 0; p < pairs; p++, row += (int64_t)channels * last->stride) {
                REALV sum = (REALV)0, more = (REALV)0;
                int j = 0;
                for (; j + 2 <= last->vectors; j += 2) {
                    sum = load(row + j * VW) * load(weight + j * VW) + sum;
                    more = load(row + (j + 1) * VW) * load(weight + (j + 1) * VW) + more;
                }
                if (j < last->vectors) sum = load(row + j * VW) * load(weight + j * VW) + sum;
                out[p] = scale * (total(sum + more) + shift);
            }
        }
    }
}

/// Components from the channels at nodes, as written: no contraction, one rounding each.
static void gather(const net_plan *plan, const net_term *t, const work *w, int64_t points) {
#pragma clang fp contract(off)
    const int64_t stride = (t->block + 15) / 16 * 16;
    for (int f = 0; f < plan->fields; f++)
        for (int u = 0; u < t->uses; u++)
            for (int64_t p = 0; p < points; p++) {
                const double *weight = t->weights + (int64_t)u * t->nodes * t->outputs;
                double wide = 0;
                float narrow = 0;
                REAL sum = 0;
                for (int n = 0; n < t->nodes; n++)
                    for (int o = 0; o < t->outputs; o++) {
                        double c = weight[n * t->outputs + o];
                        if (c == 0) continue;
                        REAL value = w->outputs[((int64_t)f * t->outputs + o) * t->stride + p * t->nodes + n];
                        if (t->wide) wide = wide + c * (double)value;
                        else if (t->narrow) narrow = narrow + (float)c * (float)value;
                        else sum = sum + (REAL)c * value;
                    }
                REAL *to = w->components + ((int64_t)f * t->uses + u) * stride + p;
                if (t->wide) *to = (REAL)(wide * t->group_scales[u]);
                else if (t->narrow) *to = (REAL)(narrow * (float)t->group_scales[u]);
                else *to = sum * (REAL)t->group_scales[u];
            }
}

static void scatter(const net_plan *plan, const net_term *t, const work *w, int64_t points) {
    const int64_t stride = (t->block + 15) / 16 * 16;
    for (int f = 0; f < plan->fields; f++)
        for (int o = 0; o < t->outputs; o++)
            for (int64_t p = 0; p < points; p++)
                for (int n = 0; n < t->nodes; n++) {
                    REAL sum = 0;
                    for (int u = 0; u < t->uses; u++)
                        sum += (REAL)(t->weights[((int64_t)u * t->nodes + n) * t->outputs + o] * t->group_scales[u])
                            * w->component_seeds[((int64_t)f * t->uses + u) * stride + p];
                    w->seeds[((int64_t)f * t->outputs + o) * t->stride + p * t->nodes + n] = sum;
                }
}

static void block_backward(const net_plan *plan, const net_term *t, const work *w, const REAL *x, int64_t pairs, REAL *sums) {
    const REAL *packed = plan->packed;
    const int hidden = plan->layers - 1, channels = t->channels;
    const net_layer *last = &plan->layer[hidden - 1];
    REAL *adjoint = w->even, *next = w->odd;
    // The last map is linear: every used channel's adjoint is its seeds times the fields' weights.
    for (int c = 0; c < channels; c++) {
        int o = 0;
        while (o < t->outputs && t->output[o] != c) o++;
        REAL *row = adjoint + (int64_t)c * last->stride;
        for (int64_t p = 0; p < pairs; p++, row += (int64_t)channels * last->stride)
            for (int j = 0; j < last->vectors * VW; j += VW) {
                REALV sum = (REALV)0;
                if (o < t->outputs)
                    for (int f = 0; f < plan->fields; f++)
                        sum = (REALV)w->seeds[((int64_t)f * t->outputs + o) * t->stride + p] * load(packed + plan->last_weight + (int64_t)f * last->stride + j) + sum;
                store(row + j, sum);
            }
        if (c == 0 && o < t->outputs)
            for (int f = 0; f < plan->fields; f++) {
                REAL sum = 0;
                for (int64_t p = 0; p < pairs; p++) sum += w->seeds[((int64_t)f * t->outputs + o) * t->stride + p];
                sums[plan->last_bias_sum + f] += sum;
            }
    }
    for (int l = hidden - 1; l >= 0; l--) {
        const net_layer *layer = &plan->layer[l], *above = layer + 1;
        rows whole = rows_of(plan, t, w, l);
        whole.bias_sum = sums + layer->bias_sum;
        REAL *here = l == hidden - 1 ? adjoint : next;
        for (int64_t p = 0; p < pairs; p += t->sub_block) {
            int64_t count = pairs - p < t->sub_block ? pairs - p : t->sub_block;
            rows part = sub_block(&whole, here, p, count);
            if (l < hidden - 1)
                product(count * channels, layer->vectors, above->out, adjoint + p * channels * above->stride, above->stride, packed + above->weight,
                              layer->stride, part.a, layer->stride);
            backward(&part);
        }
        if (l == hidden - 1)
            for (int o = 0; o < t->outputs; o++)
                any_product(true, plan->fields, layer->vectors, pairs, w->seeds + (int64_t)o * t->stride, (int64_t)t->outputs * t->stride, 1,
                                  w->z[l] + (int64_t)t->output[o] * layer->stride, whole.pair, sums + plan->last_weight_sum, layer->stride);
        else {
            add_product(above->out, layer->vectors, pairs * channels, adjoint, above->stride, w->z[l], layer->stride, sums + above->weight_sum,
                              layer->stride);
            next = adjoint;
            adjoint = here;
        }
    }
    // First map: x · z̄ of the value, and the sums of the tangents' adjoints.
    const net_layer *first = plan->layer;
    const int64_t pair = (int64_t)channels * first->stride;
    if (plan->embedding.features) {
        add_product(first->in, first->vectors, pairs * channels, w->inputs, plan->embedding.stride, adjoint, first->stride, sums + first->weight_sum,
                    first->stride);
        return;
    }
    add_product(first->in, first->vectors, pairs, x, first->in, adjoint, pair, sums + first->weight_sum, first->stride);
    for (int c = 1; c < channels; c++) {
        if (!t->tangent[c]) continue;
        REAL *sum = w->tangent_sums + (int64_t)c * first->stride;
        for (int j = 0; j < first->vectors * VW; j += VW) {
            REALV total_here = load(sum + j);
            for (int64_t p = 0; p < pairs; p++) total_here += load(adjoint + p * pair + (int64_t)c * first->stride + j);
            store(sum + j, total_here);
        }
    }
}

/// What the tangents of the first layer, or the forms, add to the gradient.
static void close_tangents(const net_plan *plan, const net_term *t, const REAL *tangent_sums, REAL *sums) {
    const net_layer *layer = plan->layer;
    if (t->forms) {
        close_forms(plan, t, tangent_sums, sums);
        return;
    }
    if (plan->embedding.features) return;
    for (int c = 1; c < t->channels; c++)
        for (int i = 0; t->tangent[c] && i < plan->dimension; i++) {
            const double factor = t->tangents[(int64_t)c * plan->dimension + i];
            if (factor == 0) continue;
            REAL *sum = sums + layer->weight_sum + (int64_t)i * layer->stride;
            const REAL *part = tangent_sums + (int64_t)c * layer->stride;
            for (int j = 0; j < layer->vectors * VW; j += VW) store(sum + j, (REALV)(REAL)factor * load(part + j) + load(sum + j));
        }
}

static void chunk(const net_plan *plan, int64_t chunk, void *memory) {
    const net_term *t = plan->term;
    while (chunk >= t->first_chunk + t->chunks) t++;
    work w;
    place(plan, t, memory, &w);
    const int64_t index = chunk - t->first_chunk, begin = t->blocks * index / t->chunks, end = t->blocks * (index + 1) / t->chunks;
    const bool seeds = plan->mode == NET_GRADIENT || plan->mode == NET_TRANSPOSED;
    REAL *sums = (REAL *)plan->sums + chunk * plan->sums_size;
    const net_layer *layer = plan->layer;
    if (seeds) {
        memset(sums, 0, (size_t)plan->sums_size * sizeof(REAL));
        memset(w.tangent_sums, 0, (size_t)(t->forms ? t->forms : t->channels) * (size_t)layer->stride * sizeof(REAL));
    }
    double loss = 0;
    for (int64_t b = begin; b < end; b++) {
        int64_t first = b * t->block, points = t->points - first < t->block ? t->points - first : t->block, pairs = points * t->nodes;
        const REAL *x = coordinates(plan, t, &w, first, points);
        if (t->forms) shallow_forward(plan, t, &w, x, pairs);
        else block_forward(plan, t, &w, x, pairs);
        if (t->weights) gather(plan, t, &w, points);
        if (plan->mode == NET_COMPONENTS) {
            const int64_t stride = (t->block + 15) / 16 * 16;
            for (int64_t c = 0; c < (int64_t)plan->fields * t->uses; c++)
                memcpy((REAL *)plan->result + c * t->points + first, w.components + c * stride, (size_t)points * sizeof(REAL));
            continue;
        }
        loss += block_residual(plan, t, &w, first, points, sums);
        if (!seeds) continue;
        if (t->weights) scatter(plan, t, &w, points);
        if (t->forms) shallow_backward(plan, t, &w, x, pairs, sums);
        else block_backward(plan, t, &w, x, pairs, sums);
    }
    plan->losses[chunk] = loss * t->share;
    if (!seeds) return;
    close_tangents(plan, t, w.tangent_sums, sums);
}

/// Sums with padded rows → the order of the parameters.
static void unpack_from(const net_plan *plan, const REAL *sums, REAL *gradient) {
    const int hidden = plan->layers - 1;
    for (int l = 0; l < hidden; l++) {
        const net_layer *layer = &plan->layer[l];
        REAL *weight = gradient + layer->parameters;
        for (int64_t o = 0; l > 0 && o < layer->out; o++)
            memcpy(weight + o * layer->in, sums + layer->weight_sum + o * layer[-1].stride, (size_t)layer->in * sizeof(REAL));
        for (int64_t i = 0; l == 0 && i < layer->in; i++) {
            const REAL *row = sums + layer->weight_sum + i * layer->stride;
            if (layer->in == 1) memcpy(weight, row, (size_t)layer->out * sizeof(REAL));
            else
                for (int64_t o = 0; o < layer->out; o++) weight[o * layer->in + i] = row[o];
        }
        if (layer->biased) memcpy(weight + (int64_t)layer->in * layer->out, sums + layer->bias_sum, (size_t)layer->out * sizeof(REAL));
    }
    const net_layer *last = &plan->layer[hidden];
    for (int64_t f = 0; f < plan->fields; f++)
        memcpy(gradient + last->parameters + f * last->in, sums + plan->last_weight_sum + f * last[-1].stride, (size_t)last->in * sizeof(REAL));
    if (last->biased)
        memcpy(gradient + last->parameters + (int64_t)plan->fields * last->in, sums + plan->last_bias_sum, (size_t)plan->fields * sizeof(REAL));
    memcpy(gradient + plan->parameters - plan->trainable, sums + plan->trainable_sum, (size_t)plan->trainable * sizeof(REAL));
}

/// The work memory of point `p` of a block alone.
static work point_of(const net_plan *plan, const net_term *t, const work *w, int64_t p) {
    work one = *w;
    const int64_t pair = p * t->nodes;
    for (int l = 0; l + 1 < plan->layers; l++) {
        one.z[l] += pair * (t->forms ? 1 : t->channels) * plan->layer[l].stride;
        one.r1[l] += pair * plan->layer[l].stride;
    }
    if (plan->embedding.features) one.inputs += pair * t->channels * plan->embedding.stride;
    one.seeds += pair;
    return one;
}

/// Rows of ∂r/∂parameters for points [first, first + count), count at most a block: [point][equation][parameters].
static void jacobian(const net_plan *plan, const net_term *t, int64_t first, int64_t count, void *memory, void *result) {
    work w;
    place(plan, t, memory, &w);
    REAL *sums = (REAL *)memory + plan->work_size, *rows_out = result;
    const REAL *x = coordinates(plan, t, &w, first, count);
    for (int e = 0; e < t->equations; e++) {
        // The way back overwrites what the forward way kept, so it is gone again for every equation.
        if (t->forms) shallow_forward(plan, t, &w, x, count * t->nodes);
        else block_forward(plan, t, &w, x, count * t->nodes);
        if (t->weights) gather(plan, t, &w, count);
        const residual_values r = evaluate_residual(plan, t, &w, first, count, true);
        const REAL root = (REAL)__builtin_sqrt(t->share);
        for (int other = 0; other < t->equations; other++)
            for (int64_t p = 0; p < count; p += VW) store(w.weighted + other * r.stride + p, (REALV)(other == e ? root : 0));
        seed_components(plan, t, &w, &r, sums);
        if (t->weights) scatter(plan, t, &w, count);
        for (int64_t p = 0; p < count; p++) {
            const work one = point_of(plan, t, &w, p);
            const REAL *at = x + p * t->nodes * plan->dimension;
            memset(sums, 0, (size_t)plan->sums_size * sizeof(REAL));
            memset(w.tangent_sums, 0, (size_t)(t->forms ? t->forms : t->channels) * (size_t)plan->layer->stride * sizeof(REAL));
            if (t->forms) shallow_backward(plan, t, &one, at, t->nodes, sums);
            else block_backward(plan, t, &one, at, t->nodes, sums);
            close_tangents(plan, t, w.tangent_sums, sums);
            for (int q = 0; q < plan->trainable; q++) {
                const values partial = partial_at(&r, e, r.components + q);
                sums[plan->trainable_sum + q] = partial.at ? root * partial.at[p & partial.mask] : 0;
            }
            unpack_from(plan, sums, rows_out + (p * t->equations + e) * plan->parameters);
        }
    }
}

static void pack(const net_plan *plan) {
    const REAL *given = plan->given;
    REAL *packed = plan->packed;
    const int hidden = plan->layers - 1;
    for (int l = 0; l < hidden; l++) {
        const net_layer *layer = &plan->layer[l];
        const REAL *weight = given + layer->parameters;
        const int in = layer->in, out = layer->out;
        if (in == 1) memcpy(packed + layer->transposed, weight, (size_t)out * sizeof(REAL));
        for (int i = 0; i < in && in > 1; i += 8)
            for (int o = 0; o < out; o++)
                for (int k = i; k < in && k < i + 8; k++) packed[layer->transposed + (int64_t)k * layer->stride + o] = weight[(int64_t)o * in + k];
        if (layer->biased) memcpy(packed + layer->bias, weight + (int64_t)in * out, (size_t)out * sizeof(REAL));
        if (l == 0) continue;
        for (int o = 0; o < out; o++) memcpy(packed + layer->weight + (int64_t)o * layer[-1].stride, weight + (int64_t)o * in, (size_t)in * sizeof(REAL));
    }
    const net_layer *last = &plan->layer[hidden], *before = last - 1;
    for (int f = 0; f < plan->fields; f++)
        memcpy(packed + plan->last_weight + (int64_t)f * before->stride, given + last->parameters + (int64_t)f * last->in, (size_t)last->in * sizeof(REAL));
    if (last->biased)
        memcpy(packed + plan->last_bias, given + last->parameters + (int64_t)plan->fields * last->in, (size_t)plan->fields * sizeof(REAL));

    const net_layer *first = plan->layer;
    for (const net_term *t = plan->term; t < plan->term + plan->terms; t++) {
        if (t->program) fill_uniforms(t->program, given + plan->parameters - plan->trainable, packed + t->uniforms);
        for (int c = 1; c < t->channels && plan->embedding.features == 0; c++) {
            if (!t->tangent[c]) continue;
            REAL *row = packed + t->tangent_rows + (int64_t)c * first->stride;
            memset(row, 0, (size_t)first->stride * sizeof(REAL));
            for (int i = 0; i < first->in; i++) {
                double factor = t->tangents[(int64_t)c * plan->dimension + i];
                if (factor == 0) continue;
                const REAL *weight = packed + first->transposed + (int64_t)i * first->stride;
                for (int j = 0; j < first->vectors * VW; j += VW) store(row + j, (REALV)(REAL)factor * load(weight + j) + load(row + j));
            }
        }
        if (t->forms) pack_forms(plan, t);
    }
}

static void add(const net_plan *plan, int64_t begin, int64_t end) {
    REAL *into = plan->sums;
    for (int64_t c = 1; c < plan->chunks; c++) {
        const REAL *from = into + c * plan->sums_size;
        for (int64_t i = begin; i < end; i += VW) store(into + i, load(into + i) + load(from + i));
    }
}

static void unpack(const net_plan *plan, void *gradient) { unpack_from(plan, plan->sums, gradient); }
