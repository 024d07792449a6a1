// The interpreter of programs: operation after operation over a block of points, vectors of points in a loop.

/// What a program reads and where its registers are, for one block.
typedef struct sight {
    const REAL *uniforms, *components, *coordinates;
    const REAL *data;              // [array][stride + VW] copies, or NULL: the arrays themselves
    const void *const *arrays;
    int64_t first;                 // the block's first point in the arrays
    REAL *rows;
    int64_t stride;
} sight;

/// A value for every point: element i at at[i & mask].
typedef struct values {
    const REAL *at;
    int64_t mask;
} values;

INLINE values values_at(net_operand operand, const sight *s) {
    switch (operand.place) {
    case NET_ROW: return (values){ s->rows + operand.index * s->stride, -1 };
    case NET_UNIFORM: return (values){ s->uniforms + (int64_t)operand.index * VW, VW - 1 };
    case NET_COMPONENT: return (values){ s->components + operand.index * s->stride, -1 };
    case NET_DATA: return (values){ s->data ? s->data + operand.index * (s->stride + VW) : (const REAL *)s->arrays[operand.index] + s->first, -1 };
    case NET_COORDINATE: return (values){ s->coordinates + operand.index * s->stride, -1 };
    default: return (values){ NULL, 0 };
    }
}

INLINE REALV integer_power(REALV x, int power) {
    REALV y = C(1);
    for (int n = power < 0 ? -power : power; n > 0; n /= 2, x = x * x)
        if (n & 1) y = y * x;
    return power < 0 ? C(1) / y : y;
}

INLINE REALV not_less(REALV a, REALV b) { return ((a != a) | (a > b)) ? a : b; }
INLINE REALV not_more(REALV a, REALV b) { return ((a != a) | (a < b)) ? a : b; }

#if F64
#define LIBRARY(name) name
#else
#define LIBRARY(name) name##f
#endif

/// Runs a listing for `points` points; vectors are read and written up to the next whole one.
static __attribute__((noinline)) void interpret(const net_listing *listing, const sight *s, int64_t points) {
    for (const net_operation *op = listing->operation, *end = op + listing->operations; op < end; op++) {
        const values left = values_at(op->left, s), right = values_at(op->right, s);
        REAL *to = (REAL *)values_at(op->to, s).at;
#define EACH(...)                                                                                                                     \
    for (int64_t i = 0; i < points; i += VW) {                                                                                        \
        const REALV a = LOADV(left.at + (i & left.mask & -VW));                                                                       \
        STOREV((__VA_ARGS__), to + i);                                                                                                \
    }                                                                                                                                 \
    break
#define BOTH(...)                                                                                                                     \
    for (int64_t i = 0; i < points; i += VW) {                                                                                        \
        const REALV a = LOADV(left.at + (i & left.mask & -VW)), b = LOADV(right.at + (i & right.mask & -VW));                         \
        STOREV((__VA_ARGS__), to + i);                                                                                                \
    }                                                                                                                                 \
    break
#define BY_ELEMENT(...)                                                                                                               \
    for (int64_t i = 0; i < points; i++) {                                                                                            \
        const REAL a = left.at[i & left.mask];                                                                                        \
        to[i] = __VA_ARGS__;                                                                                                          \
    }                                                                                                                                 \
    break
        switch (op->opcode) {
        case CC_OP_NEGATE: EACH(-a);
        case CC_OP_SIN: EACH(vsin(a, V(0.0)));
        case CC_OP_COS: EACH(vcos(a, V(0.0)));
        case CC_OP_TAN: EACH(vsin(a, V(0.0)) / vcos(a, V(0.0)));
        case CC_OP_TANH: EACH(vtanh(a));
        case CC_OP_EXP: EACH(vexp(a));
        case CC_OP_SQRT: EACH(__builtin_elementwise_sqrt(a));
        case CC_OP_ABS: EACH(magnitude(a));
        case CC_OP_SIGN: EACH(a > 0 ? C(1) : a < 0 ? C(-1) : a);
        case CC_OP_ADD: BOTH(a + b);
        case CC_OP_SUBTRACT: BOTH(a - b);
        case CC_OP_MULTIPLY: BOTH(a * b);
        case CC_OP_DIVIDE: BOTH(a / b);
        case CC_OP_MIN: BOTH(not_more(a, b));
        case CC_OP_MAX: BOTH(not_less(a, b));
        case CC_OP_INTEGER_POWER: EACH(integer_power(a, op->right.index));
        case CC_OP_SINH: BY_ELEMENT(LIBRARY(sinh)(a));
        case CC_OP_COSH: BY_ELEMENT(LIBRARY(cosh)(a));
        case CC_OP_LOG: BY_ELEMENT(LIBRARY(log)(a));
        case CC_OP_POWER: BY_ELEMENT(LIBRARY(pow)(a, right.at[i & right.mask]));
        case CC_OP_ATAN2: BY_ELEMENT(LIBRARY(atan2)(a, right.at[i & right.mask]));
        default: break;
        }
#undef EACH
#undef BOTH
#undef BY_ELEMENT
    }
}

/// The uniform slots of a program from its constants and the trainable parameters.
static void fill_uniforms(const net_program *program, const REAL *parameters, REAL *uniforms) {
    REAL *next = uniforms;
    for (int32_t i = 0; i < program->given.constants_count; i++, next += VW) store(next, (REALV)(REAL)program->given.constants[i]);
    for (int32_t i = 0; i < program->given.parameters; i++, next += VW) store(next, (REALV)parameters[i]);
    const sight here = { .uniforms = uniforms };
    interpret(&program->uniform, &here, VW);
}
