// Many networks trained at once: a work-group carries one member through all its steps.
//
// The host prints before this text (opencl/ensemble_source.c), all in elements:
//   SIZE                 a member's parameters as they lie here, in whole vectors; SLAB its work memory; TABLE, WIDE_TABLE its own numbers
//   GRADIENT, LANES_AT   in the slab: the gradient, and [2 + PARAMETERS][WG VW] of the residuals' sums
//   PARAMETERS, FIRST_PARAMETER   trainable parameters of the equations, in the member's parameters
//   ENSEMBLE_ARGUMENTS, ENSEMBLE_VALUES   what all members share, declared and named; TILES as in network_products.clh, or empty
//   begin_step(...)      makes what depends on the parameters alone and clears sums
//   all_terms(...)       residuals, their loss by lanes and, in mode NETWORK_GRADIENT, what goes back
//   end_step(...)        closes the gradient
// Shapes: LOCAL = 0, one item a group and vectors of VW neurons or points; LOCAL = 1, WG items a group and VW = 1.

#define ADAM 1

// The sum of the lanes' parts, the same for every item.
#if LOCAL
#define GROUP_SUM(result, value)                                                                                                   \
    do {                                                                                                                          \
        BARRIER;                                                                                                                  \
        shared[ITEM] = value;                                                                                                     \
        for (int half_of = WG / 2; half_of > 0; half_of /= 2) {                                                                   \
            BARRIER;                                                                                                              \
            if (ITEM < half_of) shared[ITEM] += shared[ITEM + half_of];                                                           \
        }                                                                                                                         \
        BARRIER;                                                                                                                  \
        result = shared[0];                                                                                                       \
    } while (0)
#else
#define GROUP_SUM(result, value) result = total(value)
#endif

#define EVALUATE(mode)                                                                                                              \
    do {                                                                                                                          \
        REALV part_of_loss = (REALV)0;                                                                                            \
        begin_step(ENSEMBLE_VALUES, own, here, slab, mode);                                                                                             \
        BARRIER;                                                                                                                  \
        all_terms(ENSEMBLE_VALUES, own, wide_own, here, slab, mode, &part_of_loss TILES);                            \
        GROUP_SUM(loss, part_of_loss);                                                                                            \
    } while (0)

// Members' numbers lie one after another. `settings`: [member] rate, floor; `schedule`: [step] factor, 1 - beta1^t, 1 - beta2^t.
// taken[member]: steps taken before, `begin` for members that go on, others are passed over; and those taken now, at the end.
__kernel ITEMS
void ensemble(ENSEMBLE_ARGUMENTS, __global const REAL *tables, __global const WIDE *wide_tables, __global const REAL *settings,
              __global const REAL *schedule, __global REAL *parameters, __global REAL *moments, __global REAL *squares, __global REAL *bests,
              __global REAL *best_losses, __global REAL *slabs, __global REAL *losses, __global int *taken, const int begin, const int steps,
              const int kind, const int wants_loss, const REAL beta1, const REAL beta2, const REAL small, const REAL decay) {
#if LOCAL
    __local REAL shared[WG];
#ifdef ENSEMBLE_TILES
    ENSEMBLE_TILES
#endif
#endif
    const int member = get_group_id(0);
    if (taken[member] != begin) return;
    __global const REAL *own = tables + (long)member * TABLE;
    __global const WIDE *wide_own = wide_tables + (long)member * WIDE_TABLE;
    __global REAL *here = parameters + (long)member * SIZE, *first = moments + (long)member * SIZE, *second = squares + (long)member * SIZE;
    __global REAL *best = bests + (long)member * SIZE, *slab = slabs + (long)member * SLAB, *gradient = slab + GRADIENT;
    const REAL rate = settings[2 * member], floor_rate = settings[2 * member + 1], rest1 = 1 - beta1, rest2 = 1 - beta2;
    REAL best_loss = best_losses[member], loss;
    int step = 0;
    // Whole vectors are read beyond what is written, to no effect.
    EACH_STEP(q, SLAB, VW) STOREV((REALV)0, slab + q);
    BARRIER;
    PLAIN for (; step < steps; step++) {
        EVALUATE(NETWORK_GRADIENT);
        end_step(ENSEMBLE_VALUES, here, slab);
        BARRIER;
        // Where the step leads takes the gradient's place; x - x is 0 for finite numbers alone.
        const REAL factor = schedule[3 * step], eta = floor_rate + (rate - floor_rate) * factor;
        const REALV correction1 = (REALV)schedule[3 * step + 1], correction2 = (REALV)schedule[3 * step + 2];
        REALV strange_gradient = (REALV)0, strange_result = (REALV)0;
        EACH_STEP(q, SIZE, VW) {
            const REALV g = LOADV(gradient + q), x = LOADV(here + q);
            REALV along = g;
            if (kind == ADAM) {
                const REALV m = (REALV)beta1 * LOADV(first + q) + (REALV)rest1 * g;
                const REALV v = (REALV)beta2 * LOADV(second + q) + (REALV)rest2 * (g * g);
                along = (m / correction1) / (sqrt(v / correction2) + (REALV)small) + (REALV)decay * x;
                STOREV(m, first + q);
                STOREV(v, second + q);
            }
            const REALV next = x - (REALV)eta * along;
            STOREV(next, gradient + q);
            strange_gradient = strange_gradient + (g - g);
            strange_result = strange_result + (next - next);
        }
        REAL odd_gradient, odd_result;
        GROUP_SUM(odd_gradient, strange_gradient);
        GROUP_SUM(odd_result, strange_result);
        if (loss - loss != 0 || odd_gradient != 0) break;
        const int better = loss < best_loss;
        if (better) best_loss = loss;
        EACH_STEP(q, SIZE, VW) {
            if (better) STOREV(LOADV(here + q), best + q);
            if (odd_result == 0) STOREV(LOADV(gradient + q), here + q);
        }
        BARRIER;
        if (odd_result != 0) break;
    }
    if (wants_loss && step == steps) {
        EVALUATE(NETWORK_LOSS);
        if (ITEM == 0) losses[member] = loss;
    }
    if (ITEM == 0) {
        best_losses[member] = best_loss;
        taken[member] = begin + step;
    }
}
