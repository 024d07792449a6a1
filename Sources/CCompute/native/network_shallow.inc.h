// Networks with one hidden layer: the form f of degree k in the weights gives Σ_j v_j m_f,j σ⁽ᵏ⁾(z_j), so only z is carried.

#include "network_shallow_tanh.inc.h"

static bool one_form(const net_plan *plan, const net_term *t) {
    return plan->activation == CC_TANH && t->forms == 1 && t->outputs == 1 && plan->dimension <= 3;
}

static shallow shallow_of(const net_plan *plan, const net_term *t, const work *w, const REAL *x, int64_t pairs) {
    const net_layer *layer = plan->layer;
    const REAL *packed = plan->packed;
    return (shallow){
        .pairs = pairs, .stride = layer->stride, .vectors = layer->vectors, .x = x, .weight = packed + layer->transposed, .bias = packed + layer->bias,
        .factor = packed + t->form_rows + (int64_t)t->forms * layer->stride, .r0 = w->z[0], .r1 = w->r1[0], .out = w->outputs, .seed = w->seeds,
        .form_sum = w->tangent_sums,
    };
}

static void shallow_forward(const net_plan *plan, const net_term *t, const work *w, const REAL *x, int64_t pairs) {
    const REAL *packed = plan->packed;
    shallow s = shallow_of(plan, t, w, x, pairs);
    if (one_form(plan, t)) one_form_forward_any(t->form[0].order, plan->dimension, &s);
    else {
        product(pairs, s.vectors, plan->dimension, x, plan->dimension, s.weight, s.stride, s.r0, s.stride);
        for (int64_t p = 0; p < pairs; p++) {
            keep(plan->activation, s.vectors, s.bias, s.r0 + p * s.stride, s.r1 + p * s.stride);
            derive(plan->activation, plan->power, t->order, s.vectors, s.r0 + p * s.stride, s.r1 + p * s.stride, w->derivatives, s.stride);
            for (int o = 0; o < t->outputs; o++) w->outputs[(int64_t)o * t->stride + p] = 0;
            for (int f = 0; f < t->forms; f++) {
                const REAL *factor = s.factor + (int64_t)f * s.stride, *row = w->derivatives + t->form[f].order * s.stride;
                REALV sum = (REALV)0;
                for (int j = 0; j < s.vectors * VW; j += VW) sum = load(factor + j) * load(row + j) + sum;
                w->outputs[(int64_t)t->form[f].output * t->stride + p] += total(sum);
            }
        }
    }
    for (int o = 0; o < t->outputs; o++)
        if (t->output[o] == 0)
            for (int64_t p = 0; p < pairs; p++) w->outputs[(int64_t)o * t->stride + p] += packed[plan->last_bias];
}

static void shallow_backward(const net_plan *plan, const net_term *t, const work *w, const REAL *x, int64_t pairs, REAL *sums) {
    shallow s = shallow_of(plan, t, w, x, pairs);
    s.bias_sum = sums + plan->layer->bias_sum;
    s.weight_sum = sums + plan->layer->weight_sum;
    if (one_form(plan, t)) one_form_backward_any(t->form[0].order, plan->dimension, &s);
    else {
        for (int64_t p = 0; p < pairs; p++) {
            derive(plan->activation, plan->power, t->order + 1, s.vectors, s.r0 + p * s.stride, s.r1 + p * s.stride, w->derivatives, s.stride);
            REAL *bend = w->even + p * s.stride;
            for (int f = 0; f < t->forms; f++) {
                const REAL *factor = s.factor + (int64_t)f * s.stride, *row = w->derivatives + t->form[f].order * s.stride;
                REAL *sum = s.form_sum + (int64_t)f * s.stride;
                REALV seed = (REALV)w->seeds[(int64_t)t->form[f].output * t->stride + p];
                for (int j = 0; j < s.vectors * VW; j += VW) {
                    store(sum + j, seed * load(row + j) + load(sum + j));
                    REALV e = seed * load(factor + j) * load(row + s.stride + j);
                    store(bend + j, f == 0 ? e : load(bend + j) + e);
                }
            }
            for (int j = 0; j < s.vectors * VW; j += VW) store(s.bias_sum + j, load(s.bias_sum + j) + load(bend + j));
        }
        add_product(plan->dimension, s.vectors, pairs, x, plan->dimension, w->even, s.stride, s.weight_sum, s.stride);
    }
    for (int o = 0; o < t->outputs; o++)
        if (t->output[o] == 0)
            for (int64_t p = 0; p < pairs; p++) sums[plan->last_bias_sum] += w->seeds[(int64_t)o * t->stride + p];
}

INLINE REALV raised(REALV x, int power) {
    REALV y = (REALV)1;
    for (; power > 0; power--) y *= x;
    return y;
}

/// The forms m and v∘m of a term from the packed weights.
static void pack_forms(const net_plan *plan, const net_term *t) {
    REAL *packed = plan->packed;
    const int64_t stride = plan->layer->stride;
    const REAL *tangents = packed + t->tangent_rows, *last = packed + plan->last_weight;
    for (int f = 0; f < t->forms; f++) {
        REAL *row = packed + t->form_rows + f * stride;
        for (int j = 0; j < plan->layer->vectors * VW; j += VW) {
            REALV sum = (REALV)0;
            for (const net_monomial *m = t->form[f].first; m < t->form[f].end; m++)
                sum += (REALV)(REAL)m->factor * raised(load(tangents + m->a * stride + j), m->power_a) * raised(load(tangents + m->b * stride + j), m->power_b);
            store(row + j, sum);
            store(row + t->forms * stride + j, sum * load(last + j));
        }
    }
}

/// From Σ seed·σ⁽ᵏ⁾ of every form to the gradient of v, and of W through the form.
static void close_forms(const net_plan *plan, const net_term *t, const REAL *form_sums, REAL *sums) {
    const REAL *packed = plan->packed;
    const int64_t stride = plan->layer->stride;
    const REAL *tangents = packed + t->tangent_rows, *last = packed + plan->last_weight;
    for (int f = 0; f < t->forms; f++) {
        const REAL *sum = form_sums + f * stride, *row = packed + t->form_rows + f * stride;
        REAL *last_sum = sums + plan->last_weight_sum;
        for (int j = 0; j < plan->layer->vectors * VW; j += VW) store(last_sum + j, load(row + j) * load(sum + j) + load(last_sum + j));
        for (const net_monomial *m = t->form[f].first; m < t->form[f].end; m++)
            for (int side = 0; side < 2; side++) {
                const int here = side ? m->b : m->a, power = side ? m->power_b : m->power_a, other = side ? m->a : m->b;
                const int other_power = side ? m->power_a : m->power_b;
                if (power == 0) continue;
                for (int j = 0; j < plan->layer->vectors * VW; j += VW) {
                    REALV part = (REALV)(REAL)(m->factor * power) * raised(load(tangents + here * stride + j), power - 1)
                        * raised(load(tangents + other * stride + j), other_power) * load(sum + j) * load(last + j);
                    for (int i = 0; i < plan->dimension; i++) {
                        const double along = t->tangents[(int64_t)here * plan->dimension + i];
                        if (along == 0) continue;
                        REAL *at = sums + plan->layer->weight_sum + i * stride + j;
                        store(at, (REALV)(REAL)along * part + load(at));
                    }
                }
            }
    }
}
