// Activations by rows: what is kept of σ(z) on the forward way, and its derivatives from that.
//
// Two rows are kept, r0 in the place of z and r1 beside it:
//   tanh, sigmoid  σ, σ'                 sin, cos  σ, the other of the two
//   softplus       σ, logistic function  silu      z, logistic function
//   gaussian       z, exp(−z²)           relu      max(z, 0) twice

#define BITS(x) __builtin_bit_cast(INTV, x)
#define REALS(x) __builtin_bit_cast(REALV, x)

#if F64
#define ROUNDER 6755399441055744.0
#define MANTISSA 52
#define BIAS 1023
#define SIGN (INT)0x8000000000000000u
#else
#define ROUNDER 12582912.0f
#define MANTISSA 23
#define BIAS 127
#define SIGN (INT)0x80000000u
#endif
#define C(x) ((REALV)(REAL)(x))

/// expm1(r) for |r| ≤ ln 2 / 2 by its Taylor sum, to less than an ulp of 1.
INLINE REALV expm1_small(REALV r) {
    REALV r2 = r * r;
#if F64
    REALV r4 = r2 * r2;
    REALV low = (C(1.0 / 2) + r * C(1.0 / 6)) + r2 * (C(1.0 / 24) + r * C(1.0 / 120));
    REALV middle = (C(1.0 / 720) + r * C(1.0 / 5040)) + r2 * (C(1.0 / 40320) + r * C(1.0 / 362880));
    REALV high = (C(1.0 / 3628800) + r * C(1.0 / 39916800)) + r2 * (C(1.0 / 479001600) + r * C(1.0 / 6227020800.0));
    REALV sum = (high * r4 + middle) * r4 + low;
#else
    REALV sum = (C(1.0 / 2) + r * C(1.0 / 6)) + r2 * ((C(1.0 / 24) + r * C(1.0 / 120)) + r2 * (C(1.0 / 720) + r * C(1.0 / 5040)));
#endif
    return sum * r2 + r;
}

/// q = exp(−x) for x ≥ 0, and 1 − q, each to about an ulp of the larger of it and 1; q is a normal number, the smallest at worst.
INLINE REALV falling(REALV x, REALV *rest) {
    x = x < C(F64 ? 700 : 86) ? x : C(F64 ? 700 : 86);
    REALV shifted = x * C(-1.4426950408889634) + C(ROUNDER);
    REALV n = shifted - C(ROUNDER);
#if F64
    REALV r = n * C(-0.69314718055994529) - x;
    r = n * C(-2.3190468138462996e-17) + r;
#else
    REALV r = n * C(-0.693145752f) - x;
    r = n * C(-1.42860677e-06f) + r;
#endif
    REALV p = expm1_small(r);
    REALV two = REALS((BITS(shifted) + (INTV)BIAS) << MANTISSA);
    *rest = (C(1) - two) - two * p;
    return two * p + two;
}

/// tanh z and its derivative from the same q = exp(−2|z|): (1 − q)/(1 + q), 4q/(1 + q)².
INLINE void tanh_pair(REALV z, REALV *value, REALV *slope) {
    INTV sign = BITS(z) & (INTV)SIGN;
    REALV rest, x = REALS(BITS(z) ^ sign), q = falling(x + x, &rest);
    REALV inverse = C(1) / (C(1) + q);
    *value = REALS(BITS(rest * inverse) | sign);
    *slope = C(4) * q * inverse * inverse;
}

/// 1/(1 + exp(−z)).
INLINE REALV logistic(REALV z) {
    INTV sign = BITS(z) & (INTV)SIGN;
    REALV rest, q = falling(REALS(BITS(z) ^ sign), &rest);
    return (sign != 0 ? q : C(1)) / (C(1) + q);
}

/// log(1 + q) for 0 ≤ q ≤ 1: 2 artanh(q/(2 + q)).
INLINE REALV logarithm(REALV q) {
    REALV s = q / (C(2) + q), x = s * s, sum = C(1.0 / (F64 ? 33 : 17));
    FULLY for (int k = F64 ? 31 : 15; k > 0; k -= 2) sum = sum * x + C(1.0 / k);
    return (s + s) * sum;
}

INLINE void sine_pair(REALV z, REALV *sine, REALV *cosine) {
    REALV shifted = z * C(0.63661977236758138) + C(ROUNDER);
    REALV n = shifted - C(ROUNDER);
#if F64
    REALV r = n * C(-1.5707963267341256) + z;
    r = n * C(-6.0771005063039660e-11) + r;
    r = n * C(-2.0222662487959506e-21) + r;
#else
    REALV r = n * C(-1.5703125f) + z;
    r = n * C(-4.83751297e-04f) + r;
    r = n * C(-7.54953362e-08f) + r;
    r = n * C(-2.56334414e-12f) + r;
#endif
    REALV x = r * r;
#if F64
    REALV s = C(1.0 / 355687428096000.0);
    s = s * x + C(-1.0 / 1307674368000.0);
    s = s * x + C(1.0 / 6227020800.0);
    s = s * x + C(-1.0 / 39916800);
    s = s * x + C(1.0 / 362880);
    REALV c = C(1.0 / 20922789888000.0);
    c = c * x + C(-1.0 / 87178291200.0);
    c = c * x + C(1.0 / 479001600);
    c = c * x + C(-1.0 / 3628800);
#else
    REALV s = C(1.0 / 362880), c = C(-1.0 / 3628800);
#endif
    s = s * x + C(-1.0 / 5040);
    s = s * x + C(1.0 / 120);
    s = s * x + C(-1.0 / 6);
    s = s * (x * r) + r;
    c = c * x + C(1.0 / 40320);
    c = c * x + C(-1.0 / 720);
    c = c * x + C(1.0 / 24);
    c = c * (x * x) + (C(1) - C(0.5) * x);
    INTV k = BITS(shifted);
    INTV swap = (INTV)((k & 1) != 0);
    REALV a = swap ? c : s, b = swap ? s : c;
    *sine = REALS(BITS(a) ^ ((k & 2) << (sizeof(REAL) * 8 - 2)));
    *cosine = REALS(BITS(b) ^ (((k + 1) & 2) << (sizeof(REAL) * 8 - 2)));
}

/// The derivatives of tanh from t and s = 1 − t², where t² = 1 − s keeps every factor accurate.
INLINE void tanh_derivatives(const int order, REALV t, REALV s, REALV *d) {
    d[0] = t;
    d[1] = s;
    if (order >= 2) d[2] = C(-2) * t * s;
    if (order >= 3) d[3] = s * (C(4) - C(6) * s);
    if (order >= 4) d[4] = d[2] * (C(4) - C(12) * s);
    if (order >= 5) d[5] = s * (C(16) + s * (C(-120) + C(120) * s));
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
    case CC_TANH: EACH(tanh_pair(z, &a, &b));
    case CC_SIN: EACH(sine_pair(z, &a, &b));
    case CC_COS: EACH(sine_pair(z, &b, &a));
    case CC_SIGMOID: EACH(a = logistic(z), b = a * logistic(-z));
    case CC_SOFTPLUS: EACH(REALV rest; b = logistic(z), a = (z > 0 ? z : C(0)) + logarithm(falling(z > 0 ? z : -z, &rest)));
    case CC_SILU: EACH(a = z, b = logistic(z));
    case CC_GAUSSIAN: EACH(REALV rest; a = z, b = falling(z * z, &rest));
    case CC_RELU: EACH(a = z > 0 ? z : C(0), b = a);
    default: break;
    }
#undef EACH
}

/// σ, σ', …, σ⁽⁵⁾ from r0 and r1.
INLINE void derivatives(cc_activation activation, int power, REALV a, REALV b, REALV *d) {
    REALV s = b, m, w;
    switch (activation) {
    case CC_TANH: tanh_derivatives(5, a, b, d); break;
    case CC_SIN:
    case CC_COS:
        if (activation == CC_COS) b = -b;
        d[0] = d[4] = a;
        d[1] = d[5] = b;
        d[2] = -a;
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
        break;
    case CC_GAUSSIAN:
        w = a * a;
        d[0] = b;
        d[1] = C(-2) * a * b;
        d[2] = b * (C(4) * w - C(2));
        d[3] = d[1] * (C(4) * w - C(6));
        d[4] = b * (C(12) + w * (C(-48) + C(16) * w));
        d[5] = d[1] * (C(60) + w * (C(-80) + C(16) * w));
        break;
    case CC_RELU:
        for (int k = 0; k <= 5; k++) {
            REAL factor = 1;
            for (int i = 0; i < k; i++) factor *= (REAL)(power - i);
            REALV y = (REALV)factor;
            for (int i = k; i < power; i++) y *= a;
            d[k] = a > 0 ? y : C(0);
        }
        break;
    default:
        for (int k = 0; k <= 5; k++) d[k] = (REALV)0;
    }
}

/// The same by rows of `stride` elements, up to `order`.
static __attribute__((noinline)) void derive(cc_activation activation, int power, int order, int vectors, const REAL *r0, const REAL *r1, REAL *out,
                                             int64_t stride) {
#define EACH(name)                                                                                                                    \
    case name:                                                                                                                        \
        for (int j = 0; j < vectors * VW; j += VW) {                                                                                  \
            REALV d[6];                                                                                                               \
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
    default: break;
    }
#undef EACH
}
