/// The printed source of an ensemble's kernel: sizes, forms in the weights, and the walk over the terms.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ensemble_plan.h"

static void define(ocl_text *t, const char *name, int64_t value) { ocl_print(t, "#define %s %lld\n", name, (long long)value); }

// MARK: Forms

static void print_raised(ocl_text *t, const char *name, int32_t channel, int32_t power) {
    for (; power > 0; power--) ocl_print(t, " * %s%d", name, channel);
}

/// w_i, and for every channel that a monomial names the weight along its direction.
static void print_weights(const ocl_ensemble *e, int32_t term, ocl_text *t) {
    const net_term *n = &e->native->term[term];
    for (int32_t c = 1; c < n->channels; c++) {
        if (!n->tangent[c]) continue;
        ocl_print(t, "        const REALV pi%d_%d = ", term, c);
        bool any = false;
        for (int32_t i = 0; i < e->dimension; i++) {
            const double along = n->tangents[(int64_t)c * e->dimension + i];
            if (along == 0) continue;
            ocl_print(t, "%s(REALV)((REAL)%a) * w%d", any ? " + " : "", along, i);
            any = true;
        }
        ocl_print(t, "%s;\n", any ? "" : "(REALV)0");
    }
}

static void print_form(const ocl_ensemble *e, int32_t term, int32_t f, ocl_text *t) {
    const net_form *form = &e->native->term[term].form[f];
    char name[16];
    snprintf(name, sizeof name, "pi%d_", term);
    ocl_print(t, "        const REALV m%d_%d = ", term, f);
    for (const net_monomial *m = form->first; m < form->end; m++) {
        ocl_print(t, "%s(REALV)((REAL)%a)", m > form->first ? " + " : "", m->factor);
        print_raised(t, name, m->a, m->power_a);
        print_raised(t, name, m->b, m->power_b);
    }
    ocl_print(t, ";\n");
}

static void print_neuron(const ocl_ensemble *e, ocl_text *t) {
    ocl_print(t, "    EACH_STEP(j, VECTORS * VW, VW) {\n");
    for (int32_t i = 0; i < e->dimension; i++) ocl_print(t, "        const REALV w%d = LOADV(theta + %d * STRIDE + j);\n", i, i);
    ocl_print(t, "        const REALV v = LOADV(theta + (DIMENSION + 1) * STRIDE + j);\n");
    for (int32_t k = 0; k < e->terms; k++) {
        print_weights(e, k, t);
        for (int32_t f = 0; f < e->native->term[k].forms; f++) print_form(e, k, f, t);
    }
}

static void print_begin(const ocl_ensemble *e, ocl_text *t) {
    ocl_print(t, "BODY void begin_step(ENSEMBLE_ARGUMENTS, __global const REAL *own, __global const REAL *theta, __global REAL *slab, const int mode) {\n");
    print_neuron(e, t);
    for (int32_t k = 0; k < e->terms; k++)
        for (int32_t f = 0; f < e->native->term[k].forms; f++)
            ocl_print(t, "        STOREV(m%d_%d * v, slab + %d + j);\n", k, f, e->term[k].factor_rows + f * e->stride);
    ocl_print(t, "    }\n    if (mode != NETWORK_GRADIENT) return;\n    EACH_STEP(q, SIZE, VW) STOREV((REALV)0, slab + GRADIENT + q);\n"
                 "    EACH_STEP(q, %d, VW) STOREV((REALV)0, slab + %d + q);\n"
                 "    PLAIN for (int k = 0; k < PARAMETERS; k++) STOREV((REALV)0, slab + LANES_AT + (2 + k) * (WG * VW) + ITEM * VW);\n}\n\n",
              e->sums_end - e->sums_first, e->sums_first);
}

/// d(form)/dw through each monomial: factor · power · π^(power − 1) · (the other) · along.
static void print_slopes(const ocl_ensemble *e, int32_t term, int32_t f, ocl_text *t) {
    const net_term *n = &e->native->term[term];
    const net_form *form = &n->form[f];
    char name[16];
    snprintf(name, sizeof name, "pi%d_", term);
    for (const net_monomial *m = form->first; m < form->end; m++)
        for (int32_t side = 0; side < 2; side++) {
            const int32_t here = side ? m->b : m->a, power = side ? m->power_b : m->power_a;
            const int32_t other = side ? m->a : m->b, other_power = side ? m->power_a : m->power_b;
            if (power == 0) continue;
            ocl_print(t, "        {\n            const REALV part = (REALV)((REAL)%a)", m->factor * power);
            print_raised(t, name, here, power - 1);
            print_raised(t, name, other, other_power);
            ocl_print(t, " * s%d_%d * v;\n", term, f);
            for (int32_t i = 0; i < e->dimension; i++) {
                const double along = n->tangents[(int64_t)here * e->dimension + i];
                if (along != 0) ocl_print(t, "            g%d += (REALV)((REAL)%a) * part;\n", i, along);
            }
            ocl_print(t, "        }\n");
        }
}

static void print_end(const ocl_ensemble *e, ocl_text *t) {
    ocl_print(t, "BODY void end_step(ENSEMBLE_ARGUMENTS, __global const REAL *theta, __global REAL *slab) {\n    __global REAL *gradient = slab + GRADIENT;\n");
    print_neuron(e, t);
    for (int32_t i = 0; i < e->dimension; i++) ocl_print(t, "        REALV g%d = LOADV(gradient + %d * STRIDE + j);\n", i, i);
    ocl_print(t, "        REALV gv = (REALV)0;\n");
    for (int32_t k = 0; k < e->terms; k++)
        for (int32_t f = 0; f < e->native->term[k].forms; f++) {
            ocl_print(t, "        const REALV s%d_%d = LOADV(slab + %d + j);\n        gv += m%d_%d * s%d_%d;\n", k, f, e->term[k].form_sums + f * e->stride, k, f, k, f);
            print_slopes(e, k, f, t);
        }
    for (int32_t i = 0; i < e->dimension; i++) ocl_print(t, "        STOREV(g%d, gradient + %d * STRIDE + j);\n", i, i);
    ocl_print(t, "        STOREV(gv, gradient + (DIMENSION + 1) * STRIDE + j);\n    }\n");
    // Lanes beyond the last neuron stay what they are, nothing.
    if (e->width % e->vector)
        ocl_print(t, "    PLAIN for (int r = 0; r < DIMENSION + 2; r++) {\n"
                     "        __global REAL *last = gradient + r * STRIDE + (VECTORS - 1) * VW;\n"
                     "        STOREV(choose(MASK(LANES < I(%d)), LOADV(last), V(0.0)), last);\n    }\n", e->width % e->vector);
    ocl_print(t, "#if PARAMETERS > 0\n    BARRIER;\n    EACH(k, PARAMETERS) {\n        REAL sum = 0;\n"
                 "        PLAIN for (int q = 0; q < WG * VW; q++) sum += slab[LANES_AT + (2 + k) * (WG * VW) + q];\n"
                 "        gradient[FIRST_PARAMETER + k] = sum;\n    }\n#endif\n}\n\n");
}

// MARK: Terms

static void print_forms(const ocl_ensemble *e, int32_t k, ocl_text *t) {
    const net_term *n = &e->native->term[k];
    int32_t highest = 0, value = -1;
    for (int32_t f = 0; f < n->forms; f++)
        if (n->form[f].order > highest) highest = n->form[f].order;
    for (int32_t o = 0; o < n->outputs; o++)
        if (n->output[o] == 0) value = o;
    ocl_print(t, "#define FORMS(name) name##_%d\n#define FORM_ORDERS ", k);
    for (int32_t f = 0; f < n->forms; f++) ocl_print(t, "%s%d", f ? ", " : "", n->form[f].order);
    ocl_print(t, "\n#define FORM_OUTPUTS ");
    for (int32_t f = 0; f < n->forms; f++) ocl_print(t, "%s%d", f ? ", " : "", n->form[f].output);
    ocl_print(t, "\n");
    define(t, "NF", n->forms);
    define(t, "NO", n->outputs);
    define(t, "HIGHEST", highest);
    define(t, "VALUE", value);
    net_include(t, "ensemble_forms.clh");
    ocl_print(t, "#undef FORMS\n#undef FORM_ORDERS\n#undef FORM_OUTPUTS\n#undef NF\n#undef NO\n#undef HIGHEST\n#undef VALUE\n");
}

#define SHARED_ARGUMENTS                                                                                                              \
    "ENSEMBLE_ARGUMENTS, __global const REAL *own, __global const WIDE *wide_own, __global const REAL *theta, "                     \
    "__global REAL *slab, const int mode, REALV *loss"

static void print_term(const ocl_ensemble *e, int32_t k, ocl_text *t) {
    const net_term *n = &e->native->term[k];
    const ens_term *s = &e->term[k];
    ocl_print(t, "BODY void term_%d(" SHARED_ARGUMENTS ") {\n", k);
    ocl_print(t, "    residual_state state;\n    state.mode = mode;\n    state.equations = %d;\n    state.twice_share = 2 * own[%d];\n    state.root = 0;\n"
                 "    state.row = 0;\n    state.cotangent = 0;\n    state.result = 0;\n    state.high = (REALV)0;\n    state.low = (REALV)0;\n", n->equations, s->share);
    ocl_print(t, "    PLAIN for (int first = 0; first < %lld; first += %d) {\n        const int count = min(%d, %lld - first), pairs = count * %d;\n",
              (long long)n->points, s->block, s->block, (long long)n->points, n->nodes);
    ocl_print(t, "        __global const REAL *x = points + %lld + (long)first * DIMENSION;\n", (long long)s->points);
    if (s->sums)
        ocl_print(t, "        shift(count, %d, x, own + %d, slab + %d);\n        x = slab + %d;\n        BARRIER;\n", n->nodes, s->offsets, e->inputs, e->inputs);
    ocl_print(t, "        forward_%d(pairs, x, theta, slab + %d, slab + %d, slab + %d, slab + %d, %d);\n        BARRIER;\n", k, s->factor_rows, e->r0, e->r1,
              e->outputs, s->out_stride);
    if (s->sums)
        ocl_print(t, "        gather(%d, count, %d, %d, %d, reals + %d, wides + %d, own + %d, wide_own + %d, slab + %d, %d, slab + %d, %d);\n        BARRIER;\n",
                  s->sums, n->nodes, n->outputs, n->uses, s->weights, s->wide_weights, s->scales, s->wide_scales, e->outputs, s->out_stride, e->components,
                  s->point_stride);
    ocl_print(t, "        state.count = count;\n        EACH_STEP(p, count, VW) {\n            state.p = p;\n"
                 "            residual_of(%d, &state, %d, %lld, slab + %d, turned + %lld + first, data + %lld + first, %lld, theta + FIRST_PARAMETER, "
                 "reals + %d, slab + %d, slab + LANES_AT + ITEM * VW);\n        }\n        BARRIER;\n        if (mode != NETWORK_GRADIENT) continue;\n",
              s->residual, s->sums ? s->point_stride : s->out_stride, (long long)s->turned_stride, s->sums ? e->components : e->outputs,
              (long long)s->turned, (long long)s->data, (long long)s->data_stride, e->ones, s->sums ? e->component_seeds : e->seeds);
    if (s->sums)
        ocl_print(t, "        scatter(count, %d, %d, %d, own + %d, slab + %d, %d, slab + %d, %d);\n        BARRIER;\n", n->nodes, n->outputs, n->uses,
                  s->back_weights, e->component_seeds, s->point_stride, e->seeds, s->out_stride);
    ocl_print(t, "        backward_%d(pairs, x, theta, slab + %d, slab + %d, slab + %d, slab + %d, %d, slab + %d, slab + GRADIENT);\n        BARRIER;\n", k,
              s->factor_rows, e->r0, e->r1, e->seeds, s->out_stride, s->form_sums);
    ocl_print(t, "    }\n    *loss = *loss + (REALV)own[%d] * (state.high + state.low);\n}\n\n", s->share);
}

static void print_terms(const ocl_ensemble *e, ocl_text *t) {
    for (int32_t k = 0; k < e->terms; k++) {
        print_forms(e, k, t);
        print_term(e, k, t);
    }
    ocl_print(t, "BODY void all_terms(" SHARED_ARGUMENTS ") {\n");
    for (int32_t k = 0; k < e->terms; k++)
        ocl_print(t, "    term_%d(ENSEMBLE_VALUES, own, wide_own, theta, slab, mode, loss);\n", k);
    ocl_print(t, "}\n\n");
}

// MARK: The source

bool ens_print_source(ocl_ensemble *e, const cc_term *term) {
    ocl_text *t = &e->code;
    const bool wide = e->wide_sums || e->precision == CC_F64;
    if (wide) ocl_print(t, "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n");
    ocl_print(t, "#undef WG\n");
    const struct { const char *name; int64_t value; } sizes[] = {
        {"WG", e->group}, {"VW", e->vector}, {"ACTIVATION", e->activation}, {"POWER", e->power}, {"WIDE_SUMS", e->wide_sums}, {"DIMENSION", e->dimension},
        {"WIDTH", e->width}, {"STRIDE", e->stride}, {"VECTORS", e->vectors}, {"TAIL", e->tail}, {"SIZE", e->size}, {"SLAB", e->slab}, {"TABLE", e->table},
        {"WIDE_TABLE", e->wide_table}, {"GRADIENT", e->gradient}, {"LANES_AT", e->lanes}, {"PARAMETERS", e->trainable},
        {"FIRST_PARAMETER", e->tail + 1}, {"ABREAST", e->abreast}, {"BIASED", e->biased}, {"LAST_BIASED", e->last_biased},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) define(t, sizes[i].name, sizes[i].value);
    ocl_print(t, "#define WIDE %s\n#define LANES ((INTV)(0", wide ? "double" : "float");
    for (int32_t i = 1; i < e->vector; i++) ocl_print(t, ", %d", i);
    ocl_print(t, "))\n");
    ocl_print(t, "#define TILES\n#define ENSEMBLE_VALUES points, turned, data, reals, wides\n"
                 "#define ENSEMBLE_ARGUMENTS __global const REAL *points, __global const REAL *turned, __global const REAL *data, "
                 "__global const REAL *reals, __global const WIDE *wides\n");
    net_include(t, "network_table.clh");
    net_include(t, "builtins.clh");
    net_include(t, "functions.clh");
    net_include(t, "network_points.clh");
    int32_t *number = calloc((size_t)e->terms, sizeof *number);
    t->failed |= !number;
    if (number) net_print_residuals(t, e->terms, term, 1, number);
    for (int32_t k = 0; number && k < e->terms; k++) e->term[k].residual = number[k];
    free(number);
    net_include(t, "network_activations.clh");
    net_include(t, "ensemble_points.clh");
    print_begin(e, t);
    print_terms(e, t);
    print_end(e, t);
    net_include(t, "ensemble.cl");
    return !t->failed;
}
