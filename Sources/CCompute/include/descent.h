/// Steps of an optimiser on one plan, one after another, the parameters kept where the plan computes.
#ifndef RESIDUA_DESCENT_H
#define RESIDUA_DESCENT_H

#include "ensemble.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Most steps of a call.
enum { cc_most_steps = 4096 };

typedef struct cc_descent {
    cc_optimizer optimizer;
    int64_t first;                 ///< steps taken before, ≥ 0
    int64_t steps;                 ///< to be taken at most, 1…cc_most_steps
    const double *rates;           ///< [steps]
    double enough;                 ///< the last step is the one that began at a loss of at most this; negative: there is none
    // In and out; numbers are rounded to the plan's precision. Where a step fails, all are those before it.
    double *parameters;            ///< [P]
    double *moments, *squares;     ///< [P]: Adam's memory, zeros before step 1; NULL for gradient descent
    double *best;                  ///< [P]: parameters with the smallest loss at the begin of a step; NULL: not wanted
    double best_loss;              ///< infinite at first
    // Out.
    double *losses;                ///< [steps]: where each step began, that which failed included
    int64_t taken;                 ///< fewer than `steps` after `enough`, or where a loss, gradient or parameters were not finite
    bool diverged;                 ///< the latter
} cc_descent;

/// Takes the steps. They have the same bits at once and in parts. Where a device has no room for the optimiser's memory beside the plan, the host
/// takes them by the device's gradients.
cc_status cc_plan_descend(cc_plan *plan, cc_descent *descent, cc_error *error);

#ifdef __cplusplus
}
#endif
#endif
