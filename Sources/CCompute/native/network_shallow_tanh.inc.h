// Shallow networks of tanh with one form of degree k in one to three coordinates: only t = tanh z and s = (1 − t²)/2 are kept, of which
// every derivative is a short product:
//   σ⁽ᵏ⁾ = c_k d_k,  d = t, s, ts, s(1 − 3s), ts(1 − 6s), s(1 + s(−15 + 30s)),  c = 1, 2, −4, 8, −16, 32.

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

INLINE REAL form_scale(const int k) { return (REAL)(k == 0 ? 1 : (k & 1 ? 1 : -1) * (1 << k)); }

INLINE void form_derivatives(const int order, REALV t, REALV s, REALV *d) {
    d[0] = t;
    d[1] = s;
    if (order >= 2) d[2] = t * s;
    if (order >= 3) d[3] = s * (C(1) - C(3) * s);
    if (order >= 4) d[4] = d[2] * (C(1) - C(6) * s);
    if (order >= 5) d[5] = s * (C(1) + s * (C(-15) + C(30) * s));
}

/// t and s of one vector from the first half of tanh, with half of q = exp(−2|z|): tanh |z| = (½ − q/2)/(½ + q/2), s = (q/2)/(½ + q/2)².
INLINE void tanh_close(REALV part, REALV power, REALV *t, REALV *s) {
    const REALV half = AS_REAL(AS_INT(power) << MANTISSA), rest = (C(0.5) - half) - half * part, q = half * part + half;
    const REALV inverse = inverse_of(C(0.5) + q);
    *t = AS_REAL(AS_INT(rest * inverse) | (AS_INT(power) & (INTV)SIGN_BIT));
    *s = q * (inverse * inverse);
}

#if ISA_REGISTERS >= 32
enum { side_by_side = 8 };

/// `n` vectors of neurons from element j on, of `rows` pairs from p on, side by side: one chain of operations is longer than what a core
/// looks ahead. Adds v m d_k to the pairs' sums.
INLINE void tanh_piece(const int k, const int rows, const int n, const int dimension, const shallow *s, int64_t p, int64_t j, REALV *sums) {
    REALV part[side_by_side], power[side_by_side];
    FULLY for (int v = 0; v < rows * n; v++) part[v] = load(s->bias + j + v % n * VW);
    for (int i = 0; i < dimension; i++)
        FULLY for (int v = 0; v < rows * n; v++)
            part[v] = (REALV)s->x[(p + v / n) * dimension + i] * load(s->weight + i * s->stride + j + v % n * VW) + part[v];
    FULLY for (int v = 0; v < rows * n; v++) tanh_begin(part[v], -1, &part[v], &power[v]);
    FULLY for (int v = 0; v < rows * n; v++) {
        const int64_t at = (p + v / n) * s->stride + j + v % n * VW;
        REALV d[6], half_slope;
        tanh_close(part[v], power[v], &d[0], &half_slope);
        store(s->r0 + at, d[0]);
        store(s->r1 + at, half_slope);
        form_derivatives(k, d[0], half_slope, d);
        sums[v / n] = load(s->factor + j + v % n * VW) * d[k] + sums[v / n];
    }
}

/// Σ_j v_j m_j d_k(z_j) of every pair, by lanes.
INLINE void form_sums(const int k, const int dimension, const shallow *s, REALV *sums) {
    const int vectors = s->vectors, pieces = (vectors + side_by_side - 1) / side_by_side, shorter = vectors / pieces, longer = vectors % pieces;
    int64_t p = 0;
    for (int64_t i = 0; i < s->pairs; i++) sums[i] = (REALV)0;
    switch (vectors) {
    case 1: for (; p + 8 <= s->pairs; p += 8) tanh_piece(k, 8, 1, dimension, s, p, 0, sums + p); break;
    case 2: for (; p + 4 <= s->pairs; p += 4) tanh_piece(k, 4, 2, dimension, s, p, 0, sums + p); break;
    case 3: for (; p + 2 <= s->pairs; p += 2) tanh_piece(k, 2, 3, dimension, s, p, 0, sums + p); break;
    case 4: for (; p + 2 <= s->pairs; p += 2) tanh_piece(k, 2, 4, dimension, s, p, 0, sums + p); break;
    }
    for (; p < s->pairs; p++) {
        int64_t j = 0;
        for (int i = 0; i < pieces; i++) {
            const int n = shorter + (i < longer);
            switch (n) {
#define PIECE(n) case n: tanh_piece(k, 1, n, dimension, s, p, j, sums + p); break;
                PIECE(1) PIECE(2) PIECE(3) PIECE(4) PIECE(5) PIECE(6) PIECE(7) PIECE(8)
#undef PIECE
            }
            j += n * VW;
        }
    }
}
#else
/// Σ_j v_j m_j d_k(z_j) of every pair, by lanes: the two halves of tanh one after the other, as registers are few.
INLINE void form_sums(const int k, const int dimension, const shallow *s, REALV *sums) {
    const int64_t stride = s->stride, width = (int64_t)s->vectors * VW;
    for (int64_t p = 0; p < s->pairs; p++) {
        REAL *r0 = s->r0 + p * stride, *r1 = s->r1 + p * stride;
        const REAL *x = s->x + p * dimension;
        for (int64_t j = 0; j < width; j += VW) {
            REALV z = load(s->bias + j), part, power;
            FULLY for (int i = 0; i < dimension; i++) z = (REALV)x[i] * load(s->weight + i * stride + j) + z;
            tanh_begin(z, -1, &part, &power);
            store(r0 + j, part);
            store(r1 + j, power);
        }
    }
    for (int64_t p = 0; p < s->pairs; p++) {
        REAL *r0 = s->r0 + p * stride, *r1 = s->r1 + p * stride;
        REALV sum = (REALV)0;
        for (int64_t j = 0; j < width; j += VW) {
            REALV d[6], half_slope;
            tanh_close(load(r0 + j), load(r1 + j), &d[0], &half_slope);
            store(r0 + j, d[0]);
            store(r1 + j, half_slope);
            form_derivatives(k, d[0], half_slope, d);
            sum = load(s->factor + j) * d[k] + sum;
        }
        sums[p] = sum;
    }
}
#endif

/// out = Σ_j v_j m_j σ⁽ᵏ⁾(z_j) of every pair, some pairs at a time: what a pass keeps lies near when the next needs it.
INLINE void one_form_forward(const int k, const int dimension, const shallow *s) {
    REALV sums[VW];
    shallow part = *s;
    for (int64_t p = 0; p < s->pairs; p += VW) {
        part.pairs = s->pairs - p < VW ? s->pairs - p : VW;
        part.x = s->x + p * dimension;
        part.r0 = s->r0 + p * s->stride;
        part.r1 = s->r1 + p * s->stride;
        form_sums(k, dimension, &part, sums);
        for (int64_t i = part.pairs; i < VW; i++) sums[i] = (REALV)0;
        store(s->out + p, C(form_scale(k)) * totals(sums));
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
            form_derivatives(k + 1, load(r0 + v * VW), load(r1 + v * VW), d);
            form[v] = seed * d[k] + form[v];
            REALV e = seed * d[k + 1];
            bias[v] += e;
            FULLY for (int i = 0; i < dimension; i++) weight[v][i] = (REALV)x[i] * e + weight[v][i];
        }
    }
    FULLY for (int v = 0; v < n; v++, j += VW) {
        const REALV factor = C(form_scale(k + 1)) * load(s->factor + j);
        store(s->form_sum + j, load(s->form_sum + j) + C(form_scale(k)) * form[v]);
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

#if ISA_REGISTERS >= 32
static __attribute__((noinline)) void one_form_forward_any(int k, int dimension, const shallow *s) {
    switch (k) {
    case 0: one_form_forward(0, dimension, s); break;
    case 1: one_form_forward(1, dimension, s); break;
    case 2: one_form_forward(2, dimension, s); break;
    case 3: one_form_forward(3, dimension, s); break;
    case 4: one_form_forward(4, dimension, s); break;
    }
}
#endif

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
#if ISA_REGISTERS < 32
ONE_FORM(forward)
#endif
ONE_FORM(backward)
#undef ONE_FORM
