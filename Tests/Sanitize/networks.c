// Network plans: every kind of jet, activation and precision, deep and shallow, and different plans at once.
#include "driver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { kinds = 6, dimension = 2, trainable = 2 };

/// A term and the memory that it points into.
typedef struct case_term {
    cc_term term;
    cc_quadratic_residual residual;
    double vectors[8], tops[8], offsets[10], weights[10], scales[2], linear[10], coefficients[1];
    int32_t orders[4], used[1], left[1], right[1];
    void *coordinates, *source;
    cc_program program;
    const void *data[1];
} case_term;

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

static void describe(case_term *c, int kind, cc_precision precision, int64_t points, numbers *n) {
    *c = (case_term){
        .vectors = {1, 0, 0.5, 1, 1, 1, 1, -1}, .orders = {3, 2, 4, 1}, .tops = {0.25, 0, 0.5, 0, 0, 1, -0.5, 0},
        .offsets = {0, 0, 0.125, 0, -0.125, 0, 0, 0.125, 0, -0.125}, .weights = {-4, 1, 1, 1, 1, 1}, .scales = {64, 1},
        .coefficients = {0.5}, .left = {0}, .right = {1},
    };
    c->coordinates = exact_values(precision, points * dimension, n, 1);
    c->source = exact_values(precision, points, n, 1);
    for (int i = 0; i < 10; i++) c->linear[i] = next_number(n);
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

static void differentiate(const cc_network *network, cc_precision precision, int32_t terms, case_term *cases, numbers *n) {
    cc_term term[kinds];
    for (int i = 0; i < terms; i++) term[i] = cases[i].term;
    cc_plan *plan = NULL;
    cc_error error;
    const cc_plan_options options = {precision, NULL, trainable};
    expect_status(cc_plan_create(network, &options, terms, term, &plan, &error), CC_OK, &error, "cc_plan_create");
    if (!plan) return;
    const int64_t count = cc_plan_parameters(plan), rows = cc_plan_residual_count(plan);
    expect(count == cc_network_parameters(network) + trainable && cc_plan_memory(plan) > 0, "a plan has %lld parameters", (long long)count);
    void *parameters = exact_values(precision, count, n, 0.5), *gradient = exact_values(precision, count, n, 0), *other = exact_values(precision, count, n, 0);
    void *residuals = exact_values(precision, rows, n, 0);
    double loss = NAN, alone = NAN, losses[kinds], sum = 0;
    expect_status(cc_plan_gradient(plan, parameters, &loss, losses, gradient, &error), CC_OK, &error, "cc_plan_gradient");
    expect_status(cc_plan_gradient(plan, parameters, &alone, NULL, NULL, &error), CC_OK, &error, "cc_plan_gradient");
    expect_status(cc_plan_residuals(plan, parameters, residuals, &error), CC_OK, &error, "cc_plan_residuals");
    for (int64_t i = 0; i < rows; i++) sum += value_at(precision, residuals, i) * value_at(precision, residuals, i);
    const double tolerance = precision == CC_F64 ? 1e-11 : 1e-3;
    expect(fabs(loss - alone) <= tolerance * loss && fabs(loss - sum) <= tolerance * loss, "losses %g, %g and %g differ", loss, alone, sum);
    // The gradient is 2 Jᵀ r.
    expect_status(cc_plan_transposed(plan, parameters, residuals, other, &error), CC_OK, &error, "cc_plan_transposed");
    double size = 0, worst = 0;
    for (int64_t i = 0; i < count; i++) {
        const double g = value_at(precision, gradient, i);
        size = fmax(size, fabs(g));
        worst = fmax(worst, isnan(g) ? INFINITY : fabs(g - 2 * value_at(precision, other, i)));
    }
    expect(worst <= tolerance * 10 * size, "gradient and 2 Jᵀ r differ by %g of %g", worst, size);
    // ⟨r, J v⟩ = ⟨Jᵀ r, v⟩.
    void *vector = exact_values(precision, count, n, 0.5);
    void *product = exact_values(precision, rows, n, 0), *second = exact_values(precision, rows, n, 0);
    bool programs = true;
    for (int t = 0; t < terms; t++) programs &= term[t].program != NULL;
    expect_status(cc_plan_product(plan, parameters, vector, product, NULL, &error), CC_OK, &error, "cc_plan_product");
    expect_status(cc_plan_product(plan, parameters, vector, product, second, &error), programs ? CC_OK : CC_BAD_ARGUMENT, &error, "cc_plan_product");
    double left = 0, right = 0, terms_size = 0;
    for (int64_t i = 0; i < rows; i++) {
        const double part = value_at(precision, residuals, i) * value_at(precision, product, i);
        left += part;
        terms_size += fabs(part);
        expect(!programs || !isnan(value_at(precision, second, i)), "a second derivative is NaN");
    }
    for (int64_t i = 0; i < count; i++) right += value_at(precision, other, i) * value_at(precision, vector, i);
    expect(fabs(left - right) <= 10 * tolerance * terms_size, "⟨r, J v⟩ = %g, but ⟨Jᵀ r, v⟩ = %g", left, right);
    // Rows of J, of a few points, times their residuals are part of Jᵀ r; here only that they are numbers.
    for (int t = 0; t < terms; t++) {
        const int64_t points = term[t].points < 20 ? term[t].points : 20, elements = points * term[t].equations * count;
        void *row = exact_values(precision, elements, n, 0);
        expect_status(cc_plan_jacobian(plan, t, term[t].points - points, points, parameters, row, &error), CC_OK, &error, "cc_plan_jacobian");
        for (int64_t i = 0; i < elements; i++) expect(!isnan(value_at(precision, row, i)), "an element of a Jacobian is NaN");
        free(row);
    }
    for (int t = 0; t < terms; t++) {
        const int64_t values = cases[t].residual.components * term[t].points;
        void *components = exact_values(precision, values, n, 0);
        expect_status(cc_plan_components(plan, t, parameters, components, &error), CC_OK, &error, "cc_plan_components");
        for (int64_t i = 0; i < values; i++) expect(!isnan(value_at(precision, components, i)), "a component is NaN");
        free(components);
    }
    expect_status(cc_plan_components(plan, terms, parameters, residuals, &error), CC_BAD_ARGUMENT, &error, "cc_plan_components");
    void *const memory[] = {parameters, gradient, other, residuals, vector, product, second};
    for (int i = 0; i < 7; i++) free(memory[i]);
    cc_plan_destroy(plan);
}

void call_networks(numbers *n) {
    static const int32_t widths[][5] = {{2, 7, 1}, {2, 37, 1}, {2, 9, 6, 5, 1}, {2, 17, 33, 1}, {2, 64, 64, 1}};
    static const int32_t layers[] = {2, 2, 4, 3, 3};
    case_term cases[kinds];
    for (int shape = 0; shape < 5; shape++)
        for (int activation = CC_TANH; activation <= CC_GELU; activation++)
            for (cc_precision precision = CC_F32; precision <= CC_F64; precision++) {
                // All activations for the first networks, then two.
                if (shape != 0 && shape != 2 && activation != CC_TANH && activation != CC_SIN) continue;
                static const double weights[] = {1, 2, -2, 1}, phases[] = {0.5, 1};
                static const uint8_t linear[] = {0, 1}, unbiased[] = {0, 1, 0, 0};
                const cc_embedding embedding = {dimension, 2, weights, phases, linear};
                // ReLU⁶ of ReLU⁶ of ReLU⁶ is beyond single precision.
                const cc_network network = {layers[shape], widths[shape], (cc_activation)activation, layers[shape] > 2 ? 2 : 6, shape % 2 ? unbiased : NULL,
                                            shape == 2 ? &embedding : NULL};
                for (int k = 0; k < kinds; k++) describe(&cases[k], k, precision, 1 + next_below(n, shape == 4 ? 400 : 30), n);
                differentiate(&network, precision, kinds, cases, n);
                differentiate(&network, precision, 1, &cases[next_below(n, kinds)], n);
                for (int k = 0; k < kinds; k++) {
                    free(cases[k].coordinates);
                    free(cases[k].source);
                }
            }
    cc_plan *plan = NULL;
    cc_error error;
    const int32_t wrong[] = {2, 0, 1};
    const cc_network network = {2, wrong, CC_TANH, 1, NULL, NULL};
    const cc_plan_options options = {CC_F32, NULL, 0};
    expect(cc_network_parameters(&network) == 0, "a layer without neurons has parameters");
    expect_status(cc_plan_create(&network, &options, 0, NULL, &plan, &error), CC_BAD_ARGUMENT, &error, "cc_plan_create");
    cc_plan_destroy(NULL);
}
