/// The printed source of a plan's kernels: what differs from plan to plan, and the texts of Kernels/ around it.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "network_plan.h"

void net_include(ocl_text *t, const char *name) {
    const kernels_text *found = kernels_find(name);
    if (!found) {
        t->failed = true;
        return;
    }
    // The texts name each other for readers; here their order is given.
    for (const char *line = found->text; *line;) {
        const char *end = strchr(line, '\n');
        const size_t length = end ? (size_t)(end - line) + 1 : strlen(line);
        if (strncmp(line, "#include ", 9) != 0) ocl_append(t, line, length);
        line += length;
    }
    ocl_append(t, "\n", 1);
}

// MARK: Residuals

static void print_constant(ocl_text *t, double value) {
    if (isnan(value)) ocl_print(t, "(INFINITE - INFINITE)");
    else if (isinf(value)) ocl_print(t, value > 0 ? "INFINITE" : "-INFINITE");
    else ocl_print(t, "V(%a)", value);
}

/// By squarings, from register `from`.
static void print_power(ocl_text *t, int32_t k, int32_t from, int32_t power) {
    const int32_t most = power < 0 ? -power : power;
    int32_t factors = 0, square = 0;
    for (int32_t n = most; n > 0; n /= 2, square++) {
        if (square == 1) ocl_print(t, "    const REALV r%d_1 = r%d * r%d;\n", k, from, from);
        if (square > 1) ocl_print(t, "    const REALV r%d_%d = r%d_%d * r%d_%d;\n", k, square, k, square - 1, k, square - 1);
    }
    ocl_print(t, "    const REALV r%d = %s", k, power < 0 ? "V(1.0) / (" : "");
    square = 0;
    for (int32_t n = most; n > 0; n /= 2, square++) {
        if (!(n & 1)) continue;
        if (square == 0) ocl_print(t, "r%d", from);
        else ocl_print(t, "%sr%d_%d", factors ? " * " : "", k, square);
        factors++;
    }
    ocl_print(t, "%s%s;\n", factors ? "" : "V(1.0)", power < 0 ? ")" : "");
}

static void print_instruction(ocl_text *t, const cc_program *program, int32_t k) {
    const cc_instruction *i = &program->code[k];
    const int32_t a = i->left, b = i->right;
#define AS(...) ocl_print(t, __VA_ARGS__); break
    if (i->opcode == CC_OP_INTEGER_POWER) {
        print_power(t, k, a, b);
        return;
    }
    ocl_print(t, "    const REALV r%d = ", k);
    switch (i->opcode) {
    case CC_OP_CONSTANT: print_constant(t, program->constants[a]); break;
    case CC_OP_COORDINATE: AS("LOADV(x + %d * turned + p)", a);
    case CC_OP_COMPONENT: AS("LOADV(y + %d * stride + p)", a);
    case CC_OP_PARAMETER: AS("(REALV)theta[%d]", a);
    case CC_OP_DATA: AS("LOADV(data + %d * data_stride + p)", a);
    case CC_OP_NEGATE: AS("-r%d", a);
    case CC_OP_SIN: AS("vsin(r%d, V(0.0))", a);
    case CC_OP_COS: AS("vcos(r%d, V(0.0))", a);
    case CC_OP_TAN: AS("vsin(r%d, V(0.0)) / vcos(r%d, V(0.0))", a, a);
    case CC_OP_TANH: AS("vtanh(r%d)", a);
    case CC_OP_SINH: AS("sinh(r%d)", a);
    case CC_OP_COSH: AS("cosh(r%d)", a);
    case CC_OP_EXP: AS("vexp(r%d)", a);
    case CC_OP_LOG: AS("log(r%d)", a);
    case CC_OP_SQRT: AS("sqrt(r%d)", a);
    case CC_OP_ABS: AS("magnitude(r%d)", a);
    case CC_OP_SIGN: AS("choose(MASK(r%d > V(0.0)), V(1.0), choose(MASK(r%d < V(0.0)), V(-1.0), r%d))", a, a, a);
    case CC_OP_ADD: AS("r%d + r%d", a, b);
    case CC_OP_SUBTRACT: AS("r%d - r%d", a, b);
    case CC_OP_MULTIPLY: AS("r%d * r%d", a, b);
    case CC_OP_DIVIDE: AS("r%d / r%d", a, b);
    case CC_OP_POWER: AS("power_of(r%d, r%d)", a, b);
    case CC_OP_ATAN2: AS("atan2(r%d, r%d)", a, b);
    case CC_OP_MIN: AS("choose(MASK(r%d != r%d) | MASK(r%d < r%d), r%d, r%d)", a, a, a, b, a, b);
    case CC_OP_MAX: AS("choose(MASK(r%d != r%d) | MASK(r%d > r%d), r%d, r%d)", a, a, a, b, a, b);
    default: t->failed = true;
    }
#undef AS
    ocl_append(t, ";\n", 2);
}

/// Σ_e g_e ∂r_e/∂(column): false, and nothing printed, where that vanishes.
static bool print_sum(ocl_text *t, const cc_program *program, int32_t equations, int32_t column) {
    const int32_t columns = program->components + program->parameters;
    bool any = false;
    for (int32_t e = 0; e < equations; e++) {
        const int32_t from = program->partials[(int64_t)e * columns + column];
        if (from < 0) continue;
        ocl_print(t, "%sg%d * r%d", any ? " + " : "", e, from);
        any = true;
    }
    return any;
}

#define RESIDUAL_ARGUMENTS                                                                                                          \
    "residual_state *s, const int stride, const long turned, __global const REAL *y, __global const REAL *x, __global const REAL *data, "\
    "const long data_stride, __global const REAL *theta, __global const REAL *scales, __global REAL *seeds, __global REAL *lanes"

static void print_residual(ocl_text *t, const cc_program *program, int32_t equations, int32_t fields) {
    const int32_t uses = program->components / fields;
    ocl_print(t, "(" RESIDUAL_ARGUMENTS ") {\n    const int p = s->p;\n");
    for (int32_t k = 0; k < program->values; k++) print_instruction(t, program, k);
    for (int32_t e = 0; e < equations; e++) ocl_print(t, "    const REALV g%d = weighed(s, %d, r%d);\n", e, e, program->residuals[e]);
    ocl_print(t, "    if (s->mode != NETWORK_GRADIENT && s->mode != NETWORK_TRANSPOSED) return;\n");
    for (int32_t k = program->values; k < program->instructions; k++) print_instruction(t, program, k);
    for (int32_t c = 0; c < program->components; c++) {
        ocl_print(t, "    STOREV((REALV)scales[%d] * (", c % uses);
        if (!print_sum(t, program, equations, c)) ocl_print(t, "V(0.0)");
        ocl_print(t, "), seeds + %d * stride + p);\n", c);
    }
    for (int32_t k = 0; k < program->parameters; k++) {
        ocl_text sum = {0};
        if (print_sum(&sum, program, equations, program->components + k)) ocl_print(t, "    to_parameter(s, lanes, %d, %s);\n", k, sum.characters);
        t->failed |= sum.failed;
        ocl_discard(&sum);
    }
    ocl_print(t, "}\n\n");
}

void net_print_residuals(ocl_text *code, int32_t terms, const cc_term *term, int32_t fields, int32_t *number) {
    ocl_text *bodies = calloc((size_t)terms, sizeof *bodies);
    int32_t programs = 0;
    if (!bodies) {
        code->failed = true;
        return;
    }
    for (int32_t i = 0; i < terms; i++) {
        ocl_text *body = &bodies[programs];
        print_residual(body, term[i].program, term[i].equations, fields);
        code->failed |= body->failed;
        int32_t same = 0;
        while (!body->failed && same < programs && strcmp(bodies[same].characters, body->characters) != 0) same++;
        number[i] = same;
        if (same == programs) {
            ocl_print(code, "BODY void residual_%d", programs);
            if (!body->failed) ocl_append(code, body->characters, body->length);
            programs++;
        } else {
            ocl_discard(body);
        }
    }
    ocl_print(code, "INLINE void residual_of(const int program, " RESIDUAL_ARGUMENTS ") {\n    switch (program) {\n");
    for (int32_t i = 0; i < programs; i++) {
        ocl_print(code, "    case %d: residual_%d(s, stride, turned, y, x, data, data_stride, theta, scales, seeds, lanes); break;\n", i, i);
        ocl_discard(&bodies[i]);
    }
    ocl_print(code, "    }\n}\n\n");
    free(bodies);
}

// MARK: Sets of jets

static void print_sets(ocl_plan *plan) {
    ocl_text *t = &plan->code;
    ocl_print(t, "typedef struct jet_counts {\n    int of[4], tops;\n} jet_counts;\n#define COUNTED %d\n", !plan->shape.local);
    for (int32_t i = 0; i < plan->sets; i++) {
        const net_jet_set *s = &plan->set[i];
        ocl_print(t, "#define JETS(name) name##_%d\n#define BIHARMONIC %d\n#define TOPS %d\n", i, s->biharmonic, s->tops);
        if (!plan->shape.local) ocl_print(t, "#define HIGHEST %d\n", s->highest);
        for (int order = 1; plan->shape.local && order <= 4; order++) ocl_print(t, "#define N%d %d\n", order, s->directions[order]);
        net_include(t, "network_jets.clh");
        ocl_print(t, "#undef JETS\n#undef BIHARMONIC\n#undef TOPS\n%s", plan->shape.local ? "#undef N1\n#undef N2\n#undef N3\n#undef N4\n" : "");
    }
    static const char *const names[3] = {"forward", "backward", "embedding"};
    static const char *const more[3] = {", __global const REAL *bias", "", ", __global const REAL *bias, __global const REAL *linear"};
    static const char *const given[3] = {", bias", "", ", bias, linear"};
    for (int k = 0; k < 2 + plan->head.embedded; k++) {
        ocl_print(t, "INLINE void set_%s(__global const network_term *t, const int pairs, const int vectors, const int stride, const int pair, __global REAL *z, "
                  "__global const REAL *tangents, const int tangent_pair, __global REAL *r1, __global REAL *a, "
                  "__global const REAL *top_weights%s) {\n    jet_counts n;\n    PLAIN for (int i = 0; i < 4; i++) n.of[i] = t->directions[i];\n    n.tops = t->tops;\n    switch (t->set) {\n", names[k], more[k]);
        for (int32_t i = 0; i < plan->sets; i++)
            ocl_print(t, "    case %d: %s_%d(n, pairs, vectors, stride, pair, z, tangents, tangent_pair, r1, a, top_weights%s); break;\n", i, names[k],
                      i, given[k]);
        ocl_print(t, "    }\n}\n\n");
    }
}

// MARK: The source

/// Which widths of tiles the layers' rows are cut into.
static int32_t column_set(const ocl_plan *plan) {
    int32_t set = 0;
    for (int32_t l = 0; l < plan->head.hidden; l++) {
        const int32_t vectors = plan->layer[l].vectors;
        if (vectors >= plan->shape.wide) set |= 1 << plan->shape.wide;
        if (vectors % plan->shape.wide) set |= 1 << vectors % plan->shape.wide;
    }
    return set;
}

bool net_print_source(ocl_plan *plan, const cc_term *term, bool kernels) {
    ocl_text *t = &plan->code;
    const net_shape *s = &plan->shape;
    const bool wide = plan->wide_sums || plan->precision == CC_F64;
    if (wide) ocl_print(t, "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n");
    bool nodes = false;
    for (int32_t i = 0; i < plan->terms; i++) nodes = nodes || plan->term[i].sums != 0;
    ocl_print(t, "#define KERNELS %d\n#define NODES %d\n", kernels, nodes);
    ocl_print(t, "#define VW %d\n#define ACTIVATION %d\n#define POWER %d\n#define EMBEDDED %d\n#define WIDE %s\n#define WIDE_SUMS %d\n", s->vector,
              (int)plan->activation, plan->power, plan->head.embedded, wide ? "double" : "float", plan->wide_sums);
    ocl_print(t, "#define LANES ((INTV)(0");
    for (int32_t i = 1; i < s->vector; i++) ocl_print(t, ", %d", i);
    ocl_print(t, "))\n");
    int32_t columns = 0;
    if (s->local) {
        ocl_print(t, "#define NX %d\n#define RM %d\n#define RN %d\n#define TK %d\n#define VL %d\n", s->across, s->rows, s->columns, s->depth, s->run);
    } else {
        columns = column_set(plan);
        ocl_print(t, "#define TALL %d\n#define WIDEST %d\n#define COLUMN_SET %d\n", s->tall, s->wide, columns);
    }
    net_include(t, "network_table.clh");
    net_include(t, "builtins.clh");
    net_include(t, "functions.clh");
    net_include(t, "network_points.clh");
    ocl_print(t, "#define TABLES %d\n", plan->tables);
    if (plan->tables) {
        net_print_operations(t, plan->terms, term);
        net_include(t, "network_program.clh");
    } else {
        int32_t *number = calloc((size_t)plan->terms, sizeof *number);
        t->failed |= !number;
        if (number) net_print_residuals(t, plan->terms, term, plan->head.fields, number);
        for (int32_t i = 0; number && i < plan->terms; i++) plan->term[i].program = number[i];
        free(number);
    }
    net_include(t, "network_activations.clh");
    ocl_print(t, "#pragma OPENCL FP_CONTRACT ON\n");
    for (int32_t i = 1; i <= 4; i++) {
        if (!(columns >> i & 1)) continue;
        ocl_print(t, "#define COLUMNS %d\n", i);
        net_include(t, "network_tile.clh");
        ocl_print(t, "#undef COLUMNS\n");
    }
    net_include(t, "network_products.clh");
    print_sets(plan);
    net_include(t, "network.cl");
    return !t->failed;
}
