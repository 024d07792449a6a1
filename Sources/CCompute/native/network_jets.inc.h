// Channels through an activation, forward and back, row by row of (point, node) pairs.

/// Where the channels of a sub-block lie: row (pair p, channel c) at base + p·pair + c·stride.
typedef struct rows {
    const net_term *term;
    cc_activation activation;
    int power;
    int64_t pairs, stride, pair;   // pair = channels · stride
    int vectors;
    const REAL *bias;
    REAL *z;                       // forward: z of channel 0, becomes r0; backward: r0, becomes σ(z); then the other channels' activations
    const REAL *tangents;          // channels of z; channel 0 is not read
    int64_t tangent_pair;          // 0 after the first layer, where all pairs share them
    REAL *r1;                      // [pair][stride]
    REAL *a;                       // forward: activations out; backward: adjoints in, adjoints of z out
    REAL *bias_sum;                // backward: Σ of the adjoints of channel 0
    REAL *derivatives;             // [6][stride] for activations without a formula in place
} rows;

/// A walk over pairs and vectors; inside: z0, z(c), r1 of this place, d[0…order].
#define WALK(in_place, highest)                                                                                                       \
    const int64_t stride = w->stride, pair = w->pair;                                                                                 \
    for (int64_t p = 0; p < w->pairs; p++) {                                                                                          \
        REAL *z_row = w->z + p * pair, *r1_row = w->r1 + p * stride, *a_row = w->a + p * pair;                                        \
        const REAL *t_row = w->tangents + p * w->tangent_pair;                                                                        \
        (void)t_row;                                                                                                                  \
        if (!(in_place)) derive(w->activation, w->power, highest, w->vectors, z_row, r1_row, w->derivatives, stride);           \
        for (int64_t j = 0; j < (int64_t)w->vectors * VW; j += VW) {                                                                  \
            REALV d[6];                                                                                                                   \
            if (in_place) tanh_derivatives(highest, load(z_row + j), load(r1_row + j), d);                                      \
            else FULLY for (int k = 0; k <= (highest); k++) d[k] = load(w->derivatives + k * stride + j);
#define END_WALK }}

#define Z(c) load(t_row + (c) * stride + j)
#define A(c) load(a_row + (c) * stride + j)
#define SET_A(c, value) store(a_row + (c) * stride + j, value)
#define SET_Z(c, value) store(z_row + (c) * stride + j, value)
#define SUM_BIAS(value) store(w->bias_sum + j, load(w->bias_sum + j) + (value))

// MARK: Values

INLINE void values_forward(const int in_place, const rows *w) {
    WALK(in_place, 0)
        SET_A(0, d[0]);
    END_WALK
}

INLINE void values_backward(const int in_place, const rows *w) {
    WALK(in_place, 1)
        REALV back = d[1] * A(0);
        SET_A(0, back);
        SUM_BIAS(back);
        SET_Z(0, d[0]);
    END_WALK
}

// MARK: First derivatives and one weighted sum of second ones

INLINE void second_forward(const int in_place, const int n, const rows *w) {
    const REAL *weight = w->term->top_weights;
    WALK(in_place, 2)
        REALV square = (REALV)0;
        for (int i = 0; i < n; i++) {
            REALV z = Z(1 + i);
            square = z * z * (REALV)weight[i] + square;
            SET_A(1 + i, d[1] * z);
        }
        SET_A(1 + n, d[1] * Z(1 + n) + d[2] * square);
        SET_A(0, d[0]);
    END_WALK
}

INLINE void second_backward(const int in_place, const int n, const rows *w) {
    const REAL *weight = w->term->top_weights;
    WALK(in_place, 3)
        REALV top = A(1 + n), top_z = Z(1 + n), square = (REALV)0, mixed = (REALV)0;
        REALV bend = C(2) * d[2] * top;
        for (int i = 0; i < n; i++) {
            REALV z = Z(1 + i), a = A(1 + i), c = (REALV)weight[i] * z;
            square = c * z + square;
            mixed = a * z + mixed;
            SET_A(1 + i, d[1] * a + bend * c);
            SET_Z(1 + i, d[1] * z);
        }
        SET_A(1 + n, d[1] * top);
        SET_Z(1 + n, d[1] * top_z + d[2] * square);
        REALV back = d[1] * A(0) + d[2] * mixed + top * (d[2] * top_z + d[3] * square);
        SET_A(0, back);
        SUM_BIAS(back);
        SET_Z(0, d[0]);
    END_WALK
}

// MARK: Directional Taylor coefficients

/// Coefficients 1…order − 1 of a direction whose own channels are z[1…order − 1]; returns what lower coefficients add to the top.
INLINE REALV direction_forward(const int order, const REALV *d, const REALV *z, REALV *a) {
    REALV half = order >= 2 ? C(0.5) * d[2] : (REALV)0, z11 = z[1] * z[1];
    a[1] = d[1] * z[1];
    if (order == 2) return half * z11;
    a[2] = d[1] * z[2] + half * z11;
    REALV cube = d[2] * z[1] * z[2] + C(1.0 / 6) * d[3] * z11 * z[1];
    if (order == 3) return cube;
    a[3] = d[1] * z[3] + cube;
    return d[2] * (z[1] * z[3] + C(0.5) * z[2] * z[2]) + z11 * (C(0.5) * d[3] * z[2] + C(1.0 / 24) * d[4] * z11);
}

/// Adjoints a[1…order − 1] → those of z, in place, with the top's adjoint `top`; returns the part of channel 0.
INLINE REALV direction_backward(const int order, const REALV *d, const REALV *z, REALV *a, REALV top) {
    REALV s1 = d[2] * z[1], z11 = z[1] * z[1];
    if (order == 2) {
        REALV back = s1 * a[1] + C(0.5) * d[3] * z11 * top;
        a[1] = d[1] * a[1] + s1 * top;
        return back;
    }
    REALV bent = C(0.5) * d[3] * z11, s2 = d[2] * z[2] + bent;
    REALV cubic = z[1] * (d[3] * z[2] + C(1.0 / 6) * d[4] * z11);
    if (order == 3) {
        REALV back = s1 * a[1] + s2 * a[2] + cubic * top;
        a[1] = d[1] * a[1] + s1 * a[2] + s2 * top;
        a[2] = d[1] * a[2] + s1 * top;
        return back;
    }
    REALV s3 = d[2] * z[3] + cubic;
    REALV quartic = d[3] * (z[1] * z[3] + C(0.5) * z[2] * z[2]) + z11 * (C(0.5) * d[4] * z[2] + C(1.0 / 24) * d[5] * z11);
    REALV back = s1 * a[1] + s2 * a[2] + s3 * a[3] + quartic * top;
    a[1] = d[1] * a[1] + s1 * a[2] + s2 * a[3] + s3 * top;
    a[2] = d[1] * a[2] + s1 * a[3] + s2 * top;
    a[3] = d[1] * a[3] + s1 * top;
    return back;
}

INLINE void fourth_forward(const int in_place, const rows *w) {
    WALK(in_place, 4)
        REALV z[4] = { d[0], Z(1), Z(2), Z(3) }, a[4];
        REALV top = direction_forward(4, d, z, a) + d[1] * Z(4);
        SET_A(0, d[0]);
        FULLY for (int k = 1; k < 4; k++) SET_A(k, a[k]);
        SET_A(4, top);
    END_WALK
}

INLINE void fourth_backward(const int in_place, const rows *w) {
    WALK(in_place, 5)
        REALV z[4] = { d[0], Z(1), Z(2), Z(3) }, z4 = Z(4), out[4];
        REALV top = direction_forward(4, d, z, out) + d[1] * z4;
        SET_Z(0, d[0]);
        FULLY for (int k = 1; k < 4; k++) SET_Z(k, out[k]);
        SET_Z(4, top);
        REALV a[4] = { A(0), A(1), A(2), A(3) }, a4 = A(4);
        REALV back = d[1] * a[0] + d[2] * z4 * a4 + direction_backward(4, d, z, a, a4);
        SET_A(0, back);
        FULLY for (int k = 1; k < 4; k++) SET_A(k, a[k]);
        SET_A(4, d[1] * a4);
        SUM_BIAS(back);
    END_WALK
}

/// Any directions and tops.
INLINE void directions_forward(const int in_place, const int highest, const rows *w) {
    const net_term *term = w->term;
    const int n = term->directions, tops = term->tops, first_top = term->channels - tops;
    const REAL *weight = term->top_weights;
    WALK(in_place, highest)
        REALV sum[net_most_tops];
        for (int t = 0; t < tops; t++) sum[t] = d[1] * Z(first_top + t);
        for (int i = 0; i < n; i++) {
            const int order = term->orders[i], c = term->first[i] - 1;
            REALV z[4] = { d[0] }, a[4], part;
            for (int k = 1; k < order || k == 1; k++) z[k] = Z(c + k);
            if (order == 1) {
                SET_A(c + 1, d[1] * z[1]);
                continue;
            }
            if (order == 2) part = direction_forward(2, d, z, a);
            else if (order == 3) part = direction_forward(3, d, z, a);
            else part = direction_forward(4, d, z, a);
            for (int k = 1; k < order; k++) SET_A(c + k, a[k]);
            for (int t = 0; t < tops; t++) sum[t] += (REALV)weight[t * n + i] * part;
        }
        for (int t = 0; t < tops; t++) SET_A(first_top + t, sum[t]);
        SET_A(0, d[0]);
    END_WALK
}

INLINE void directions_backward(const int in_place, const int highest, const rows *w) {
    const net_term *term = w->term;
    const int n = term->directions, tops = term->tops, first_top = term->channels - tops;
    const REAL *weight = term->top_weights;
    WALK(in_place, highest + 1)
        REALV sum[net_most_tops], back = d[1] * A(0);
        for (int t = 0; t < tops; t++) sum[t] = (REALV)0;
        for (int i = 0; i < n; i++) {
            const int order = term->orders[i], c = term->first[i] - 1;
            REALV z[4] = { d[0] }, a[4], out[4], part, top = (REALV)0;
            for (int k = 1; k < order || k == 1; k++) z[k] = Z(c + k), a[k] = A(c + k);
            if (order == 1) {
                back += d[2] * z[1] * a[1];
                SET_A(c + 1, d[1] * a[1]);
                SET_Z(c + 1, d[1] * z[1]);
                continue;
            }
            for (int t = 0; t < tops; t++) top += (REALV)weight[t * n + i] * A(first_top + t);
            if (order == 2) {
                part = direction_forward(2, d, z, out);
                back += direction_backward(2, d, z, a, top);
            } else if (order == 3) {
                part = direction_forward(3, d, z, out);
                back += direction_backward(3, d, z, a, top);
            } else {
                part = direction_forward(4, d, z, out);
                back += direction_backward(4, d, z, a, top);
            }
            for (int k = 1; k < order; k++) {
                SET_A(c + k, a[k]);
                SET_Z(c + k, out[k]);
            }
            for (int t = 0; t < tops; t++) sum[t] += (REALV)weight[t * n + i] * part;
        }
        for (int t = 0; t < tops; t++) {
            REALV z = Z(first_top + t), a = A(first_top + t);
            back += d[2] * z * a;
            SET_A(first_top + t, d[1] * a);
            SET_Z(first_top + t, d[1] * z + sum[t]);
        }
        SET_A(0, back);
        SUM_BIAS(back);
        SET_Z(0, d[0]);
    END_WALK
}

// MARK: The plane biharmonic: u, u_x, u_y, u_xx, u_xy, u_yy, ∂_xΔu, ∂_yΔu, Δ²u

INLINE void biharmonic_forward(const int in_place, const rows *w) {
    WALK(in_place, 4)
        REALV x = Z(1), y = Z(2), xx = Z(3), xy = Z(4), yy = Z(5), lx = Z(6), ly = Z(7);
        REALV lap = xx + yy, g = x * x + y * y, gx = C(2) * (x * xx + y * xy), gy = C(2) * (x * xy + y * yy);
        REALV hessian = xx * xx + C(2) * xy * xy + yy * yy, slope = x * gx + y * gy;
        SET_A(8, d[1] * Z(8) + d[2] * (C(4) * (x * lx + y * ly) + lap * lap + C(2) * hessian) + C(2) * d[3] * (g * lap + slope) + d[4] * g * g);
        SET_A(7, d[1] * ly + d[2] * (y * lap + gy) + d[3] * y * g);
        SET_A(6, d[1] * lx + d[2] * (x * lap + gx) + d[3] * x * g);
        SET_A(5, d[1] * yy + d[2] * y * y);
        SET_A(4, d[1] * xy + d[2] * x * y);
        SET_A(3, d[1] * xx + d[2] * x * x);
        SET_A(2, d[1] * y);
        SET_A(1, d[1] * x);
        SET_A(0, d[0]);
    END_WALK
}

INLINE void biharmonic_backward(const int in_place, const rows *w) {
    WALK(in_place, 5)
        REALV x = Z(1), y = Z(2), xx = Z(3), xy = Z(4), yy = Z(5), lx = Z(6), ly = Z(7), b = Z(8);
        REALV lap = xx + yy, g = x * x + y * y, gx = C(2) * (x * xx + y * xy), gy = C(2) * (x * xy + y * yy);
        REALV slope = x * gx + y * gy;
        REALV second = C(4) * (x * lx + y * ly) + lap * lap + C(2) * (xx * xx + C(2) * xy * xy + yy * yy);
        REALV third = C(2) * (g * lap + slope), g2 = g * g, vx = x * lap + gx, vy = y * lap + gy;
        SET_Z(8, d[1] * b + d[2] * second + d[3] * third + d[4] * g2);
        SET_Z(7, d[1] * ly + d[2] * vy + d[3] * y * g);
        SET_Z(6, d[1] * lx + d[2] * vx + d[3] * x * g);
        SET_Z(5, d[1] * yy + d[2] * y * y);
        SET_Z(4, d[1] * xy + d[2] * x * y);
        SET_Z(3, d[1] * xx + d[2] * x * x);
        SET_Z(2, d[1] * y);
        SET_Z(1, d[1] * x);
        SET_Z(0, d[0]);

        REALV ab = A(8), ax = A(6), ay = A(7), axx = A(3), axy = A(4), ayy = A(5), a1 = A(1), a2 = A(2);
        REALV both = x * ax + y * ay;
        REALV to_lap = d[2] * both + C(2) * ab * (d[2] * lap + d[3] * g);
        REALV to_g = d[3] * both + C(2) * ab * (d[3] * lap + d[4] * g);
        REALV to_gx = C(2) * (d[2] * ax + C(2) * d[3] * ab * x), to_gy = C(2) * (d[2] * ay + C(2) * d[3] * ab * y);
        REALV d2b = C(4) * d[2] * ab, d3b = C(2) * d[3] * ab, common = d[2] * lap + d[3] * g;
        REALV back = d[1] * A(0)
            + d[2] * (x * a1 + y * a2 + xx * axx + xy * axy + yy * ayy + lx * ax + ly * ay + b * ab)
            + d[3] * (x * x * axx + x * y * axy + y * y * ayy + vx * ax + vy * ay + second * ab)
            + d[4] * (g * both + third * ab) + d[5] * g2 * ab;
        SET_A(8, d[1] * ab);
        SET_A(7, d[1] * ay + d2b * y);
        SET_A(6, d[1] * ax + d2b * x);
        SET_A(5, d[1] * ayy + to_lap + y * to_gy + d2b * yy);
        SET_A(4, d[1] * axy + y * to_gx + x * to_gy + C(2) * d2b * xy);
        SET_A(3, d[1] * axx + to_lap + x * to_gx + d2b * xx);
        SET_A(2, d[1] * a2 + d[2] * (C(2) * y * ayy + x * axy) + ay * common + d2b * ly + d3b * gy + xy * to_gx + yy * to_gy + C(2) * y * to_g);
        SET_A(1, d[1] * a1 + d[2] * (C(2) * x * axx + y * axy) + ax * common + d2b * lx + d3b * gx + xx * to_gx + xy * to_gy + C(2) * x * to_g);
        SET_A(0, back);
        SUM_BIAS(back);
    END_WALK
}

// MARK: Choice


#define CASES(way)                                                                                                                    \
    switch (w->term->set) {                                                                                                           \
    case NET_VALUES: values_##way(IN_PLACE, w); break;                                                                          \
    case NET_SECOND_1: second_##way(IN_PLACE, 1, w); break;                                                                     \
    case NET_SECOND_2: second_##way(IN_PLACE, 2, w); break;                                                                     \
    case NET_SECOND_3: second_##way(IN_PLACE, 3, w); break;                                                                     \
    case NET_SECOND: second_##way(IN_PLACE, w->term->directions, w); break;                                                     \
    case NET_FOURTH: fourth_##way(IN_PLACE, w); break;                                                                          \
    case NET_DIRECTIONS:                                                                                                              \
        if (w->term->order <= 2) directions_##way(IN_PLACE, 2, w);                                                              \
        else directions_##way(IN_PLACE, 4, w);                                                                                  \
        break;                                                                                                                        \
    case NET_BIHARMONIC: biharmonic_##way(IN_PLACE, w); break;                                                                  \
    }

#define IN_PLACE 1
static __attribute__((noinline)) void forward_tanh(const rows *w) { CASES(forward) }
static __attribute__((noinline)) void backward_tanh(const rows *w) { CASES(backward) }
#undef IN_PLACE
#define IN_PLACE 0
static __attribute__((noinline)) void forward_any(const rows *w) { CASES(forward) }
static __attribute__((noinline)) void backward_any(const rows *w) { CASES(backward) }
#undef IN_PLACE

static void forward(const rows *w) {
    for (int64_t p = 0; p < w->pairs; p++) keep(w->activation, w->vectors, w->bias, w->z + p * w->pair, w->r1 + p * w->stride);
    if (w->activation == CC_TANH) forward_tanh(w);
    else forward_any(w);
}

static void backward(const rows *w) {
    if (w->activation == CC_TANH) backward_tanh(w);
    else backward_any(w);
}

