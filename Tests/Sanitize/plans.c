// Network plans on OpenCL devices, against the same terms with residual functions on the native path.
#include "terms.h"

#include <math.h>
#include <stdlib.h>

static double distance(cc_precision precision, const void *a, const void *b, int64_t count, double *size) {
    double worst = 0;
    *size = 0;
    for (int64_t i = 0; i < count; i++) {
        const double x = value_at(precision, a, i), y = value_at(precision, b, i);
        *size = fmax(*size, fabs(y));
        worst = fmax(worst, isnan(x) || isnan(y) ? INFINITY : fabs(x - y));
    }
    return worst;
}

static void expect_close(cc_precision precision, const void *a, const void *b, int64_t count, const char *what) {
    // A stencil multiplies the rounding of single precision by some hundred.
    double size;
    const double worst = distance(precision, a, b, count, &size);
    expect(worst <= (precision == CC_F64 ? 1e-10 : 2e-3) * (size + 1), "%s: %g between a device and the native path, of %g", what, worst, size);
}

static void compare(cc_plan *there, cc_plan *here, cc_precision precision, int32_t terms, case_term *cases, numbers *n) {
    cc_error error;
    const int64_t count = cc_plan_parameters(here), rows = cc_plan_residual_count(here);
    expect(cc_plan_parameters(there) == count && cc_plan_residual_count(there) == rows && cc_plan_memory(there) > 0, "plans differ in size");
    void *parameters = exact_values(precision, count, n, 0.5), *result[2], *residuals[2];
    cc_plan *const plans[2] = {there, here};
    double loss[2] = {NAN, NAN}, losses[2][kinds];
    for (int i = 0; i < 2; i++) {
        result[i] = exact_values(precision, count, n, 0);
        residuals[i] = exact_values(precision, rows, n, 0);
        expect_status(cc_plan_gradient(plans[i], parameters, &loss[i], losses[i], result[i], &error), CC_OK, &error, "cc_plan_gradient");
    }
    expect(fabs(loss[0] - loss[1]) <= (precision == CC_F64 ? 1e-10 : 1e-3) * loss[1], "losses are %g and %g", loss[0], loss[1]);
    expect_close(precision, result[0], result[1], count, "gradient");
    double alone = NAN;
    expect_status(cc_plan_gradient(there, parameters, &alone, NULL, NULL, &error), CC_OK, &error, "cc_plan_gradient");
    expect(alone == loss[0], "the loss alone is %a instead of %a", alone, loss[0]);
    for (int i = 0; i < 2; i++) expect_status(cc_plan_residuals(plans[i], parameters, residuals[i], &error), CC_OK, &error, "cc_plan_residuals");
    expect_close(precision, residuals[0], residuals[1], rows, "residuals");
    for (int i = 0; i < 2; i++)
        expect_status(cc_plan_transposed(plans[i], parameters, residuals[1], result[i], &error), CC_OK, &error, "cc_plan_transposed");
    expect_close(precision, result[0], result[1], count, "Jᵀ r");
    call_descents(there, precision, parameters);
    for (int32_t t = 0; t < terms; t++) {
        const int64_t values = cases[t].residual.components * cases[t].term.points;
        void *components[2];
        for (int i = 0; i < 2; i++) {
            components[i] = exact_values(precision, values, n, 0);
            expect_status(cc_plan_components(plans[i], t, parameters, components[i], &error), CC_OK, &error, "cc_plan_components");
        }
        expect_close(precision, components[0], components[1], values, "components");
        for (int i = 0; i < 2; i++) free(components[i]);
    }
    free(parameters);
    for (int i = 0; i < 2; i++) free(result[i]), free(residuals[i]);
}

static void plan_on(cc_device *device, const cc_network *network, cc_precision precision, int64_t points, numbers *n) {
    case_term cases[kinds];
    cc_term functions[kinds], programs[kinds];
    for (int k = 0; k < kinds; k++) {
        describe(&cases[k], k, precision, points + k, n);
        cases[k].term.jets.wide = false;
        functions[k] = cases[k].term;
        become_program(&cases[k], 0);
        programs[k] = cases[k].term;
    }
    cc_plan *here = NULL, *there = NULL;
    cc_error error;
    const cc_plan_options native = {precision, NULL, trainable}, options = {precision, device, trainable};
    expect_status(cc_plan_create(network, &native, kinds, functions, &here, &error), CC_OK, &error, "cc_plan_create");
    expect_status(cc_plan_create(network, &options, kinds, functions, &there, &error), CC_BAD_ARGUMENT, &error, "cc_plan_create");
    expect_status(cc_plan_create(network, &options, kinds, programs, &there, &error), CC_OK, &error, "cc_plan_create");
    if (here && there) compare(there, here, precision, kinds, cases, n);
    cc_plan_destroy(here);
    cc_plan_destroy(there);
    for (int k = 0; k < kinds; k++) free_case(&cases[k]);
}

void call_plans(cc_device *device, numbers *n) {
    const cc_device_info *info = cc_device_describe(device);
    if (info->backend == CC_NATIVE) return;   // networks.c
    static const int32_t shallow[] = {2, 7, 1}, deep[] = {2, 9, 6, 1};
    const cc_network networks[2] = {{2, shallow, CC_TANH, 1, NULL, NULL}, {3, deep, CC_SIN, 1, NULL, NULL}};
    for (cc_precision precision = CC_F32; precision <= (info->fp64 ? CC_F64 : CC_F32); precision++)
        for (int i = 0; i < 2; i++) plan_on(device, &networks[i], precision, i == 0 ? 1 : 70, n);
}
