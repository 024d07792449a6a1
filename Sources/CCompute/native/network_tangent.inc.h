// J v and the second derivative of the residuals along v: a block's channels as power series in ε through all layers.
//
// A layer is Z(ε) = A(ε) (W + ε Ẇ)ᵀ + b + ε ḃ with Ẇ, ḃ from v: a product of all parts of A with Wᵀ, and one of all but the last with Ẇᵀ. The
// parts of a sub-block lie one after the other, so both are single products.

/// Work memory of a block.
typedef struct tangent_work {
    work base;                                        // shifted, inputs, sines, named, tails; outputs, components, registers of part 0
    REAL *even, *odd;                                 // sub-block after sub-block [parts][rows][largest stride]
    REAL *kept[2], *derivatives;                      // [stride], [7][stride]
    REAL *outputs[3], *components[3], *registers[3];
    REAL *first, *second;                             // [equation][point stride]
} tangent_work;

static int64_t place_tangent(const net_plan *plan, const net_term *t, REAL *memory, tangent_work *w) {
    const int64_t pairs = (int64_t)t->block * t->nodes, rows = pairs * (t->forms ? 1 : t->channels);
    const int64_t point_stride = (t->block + 15) / 16 * 16, uses = (int64_t)plan->fields * t->uses;
    int64_t at = 0, widest = 0;
    for (int l = 0; l + 1 < plan->layers; l++)
        if (plan->layer[l].stride > widest) widest = plan->layer[l].stride;
#define TAKE(field, count) (w->field = memory ? memory + at : NULL, at += ((count) + 63) / 64 * 64)
    TAKE(even, 3 * rows * widest);
    TAKE(odd, t->forms ? 0 : 3 * rows * widest);
    for (int k = 0; k < 2; k++) TAKE(kept[k], widest);
    TAKE(derivatives, 7 * widest);
    TAKE(base.shifted, t->shifted ? pairs * plan->dimension : 0);
    TAKE(base.inputs, rows * plan->embedding.stride);
    TAKE(base.sines, 2 * plan->embedding.stride);
    for (int k = 0; k < 3; k++) {
        TAKE(outputs[k], (int64_t)plan->fields * t->outputs * t->stride);
        if (t->weights) TAKE(components[k], uses * point_stride);
        else w->components[k] = w->outputs[k];
        TAKE(registers[k], t->program ? t->program->values.rows * point_stride : 0);
    }
    TAKE(base.named, t->program ? t->program->coordinates * point_stride : 0);
    TAKE(base.tails, t->program ? t->program->given.arrays * (point_stride + VW) : 0);
    TAKE(base.residuals, t->program ? 0 : t->equations * point_stride);
    TAKE(base.partials, t->program ? 0 : t->equations * uses * point_stride);
    TAKE(base.parameter_partials, t->program ? 0 : (int64_t)t->equations * plan->trainable * point_stride);
#undef TAKE
    return at;
}

static int64_t tangent_elements(const net_plan *plan, const net_term *term) {
    tangent_work w;
    return place_tangent(plan, term, NULL, &w);
}

/// C += A B.
static __attribute__((noinline)) void more_product(int64_t rows, int columns, int64_t k, const REAL *a, int64_t lda, const REAL *b, int64_t ldb,
                                                   REAL *c, int64_t ldc) {
    any_product(true, rows, columns, k, a, lda, 1, b, ldb, c, ldc);
}

// MARK: Layers

/// z of a sub-block's pairs in the first layer, where inputs do not depend on the parameters.
static void first_layer_series(const net_tangent *job, const net_term *t, const tangent_work *w, const REAL *x, int64_t p, int64_t count,
                               REAL *const *a) {
    const net_plan *plan = job->plan;
    const net_layer *layer = plan->layer;
    const int channels = t->channels;
    const int64_t pair = (int64_t)channels * layer->stride, input = plan->embedding.stride;
    for (int k = 0; k < job->parts; k++) {
        const REAL *weight = (const REAL *)(k == 0 ? plan->packed : job->moved) + layer->transposed;
        if (k == 2) memset(a[k], 0, (size_t)(count * pair) * sizeof(REAL));
        else if (plan->embedding.features)
            product(count * channels, layer->vectors, layer->in, w->base.inputs + p * channels * input, input, weight, layer->stride, a[k],
                    layer->stride);
        else product(count, layer->vectors, layer->in, x + p * layer->in, layer->in, weight, layer->stride, a[k], pair);
    }
}

static void block_series(const net_tangent *job, const net_term *t, const tangent_work *w, const REAL *x, int64_t pairs) {
    const net_plan *plan = job->plan;
    const REAL *packed = plan->packed, *moved = job->moved;
    const int hidden = plan->layers - 1, channels = t->channels, parts = job->parts;
    if (plan->embedding.features) embed(plan, t, &w->base, x, pairs);
    REAL *from = w->even, *to = w->odd;
    for (int l = 0; l < hidden; l++) {
        const net_layer *layer = &plan->layer[l];
        const bool shared = l == 0 && plan->embedding.features == 0;
        series_rows rows = {
            .term = t, .activation = plan->activation, .power = plan->power, .stride = layer->stride, .pair = (int64_t)channels * layer->stride,
            .vectors = layer->vectors, .bias = packed + layer->bias, .bias_moved = moved + layer->bias, .kept = { w->kept[0], w->kept[1] },
            .derivatives = w->derivatives,
        };
        rows.tangent_pair = shared ? 0 : rows.pair;
        for (int64_t p = 0; p < pairs; p += t->sub_block) {
            const int64_t count = pairs - p < t->sub_block ? pairs - p : t->sub_block, height = count * channels;
            rows.pairs = count;
            for (int k = 0; k < parts; k++) {
                rows.a[k] = to + (p * parts + k * count) * rows.pair;
                rows.tangents[k] = !shared ? rows.a[k] : k == 0 ? packed + t->tangent_rows : k == 1 ? moved + t->tangent_rows : job->zeros;
            }
            if (l == 0) first_layer_series(job, t, w, x, p, count, rows.a);
            else {
                const int64_t before = layer[-1].stride;
                const REAL *a = from + p * parts * channels * before;
                product(parts * height, layer->vectors, layer->in, a, before, packed + layer->transposed, layer->stride, rows.a[0], layer->stride);
                more_product((parts - 1) * height, layer->vectors, layer->in, a, before, moved + layer->transposed, layer->stride, rows.a[1],
                             layer->stride);
            }
            if (parts == 2) activate_series_2(&rows);
            else activate_series_3(&rows);
        }
        REAL *other = from;
        from = to;
        to = other;
    }
    const net_layer *last = &plan->layer[hidden - 1];
    for (int64_t p = 0; p < pairs; p += t->sub_block) {
        const int64_t count = pairs - p < t->sub_block ? pairs - p : t->sub_block;
        const REAL *block = from + p * parts * channels * last->stride;
        for (int f = 0; f < plan->fields; f++) {
            const int64_t place = plan->last_weight + (int64_t)f * last->stride;
            const REAL *weight = packed + place, *weight_moved = moved + place;
            for (int o = 0; o < t->outputs; o++) {
                const REAL scale = t->weights ? 1 : (REAL)t->scales[t->output[o]];
                for (int64_t i = 0; i < count; i++)
                    for (int k = 0; k < parts; k++) {
                        const REAL *row = block + ((k * count + i) * channels + t->output[o]) * last->stride;
                        const REAL *before = row - count * channels * last->stride;
                        REALV sum = (REALV)0, more = (REALV)0;
                        for (int j = 0; j < last->vectors * VW; j += VW) sum = load(row + j) * load(weight + j) + sum;
                        for (int j = 0; k > 0 && j < last->vectors * VW; j += VW) more = load(before + j) * load(weight_moved + j) + more;
                        const REAL bias = t->output[o] != 0 || k == 2 ? 0 : (k == 0 ? packed : moved)[plan->last_bias + f];
                        w->outputs[k][((int64_t)f * t->outputs + o) * t->stride + p + i] = scale * (total(sum + more) + bias);
                    }
            }
        }
    }
}

// MARK: One hidden layer

/// The forms v∘m of a term along v: [parts][forms][stride].
static void fill_form_series(const net_tangent *job, const net_term *t, REAL *forms) {
    const net_plan *plan = job->plan;
    const REAL *const sides[2] = { plan->packed, job->moved };
    const int64_t stride = plan->layer->stride;
    for (int f = 0; f < t->forms; f++)
        for (int j = 0; j < plan->layer->vectors * VW; j += VW) {
            series sum = { { (REALV)0 } };
            for (const net_monomial *m = t->form[f].first; m < t->form[f].end; m++) {
                series product = { { (REALV)(REAL)m->factor } };
                for (int side = 0; side < 2; side++) {
                    const int64_t row = t->tangent_rows + (side ? m->b : m->a) * stride + j;
                    const series tangent = { { load(sides[0] + row), load(sides[1] + row) } };
                    for (int power = side ? m->power_b : m->power_a; power > 0; power--) product = times(3, product, tangent);
                }
                sum = plus(3, sum, product);
            }
            sum = times(3, sum, (series){ { load(sides[0] + plan->last_weight + j), load(sides[1] + plan->last_weight + j) } });
            for (int k = 0; k < 3; k++) store(forms + ((int64_t)k * t->forms + f) * stride + j, sum.part[k]);
        }
}

static void shallow_series(const net_tangent *job, const net_term *t, const tangent_work *w, const REAL *x, int64_t pairs) {
    const net_plan *plan = job->plan;
    const net_layer *layer = plan->layer;
    const REAL *packed = plan->packed, *moved = job->moved, *forms = (const REAL *)job->forms[t - plan->term];
    const int64_t stride = layer->stride, next = (int64_t)t->forms * stride;
    REAL *z = w->even, *z_moved = z + pairs * stride;
    product(pairs, layer->vectors, layer->in, x, layer->in, packed + layer->transposed, stride, z, stride);
    product(pairs, layer->vectors, layer->in, x, layer->in, moved + layer->transposed, stride, z_moved, stride);
    for (int64_t p = 0; p < pairs; p++, z += stride, z_moved += stride) {
        keep(plan->activation, layer->vectors, packed + layer->bias, z, w->kept[1]);
        derive(plan->activation, plan->power, t->order + job->parts - 1, layer->vectors, z, w->kept[1], w->derivatives, stride);
        for (int o = 0; o < t->outputs; o++)
            for (int k = 0; k < job->parts; k++)
                w->outputs[k][(int64_t)o * t->stride + p] = t->output[o] != 0 || k == 2 ? 0 : (k == 0 ? packed : moved)[plan->last_bias];
        for (int f = 0; f < t->forms; f++) {
            const REAL *row = w->derivatives + t->form[f].order * stride, *form = forms + f * stride;
            REALV sum[3] = { (REALV)0, (REALV)0, (REALV)0 };
            for (int j = 0; j < layer->vectors * VW; j += VW) {
                const REALV step = load(z_moved + j) + load(moved + layer->bias + j), slope = load(row + stride + j) * step;
                sum[0] = load(form + j) * load(row + j) + sum[0];
                sum[1] = load(form + next + j) * load(row + j) + load(form + j) * slope + sum[1];
                if (job->parts > 2)
                    sum[2] = load(form + 2 * next + j) * load(row + j) + load(form + next + j) * slope
                        + load(form + j) * (C(0.5) * load(row + 2 * stride + j) * step * step) + sum[2];
            }
            for (int k = 0; k < job->parts; k++) w->outputs[k][(int64_t)t->form[f].output * t->stride + p] += total(sum[k]);
        }
    }
}

// MARK: Residuals

/// Parts 1 and 2 of the residuals to their places in the results.
static void residual_series(const net_tangent *job, const net_term *t, tangent_work *w, int64_t first, int64_t points) {
    const net_plan *plan = job->plan;
    const int64_t stride = (t->block + 15) / 16 * 16, row = t->first_row + first * t->equations;
    const REAL root = (REAL)__builtin_sqrt(t->share);
    REAL *const results[2] = { job->first, job->second };
    w->base.components = w->components[0];
    w->base.registers = w->registers[0];
    if (t->program) {
        const sight s = sight_of(plan, t, &w->base, first, points);
        series_sight all = { { s, s, s } };
        for (int k = 1; k < 3; k++) {
            all.part[k].uniforms = (const REAL *)job->uniforms[t - plan->term] + (k - 1) * (int64_t)t->program->uniforms * VW;
            all.part[k].components = w->components[k];
            all.part[k].rows = w->registers[k];
        }
        interpret_series(&t->program->values, &all, points);
        for (int k = 1; k < job->parts; k++)
            for (int e = 0; e < t->equations; e++) {
                const values part = part_at(t->program->residuals[e], &all, k);
                for (int64_t p = 0; p < points; p++) results[k - 1][row + p * t->equations + e] = (k == 2 ? 2 * root : root) * part.at[p & part.mask];
            }
        return;
    }
    const residual_values r = evaluate_residual(plan, t, &w->base, first, points, true);
    const REAL *direction = (const REAL *)job->vector + plan->parameters - plan->trainable;
    for (int e = 0; e < t->equations; e++)
        for (int64_t p = 0; p < points; p++) {
            REAL sum = 0;
            for (int c = 0; c < r.components; c++) sum += partial_at(&r, e, c).at[p] * w->components[1][c * stride + p];
            for (int q = 0; q < r.parameters; q++) sum += partial_at(&r, e, r.components + q).at[p] * direction[q];
            results[0][row + p * t->equations + e] = root * sum;
        }
}

static void tangent_chunk(const net_tangent *job, int64_t chunk, void *memory) {
    const net_plan *plan = job->plan;
    const net_term *t = plan->term;
    while (chunk >= t->first_chunk + t->chunks) t++;
    tangent_work w;
    place_tangent(plan, t, memory, &w);
    // The interpreter reads all three parts; without a second derivative the last one means nothing.
    for (int64_t i = 0; job->parts == 2 && i < (int64_t)plan->fields * t->outputs * t->stride; i++) w.outputs[2][i] = 0;
    const int64_t index = chunk - t->first_chunk, begin = t->blocks * index / t->chunks, end = t->blocks * (index + 1) / t->chunks;
    for (int64_t b = begin; b < end; b++) {
        const int64_t first = b * t->block, points = t->points - first < t->block ? t->points - first : t->block, pairs = points * t->nodes;
        const REAL *x = coordinates(plan, t, &w.base, first, points);
        if (t->forms) shallow_series(job, t, &w, x, pairs);
        else block_series(job, t, &w, x, pairs);
        for (int k = 0; t->weights && k < 3; k++) {
            w.base.outputs = w.outputs[k];
            w.base.components = w.components[k];
            gather(plan, t, &w.base, points);
        }
        residual_series(job, t, &w, first, points);
    }
}

/// v packed as the parameters are, and what is computed from both once a call.
static void pack_tangent(const net_tangent *job) {
    net_plan along = *job->plan;
    along.given = job->vector;
    along.packed = job->moved;
    const REAL *trainable = (const REAL *)job->vector + along.parameters - along.trainable;
    pack(&along);
    for (int32_t i = 0; i < job->plan->terms; i++) {
        const net_term *t = &job->plan->term[i];
        if (t->forms) fill_form_series(job, t, job->forms[i]);
        if (!t->program) continue;
        REAL *uniforms = job->uniforms[i];
        fill_uniform_series(t->program, (const REAL *)job->plan->packed + t->uniforms, trainable, uniforms,
                            uniforms + (int64_t)t->program->uniforms * VW);
    }
}
