// Channels through an activation as truncated power series in ε: value, coefficient of ε and, with three parts, of ε².
//
// With z = z_0 + ε z_1 + ε² z_2 the derivatives of σ at channel 0 are σ⁽ᵏ⁾ + ε σ⁽ᵏ⁺¹⁾ z_1 + ε² (σ⁽ᵏ⁺¹⁾ z_2 + ½ σ⁽ᵏ⁺²⁾ z_1²); the jets' rules are
// those of network_jets.inc.h in this ring.

typedef struct series {
    REALV part[3];
} series;

INLINE series plus(const int parts, series a, series b) {
    FULLY for (int k = 0; k < parts; k++) a.part[k] += b.part[k];
    return a;
}

INLINE series times(const int parts, series a, series b) {
    series c;
    c.part[0] = a.part[0] * b.part[0];
    c.part[1] = a.part[0] * b.part[1] + a.part[1] * b.part[0];
    if (parts > 2) c.part[2] = a.part[0] * b.part[2] + a.part[1] * b.part[1] + a.part[2] * b.part[0];
    return c;
}

INLINE series scaled(const int parts, REALV factor, series a) {
    FULLY for (int k = 0; k < parts; k++) a.part[k] *= factor;
    return a;
}

/// Where the series of a sub-block lie: part k of row (pair p, channel c) at a[k] + p·pair + c·stride.
typedef struct series_rows {
    const net_term *term;
    cc_activation activation;
    int power;
    int64_t pairs, stride, pair;
    int vectors;
    const REAL *bias, *bias_moved;
    REAL *a[3];                    // z, becomes the activations
    const REAL *tangents[3];       // channels of z; channel 0 is read from a
    int64_t tangent_pair;          // 0 after the first layer, where all pairs share them
    REAL *kept[2];                 // [stride]: of `keep`
    REAL *derivatives;             // [7][stride]
} series_rows;

INLINE series series_at(const int parts, const REAL *const *at, int64_t place) {
    series s;
    FULLY for (int k = 0; k < parts; k++) s.part[k] = load(at[k] + place);
    return s;
}

INLINE void set_series(const int parts, REAL *const *at, int64_t place, series s) {
    FULLY for (int k = 0; k < parts; k++) store(at[k] + place, s.part[k]);
}

/// A walk over pairs and vectors; inside: D[0…highest], the derivatives of σ.
#define WALK_SERIES(highest)                                                                                                          \
    for (int64_t p = 0; p < w->pairs; p++) {                                                                                          \
        const int64_t at_row = p * w->pair, tangent_row = p * w->tangent_pair;                                                        \
        (void)tangent_row;                                                                                                            \
        derive_series(parts, highest, w, at_row);                                                                                     \
        for (int64_t j = 0; j < (int64_t)w->vectors * VW; j += VW) {                                                                  \
            series D[(highest) + 1];                                                                                                  \
            {                                                                                                                         \
                const REALV z1 = load(w->a[1] + at_row + j) + load(w->bias_moved + j);                                                \
                REALV d[7];                                                                                                           \
                FULLY for (int k = 0; k <= (highest) + parts - 1; k++) d[k] = load(w->derivatives + k * w->stride + j);               \
                FULLY for (int k = 0; k <= (highest); k++) {                                                                          \
                    D[k].part[0] = d[k];                                                                                              \
                    D[k].part[1] = d[k + 1] * z1;                                                                                     \
                    if (parts > 2) D[k].part[2] = d[k + 1] * load(w->a[2] + at_row + j) + C(0.5) * d[k + 2] * z1 * z1;                \
                }                                                                                                                     \
            }
#undef Z
#undef SET_A
#define Z(c) series_at(parts, w->tangents, tangent_row + (c) * w->stride + j)
#define SET_A(c, value) set_series(parts, w->a, at_row + (c) * w->stride + j, value)
#define PLUS(x, y) plus(parts, x, y)
#define TIMES(x, y) times(parts, x, y)
#define SCALED(factor, x) scaled(parts, C(factor), x)

INLINE void derive_series(const int parts, const int highest, const series_rows *w, int64_t at_row) {
    memcpy(w->kept[0], w->a[0] + at_row, (size_t)w->vectors * VW * sizeof(REAL));
    keep(w->activation, w->vectors, w->bias, w->kept[0], w->kept[1]);
    derive(w->activation, w->power, highest + parts - 1, w->vectors, w->kept[0], w->kept[1], w->derivatives, w->stride);
}

INLINE void values_series(const int parts, const series_rows *w) {
    WALK_SERIES(0)
        SET_A(0, D[0]);
    END_WALK
}

INLINE void second_series(const int parts, const series_rows *w) {
    const REAL *weight = w->term->top_weights;
    const int n = w->term->directions;
    WALK_SERIES(2)
        series square = { { (REALV)0 } };
        for (int i = 0; i < n; i++) {
            const series z = Z(1 + i);
            square = PLUS(square, scaled(parts, (REALV)weight[i], TIMES(z, z)));
            SET_A(1 + i, TIMES(D[1], z));
        }
        SET_A(1 + n, PLUS(TIMES(D[1], Z(1 + n)), TIMES(D[2], square)));
        SET_A(0, D[0]);
    END_WALK
}

/// As `direction_forward`.
INLINE series direction_series(const int parts, const int order, const series *D, const series *z, series *a) {
    const series square = TIMES(z[1], z[1]), half = SCALED(0.5, TIMES(D[2], square));
    a[1] = TIMES(D[1], z[1]);
    if (order == 2) return half;
    a[2] = PLUS(TIMES(D[1], z[2]), half);
    const series cube = PLUS(TIMES(D[2], TIMES(z[1], z[2])), SCALED(1.0 / 6, TIMES(D[3], TIMES(square, z[1]))));
    if (order == 3) return cube;
    a[3] = PLUS(TIMES(D[1], z[3]), cube);
    const series mixed = PLUS(TIMES(z[1], z[3]), SCALED(0.5, TIMES(z[2], z[2])));
    const series bent = PLUS(SCALED(0.5, TIMES(D[3], z[2])), SCALED(1.0 / 24, TIMES(D[4], square)));
    return PLUS(TIMES(D[2], mixed), TIMES(square, bent));
}

INLINE void directions_series(const int parts, const int highest, const series_rows *w) {
    const net_term *term = w->term;
    const int n = term->directions, tops = term->tops, first_top = term->channels - tops;
    static const REAL one = 1;     // NET_FOURTH keeps its top's weight in the scales
    const REAL *weight = term->set == NET_FOURTH ? &one : term->top_weights;
    WALK_SERIES(highest)
        for (int t = 0; t < tops; t++) SET_A(first_top + t, TIMES(D[1], Z(first_top + t)));
        for (int i = 0; i < n; i++) {
            const int order = term->orders[i], c = term->first[i] - 1;
            series z[4], a[4], part;
            for (int k = 1; k < order || k == 1; k++) z[k] = Z(c + k);
            if (order == 1) {
                SET_A(c + 1, TIMES(D[1], z[1]));
                continue;
            }
            if (order == 2 || highest == 2) part = direction_series(parts, 2, D, z, a);
            else if (order == 3) part = direction_series(parts, 3, D, z, a);
            else part = direction_series(parts, 4, D, z, a);
            for (int k = 1; k < order; k++) SET_A(c + k, a[k]);
            for (int t = 0; t < tops; t++) {
                const series sum = series_at(parts, (const REAL *const *)w->a, at_row + (first_top + t) * w->stride + j);
                SET_A(first_top + t, PLUS(sum, scaled(parts, (REALV)weight[t * n + i], part)));
            }
        }
        SET_A(0, D[0]);
    END_WALK
}

INLINE void biharmonic_series(const int parts, const series_rows *w) {
    WALK_SERIES(4)
        const series x = Z(1), y = Z(2), xx = Z(3), xy = Z(4), yy = Z(5), lx = Z(6), ly = Z(7);
        const series lap = PLUS(xx, yy), g = PLUS(TIMES(x, x), TIMES(y, y));
        const series gx = SCALED(2, PLUS(TIMES(x, xx), TIMES(y, xy))), gy = SCALED(2, PLUS(TIMES(x, xy), TIMES(y, yy)));
        const series hessian = PLUS(PLUS(TIMES(xx, xx), SCALED(2, TIMES(xy, xy))), TIMES(yy, yy)), slope = PLUS(TIMES(x, gx), TIMES(y, gy));
        const series second = PLUS(PLUS(SCALED(4, PLUS(TIMES(x, lx), TIMES(y, ly))), TIMES(lap, lap)), SCALED(2, hessian));
        const series third = SCALED(2, PLUS(TIMES(g, lap), slope));
        SET_A(8, PLUS(PLUS(TIMES(D[1], Z(8)), TIMES(D[2], second)), PLUS(TIMES(D[3], third), TIMES(D[4], TIMES(g, g)))));
        SET_A(7, PLUS(PLUS(TIMES(D[1], ly), TIMES(D[2], PLUS(TIMES(y, lap), gy))), TIMES(D[3], TIMES(y, g))));
        SET_A(6, PLUS(PLUS(TIMES(D[1], lx), TIMES(D[2], PLUS(TIMES(x, lap), gx))), TIMES(D[3], TIMES(x, g))));
        SET_A(5, PLUS(TIMES(D[1], yy), TIMES(D[2], TIMES(y, y))));
        SET_A(4, PLUS(TIMES(D[1], xy), TIMES(D[2], TIMES(x, y))));
        SET_A(3, PLUS(TIMES(D[1], xx), TIMES(D[2], TIMES(x, x))));
        SET_A(2, TIMES(D[1], y));
        SET_A(1, TIMES(D[1], x));
        SET_A(0, D[0]);
    END_WALK
}

#define SETS(parts)                                                                                                                   \
    switch (w->term->set) {                                                                                                           \
    case NET_VALUES: values_series(parts, w); break;                                                                                  \
    case NET_SECOND:                                                                                                                  \
    case NET_SECOND_1:                                                                                                                \
    case NET_SECOND_2:                                                                                                                \
    case NET_SECOND_3: second_series(parts, w); break;                                                                                \
    case NET_FOURTH: directions_series(parts, 4, w); break;                                                                           \
    case NET_DIRECTIONS:                                                                                                              \
        if (w->term->order <= 2) directions_series(parts, 2, w);                                                                      \
        else directions_series(parts, 4, w);                                                                                          \
        break;                                                                                                                        \
    case NET_BIHARMONIC: biharmonic_series(parts, w); break;                                                                          \
    }

static __attribute__((noinline)) void activate_series_2(const series_rows *w) { SETS(2) }
static __attribute__((noinline)) void activate_series_3(const series_rows *w) { SETS(3) }

#undef SETS
#undef Z
#undef SET_A
