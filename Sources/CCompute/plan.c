// Residual plans: arguments are checked here, the work is the native plan's or a device's.
#include "plan.h"

#include <stdlib.h>

#define REQUIRE(condition, ...)                                                                                                       \
    do {                                                                                                                              \
        if (!(condition)) return cc_fail(error, CC_BAD_ARGUMENT, 0, __VA_ARGS__);                                                     \
    } while (0)

cc_status cc_plan_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, cc_plan **result, cc_error *error) {
    REQUIRE(result && options, "A plan needs options and a place for itself.");
    *result = NULL;
    const cc_backend *backend = options->device ? options->device->backend : &cc_native_backend;
    if (backend != &cc_native_backend && !backend->plan)
        return cc_fail(error, CC_NO_DEVICE, 0, "Residual plans do not run on %s devices; give a plan no device for the native path.", backend->name);
    for (int32_t i = 0; backend->plan && term && i < terms; i++)
        REQUIRE(term[i].program, "The residual of term %d is a function, which runs on the native path only; give it as a program.", i);
    cc_plan *plan = calloc(1, sizeof *plan);
    if (!plan) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the plan.");
    cc_status status = cc_native_plan_create(network, options, terms, term, &plan->native, error);
    if (status == CC_OK && backend->plan) status = backend->plan(network, options, terms, term, &plan->calls, &plan->state, error);
    if (status == CC_OK) *result = plan;
    else cc_plan_destroy(plan);
    return status;
}

void cc_plan_destroy(cc_plan *plan) {
    if (!plan) return;
    if (plan->state) plan->calls->destroy(plan->state);
    cc_native_plan_destroy(plan->native);
    free(plan);
}

int64_t cc_plan_parameters(const cc_plan *plan) { return plan ? cc_native_plan_parameters(plan->native) : 0; }
int64_t cc_plan_residual_count(const cc_plan *plan) { return plan ? cc_native_plan_rows(plan->native) : 0; }

uint64_t cc_plan_memory(const cc_plan *plan) {
    if (!plan) return 0;
    return sizeof *plan + cc_native_plan_memory(plan->native) + (plan->state ? plan->calls->memory(plan->state) : 0);
}

cc_status cc_plan_gradient(cc_plan *plan, const void *parameters, double *loss, double *losses, void *gradient, cc_error *error) {
    REQUIRE(plan && parameters, "A gradient needs a plan and parameters.");
    if (plan->state && plan->calls->gradient) return plan->calls->gradient(plan->state, parameters, loss, losses, gradient, error);
    return cc_native_plan_gradient(plan->native, parameters, loss, losses, gradient, error);
}

cc_status cc_plan_residuals(cc_plan *plan, const void *parameters, void *residuals, cc_error *error) {
    REQUIRE(plan && parameters && residuals, "Residuals need a plan, parameters and a place for them.");
    if (plan->state && plan->calls->residuals) return plan->calls->residuals(plan->state, parameters, residuals, error);
    return cc_native_plan_residuals(plan->native, parameters, residuals, error);
}

cc_status cc_plan_transposed(cc_plan *plan, const void *parameters, const void *cotangent, void *gradient, cc_error *error) {
    REQUIRE(plan && parameters && cotangent && gradient, "A vector-Jacobian product needs a plan, parameters, a vector and a place for the result.");
    if (plan->state && plan->calls->transposed) return plan->calls->transposed(plan->state, parameters, cotangent, gradient, error);
    return cc_native_plan_transposed(plan->native, parameters, cotangent, gradient, error);
}

static cc_status check_term(const cc_plan *plan, int32_t term, cc_error *error) {
    const int32_t terms = cc_native_plan_terms(plan->native);
    REQUIRE(term >= 0 && term < terms, "There is no term %d; the plan has %d.", term, terms);
    return CC_OK;
}

cc_status cc_plan_jacobian(cc_plan *plan, int32_t term, int64_t first, int64_t count, const void *parameters, void *rows, cc_error *error) {
    REQUIRE(plan && parameters && rows, "A Jacobian needs a plan, parameters and a place for the rows.");
    cc_status status = check_term(plan, term, error);
    if (status) return status;
    const int64_t points = cc_native_plan_points(plan->native, term);
    REQUIRE(first >= 0 && count >= 0 && first <= points && count <= points - first, "Points %lld to %lld are not all among the %lld of term %d.",
            (long long)first, (long long)first + (long long)count, (long long)points, term);
    return cc_native_plan_jacobian(plan->native, term, first, count, parameters, rows, error);
}

cc_status cc_plan_product(cc_plan *plan, const void *parameters, const void *vector, void *first, void *second, cc_error *error) {
    REQUIRE(plan && parameters && vector && first, "A Jacobian-vector product needs a plan, parameters, a vector and a place for the result.");
    return cc_native_plan_product(plan->native, parameters, vector, first, second, error);
}

cc_status cc_plan_components(cc_plan *plan, int32_t term, const void *parameters, void *components, cc_error *error) {
    REQUIRE(plan && parameters && components, "Components need a plan, parameters and a place for the result.");
    cc_status status = check_term(plan, term, error);
    if (status) return status;
    if (plan->state && plan->calls->components) return plan->calls->components(plan->state, term, parameters, components, error);
    return cc_native_plan_components(plan->native, term, parameters, components, error);
}
