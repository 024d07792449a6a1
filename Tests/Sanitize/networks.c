// Network plans: every kind of jet, activation and precision, deep and shallow, and different plans at once.
#include "terms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    call_descents(plan, precision, parameters);
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
                for (int k = 0; k < kinds; k++) free_case(&cases[k]);
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
