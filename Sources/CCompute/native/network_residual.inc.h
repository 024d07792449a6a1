// Work memory of a block; its residuals, their part of the loss, and the seeds of the way back.

/// Work memory of a block.
typedef struct work {
    REAL *z[net_most_layers], *r1[net_most_layers];   // hidden layer l: [rows][stride], [pairs][stride]
    REAL *even, *odd;                                 // [rows][largest stride]: activations forward, adjoints backward
    REAL *derivatives;                                // [6][largest stride]
    REAL *shifted;                                    // [pairs][dimension]
    REAL *inputs, *sines;                             // of an embedding: [rows][its stride], [2][its stride]
    REAL *outputs, *seeds;                            // [field][output][stride]
    REAL *components, *component_seeds;               // [field][use][point stride]; with no nodes the two above
    REAL *residuals, *partials, *parameter_partials;  // [equation]…[point stride], of a residual function
    REAL *weighted;                                   // [equation][point stride]: residuals times what seeds them
    REAL *registers, *named, *tails;                  // of a program: its rows, the coordinates, the ends of data: […][point stride]
    REAL *tangent_sums;                               // [channels or forms][stride of layer 0]
} work;

static int64_t place(const net_plan *plan, const net_term *t, REAL *memory, work *w) {
    int64_t at = 0, pairs = (int64_t)t->block * t->nodes, rows = pairs * (t->forms ? 1 : t->channels), widest = 0;
#define TAKE(field, count) (w->field = memory ? memory + at : NULL, at += ((count) + 63) / 64 * 64)
    for (int l = 0; l + 1 < plan->layers; l++) {
        TAKE(z[l], rows * plan->layer[l].stride);
        TAKE(r1[l], pairs * plan->layer[l].stride);
        if (plan->layer[l].stride > widest) widest = plan->layer[l].stride;
    }
    TAKE(even, rows * widest);
    TAKE(odd, t->forms ? 0 : rows * widest);
    TAKE(derivatives, 6 * widest);
    TAKE(shifted, t->shifted ? pairs * plan->dimension : 0);
    TAKE(inputs, plan->embedding.features ? rows * plan->embedding.stride : 0);
    TAKE(sines, 2 * plan->embedding.stride);
    int64_t point_stride = (t->block + 15) / 16 * 16, uses = (int64_t)plan->fields * t->uses;
    TAKE(outputs, (int64_t)plan->fields * t->outputs * t->stride);
    TAKE(seeds, (int64_t)plan->fields * t->outputs * t->stride);
    if (t->weights) {
        TAKE(components, uses * point_stride);
        TAKE(component_seeds, uses * point_stride);
    } else {
        w->components = w->outputs;
        w->component_seeds = w->seeds;
    }
    TAKE(weighted, t->equations * point_stride);
    TAKE(residuals, t->program ? 0 : t->equations * point_stride);
    TAKE(partials, t->program ? 0 : t->equations * uses * point_stride);
    TAKE(parameter_partials, t->program ? 0 : (int64_t)t->equations * plan->trainable * point_stride);
    if (t->program) {
        const net_program *program = t->program;
        TAKE(registers, (program->all.rows > program->values.rows ? program->all.rows : program->values.rows) * point_stride);
        TAKE(named, program->coordinates * point_stride);
        TAKE(tails, program->given.arrays * (point_stride + VW));
    }
    TAKE(tangent_sums, (int64_t)(t->forms ? t->forms : t->channels) * plan->layer[0].stride);
#undef TAKE
    return at;
}

static int64_t work_elements(const net_plan *plan, const net_term *term) {
    work w;
    return place(plan, term, NULL, &w);
}

/// Residuals of a block of points and their partial derivatives.
typedef struct residual_values {
    int64_t points, stride;
    int equations, components, parameters;
    const net_program *program;    // NULL: rows as a residual function leaves them
    sight sight;
    const net_operand *residual;
    const work *work;
} residual_values;

INLINE values residual_at(const residual_values *r, int e) {
    return r->program ? values_at(r->residual[e], &r->sight) : (values){ r->work->residuals + e * r->stride, -1 };
}

/// ∂residual/∂component for c < components, then ∂residual/∂parameter; `at` is NULL where the derivative vanishes.
INLINE values partial_at(const residual_values *r, int e, int c) {
    const int q = c - r->components;
    if (r->program) return q < r->program->given.parameters ? values_at(r->program->partials[e * r->program->columns + c], &r->sight) : (values){ NULL, 0 };
    if (q < 0) return (values){ r->work->partials + ((int64_t)e * r->components + c) * r->stride, -1 };
    return (values){ r->work->parameter_partials + ((int64_t)e * r->parameters + q) * r->stride, -1 };
}

/// Where a block's program reads and writes; coordinates that it names are laid out by points.
static sight sight_of(const net_plan *plan, const net_term *t, const work *w, int64_t first, int64_t points) {
    const int64_t stride = (t->block + 15) / 16 * 16;
    const REAL *x = (const REAL *)t->coordinates + first * plan->dimension;
    const net_program *program = t->program;
    for (int i = 0; i < program->coordinates; i++)
        for (int64_t p = 0; p < points; p++) w->named[i * stride + p] = x[p * plan->dimension + program->coordinate[i]];
    // Data are read where they lie, but for a last vector that is not whole.
    const int64_t whole = (points + VW - 1) / VW * VW;
    const bool copied = first + whole > t->points;
    for (int i = 0; copied && i < program->given.arrays; i++)
        memcpy(w->tails + i * (stride + VW), (const REAL *)t->data[i] + first, (size_t)points * sizeof(REAL));
    return (sight){
        .uniforms = (const REAL *)plan->packed + t->uniforms, .components = w->components, .coordinates = w->named, .rows = w->registers,
        .data = copied ? w->tails : NULL, .arrays = t->data, .first = first, .stride = stride,
    };
}

static residual_values evaluate_residual(const net_plan *plan, const net_term *t, const work *w, int64_t first, int64_t points, bool partials) {
    const int64_t stride = (t->block + 15) / 16 * 16;
    const REAL *x = (const REAL *)t->coordinates + first * plan->dimension, *trainable = (const REAL *)plan->given + plan->parameters - plan->trainable;
    const net_program *program = t->program;
    residual_values result = {
        .points = points, .stride = stride, .equations = t->equations, .components = plan->fields * t->uses, .parameters = plan->trainable,
        .program = program, .work = w,
    };
    if (!program) {
        const bool trains = partials && plan->trainable > 0;
        if (trains) memset(w->parameter_partials, 0, (size_t)(t->equations * plan->trainable * stride) * sizeof(REAL));
        cc_residual_block block = {
            .first = first, .points = (int32_t)points, .stride = (int32_t)stride, .coordinates = x, .components = w->components,
            .residuals = w->residuals, .partials = partials ? w->partials : NULL, .parameters = trainable,
            .parameter_partials = trains ? w->parameter_partials : NULL,
        };
        t->residual(t->context, plan->precision, &block);
        return result;
    }
    result.residual = program->residuals + (partials ? t->equations : 0);
    result.sight = sight_of(plan, t, w, first, points);
    interpret(partials ? &program->all : &program->values, &result.sight, points);
    return result;
}

/// Σ_p a(p) b(p) over `points`, in float64 by eight lanes.
INLINE double dot(values a, values b, int64_t points) {
    double lane[8] = { 0 };
    int64_t p = 0;
    if (a.mask == -1 && b.mask == -1)
        for (; p + 8 <= points; p += 8)
            for (int i = 0; i < 8; i++) lane[i] += (double)a.at[p + i] * b.at[p + i];
    for (; p + 8 <= points; p += 8)
        for (int i = 0; i < 8; i++) lane[i] += (double)a.at[(p + i) & a.mask] * b.at[(p + i) & b.mask];
    for (; p < points; p++) lane[p & 7] += (double)a.at[p & a.mask] * b.at[p & b.mask];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/// Component seeds Σ_e weighted_e ∂r_e/∂component, and the trainable parameters' sums.
static void seed_components(const net_plan *plan, const net_term *t, const work *w, const residual_values *r, REAL *sums) {
    for (int c = 0; c < r->components; c++) {
        const REALV scale = (REALV)(t->weights ? 1 : (REAL)t->scales[t->output[c % t->uses]]);
        REAL *seed = w->component_seeds + c * r->stride;
        bool any = false;
        for (int e = 0; e < t->equations; e++) {
            const values partial = partial_at(r, e, c);
            const REAL *weighted = w->weighted + e * r->stride;
            if (!partial.at) continue;
            for (int64_t p = 0; p < r->points; p += VW) {
                const REALV part = scale * load(weighted + p) * LOADV(partial.at + (p & partial.mask & -VW));
                store(seed + p, any ? load(seed + p) + part : part);
            }
            any = true;
        }
        for (int64_t p = 0; !any && p < r->points; p += VW) store(seed + p, (REALV)0);
    }
    for (int q = 0; q < plan->trainable; q++)
        for (int e = 0; e < t->equations; e++) {
            const values partial = partial_at(r, e, r->components + q);
            if (partial.at) sums[plan->trainable_sum + q] += (REAL)dot(partial, (values){ w->weighted + e * r->stride, -1 }, r->points);
        }
}

/// The block's part of the loss, without the share; the residuals' or seeds' destination by the mode of the call.
static double block_residual(const net_plan *plan, const net_term *t, const work *w, int64_t first, int64_t points, REAL *sums) {
    const bool seeds = plan->mode == NET_GRADIENT || plan->mode == NET_TRANSPOSED;
    const residual_values r = evaluate_residual(plan, t, w, first, points, seeds);
    const int64_t row = t->first_row + first * t->equations;
    const REAL root = (REAL)__builtin_sqrt(t->share);
    double loss = 0;
    for (int e = 0; e < t->equations; e++) {
        const values residual = residual_at(&r, e);
        REAL *weighted = w->weighted + e * r.stride;
        loss += dot(residual, residual, points);
        if (plan->mode == NET_RESIDUALS)
            for (int64_t p = 0; p < points; p++) ((REAL *)plan->result)[row + p * t->equations + e] = root * residual.at[p & residual.mask];
        if (plan->mode == NET_GRADIENT)
            for (int64_t p = 0; p < points; p += VW) store(weighted + p, (REALV)(REAL)(2 * t->share) * LOADV(residual.at + (p & residual.mask & -VW)));
        if (plan->mode == NET_TRANSPOSED)
            for (int64_t p = 0; p < points; p++) weighted[p] = root * ((const REAL *)plan->cotangent)[row + p * t->equations + e];
    }
    if (seeds) seed_components(plan, t, w, &r, sums);
    return loss;
}
