// The interpreter of programs for truncated power series in ε: parts of a value are its coefficients of 1, ε, ε².

/// One sight a part; coordinates and data are constants.
typedef struct series_sight {
    sight part[3];
} series_sight;

static const REAL series_zero[VW] __attribute__((aligned(64)));

INLINE values part_at(net_operand operand, const series_sight *s, int k) {
    if (k > 0 && (operand.place == NET_DATA || operand.place == NET_COORDINATE)) return (values){ series_zero, VW - 1 };
    return values_at(operand, &s->part[k]);
}

/// Coefficient times slope; nothing where the coefficient is zero, however steep the function.
INLINE REALV slope_times(REALV slope, REALV x) { return x == C(0) ? C(0) : slope * x; }

/// f(a) for f = value, f' = slope, f''/2 = bend at a's first part.
INLINE series chained(series a, REALV value, REALV slope, REALV bend) {
    return (series){ { value, slope_times(slope, a.part[1]), slope_times(slope, a.part[2]) + slope_times(bend, a.part[1] * a.part[1]) } };
}

INLINE series ratio_of(series a, series b) {
    series q;
    q.part[0] = a.part[0] / b.part[0];
    q.part[1] = (a.part[1] - q.part[0] * b.part[1]) / b.part[0];
    q.part[2] = (a.part[2] - q.part[0] * b.part[2] - q.part[1] * b.part[1]) / b.part[0];
    return q;
}

INLINE REALV sign_of(REALV a) { return a > 0 ? C(1) : a < 0 ? C(-1) : a; }

/// a where the mask is set or a is not a number, the mean where the values are equal, else b.
INLINE series one_of(INTV mask, series a, series b) {
    const INTV first = mask | (a.part[0] != a.part[0]), same = a.part[0] == b.part[0];
    FULLY for (int k = 0; k < 3; k++) {
        const REALV mean = C(0.5) * (a.part[k] + b.part[k]);
        a.part[k] = choose(same, k == 0 ? a.part[0] : mean, choose(first, a.part[k], b.part[k]));
    }
    return a;
}

INLINE series power_of(series a, int n) {
    const REALV slope = n == 0 ? C(0) : (REALV)(REAL)n * integer_power(a.part[0], n - 1);
    const REALV bend = n == 0 || n == 1 ? C(0) : (REALV)((REAL)n * (REAL)(n - 1) / 2) * integer_power(a.part[0], n - 2);
    return chained(a, integer_power(a.part[0], n), slope, bend);
}

// MARK: By element, through the C library

typedef struct scalar_series {
    REAL part[3];
} scalar_series;

static inline scalar_series chained_scalar(scalar_series a, REAL value, REAL slope, REAL bend) {
    const REAL square = a.part[1] * a.part[1];
    scalar_series y = { { value, a.part[1] == 0 ? 0 : slope * a.part[1], a.part[2] == 0 ? 0 : slope * a.part[2] } };
    if (square != 0) y.part[2] += bend * square;
    return y;
}

/// aᵇ: by the exponent's own powers of a where b is constant, else e^(b log a).
static inline scalar_series general_power(scalar_series a, scalar_series b) {
    const REAL x = a.part[0], y = b.part[0], value = LIBRARY(pow)(x, y);
    if (b.part[1] == 0 && b.part[2] == 0)
        return chained_scalar(a, value, y == 0 ? 0 : y * LIBRARY(pow)(x, y - 1), y == 0 || y == 1 ? 0 : y * (y - 1) / 2 * LIBRARY(pow)(x, y - 2));
    const scalar_series l = chained_scalar(a, LIBRARY(log)(x), 1 / x, -1 / (2 * x * x));
    const REAL e1 = b.part[0] * l.part[1] + b.part[1] * l.part[0];
    const REAL e2 = b.part[0] * l.part[2] + b.part[1] * l.part[1] + b.part[2] * l.part[0];
    return (scalar_series){ { value, value * e1, value * (e2 + e1 * e1 / 2) } };
}

/// θ = atan2(a, b): r² θ' = b a' − a b' with r² = a² + b².
static inline scalar_series angle_of(scalar_series a, scalar_series b) {
    const REAL y = a.part[0], x = b.part[0], square = x * x + y * y;
    const REAL turn = x * a.part[1] - y * b.part[1], more = x * a.part[2] - y * b.part[2], growth = x * b.part[1] + y * a.part[1];
    scalar_series t = { { LIBRARY(atan2)(y, x), turn == 0 ? 0 : turn / square } };
    t.part[2] = more == 0 && growth == 0 ? 0 : (more - t.part[1] * growth) / square;
    return t;
}

static scalar_series by_library(int opcode, scalar_series a, scalar_series b) {
    const REAL x = a.part[0];
    switch (opcode) {
    case CC_OP_SINH: return chained_scalar(a, LIBRARY(sinh)(x), LIBRARY(cosh)(x), LIBRARY(sinh)(x) / 2);
    case CC_OP_COSH: return chained_scalar(a, LIBRARY(cosh)(x), LIBRARY(sinh)(x), LIBRARY(cosh)(x) / 2);
    case CC_OP_LOG: return chained_scalar(a, LIBRARY(log)(x), 1 / x, -1 / (2 * x * x));
    case CC_OP_POWER: return general_power(a, b);
    default: return angle_of(a, b);
    }
}

// MARK: A listing

INLINE series apply(int opcode, int power, series a, series b) {
    REALV s, c;
    switch (opcode) {
    case CC_OP_NEGATE: return scaled(3, C(-1), a);
    case CC_OP_SIN:
        s = vsin(a.part[0], V(0.0));
        return chained(a, s, vcos(a.part[0], V(0.0)), C(-0.5) * s);
    case CC_OP_COS:
        c = vcos(a.part[0], V(0.0));
        return chained(a, c, -vsin(a.part[0], V(0.0)), C(-0.5) * c);
    case CC_OP_TAN:
        s = vsin(a.part[0], V(0.0)) / vcos(a.part[0], V(0.0));
        return chained(a, s, C(1) + s * s, s * (C(1) + s * s));
    case CC_OP_TANH:
        s = vtanh(a.part[0]);
        return chained(a, s, (C(1) - s) * (C(1) + s), -s * (C(1) - s) * (C(1) + s));
    case CC_OP_EXP:
        s = vexp(a.part[0]);
        return chained(a, s, s, C(0.5) * s);
    case CC_OP_SQRT:
        s = __builtin_elementwise_sqrt(a.part[0]);
        return chained(a, s, C(0.5) / s, C(-0.125) / (a.part[0] * s));
    case CC_OP_ABS: return chained(a, magnitude(a.part[0]), sign_of(a.part[0]), C(0));
    case CC_OP_SIGN: return chained(a, sign_of(a.part[0]), C(0), C(0));
    case CC_OP_ADD: return plus(3, a, b);
    case CC_OP_SUBTRACT: return plus(3, a, scaled(3, C(-1), b));
    case CC_OP_MULTIPLY: return times(3, a, b);
    case CC_OP_DIVIDE: return ratio_of(a, b);
    case CC_OP_MIN: return one_of(a.part[0] < b.part[0], a, b);
    case CC_OP_MAX: return one_of(a.part[0] > b.part[0], a, b);
    default: return power_of(a, power);
    }
}

/// Runs a listing for `points` points. Results may lie where operands did.
static __attribute__((noinline)) void interpret_series(const net_listing *listing, const series_sight *s, int64_t points) {
    for (const net_operation *op = listing->operation, *end = op + listing->operations; op < end; op++) {
        values left[3], right[3];
        REAL *to[3];
        const bool two = op->right.place != NET_NOWHERE;
        for (int k = 0; k < 3; k++) {
            left[k] = part_at(op->left, s, k);
            right[k] = two ? part_at(op->right, s, k) : (values){ series_zero, VW - 1 };
            to[k] = (REAL *)part_at(op->to, s, k).at;
        }
        switch (op->opcode) {
#define EACH(name)                                                                                                                    \
    case name:                                                                                                                        \
        for (int64_t i = 0; i < points; i += VW) {                                                                                    \
            series a, b;                                                                                                              \
            for (int k = 0; k < 3; k++) a.part[k] = LOADV(left[k].at + (i & left[k].mask & -VW));                                     \
            for (int k = 0; k < 3; k++) b.part[k] = LOADV(right[k].at + (i & right[k].mask & -VW));                                   \
            const series result = apply(name, op->right.index, a, b);                                                                 \
            for (int k = 0; k < 3; k++) STOREV(result.part[k], to[k] + i);                                                            \
        }                                                                                                                             \
        break
            EACH(CC_OP_NEGATE);
            EACH(CC_OP_SIN);
            EACH(CC_OP_COS);
            EACH(CC_OP_TAN);
            EACH(CC_OP_TANH);
            EACH(CC_OP_EXP);
            EACH(CC_OP_SQRT);
            EACH(CC_OP_ABS);
            EACH(CC_OP_SIGN);
            EACH(CC_OP_ADD);
            EACH(CC_OP_SUBTRACT);
            EACH(CC_OP_MULTIPLY);
            EACH(CC_OP_DIVIDE);
            EACH(CC_OP_MIN);
            EACH(CC_OP_MAX);
            EACH(CC_OP_INTEGER_POWER);
#undef EACH
        default:
            for (int64_t i = 0; i < points; i++) {
                scalar_series a, b;
                for (int k = 0; k < 3; k++) a.part[k] = left[k].at[i & left[k].mask], b.part[k] = right[k].at[i & right[k].mask];
                const scalar_series result = by_library(op->opcode, a, b);
                for (int k = 0; k < 3; k++) to[k][i] = result.part[k];
            }
        }
    }
}

/// Parts 1 and 2 of a program's uniform slots, part 0 being filled, from the parameters' direction.
static void fill_uniform_series(const net_program *program, const REAL *uniforms, const REAL *direction, REAL *first, REAL *second) {
    const int64_t slots = (int64_t)program->uniforms * VW;
    memset(first, 0, (size_t)slots * sizeof(REAL));
    memset(second, 0, (size_t)slots * sizeof(REAL));
    REAL *next = first + (int64_t)program->given.constants_count * VW;
    for (int32_t i = 0; i < program->given.parameters; i++, next += VW) store(next, (REALV)direction[i]);
    const series_sight here = { { { .uniforms = uniforms }, { .uniforms = first }, { .uniforms = second } } };
    interpret_series(&program->uniform, &here, VW);
}
