/// What a backend is to ensembles: a table of functions over an ensemble's state.
#ifndef RESIDUA_ENSEMBLE_INTERNAL_H
#define RESIDUA_ENSEMBLE_INTERNAL_H

#include "include/ensemble.h"
#include "plan.h"

typedef struct cc_ensemble_calls {
    /// Steps `from` + 1 … `to` of members [first, first + count): parameters, memories, taken and best are brought on. `losses`: [count] the
    /// losses at `to`, NULL when not wanted.
    /// A run begins with from = schedule->first and ends with to = schedule->last; between, only `taken` and, for the judge, parameters are.
    cc_status (*advance)(void *state, const cc_ensemble *ensemble, const cc_schedule *schedule, const cc_members *members, int64_t from, int64_t to, int64_t first, int64_t count,
                         double *losses, cc_error *error);
    /// How many members may be brought on at once.
    int64_t (*most)(const void *state, int64_t count);
    uint64_t (*memory)(const void *state, int64_t count);
    void (*destroy)(void *state);
} cc_ensemble_calls;

struct cc_ensemble {
    net_plan *plan, *judge;        ///< judge: NULL where there is none
    int32_t terms;
    int32_t *nodes, *groups;       ///< [terms] as given
    const cc_ensemble_calls *calls;   ///< NULL: everything runs natively
    void *state;
};

/// η of step `step` + 1 of member k.
static inline double cc_rate(const cc_schedule *s, const cc_members *m, int64_t k, int64_t step) {
    if (!s->factors) return m->rates[k];
    const double floor = m->floors ? m->floors[k] : 0;
    return floor + (m->rates[k] - floor) * s->factors[step - s->first];
}

/// The whole of a run on the bare CPU.
cc_status cc_native_ensemble_run(cc_ensemble *ensemble, const cc_schedule *schedule, const cc_members *members, cc_error *error);
/// truths[k] for members [first, first + count) as their parameters are; NaN for those with alive[k] false.
cc_status cc_native_ensemble_judge(cc_ensemble *ensemble, const void *parameters, int64_t count, const bool *alive, double *truths, cc_error *error);
uint64_t cc_native_ensemble_memory(const cc_ensemble *ensemble, int64_t count);

#endif
