// Ensembles: both optimisers, exact derivatives and stencils, members with numbers of their own, members that end early, and mistakes.
#include "terms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { most_terms = 3, most_steps = 9 };

/// An ensemble and what its members are made from.
typedef struct crowd {
    cc_ensemble *ensemble;
    cc_precision precision;
    int32_t terms;
    bool judged, stencil;
    int64_t size;              // parameters
    case_term cases[most_terms], judges[most_terms];
} crowd;

/// Numbers of `count` members in memory that ends with them.
typedef struct people {
    cc_members members;
    double *offsets, *scales;
    const double *all_offsets[most_terms], *all_scales[most_terms];
} people;

static size_t element_of(const crowd *c) { return c->precision == CC_F64 ? 8 : 4; }

/// The numbers of member `first` and those after it: the same in every crowd of the same seed.
static people assemble(const crowd *c, int64_t first, int64_t count, uint64_t seed) {
    people p = {0};
    const size_t row = (size_t)c->size * element_of(c);
    double *rates = exact_memory((size_t)count * sizeof(double)), *floors = exact_memory((size_t)count * sizeof(double));
    double *weights = exact_memory((size_t)(count * c->terms) * sizeof(double)), *best_losses = exact_memory((size_t)count * sizeof(double));
    int64_t *taken = exact_memory((size_t)count * sizeof *taken);
    p.offsets = exact_memory((size_t)count * 10 * sizeof(double));
    p.scales = exact_memory((size_t)count * 2 * sizeof(double));
    char *memory[4];
    for (int i = 0; i < 4; i++) memory[i] = exact_memory((size_t)count * row);
    for (int64_t k = 0; k < count; k++) {
        numbers own = {seed * 1000 + (uint64_t)(first + k)};
        rates[k] = 1e-5 * (double)(first + k + 1);
        floors[k] = 1e-6;
        best_losses[k] = INFINITY;
        taken[k] = 0;
        for (int32_t i = 0; i < c->terms; i++) weights[k * c->terms + i] = 1 + 0.25 * (double)(first + k + i);
        const double h = 0.125 / (double)(1 + (first + k) % 3);
        for (int i = 0; i < 10; i++) p.offsets[k * 10 + i] = c->cases[0].offsets[i] * h * 8;
        p.scales[2 * k] = 1 / (h * h);
        p.scales[2 * k + 1] = 1;
        for (int64_t i = 0; i < c->size; i++) set_value(c->precision, memory[0], k * c->size + i, next_number(&own) * 0.5);
    }
    for (int i = 1; i < 4; i++) memset(memory[i], 0, (size_t)count * row);
    p.members = (cc_members){.count = count, .parameters = memory[0], .first = memory[1], .second = memory[2], .best = memory[3], .rates = rates,
                             .floors = floors, .weights = weights, .best_losses = best_losses, .taken = taken};
    return p;
}

static void disperse(people *p) {
    cc_members *m = &p->members;
    void *const memory[] = {m->parameters, m->first, m->second, m->best, (void *)m->rates, (void *)m->floors, (void *)m->weights, m->best_losses,
                            m->taken, p->offsets, p->scales};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) free(memory[i]);
}

/// Steps first + 1 … last with records at both ends.
static cc_status run(const crowd *c, people *p, cc_optimizer_kind kind, int64_t first, int64_t last, const char *call) {
    const int64_t records[2] = {first, last}, count = p->members.count;
    double *factors = exact_memory((size_t)(last - first) * sizeof(double));
    for (int64_t q = first; q < last; q++) factors[q - first] = 1 / (double)(1 + q);
    const cc_schedule schedule = {.optimizer = {kind, 0.9, 0.999, 1e-8, 1e-3}, .first = first, .last = last,
                                  .factors = kind == CC_ADAM ? factors : NULL,
                                  .records = first == last ? 1 : 2, .record = records};
    for (int32_t i = 0; i < c->terms; i++) {
        p->all_offsets[i] = i == 0 && c->stencil ? p->offsets : NULL;
        p->all_scales[i] = i == 0 && c->stencil ? p->scales : NULL;
    }
    cc_members m = p->members;
    m.offsets = c->stencil ? p->all_offsets : NULL;
    m.scales = c->stencil ? p->all_scales : NULL;
    m.losses = exact_memory((size_t)(schedule.records * count) * sizeof(double));
    m.truths = c->judged ? exact_memory((size_t)(schedule.records * count) * sizeof(double)) : NULL;
    bool goes_on[16];
    for (int64_t k = 0; k < count; k++) goes_on[k] = m.taken[k] == first;
    cc_error error;
    const cc_status status = cc_ensemble_run(c->ensemble, &schedule, &m, &error);
    expect_status(status, CC_OK, &error, call);
    for (int64_t k = 0; k < count && status == CC_OK; k++) {
        for (int64_t r = 0; !goes_on[k] && r < schedule.records; r++)
            expect(isnan(m.losses[r * count + k]) && (!m.truths || isnan(m.truths[r * count + k])), "member %lld was passed over and has a loss",
                   (long long)k);
        if (m.taken[k] != last || !goes_on[k]) continue;
        for (int64_t r = 0; r < schedule.records; r++) {
            expect(isfinite(m.losses[r * count + k]), "a loss of member %lld is not finite", (long long)k);
            expect(!m.truths || m.truths[r * count + k] >= 0, "a true residual of member %lld is NaN", (long long)k);
        }
    }
    free(factors);
    free(m.losses);
    free(m.truths);
    return status;
}

static void expect_same(const crowd *c, const people *a, int64_t i, const people *b, int64_t j, const char *what) {
    const size_t row = (size_t)c->size * element_of(c);
    const void *const left[] = {a->members.parameters, a->members.first, a->members.second, a->members.best};
    const void *const right[] = {b->members.parameters, b->members.first, b->members.second, b->members.best};
    for (int k = 0; k < 4; k++)
        expect(memcmp((const char *)left[k] + (size_t)i * row, (const char *)right[k] + (size_t)j * row, row) == 0, "%s: bits differ in part %d", what, k);
    expect(a->members.taken[i] == b->members.taken[j] && a->members.best_losses[i] == b->members.best_losses[j], "%s: ends differ", what);
}

/// A crowd, its members alone, its run in two parts, and members that cannot go on.
static void train(const crowd *c, cc_optimizer_kind kind, int64_t count, uint64_t seed) {
    people all = assemble(c, 0, count, seed), parts = assemble(c, 0, count, seed), alone = assemble(c, count - 1, 1, seed);
    run(c, &all, kind, 0, most_steps, "cc_ensemble_run");
    run(c, &alone, kind, 0, most_steps, "cc_ensemble_run, alone");
    expect_same(c, &all, count - 1, &alone, 0, "alone");
    run(c, &parts, kind, 0, 4, "cc_ensemble_run, first part");
    run(c, &parts, kind, 4, 4, "cc_ensemble_run, nothing");
    run(c, &parts, kind, 4, most_steps, "cc_ensemble_run, second part");
    for (int64_t k = 0; k < count; k++) {
        expect(all.members.taken[k] == most_steps, "member %lld took %lld steps", (long long)k, (long long)all.members.taken[k]);
        expect_same(c, &all, k, &parts, k, "in two parts");
    }
    disperse(&all);
    disperse(&parts);
    disperse(&alone);
    people odd = assemble(c, 0, count, seed), before = assemble(c, 0, count, seed);
    set_value(c->precision, odd.members.parameters, 0, NAN);
    // Steps that these members say they have taken: others than the run begins with, also in 32 bits.
    static const int64_t strange[] = {most_steps, (int64_t)1 << 32};
    if (count > 1) odd.members.taken[1] = before.members.taken[1] = strange[0];
    if (count > 2) odd.members.taken[2] = before.members.taken[2] = strange[1];
    run(c, &odd, kind, 0, most_steps, "cc_ensemble_run, with members that end");
    expect(odd.members.taken[0] == 0 && isnan(value_at(c->precision, odd.members.parameters, 0)), "a member without numbers went on");
    for (int64_t k = 1; k < 3 && k < count; k++) expect_same(c, &odd, k, &before, k, "passed over");
    disperse(&odd);
    disperse(&before);
}

static bool create(crowd *c, cc_device *device, const cc_network *network, cc_precision precision, const int *kind, int32_t terms, int64_t points,
                   int32_t parameters, numbers *n) {
    *c = (crowd){.precision = precision, .terms = terms, .stencil = kind[0] == 2, .judged = points % 2 == 1};
    cc_term given[most_terms], judge[most_terms];
    for (int32_t i = 0; i < terms; i++) {
        describe(&c->cases[i], kind[i], precision, points + i, n);
        describe(&c->judges[i], kind[i] == 2 ? 3 : kind[i], CC_F64, points + i, n);
        c->cases[i].term.jets.wide = points % 3 == 0 && precision == CC_F32 && cc_device_describe(device)->fp64;
        c->cases[i].term.jets.narrow = points % 3 == 1 && precision == CC_F64;
        become_program(&c->cases[i], parameters);
        if (i % 2) become_program(&c->judges[i], parameters);   // the judge is native: functions serve as well
        given[i] = c->cases[i].term;
        judge[i] = c->judges[i].term;
    }
    const cc_plan_options options = {precision, cc_device_describe(device)->backend == CC_NATIVE && next_below(n, 2) ? NULL : device, parameters};
    cc_error error;
    expect_status(cc_ensemble_create(network, &options, terms, given, c->judged ? terms : 0, judge, &c->ensemble, &error), CC_OK, &error,
                  "cc_ensemble_create");
    if (!c->ensemble) return false;
    c->size = cc_ensemble_parameters(c->ensemble);
    expect(c->size == cc_network_parameters(network) + parameters && cc_ensemble_memory(c->ensemble, 5) > 0, "an ensemble has no size");
    return true;
}

static void destroy(crowd *c) {
    cc_ensemble_destroy(c->ensemble);
    for (int32_t i = 0; i < c->terms; i++) {
        free_case(&c->cases[i]);
        free_case(&c->judges[i]);
    }
}

static void go_wrong(cc_device *device, const cc_network *network, numbers *n) {
    crowd c;
    static const int kind[] = {3};
    cc_error error;
    case_term function;
    cc_ensemble *none = NULL;
    describe(&function, 3, CC_F32, 4, n);
    const cc_plan_options options = {CC_F32, device, 0};
    if (cc_device_describe(device)->backend == CC_OPENCL)
        expect_status(cc_ensemble_create(network, &options, 1, &function.term, 0, NULL, &none, &error), CC_BAD_ARGUMENT, &error, "cc_ensemble_create");
    expect_status(cc_ensemble_create(network, &options, 0, &function.term, 0, NULL, &none, &error), CC_BAD_ARGUMENT, &error, "cc_ensemble_create");
    expect_status(cc_ensemble_create(NULL, &options, 0, NULL, 0, NULL, &none, &error), CC_BAD_ARGUMENT, &error, "cc_ensemble_create");
    free_case(&function);
    if (!create(&c, device, network, CC_F32, kind, 1, 4, 0, n)) return;
    people p = assemble(&c, 0, 2, 1);
    double losses[4];
    p.members.losses = losses;
    const int64_t records[] = {3, 2};
    const cc_optimizer adam = {CC_ADAM, 0.9, 0.999, 1e-8, 0};
    const cc_schedule schedules[] = {
        {adam, -1, 2, NULL, 0, NULL}, {adam, 3, 2, NULL, 0, NULL}, {adam, 0, 3, NULL, 2, records}, {adam, 0, 2, NULL, 1, records}, {adam, 0, 2, NULL, 1, NULL},
        {{(cc_optimizer_kind)7, 0, 0, 0, 0}, 0, 1, NULL, 0, NULL}, {{CC_ADAM, 1, 0, 0, 0}, 0, 1, NULL, 0, NULL}, {{CC_ADAM, 0, 0, -1, 0}, 0, 1, NULL, 0, NULL},
    };
    for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++)
        expect_status(cc_ensemble_run(c.ensemble, &schedules[i], &p.members, &error), CC_BAD_ARGUMENT, &error, "cc_ensemble_run");
    const cc_schedule good = {adam, 0, 2, NULL, 1, records + 1};
    for (int wrong = 0; wrong < 8; wrong++) {
        cc_members m = p.members;
        const double *const offsets[] = {p.offsets};
        double truths[2], rates[] = {1, NAN}, weights[] = {1, 0};
        switch (wrong) {
        case 0: m.count = 0; break;
        case 1: m.parameters = NULL; break;
        case 2: m.losses = NULL; break;
        case 3: m.second = NULL; break;
        case 4: m.best_losses = NULL; break;
        case 5: m.truths = truths; break;
        case 6: m.offsets = offsets; break;
        default: m.rates = rates; m.weights = weights;
        }
        expect_status(cc_ensemble_run(c.ensemble, &good, &m, &error), CC_BAD_ARGUMENT, &error, "cc_ensemble_run");
    }
    expect_status(cc_ensemble_run(NULL, &good, &p.members, &error), CC_BAD_ARGUMENT, &error, "cc_ensemble_run");
    expect(cc_ensemble_parameters(NULL) == 0 && cc_ensemble_memory(NULL, 3) == 0 && cc_ensemble_memory(c.ensemble, 0) == 0, "no ensemble has a size");
    disperse(&p);
    destroy(&c);
    cc_ensemble_destroy(NULL);
}

/// Steps of a network alone, against the same written plainly.
static void step_alone(numbers *n) {
    const cc_optimizer adam = {CC_ADAM, 0.9, 0.999, 1e-8, 0.01};
    for (int64_t count = 0; count < 40; count += 13)
        for (cc_precision precision = CC_F32; precision <= CC_F64; precision++) {
            double *memory[4], plain[3];
            for (int i = 0; i < 4; i++) {
                memory[i] = exact_memory((size_t)count * sizeof(double));
                for (int64_t k = 0; k < count; k++) memory[i][k] = i == 2 || i == 3 ? 0 : next_number(n);
            }
            if (count > 0) {
                const double g = memory[0][count - 1];
                plain[0] = memory[1][count - 1];
                plain[1] = 0.1 * g;
                plain[2] = 0.001 * g * g;
                plain[0] -= 0.25 * ((plain[1] / 0.1) / (sqrt(plain[2] / 0.001) + 1e-8) + 0.01 * plain[0]);
            }
            cc_adam_step(precision, &adam, 0.25, 1, count, memory[0], memory[1], memory[2], memory[3]);
            for (int i = 0; count > 0 && i < 3; i++)
                expect(fabs(memory[1 + i][count - 1] - plain[i]) <= (precision == CC_F64 ? 1e-14 : 1e-6), "a step of Adam");
            for (int i = 0; i < 4; i++) free(memory[i]);
        }
}

void call_ensembles(cc_device *device, numbers *n) {
    static const int32_t widths[][4] = {{2, 5, 1}, {2, 37, 1}, {2, 9, 6, 1}};
    static const int kind[][most_terms] = {{3, 4}, {2, 4}, {1, 2, 5}, {0, 4}};
    static const int32_t terms[] = {2, 2, 3, 2};
    const cc_device_info *info = cc_device_describe(device);
    const bool native = info->backend == CC_NATIVE;
    crowd c;
    if (native) step_alone(n);
    for (cc_precision precision = CC_F32; precision <= (info->fp64 ? CC_F64 : CC_F32); precision++)
        for (int shape = 0; shape < 3; shape++)
            for (int k = 0; k < 4; k++) {
                // A device's compiler takes seconds for every ensemble: shallow and deep, exact and stencils, once each.
                if (!native && (shape == 1 || k != (int)precision + shape / 2)) continue;
                static const cc_activation activations[] = {CC_TANH, CC_SIN, CC_GAUSSIAN, CC_GELU};
                const cc_network network = {shape == 2 ? 3 : 2, widths[shape], native ? activations[k] : CC_TANH, 1, NULL, NULL};
                static const int64_t points[] = {1, 9, 34, 5};
                if (!create(&c, device, &network, precision, kind[k], terms[k], points[k], k == 2 ? trainable : 0, n)) continue;
                train(&c, CC_ADAM, k == 0 ? 1 : 5, 3);
                train(&c, CC_DESCENT, k == 3 ? 1 : 3, 5);
                destroy(&c);
            }
    const cc_network network = {2, widths[0], CC_TANH, 1, NULL, NULL};
    go_wrong(device, &network, n);
}
