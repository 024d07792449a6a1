/// What a backend is to residual plans: a table of functions over a plan's state.
///
/// Every plan has a native plan, which knows the sizes, checks points and runs what a backend's table leaves NULL.
#ifndef RESIDUA_PLAN_H
#define RESIDUA_PLAN_H

#include "backend.h"
#include "include/descent.h"

/// The calls of network.h with `state` in the place of the plan; arguments are not NULL and terms exist.
typedef struct cc_plan_calls {
    cc_status (*gradient)(void *state, const void *parameters, double *loss, double *losses, void *gradient, cc_error *error);
    cc_status (*residuals)(void *state, const void *parameters, void *residuals, cc_error *error);
    cc_status (*transposed)(void *state, const void *parameters, const void *cotangent, void *gradient, cc_error *error);
    cc_status (*components)(void *state, int32_t term, const void *parameters, void *components, cc_error *error);
    cc_status (*descend)(void *state, cc_descent *descent, cc_error *error);   ///< NULL: by `gradient`
    uint64_t (*memory)(const void *state);
    void (*destroy)(void *state);
} cc_plan_calls;

struct cc_plan {
    net_plan *native;
    const cc_plan_calls *calls;    ///< NULL: everything runs natively
    void *state;
};

/// Checks all arguments and plans for the bare CPU; the device of `options` is ignored.
cc_status cc_native_plan_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, net_plan **plan,
                                cc_error *error);
void cc_native_plan_destroy(net_plan *plan);

/// Numbers of a precision from doubles, and back.
void cc_narrow(cc_precision precision, int64_t count, const double *from, void *to);
void cc_widen(cc_precision precision, int64_t count, const void *from, double *to);

int32_t cc_native_plan_terms(const net_plan *plan);
int64_t cc_native_plan_parameters(const net_plan *plan);
size_t cc_native_plan_element(const net_plan *plan);
int64_t cc_native_plan_rows(const net_plan *plan);
int64_t cc_native_plan_points(const net_plan *plan, int32_t term);
uint64_t cc_native_plan_memory(const net_plan *plan);

cc_status cc_native_plan_gradient(net_plan *plan, const void *parameters, double *loss, double *losses, void *gradient, cc_error *error);
cc_status cc_native_plan_residuals(net_plan *plan, const void *parameters, void *residuals, cc_error *error);
cc_status cc_native_plan_transposed(net_plan *plan, const void *parameters, const void *cotangent, void *gradient, cc_error *error);
cc_status cc_native_plan_jacobian(net_plan *plan, int32_t term, int64_t first, int64_t count, const void *parameters, void *rows, cc_error *error);
cc_status cc_native_plan_product(net_plan *plan, const void *parameters, const void *vector, void *first, void *second, cc_error *error);
cc_status cc_native_plan_components(net_plan *plan, int32_t term, const void *parameters, void *components, cc_error *error);

#endif
