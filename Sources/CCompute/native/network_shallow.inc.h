// Networks with one hidden layer: the form f of degree k in the weights gives Σ_j v_j m_f,j σ⁽ᵏ⁾(z_j), so only z is carried.

/// Lane i of the result is the sum of the lanes of x[i].
INLINE REALV totals(const REALV *x) {
    REALV sum[VW];
    FULLY for (int i = 0; i < VW; i++) sum[i] = x[i];
#if VECTOR_BYTES == 64 && !F64
#define HALVES(a, b)                                                                                                                  \
    (__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)                                         \
     + __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31))
#elif VECTOR_BYTES == 64 || (VECTOR_BYTES == 32 && !F64)
#define HALVES(a, b)                                                                                                                  \
    (__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14) + __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15))
#elif VECTOR_BYTES == 32 || !F64
#define HALVES(a, b) (__builtin_shufflevector(a, b, 0, 2, 4, 6) + __builtin_shufflevector(a, b, 1, 3, 5, 7))
#else
#define HALVES(a, b) (__builtin_shufflevector(a, b, 0, 2) + __builtin_shufflevector(a, b, 1, 3))
#endif
    FULLY for (int half = VW / 2; half > 0; half /= 2)
        FULLY for (int i = 0; i < half; i++) sum[i] = HALVES(sum[2 * i], sum[2 * i + 1]);
#undef HALVES
    return sum[0];
}

/// What every pass over a block of a shallow network needs.
typedef struct shallow {
    int64_t pairs, stride;
    int vectors;
    const REAL *x;                       // [pairs][dimension]
    const REAL *weight, *bias, *factor;  // Wᵀ [dimension][stride], b, v∘m of the only form
    REAL *r0, *r1;                       // [pairs][stride]
    REAL *out;                           // forward: [pairs], padded to whole vectors
    const REAL *seed;                    // backward: [pairs]
    REAL *bias_sum, *weight_sum, *form_sum;
} shallow;

/// tanh, one form of degree k, dimension 1…3: everything in registers.
INLINE void one_form_forward(const int k, const int dimension, const shallow *s) {
    const int64_t stride = s->stride, width = (int64_t)s->vectors * VW;
    REAL *const kept0 = s->r0, *const kept1 = s->r1, *const out = s->out;
    const REAL *const bias = s->bias, *const factor = s->factor, *weight[3];
    FULLY for (int i = 0; i < dimension; i++) weight[i] = s->weight + i * stride;
    for (int64_t p = 0; p < s->pairs; p++) {
        REALV x[3];
        FULLY for (int i = 0; i < dimension; i++) x[i] = (REALV)s->x[p * dimension + i];
        REAL *r0 = kept0 + p * stride, *r1 = kept1 + p * stride;
        for (int64_t j = 0; j < width; j += VW) {
            REALV z = load(bias + j), part, power;
            FULLY for (int i = 0; i < dimension; i++) z = x[i] * load(weight[i] + j) + z;
            tanh_begin(z, &part, &power);
            store(r0 + j, part);
            store(r1 + j, power);
        }
    }
    REALV sums[VW];
    FULLY for (int i = 0; i < VW; i++) sums[i] = (REALV)0;
    for (int64_t p = 0; p < s->pairs; p++) {
        REALV sum = (REALV)0;
        REAL *r0 = kept0 + p * stride, *r1 = kept1 + p * stride;
        for (int64_t j = 0; j < width; j += VW) {
            REALV t, slope, d[6];
            tanh_end(load(r0 + j), load(r1 + j), &t, &slope);
            store(r0 + j, t);
            store(r1 + j, slope);
            tanh_derivatives(k, t, slope, d);
            sum = load(factor + j) * d[k] + sum;
        }
        sums[p % VW] = sum;
        if (p % VW == VW - 1 || p + 1 == s->pairs) store(out + p / VW * VW, totals(sums));
    }
}

/// `n` vectors of neurons from element j on, side by side: their sums are independent chains.
INLINE void one_form_columns(const int k, const int dimension, const int n, const shallow *s, int64_t j) {
    REALV form[2], bias[2], weight[2][3];
    FULLY for (int v = 0; v < n; v++) {
        form[v] = bias[v] = (REALV)0;
        FULLY for (int i = 0; i < dimension; i++) weight[v][i] = (REALV)0;
    }
    const REAL *r0 = s->r0 + j, *r1 = s->r1 + j, *seeds = s->seed, *x = s->x;
    for (int64_t p = s->pairs; p > 0; p--, seeds++, x += dimension, r0 += s->stride, r1 += s->stride) {
        const REALV seed = (REALV)*seeds;
        FULLY for (int v = 0; v < n; v++) {
            REALV d[6];
            tanh_derivatives(k + 1, load(r0 + v * VW), load(r1 + v * VW), d);
            form[v] = seed * d[k] + form[v];
            REALV e = seed * d[k + 1];
            bias[v] += e;
            FULLY for (int i = 0; i < dimension; i++) weight[v][i] = (REALV)x[i] * e + weight[v][i];
        }
    }
    FULLY for (int v = 0; v < n; v++, j += VW) {
        const REALV factor = load(s->factor + j);
        store(s->form_sum + j, load(s->form_sum + j) + form[v]);
        store(s->bias_sum + j, load(s->bias_sum + j) + factor * bias[v]);
        FULLY for (int i = 0; i < dimension; i++) {
            REAL *at = s->weight_sum + i * s->stride + j;
            store(at, load(at) + factor * weight[v][i]);
        }
    }
}

INLINE void one_form_backward(const int k, const int dimension, const shallow *s) {
    int64_t v = 0;
    for (; v + 2 <= s->vectors; v += 2) one_form_columns(k, dimension, 2, s, v * VW);
    if (v < s->vectors) one_form_columns(k, dimension, 1, s, v * VW);
}

#define ONE_FORM(way)                                                                                                                 \
    static __attribute__((noinline)) void one_form_##way##_any(int k, int dimension, const shallow *s) {                              \
        switch (k * 4 + dimension) {                                                                                                  \
        case 1: one_form_##way(0, 1, s); break;                                                                                       \
        case 2: one_form_##way(0, 2, s); break;                                                                                       \
        case 3: one_form_##way(0, 3, s); break;                                                                                       \
        case 5: one_form_##way(1, 1, s); break;                                                                                       \
        case 6: one_form_##way(1, 2, s); break;                                                                                       \
        case 7: one_form_##way(1, 3, s); break;                                                                                       \
        case 9: one_form_##way(2, 1, s); break;                                                                                       \
        case 10: one_form_##way(2, 2, s); break;                                                                                      \
        case 11: one_form_##way(2, 3, s); break;                                                                                      \
        case 13: one_form_##way(3, 1, s); break;                                                                                      \
        case 14: one_form_##way(3, 2, s); break;                                                                                      \
        case 15: one_form_##way(3, 3, s); break;                                                                                      \
        case 17: one_form_##way(4, 1, s); break;                                                                                      \
        case 18: one_form_##way(4, 2, s); break;                                                                                      \
        case 19: one_form_##way(4, 3, s); break;                                                                                      \
        }                                                                                                                             \
    }
ONE_FORM(forward)
ONE_FORM(backward)
#undef ONE_FORM

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
