// Activations by rows: what is kept of σ(z) on the forward way, and its derivatives from that.
//
// Two rows are kept, r0 in the place of z and r1 beside it:
//   tanh, sigmoid  σ, σ'                 sin, cos  σ, the other of the two
//   softplus       σ, logistic function  silu      z, logistic function
//   gaussian       z, exp(−z²)           relu      max(z, 0) twice
//   gelu           z, Φ(z)

#define C(x) ((REALV)(REAL)(x))

/// (e^r − 1 − r)/r² for |r| ≤ ln 2 / 2, coefficients by Chebyshev's fit: 1e-17 of e^r in float64, 8e-9 in float32.
#if F64
#define TERMS 10
static const double exp_coefficients[10] = {
    0.50000000000000010314, 0.1666666666666666746, 0.041666666666623820532, 0.0083333333333300381973, 0.0013888888917367080562,
    0.00019841269863171556026, 0.000024801521057868205199, 2.7557268276905696187e-6, 2.7620201591031548792e-7, 2.5100472505694996003e-8,
};
#else
#define TERMS 5
static const float exp_coefficients[5] = { 0.5f, 0.166665766661f, 0.041666554213f, 0.00836323288368f, 0.00139262508315f };
#endif

INLINE REAL power_of_minus_2(int k) { return (REAL)((k & 1 ? -1 : 1) * (1 << k)); }

/// 1/x for x between 1 and 2, to an ulp or two: from the processor's estimate, where there is a good one.
INLINE REALV inverse_of(REALV x) {
#if VECTOR_BYTES == 64 && F64
    REALV y = (REALV)_mm512_rcp14_pd((__m512d)x);
    y = y * (C(1) - x * y) + y;
    return y * (C(1) - x * y) + y;
#elif VECTOR_BYTES == 64
    REALV y = (REALV)_mm512_rcp14_ps((__m512)x);
    return y * (C(1) - x * y) + y;
#else
    return C(1) / x;
#endif
}

/// tanh z and its derivative from the same q = exp(−2|z|): (1 − q)/(1 + q), 4q/(1 + q)². In two halves, for two loops one
/// after the other: the chain of operations is longer than what a core looks ahead. Errors: 2 ulps of 1; NaN stays.
/// First half: q = 2ᵏ (1 + p); `power` holds k + more and the sign of z.
INLINE void tanh_begin(REALV z, const int more, REALV *p, REALV *power) {
    const REAL most = F64 ? 350 : 43;
    REALV x = AS_REAL(AS_INT(z) & ~(INTV)SIGN_BIT);
    x = x > C(most) ? C(most) : x;
    // −2x = k ln 2 − 2r; the rounder leaves k plus the exponent's bias in the low bits. In float32 one product is enough: its
    // error is relative to q.
    REALV shifted = x * C(-2.8853900817779268) + C(R2(MAGIC) + BIAS + more);
    REALV k = shifted - C(R2(MAGIC) + BIAS + more);
    REALV r = k * C(0.34657359027997264) + x;
    if (F64) r = k * C(1.1595234069231481e-17) + r;
    REALV sum = C(power_of_minus_2(TERMS + 1) * exp_coefficients[TERMS - 1]);
    FULLY for (int i = TERMS - 2; i >= 0; i--) sum = sum * r + C(power_of_minus_2(i + 2) * exp_coefficients[i]);
    *p = (sum * r + C(-2)) * r;
    *power = AS_REAL(AS_INT(shifted) | (AS_INT(z) & (INTV)SIGN_BIT));
}

INLINE void tanh_end(REALV p, REALV power, REALV *value, REALV *slope) {
    REALV two = AS_REAL(AS_INT(power) << MANTISSA);
    REALV rest = (C(1) - two) - two * p, q = two * p + two;
    REALV inverse = inverse_of(C(1) + q);
    *value = AS_REAL(AS_INT(rest * inverse) | (AS_INT(power) & (INTV)SIGN_BIT));
    *slope = C(4) * q * (inverse * inverse);
}

static __attribute__((noinline)) void tanh_row(int vectors, const REAL *bias, REAL *r0, REAL *r1) {
    for (int j = 0; j < vectors * VW; j += VW) {
        REALV p, power;
        tanh_begin(load(r0 + j) + load(bias + j), 0, &p, &power);
        store(r0 + j, p);
        store(r1 + j, power);
    }
    for (int j = 0; j < vectors * VW; j += VW) {
        REALV t, slope;
        tanh_end(load(r0 + j), load(r1 + j), &t, &slope);
        store(r0 + j, t);
        store(r1 + j, slope);
    }
}

/// 1/(1 + exp(−z)).
INLINE REALV logistic(REALV z) {
    REALV less, q = exp_of_negative(-magnitude(z), C(0), &less);
    return (z < 0 ? q : C(1)) * inverse_of(C(1) + q);
}

/// log(1 + exp(z)).
INLINE REALV soft_plus(REALV z) {
    REALV less;
    return (z < 0 ? C(0) : z) + log1p_finite(exp_of_negative(-magnitude(z), C(0), &less));
}

INLINE REALV bell(REALV z) {
    REALV less;
    return exp_of_negative(-z * z, C(0), &less);
}

/// e^(−z²/2), the square's rounding made good.
INLINE REALV half_bell(REALV z) {
    REALV half = C(0.5) * z, square = half * z, less;
    return exp_of_negative(-square, fma(-half, z, square), &less);
}

/// Φ(z), the distribution function of the normal law: 1 − Φ(|z|) keeps its digits in the tail.
INLINE REALV normal_distribution(REALV z) {
    REALV t = magnitude(z);
    t = t > C(TAIL_MOST) ? C(TAIL_MOST) : t;
    REALV tail = half_bell(t) * normal_tail(t, C(0));
    return z < 0 ? tail : C(1) - tail;
}

INLINE void sine_pair(REALV z, REALV *sine, REALV *cosine) {
    REALV rest;
    INTV quadrant;
    REALV h = reduced_angle(z, C(0), &rest, &quadrant);
    REALV s = reduced_sine(h, rest), c = reduced_cosine(h, rest);
    *sine = turned(s, c, quadrant);
    *cosine = turned(s, c, quadrant + (INTV)1);
}

/// The derivatives of tanh from t and s = 1 − t², where t² = 1 − s keeps every factor accurate.
INLINE void tanh_derivatives(const int order, REALV t, REALV s, REALV *d) {
    d[0] = t;
    d[1] = s;
    if (order >= 2) d[2] = C(-2) * t * s;
    if (order >= 3) d[3] = s * (C(4) - C(6) * s);
    if (order >= 4) d[4] = d[2] * (C(4) - C(12) * s);
    if (order >= 5) d[5] = s * (C(16) + s * (C(-120) + C(120) * s));
    if (order >= 6) d[6] = d[2] * (C(16) + s * (C(-240) + C(360) * s));
}

/// z + bias → r0, r1.
static __attribute__((noinline)) void keep(cc_activation activation, int vectors, const REAL *bias, REAL *r0, REAL *r1) {
#define EACH(...)                                                                                                                     \
    for (int j = 0; j < vectors * VW; j += VW) {                                                                                      \
        REALV z = load(r0 + j) + load(bias + j), a, b;                                                                                \
        __VA_ARGS__;                                                                                                                  \
        store(r0 + j, a);                                                                                                             \
        store(r1 + j, b);                                                                                                             \
    }                                                                                                                                 \
    break
    switch (activation) {
    case CC_TANH: tanh_row(vectors, bias, r0, r1); break;
    case CC_SIN: EACH(sine_pair(z, &a, &b));
    case CC_COS: EACH(sine_pair(z, &b, &a));
    case CC_SIGMOID: EACH(a = logistic(z), b = a * logistic(-z));
    case CC_SOFTPLUS: EACH(a = soft_plus(z), b = logistic(z));
    case CC_SILU: EACH(a = z, b = logistic(z));
    case CC_GAUSSIAN: EACH(a = z, b = bell(z));
    case CC_RELU: EACH(a = z > 0 ? z : C(0), b = a);
    case CC_GELU: EACH(a = z, b = normal_distribution(z));
    default: break;
    }
#undef EACH
}

/// σ, σ', …, σ⁽⁶⁾ from r0 and r1.
INLINE void derivatives(cc_activation activation, int power, REALV a, REALV b, REALV *d) {
    REALV s = b, m, w;
    switch (activation) {
    case CC_TANH: tanh_derivatives(6, a, b, d); break;
    case CC_SIN:
    case CC_COS:
        if (activation == CC_COS) b = -b;
        d[0] = d[4] = a;
        d[1] = d[5] = b;
        d[2] = d[6] = -a;
        d[3] = -b;
        break;
    case CC_SIGMOID:
        m = C(1) - C(2) * a;
        d[0] = a;
        d[1] = b;
        d[2] = b * m;
        d[3] = b * (C(1) - C(6) * b);
        d[4] = b * m * (C(1) - C(12) * b);
        d[5] = b * (C(1) + b * (C(-30) + C(120) * b));
        d[6] = b * m * (C(1) + b * (C(-60) + C(360) * b));
        break;
    case CC_SOFTPLUS:
        m = C(1) - C(2) * s;
        w = s * (C(1) - s);
        d[0] = a;
        d[1] = s;
        d[2] = w;
        d[3] = w * m;
        d[4] = w * (C(1) - C(6) * w);
        d[5] = w * m * (C(1) - C(12) * w);
        d[6] = w * (C(1) + w * (C(-30) + C(120) * w));
        break;
    case CC_SILU:
        // n-th derivative of z s: z s⁽ⁿ⁾ + n s⁽ⁿ⁻¹⁾.
        m = C(1) - C(2) * s;
        w = s * (C(1) - s);
        d[0] = a * s;
        d[1] = a * w + s;
        d[2] = w * (a * m + C(2));
        d[3] = w * (a * (C(1) - C(6) * w) + C(3) * m);
        d[4] = w * (a * m * (C(1) - C(12) * w) + C(4) * (C(1) - C(6) * w));
        d[5] = w * (a * (C(1) + w * (C(-30) + C(120) * w)) + C(5) * m * (C(1) - C(12) * w));
        d[6] = w * (a * m * (C(1) + w * (C(-60) + C(360) * w)) + C(6) * (C(1) + w * (C(-30) + C(120) * w)));
        break;
    case CC_GAUSSIAN:
        w = a * a;
        d[0] = b;
        d[1] = C(-2) * a * b;
        d[2] = b * (C(4) * w - C(2));
        d[3] = d[1] * (C(4) * w - C(6));
        d[4] = b * (C(12) + w * (C(-48) + C(16) * w));
        d[5] = d[1] * (C(60) + w * (C(-80) + C(16) * w));
        d[6] = b * (C(-120) + w * (C(720) + w * (C(-480) + C(64) * w)));
        break;
    case CC_RELU:
        for (int k = 0; k <= 6; k++) {
            REAL factor = 1;
            for (int i = 0; i < k; i++) factor *= (REAL)(power - i);
            REALV y = (REALV)factor;
            for (int i = k; i < power; i++) y *= a;
            d[k] = a > 0 ? y : C(0);
        }
        break;
    case CC_GELU: {
        // z Φ and its derivatives, φ = Φ' the normal density.
        REALV density = C(INVERSE_ROOT_2PI) * half_bell(a);
        w = a * a;
        d[0] = a * b;
        d[1] = a * density + b;
        d[2] = density * (C(2) - w);
        d[3] = density * a * (w - C(4));
        d[4] = density * (w * (C(7) - w) - C(4));
        d[5] = density * a * (C(18) + w * (w - C(11)));
        d[6] = density * (C(18) + w * (C(-51) + w * (C(16) - w)));
        break;
    }
    default:
        for (int k = 0; k <= 6; k++) d[k] = (REALV)0;
    }
}

/// The same by rows of `stride` elements, up to `order`.
static __attribute__((noinline)) void derive(cc_activation activation, int power, int order, int vectors, const REAL *r0, const REAL *r1, REAL *out,
                                             int64_t stride) {
#define EACH(name)                                                                                                                    \
    case name:                                                                                                                        \
        for (int j = 0; j < vectors * VW; j += VW) {                                                                                  \
            REALV d[7];                                                                                                               \
            derivatives(name, power, load(r0 + j), load(r1 + j), d);                                                                  \
            for (int k = 0; k <= order; k++) store(out + k * stride + j, d[k]);                                                       \
        }                                                                                                                             \
        break
    switch (activation) {
        EACH(CC_TANH);
        EACH(CC_SIN);
        EACH(CC_COS);
        EACH(CC_SIGMOID);
        EACH(CC_SOFTPLUS);
        EACH(CC_SILU);
        EACH(CC_GAUSSIAN);
        EACH(CC_RELU);
        EACH(CC_GELU);
    default: break;
    }
#undef EACH
}
