// Terms and their residuals, as functions and as programs.
#include "terms.h"

#include <stdlib.h>

/// a · sin(y_0) · x_1 − f + e^b, and y_0² · tanh(a b): partials that are components, registers and the same for all points.
static const cc_instruction program_code[] = {
    {CC_OP_COMPONENT, 0, 0}, {CC_OP_COORDINATE, 1, 0}, {CC_OP_PARAMETER, 0, 0}, {CC_OP_PARAMETER, 1, 0}, {CC_OP_DATA, 0, 0}, {CC_OP_CONSTANT, 0, 0},
    {CC_OP_SIN, 0, 0}, {CC_OP_MULTIPLY, 2, 1}, {CC_OP_MULTIPLY, 6, 7}, {CC_OP_EXP, 3, 0}, {CC_OP_SUBTRACT, 9, 4}, {CC_OP_ADD, 8, 10},
    {CC_OP_MULTIPLY, 2, 3}, {CC_OP_TANH, 12, 0}, {CC_OP_INTEGER_POWER, 0, 2}, {CC_OP_MULTIPLY, 14, 13},
    {CC_OP_COS, 0, 0}, {CC_OP_MULTIPLY, 16, 7}, {CC_OP_MULTIPLY, 6, 1}, {CC_OP_MULTIPLY, 5, 13}, {CC_OP_MULTIPLY, 19, 0}, {CC_OP_MULTIPLY, 13, 13},
    {CC_OP_LOG, 9, 0}, {CC_OP_SUBTRACT, 22, 22}, {CC_OP_ADD, 23, 21}, {CC_OP_SUBTRACT, 5, 24}, {CC_OP_DIVIDE, 5, 5}, {CC_OP_SUBTRACT, 26, 24},
    {CC_OP_MULTIPLY, 14, 27}, {CC_OP_MULTIPLY, 28, 3}, {CC_OP_MULTIPLY, 28, 2},
};
static const double program_constants[] = {2};
static const int32_t program_residuals[] = {11, 15}, program_partials[] = {17, 18, 9, 20, 29, 30};

void describe(case_term *c, int kind, cc_precision precision, int64_t points, numbers *n) {
    *c = (case_term){
        .vectors = {1, 0, 0.5, 1, 1, 1, 1, -1}, .orders = {3, 2, 4, 1}, .tops = {0.25, 0, 0.5, 0, 0, 1, -0.5, 0},
        .offsets = {0, 0, 0.125, 0, -0.125, 0, 0, 0.125, 0, -0.125}, .weights = {-4, 1, 1, 1, 1, 1}, .scales = {64, 1},
        .coefficients = {0.5}, .left = {0}, .right = {1},
    };
    c->coordinates = exact_values(precision, points * dimension, n, 1);
    c->source = exact_values(precision, points, n, 1);
    // The same in every case: devices compile what they have not met.
    for (int i = 0; i < most_components; i++) c->linear[i] = (double)(i * 5 % 16) / 8 - 0.9375;
    cc_jets jets = {.vectors = c->vectors, .orders = c->orders, .top_weights = c->tops};
    int32_t components = 1;
    switch (kind) {
    case 0:                // directions of all orders
        jets.directions = 4;
        jets.tops = 2;
        components = cc_jets_channels(&jets, dimension);
        break;
    case 1:                // the plane biharmonic
        jets.kind = CC_JET_BIHARMONIC;
        jets.axes[1] = 1;
        components = 9;
        break;
    case 2:                // a stencil
        jets.nodes = 5;
        jets.offsets = c->offsets;
        jets.groups = 2;
        jets.weights = c->weights;
        jets.scales = c->scales;
        jets.wide = next_below(n, 2);
        components = 2;
        break;
    case 3:                // the Laplacian: one channel used
        for (int i = 0; i < 4; i++) {
            c->vectors[i] = i == 0 || i == 3;
            c->tops[i] = 1;
            c->orders[i] = 2;
        }
        jets.directions = 2;
        jets.tops = 1;
        c->used[0] = cc_jets_channels(&jets, dimension) - 1;
        break;
    default: break;        // values; then as a program
    }
    c->residual = (cc_quadratic_residual){components, c->linear, components > 1, c->coefficients, c->left, c->right, c->source};
    c->term = (cc_term){.jets = jets, .points = points, .coordinates = c->coordinates, .uses = kind == 3, .used = kind == 3 ? c->used : NULL,
                        .equations = 1, .weight = 0.5, .residual = cc_residual_quadratic, .context = &c->residual};
    if (kind < 5) return;
    c->data[0] = c->source;
    c->program = (cc_program){sizeof program_code / sizeof *program_code, program_code, 16, 1, program_constants, 1, trainable, 1, program_residuals,
                              program_partials};
    c->term.equations = 2;
    c->term.program = &c->program;
    c->term.data = c->data;
}

void become_program(case_term *c, int32_t parameters) {
    if (c->term.program) return;
    const cc_quadratic_residual *q = &c->residual;
    const int32_t components = q->components;
    int32_t count = 0, slope[most_components];
#define EMIT(...) (c->code[count] = (cc_instruction){__VA_ARGS__}, count++)
    for (int32_t i = 0; i < components; i++) EMIT(CC_OP_COMPONENT, i, 0);
    for (int32_t i = 0; i < components; i++) {
        c->constants[i] = q->linear[i];
        slope[i] = EMIT(CC_OP_CONSTANT, i, 0);
    }
    const int32_t data = EMIT(CC_OP_DATA, 0, 0);
    int32_t sum = EMIT(CC_OP_NEGATE, data, 0);
    for (int32_t i = 0; i < components; i++) {
        const int32_t part = EMIT(CC_OP_MULTIPLY, slope[i], i);
        sum = EMIT(CC_OP_ADD, sum, part);
    }
    if (q->products) {
        c->constants[components] = q->coefficients[0];
        const int32_t factor = EMIT(CC_OP_CONSTANT, components, 0), left = EMIT(CC_OP_MULTIPLY, factor, 0), right = EMIT(CC_OP_MULTIPLY, factor, 1);
        const int32_t part = EMIT(CC_OP_MULTIPLY, left, 1);
        sum = EMIT(CC_OP_ADD, sum, part);
        slope[0] = EMIT(CC_OP_ADD, slope[0], right);
        slope[1] = EMIT(CC_OP_ADD, slope[1], left);
    }
    if (parameters) {
        const int32_t parameter = EMIT(CC_OP_PARAMETER, 0, 0), part = EMIT(CC_OP_MULTIPLY, parameter, 0);
        sum = EMIT(CC_OP_ADD, sum, part);
        slope[0] = EMIT(CC_OP_ADD, slope[0], parameter);
    }
#undef EMIT
    c->residuals[0] = sum;
    for (int32_t i = 0; i < components; i++) c->partials[i] = slope[i];
    for (int32_t i = 0; i < parameters; i++) c->partials[components + i] = i == 0 ? 0 : -1;
    c->data[0] = c->source;
    c->program = (cc_program){count, c->code, count, components + (q->products > 0), c->constants, components, parameters, 1, c->residuals, c->partials};
    c->term.program = &c->program;
    c->term.data = c->data;
}

void free_case(case_term *c) {
    free(c->coordinates);
    free(c->source);
}
