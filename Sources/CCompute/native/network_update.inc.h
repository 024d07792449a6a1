// Steps of optimisers over the parameters of one network, every operation rounded by itself.

/// Whether all of `count` numbers are finite: x − x is 0 for those alone.
static bool all_finite(const void *numbers, int64_t count) {
    const REAL *x = numbers;
    REALV sum = (REALV)0;
    int64_t i = 0;
    for (; i + VW <= count; i += VW) {
        const REALV v = LOADV(x + i);
        sum += v - v;
    }
    REAL rest = total(sum);
    for (; i < count; i++) rest += x[i] - x[i];
    return rest == 0;
}

#define ADAM_CONSTANTS(u)                                                                                                              \
    const REAL rate = (REAL)(u)->rate, b1 = (REAL)(u)->beta1, b2 = (REAL)(u)->beta2, small = (REAL)(u)->epsilon, decay = (REAL)(u)->decay; \
    const REAL c1 = 1 - (REAL)(u)->power1, c2 = 1 - (REAL)(u)->power2, rest1 = 1 - b1, rest2 = 1 - b2
#define ADAM(TYPE, get, set)                                                                                                          \
    do {                                                                                                                              \
        const TYPE g = get(gradient + i), x = get(from + i);                                                                          \
        const TYPE m = (TYPE)b1 * get(first + i) + (TYPE)rest1 * g, v = (TYPE)b2 * get(second + i) + (TYPE)rest2 * (g * g);           \
        const TYPE along = (m / (TYPE)c1) / (__builtin_elementwise_sqrt(v / (TYPE)c2) + (TYPE)small) + (TYPE)decay * x;               \
        set(m, first + i);                                                                                                            \
        set(v, second + i);                                                                                                           \
        set(x - (TYPE)rate * along, to + i);                                                                                          \
    } while (0)

/// Where a step leads from `from`. `moments` and `squares` are Adam's memory; NULL for gradient descent.
static void update(const net_update *u, int64_t count, const void *gradients, const void *parameters, void *result, void *moments, void *squares) {
#pragma STDC FP_CONTRACT OFF
    const REAL *gradient = gradients, *from = parameters;
    REAL *to = result, *first = moments, *second = squares;
    ADAM_CONSTANTS(u);
    int64_t i = 0;
    if (!first) {
        for (; i + VW <= count; i += VW) STOREV(LOADV(from + i) - (REALV)rate * LOADV(gradient + i), to + i);
        for (; i < count; i++) to[i] = from[i] - rate * gradient[i];
        return;
    }
#define GET(p) (*(p))
#define SET(x, p) (*(p) = (x))
    for (; i + VW <= count; i += VW) ADAM(REALV, LOADV, STOREV);
    for (; i < count; i++) ADAM(REAL, GET, SET);
#undef GET
#undef SET
}

typedef double doubles __attribute__((vector_size(VW * sizeof(double)), aligned(sizeof(double))));

/// A step of Adam over numbers that are kept as doubles, whatever the precision.
static void advance(const net_update *u, int64_t count, const double *gradient, double *from, double *first, double *second) {
#pragma STDC FP_CONTRACT OFF
    double *to = from;
    ADAM_CONSTANTS(u);
    int64_t i = 0;
#define GET(p) ((REAL)*(p))
#define SET(x, p) (*(p) = (double)(x))
#define GETV(p) __builtin_convertvector(*(const doubles *)(p), REALV)
#define SETV(x, p) (*(doubles *)(p) = __builtin_convertvector(x, doubles))
    for (; i + VW <= count; i += VW) ADAM(REALV, GETV, SETV);
    for (; i < count; i++) ADAM(REAL, GET, SET);
#undef GET
#undef SET
#undef GETV
#undef SETV
}
#undef ADAM
#undef ADAM_CONSTANTS
