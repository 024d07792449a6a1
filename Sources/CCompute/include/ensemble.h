/// Many networks of one shape trained at once, the whole loop of the optimiser on the device.
///
/// All members share the network's shape, the equations, the points and the optimiser; each has its own parameters, learning rate, weights of
/// the terms, and steps of its stencils (offsets and scales of the nodes). A member's numbers depend on nothing but the member: they have
/// the same bits alone and in a crowd, for any number of threads, and in one run or in several that continue each other.
#ifndef RESIDUA_ENSEMBLE_H
#define RESIDUA_ENSEMBLE_H

#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cc_optimizer_kind {
    CC_DESCENT = 0,        ///< θ ← θ − η g
    CC_ADAM,               ///< m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − η ((m/(1 − β₁ᵗ))/(√(v/(1 − β₂ᵗ)) + ε) + λθ)
} cc_optimizer_kind;

/// Every operation of a step is rounded by itself, in the precision of the ensemble.
typedef struct cc_optimizer {
    cc_optimizer_kind kind;
    double beta1, beta2;   ///< 0 ≤ β < 1
    double epsilon;        ///< ≥ 0
    double decay;          ///< λ ≥ 0
} cc_optimizer;

/// What all members do in a run: steps first + 1 … last, where `first` were taken before.
typedef struct cc_schedule {
    cc_optimizer optimizer;
    int64_t first, last;           ///< 0 ≤ first ≤ last
    /// [last − first]: the rate of a step is floor + (rate − floor) · factor; NULL: the members' rates as they are.
    const double *factors;
    int64_t records;
    const int64_t *record;         ///< [records] steps at which losses are recorded, ascending, first … last
} cc_schedule;

/// The members. Arrays of offsets, scales and weights are NULL where all members have the terms' own.
typedef struct cc_members {
    int64_t count;                 ///< K ≥ 1
    void *parameters;              ///< [K][P] in the ensemble's precision: where training begins; replaced by where it ends
    void *first, *second;          ///< [K][P] Adam's memory, to go on from and to keep; NULL: it begins with zeros and is forgotten
    const double *rates;           ///< [K] learning rates
    const double *floors;          ///< [K]; NULL: zeros
    const double *const *offsets;  ///< [terms]: NULL or [K][nodes][dimension]
    const double *const *scales;   ///< [terms]: NULL or [K][groups]
    const double *weights;         ///< [K][terms], > 0
    // Results.
    double *losses;                ///< [records][K]: the loss the members minimise
    double *truths;                ///< [records][K]: the root of the judge's loss; NULL: not wanted
    /// [K] steps taken: to be `first` on entry for members that go on; others are passed over. A member whose loss, gradient or parameters
    /// are not finite ends there, with the parameters before that step; its later records are NaN.
    int64_t *taken;
    void *best;                    ///< [K][P] parameters with the smallest loss at the begin of a step, and that loss: in and out; NULL: not wanted
    double *best_losses;           ///< [K], infinite at first
} cc_members;

typedef struct cc_ensemble cc_ensemble;

/// Plans a member. Arrays are copied but for coordinates and data, as by `cc_plan_create`.
///
/// - judges: terms in float64 whose loss is the square of the true residual, whatever method and precision the members train with; 0: there
///   is no judge.
cc_status cc_ensemble_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, int32_t judges,
                             const cc_term *judge, cc_ensemble **ensemble, cc_error *error);
void cc_ensemble_destroy(cc_ensemble *ensemble);

/// P, the parameters of a member.
int64_t cc_ensemble_parameters(const cc_ensemble *ensemble);
/// Bytes that a run of `count` members holds beside what `cc_members` points to.
uint64_t cc_ensemble_memory(const cc_ensemble *ensemble, int64_t count);

/// Trains. An ensemble serves one call at a time.
cc_status cc_ensemble_run(cc_ensemble *ensemble, const cc_schedule *schedule, const cc_members *members, cc_error *error);

/// Step `step` ≥ 1 of Adam for one network alone, every operation rounded in `precision`, whose numbers the doubles hold.
///
/// - gradient: [count]; parameters, first, second: [count], Adam's memory being zeros before step 1: replaced.
void cc_adam_step(cc_precision precision, const cc_optimizer *optimizer, double rate, int64_t step, int64_t count, const double *gradient,
                  double *parameters, double *first, double *second);

#ifdef __cplusplus
}
#endif
#endif
