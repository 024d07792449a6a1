// Steps of gradient descent and Adam over a plan's parameters, every operation rounded by itself (opencl/network_descent.c).
//
// Build macros: F64, VW, LOCAL, WG; P elements a work-item (a multiple of VW). Numbers that steps leave behind:
//   history[step]  the loss at the step's begin, in double precision, as the host adds it up
//   state[0]       the smallest of them so far
//   flags[0]       whether this step's is that; flags[1]: the first step with a gradient or parameters that are not finite
// What follows such a step has no meaning: the host takes the steps before it once more.

#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#include "functions.clh"

#if LOCAL
#define ITEMS __attribute__((reqd_work_group_size(WG, 1, 1)))
#else
#define ITEMS HEEDED __attribute__((reqd_work_group_size(1, 1, 1)))
#endif

// Squares come in two parts a chunk; bounds[term]: its first chunk, and the one behind its last.
INLINE void begin_step(__global const REAL *losses, __global const double *shares, __global const int *bounds, const int terms,
                       __global double *history, __global double *state, __global int *flags, const int step) {
#pragma OPENCL FP_CONTRACT OFF
    double sum = 0;
    for (int k = 0; k < terms; k++) {
        double squares = 0;
        for (int c = bounds[2 * k]; c < bounds[2 * k + 1]; c++) {
            const double part = (double)losses[2 * c] + (double)losses[2 * c + 1];
            squares = squares + part;
        }
        const double share = squares * shares[k];
        sum = sum + share;
    }
    history[step] = sum;
    flags[0] = sum < state[0];
    if (sum < state[0]) state[0] = sum;
}

__kernel ITEMS void loss_of_step(__global const REAL *losses, __global const double *shares, __global const int *bounds, const int terms,
                                 __global double *history, __global double *state, __global int *flags, const int step) {
    if (get_global_id(0) == 0) begin_step(losses, shares, bounds, terms, history, state, flags, step);
}

typedef struct descent_rates {
    int adam;
    REAL rate, beta1, beta2, rest1, rest2, correction1, correction2, small, decay;
} descent_rates;

INLINE REALV stepped(const descent_rates *r, REALV x, REALV g, REALV *m, REALV *v) {
#pragma OPENCL FP_CONTRACT OFF
    REALV along = g;
    if (r->adam) {
        const REALV m1 = (REALV)r->beta1 * *m, m2 = (REALV)r->rest1 * g, v1 = (REALV)r->beta2 * *v, square = g * g;
        const REALV v2 = (REALV)r->rest2 * square;
        *m = m1 + m2;
        *v = v1 + v2;
        const REALV below = sqrt(*v / (REALV)r->correction2) + (REALV)r->small, shrunk = (REALV)r->decay * x;
        along = (*m / (REALV)r->correction1) / below + shrunk;
    }
    const REALV way = (REALV)r->rate * along;
    return x - way;
}

#define ODD(g, next) ANY(MASK((g) - (g) != V(0.0)) | MASK((next) - (next) != V(0.0)))

// schedule[step]: rate, 1 - beta1^t, 1 - beta2^t. A group that is alone begins the step itself.
__kernel ITEMS void descend(__global REAL *parameters, __global const REAL *gradient, __global REAL *moments, __global REAL *squares,
                            __global REAL *best, __global const REAL *schedule, __global const REAL *losses, __global const double *shares,
                            __global const int *bounds, const int terms, __global double *history, __global double *state,
                            __global volatile int *flags, const int count, const int step, const int adam, const REAL beta1, const REAL beta2,
                            const REAL small, const REAL decay) {
    if (get_num_groups(0) == 1) {
        if (get_global_id(0) == 0) begin_step(losses, shares, bounds, terms, history, state, (__global int *)flags, step);
#if LOCAL
        barrier(CLK_GLOBAL_MEM_FENCE);
#endif
    }
    const int better = flags[0], first = (int)get_global_id(0) * P, end = min(first + P, count);
    descent_rates r;
    r.adam = adam;
    r.rate = schedule[3 * step];
    r.beta1 = beta1;
    r.beta2 = beta2;
    r.rest1 = R(1.0) - beta1;
    r.rest2 = R(1.0) - beta2;
    r.correction1 = schedule[3 * step + 1];
    r.correction2 = schedule[3 * step + 2];
    r.small = small;
    r.decay = decay;
    int odd = 0, i = first;
    for (; i + VW <= end; i += VW) {
        const REALV x = LOADV(parameters + i), g = LOADV(gradient + i);
        REALV m = V(0.0), v = V(0.0);
        if (adam) m = LOADV(moments + i), v = LOADV(squares + i);
        if (better) STOREV(x, best + i);
        const REALV next = stepped(&r, x, g, &m, &v);
        if (adam) {
            STOREV(m, moments + i);
            STOREV(v, squares + i);
        }
        STOREV(next, parameters + i);
        odd |= ODD(g, next);
    }
    if (i < end) {
        // Lanes behind the last one compute with numbers that do no harm.
        REAL xs[VW], gs[VW], ms[VW], vs[VW];
        for (int lane = 0; lane < VW; lane++) {
            const int inside = i + lane < end;
            xs[lane] = inside ? parameters[i + lane] : R(0.0);
            gs[lane] = inside ? gradient[i + lane] : R(1.0);
            ms[lane] = inside && adam ? moments[i + lane] : R(0.0);
            vs[lane] = inside && adam ? squares[i + lane] : R(1.0);
        }
        const REALV g = LOADV(gs);
        REALV m = LOADV(ms), v = LOADV(vs);
        const REALV next = stepped(&r, LOADV(xs), g, &m, &v);
        odd |= ODD(g, next);
        REAL nexts[VW];
        STOREV(m, ms);
        STOREV(v, vs);
        STOREV(next, nexts);
        for (int lane = 0; lane < VW && i + lane < end; lane++) {
            if (better) best[i + lane] = xs[lane];
            if (adam) {
                moments[i + lane] = ms[lane];
                squares[i + lane] = vs[lane];
            }
            parameters[i + lane] = nexts[lane];
        }
    }
    if (odd) atomic_min(flags + 1, step);
}
