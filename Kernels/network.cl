// A network's residuals, loss and gradient: blocks of points through all layers and back.
//
// A work-group takes chunks, and of each its blocks, one after another, in memory of its own (its slab); rows there are (point, node, channel),
// columns neurons. The host prints what differs from plan to plan before this text (opencl/network_source.c):
//   set_forward, set_backward and set_embedding, which choose a text of network_jets.clh for a term
//   TABLES (1: residuals are tables that network_program.clh reads); else residual_of(program, ...), printed from programs
//   NODES (whether any term has them), ACTIVATION, POWER, EMBEDDED, WIDE and WIDE_SUMS (the type of the table `wides`, and whether sums of nodes
//   use it), KERNELS (0: functions alone, for ensembles)
// Shapes:
//   LOCAL = 0, for processors: one item a group, explicit vectors of VW neurons or points.
//   LOCAL = 1, for GPUs: WG items a group, VW = 1; products from tiles in local memory (network_products.clh).
// Every sum is taken in an order that only the plan and the shape determine.

#define AT(place) (work + (place))

#if NODES
// Channels of nodes to components, as written: no contraction, one rounding each.
#define SUM_OF_NODES(WIDE_REAL, table)                                                                                              \
    do {                                                                                                                          \
        WIDE_REAL sum = 0;                                                                                                        \
        PLAIN for (int q = 0; q < t->nodes * t->outputs; q++) {                                                                         \
            const WIDE_REAL c = (WIDE_REAL)table[t->weights + u * t->nodes * t->outputs + q];                                     \
            if (c == 0) continue;                                                                                                 \
            const WIDE_REAL value = (WIDE_REAL)from[(q % t->outputs) * t->stride + q / t->outputs];                               \
            const WIDE_REAL part = c * value;                                                                                     \
            sum = sum + part;                                                                                                     \
        }                                                                                                                         \
        to[p] = (REAL)(sum * (WIDE_REAL)table[t->group_scales + u]);                                                              \
    } while (0)

BODY void gather(__global const network_head *h, __global const network_term *t, __global const REAL *reals, __global const WIDE *wides,
                   __global REAL *work, const int points) {
#pragma OPENCL FP_CONTRACT OFF
    PLAIN for (int c = 0; c < h->fields * t->uses; c++) {
        const int f = c / t->uses, u = c % t->uses;
        __global REAL *to = AT(h->components) + c * t->point_stride;
        EACH(p, points) {
            __global const REAL *from = AT(h->outputs) + f * t->outputs * t->stride + p * t->nodes;
            if (t->sums == 1) SUM_OF_NODES(REAL, reals);
#if WIDE_SUMS
            else if (t->sums == 2) SUM_OF_NODES(WIDE, wides);
#endif
            else SUM_OF_NODES(float, wides);
        }
    }
}

BODY void scatter(__global const network_head *h, __global const network_term *t, __global const REAL *reals, __global REAL *work, const int points) {
    PLAIN for (int c = 0; c < h->fields * t->outputs; c++) {
        const int f = c / t->outputs, o = c % t->outputs;
        EACH(pair, points * t->nodes) {
            const int p = pair / t->nodes, n = pair % t->nodes;
            __global const REAL *from = AT(h->component_seeds) + f * t->uses * t->point_stride + p;
            __global const REAL *weight = reals + t->back_weights + n * t->outputs + o;
            REAL sum = 0;
            PLAIN for (int u = 0; u < t->uses; u++) sum += weight[u * t->nodes * t->outputs] * from[u * t->point_stride];
            AT(h->seeds)[c * t->stride + pair] = sum;
        }
    }
}
#endif

// MARK: Forward

BODY void coordinates_of(__global const network_head *h, __global const network_term *t, __global const REAL *reals, __global const REAL *x,
                           __global REAL *work, const int points) {
    const int d = h->dimension;
    __global REAL *inputs = AT(h->inputs);
#if NODES
    if (t->sums) {
        EACH(pair, points * t->nodes) {
            const int p = pair / t->nodes;
            __global const REAL *offset = reals + t->offsets + (pair - p * t->nodes) * d;
            PLAIN for (int i = 0; i < d; i++) inputs[pair * d + i] = x[p * d + i] + offset[i];
        }
    } else
#endif
        EACH(i, points * d) inputs[i] = x[i];
    if (t->coordinates)
        EACH(p, points)
            PLAIN for (int i = 0; i < d; i++) AT(h->turned)[i * t->point_stride + p] = x[p * d + i];
}

BODY void forward(__global const network_head *h, __global const network_layer *layers, __global const network_term *t,
                  __global const int *ints, __global const REAL *reals, __global const REAL *packed, __global REAL *work,
                  const int pairs TILES_ARGUMENTS) {
    const int channels = t->channels;
    __global const REAL *from = AT(h->inputs);
    int to = h->even;
    PLAIN for (int l = 0; l < h->hidden; l++) {
        __global const network_layer *layer = layers + l;
        const int stride = layer->stride, pair = channels * stride, embedding = EMBEDDED && l == 0;
        const int fan = layer->in, before = l ? layers[l - 1].stride : fan;
        __global REAL *z = AT(layer->z), *r1 = AT(layer->r1), *a = AT(embedding ? h->embedded_rows : to);
        __global const REAL *tangents = l ? z : packed + t->tangent_rows, *bias = packed + layer->bias;
        if (l == 0) {
            product(pairs, layer->vectors, fan, from, fan, packed + layer->transposed, stride, z, pair TILES);
            BARRIER;
        }
        PLAIN for (int p = 0; p < pairs; p += t->sub_block) {
            const int count = min(pairs - p, t->sub_block);
            if (l > 0) {
                product(count * channels, layer->vectors, fan, from + p * channels * before, before, packed + layer->transposed, stride, z + p * pair,
                        stride TILES);
                BARRIER;
            }
#if EMBEDDED
            if (embedding)
                set_embedding(t, count, layer->vectors, stride, pair, z + p * pair, tangents, 0, r1, a + p * pair, reals + t->top_weights, bias,
                              packed + h->linear);
            else
#endif
                set_forward(t, count, layer->vectors, stride, pair, z + p * pair, l ? tangents + p * pair : tangents, l ? pair : 0,
                            r1 + p * stride, a + p * pair, reals + t->top_weights, bias);
            BARRIER;
        }
        from = a;
        to = h->even + h->odd - to;
    }
    // The last map, for the channels that are read.
    __global const network_layer *last = layers + h->hidden - 1;
    PLAIN for (int c = 0; c < h->fields * t->outputs; c++) {
        const int f = c / t->outputs, o = c % t->outputs, channel = ints[t->output + o];
        __global const REAL *weight = packed + h->last_weight + f * last->stride;
        const REAL scale = reals[t->output_scales + o], shift = channel == 0 ? packed[h->last_bias + f] : (REAL)0;
        EACH(p, pairs) {
            __global const REAL *row = from + (p * channels + channel) * last->stride;
            REALV sum = (REALV)0, more = (REALV)0;
            int v = 0;
            PLAIN for (; v + 2 <= last->vectors; v += 2) {
                sum = fma(LOADV(row + v * VW), LOADV(weight + v * VW), sum);
                more = fma(LOADV(row + (v + 1) * VW), LOADV(weight + (v + 1) * VW), more);
            }
            if (v < last->vectors) sum = fma(LOADV(row + v * VW), LOADV(weight + v * VW), sum);
            AT(h->outputs)[c * t->stride + p] = scale * (total(sum + more) + shift);
        }
    }
    BARRIER;
}

// MARK: Back

BODY void backward(__global const network_head *h, __global const network_layer *layers, __global const network_term *t,
                     __global const int *ints, __global const REAL *reals, __global const REAL *packed, __global REAL *work, __global REAL *sums,
                     const int pairs TILES_ARGUMENTS) {
    const int channels = t->channels, hidden = h->hidden;
    // The last map is linear: the adjoint of a channel that is read is its seeds times the fields' weights.
    __global const network_layer *last = layers + hidden - 1;
    int adjoint = h->even, next = h->odd;
    PLAIN for (int c = 0; c < channels; c++) {
        const int o = ints[t->inverse + c], stride = last->stride;
        EACH_PAIR_OF(p, j, pairs, last->vectors) {
            REALV sum = (REALV)0;
            if (o >= 0)
                PLAIN for (int f = 0; f < h->fields; f++)
                    sum = fma((REALV)(AT(h->seeds)[(f * t->outputs + o) * t->stride + p]), LOADV(packed + h->last_weight + f * stride + j), sum);
            STOREV(sum, AT(adjoint) + (p * channels + c) * stride + j);
        }
    }
    if (h->last_biased && ints[t->inverse] >= 0)
        EACH(f, h->fields) {
            REAL sum = 0;
            PLAIN for (int p = 0; p < pairs; p++) sum += AT(h->seeds)[(f * t->outputs + ints[t->inverse]) * t->stride + p];
            sums[h->last_bias_sum + f] += sum;
        }
    BARRIER;
    PLAIN for (int l = hidden - 1; l >= EMBEDDED; l--) {
        __global const network_layer *layer = layers + l, *above = layer + 1;
        const int stride = layer->stride, pair = channels * stride, here = l == hidden - 1 ? adjoint : next;
        __global REAL *z = AT(layer->z), *r1 = AT(layer->r1), *a = AT(here);
        __global const REAL *tangents = l ? z : packed + t->tangent_rows;
        PLAIN for (int p = 0; p < pairs; p += t->sub_block) {
            const int count = min(pairs - p, t->sub_block);
            if (l < hidden - 1) {
                product(count * channels, layer->vectors, above->out, AT(adjoint) + p * channels * above->stride, above->stride,
                        packed + above->weight, stride, a + p * pair, stride TILES);
                BARRIER;
            }
            set_backward(t, count, layer->vectors, stride, pair, z + p * pair, l ? tangents + p * pair : tangents, l ? pair : 0, r1 + p * stride,
                         a + p * pair, reals + t->top_weights);
            BARRIER;
            if (layer->bias_sum >= 0)
                EACH(v, layer->vectors) {
                    __global REAL *total_here = sums + layer->bias_sum + v * VW;
                    REALV sum = (REALV)0;
                    PLAIN for (int q = 0; q < count; q++) sum += LOADV(a + (p + q) * pair + v * VW);
                    STOREV(LOADV(total_here) + sum, total_here);
                }
        }
        if (l == hidden - 1) {
            PLAIN for (int f = 0; f < h->fields; f++)
                EACH(v, layer->vectors) {
                    __global REAL *total_here = sums + h->last_weight_sum + f * stride + v * VW;
                    REALV sum = LOADV(total_here);
                    PLAIN for (int o = 0; o < t->outputs; o++) {
                        __global const REAL *seed = AT(h->seeds) + (f * t->outputs + o) * t->stride, *row = z + ints[t->output + o] * stride + v * VW;
                        PLAIN for (int p = 0; p < pairs; p++) sum = fma((REALV)seed[p], LOADV(row + p * pair), sum);
                    }
                    STOREV(sum, total_here);
                }
        } else {
            add_product(above->out, layer->vectors, pairs * channels, AT(adjoint), above->stride, z, stride, sums + above->weight_sum, stride TILES);
            next = adjoint;
            adjoint = here;
        }
        BARRIER;
    }
#if EMBEDDED
    add_product(layers[1].out, layers->vectors, pairs * channels, AT(adjoint), layers[1].stride, AT(h->embedded_rows), layers->stride,
                sums + layers[1].weight_sum, layers->stride TILES);
#else
    // First map: x times the adjoint of the value, and the sums of the tangents' adjoints.
    const int pair = channels * layers->stride;
    add_product(layers->in, layers->vectors, pairs, AT(h->inputs), layers->in, AT(adjoint), pair, sums + layers->weight_sum, layers->stride TILES);
    PLAIN for (int c = 1; c < channels; c++) {
        if (ints[t->inverse + channels + c] == 0) continue;
        EACH(v, layers->vectors) {
            __global REAL *total_here = sums + h->tangent_sums + c * layers->stride + v * VW;
            REALV sum = LOADV(total_here);
            PLAIN for (int p = 0; p < pairs; p++) sum += LOADV(AT(adjoint) + p * pair + c * layers->stride + v * VW);
            STOREV(sum, total_here);
        }
    }
#endif
    BARRIER;
}

// MARK: A chunk

BODY void clear(__global REAL *to, const int count) {
    EACH(v, count / VW) STOREV((REALV)0, to + v * VW);
}

#if !EMBEDDED
// Sums of the tangents' adjoints close the first layer's gradient.
BODY void close_tangents(__global const network_head *h, __global const network_layer *layers, __global const network_term *t,
                         __global const int *ints, __global const REAL *reals, __global REAL *sums) {
    PLAIN for (int q = 0; q < t->closure_count; q++) {
        const int c = ints[t->closures + 2 * q], i = ints[t->closures + 2 * q + 1];
        const REALV factor = (REALV)reals[t->closure_factors + q];
        EACH(v, layers->vectors) {
            __global REAL *at = sums + layers->weight_sum + i * layers->stride + v * VW;
            STOREV(fma(factor, LOADV(sums + h->tangent_sums + c * layers->stride + v * VW), LOADV(at)), at);
        }
    }
}
#endif

// Calls and little else: not worth a compiler's trouble, but where a step is short.
#if ONCE && KERNELS
#define STEERING SELDOM
#else
#define STEERING BODY
#endif

STEERING void chunk_of(__global const network_head *h, __global const network_layer *layers, __global const network_term *terms,
                   __global const network_window *windows, __global const int *ints, __global const REAL *reals, __global const WIDE *wides,
                   __global const REAL *packed, __global const REAL *parameters, __global const REAL *points, __global const REAL *data,
                   __global const REAL *cotangent, __global REAL *work, __global REAL *all_sums, __global REAL *losses, __global REAL *result,
                   const int chunk, const int mode, const int flags TILES_ARGUMENTS) {
    __global const network_term *t = terms;
    while (chunk >= t->first_chunk + t->chunks) t++;
    __global const network_window *w = windows + (t - terms);
    __global REAL *sums = all_sums + (long)chunk * h->chunk_size, *all_lanes = sums + h->lanes, *lanes = all_lanes + ITEM * VW;
    const int seeds = mode == NETWORK_GRADIENT || mode == NETWORK_TRANSPOSED, d = h->dimension;
    if (flags & NETWORK_FRESH) {
        PLAIN for (int q = 0; q < 2 + h->parameters; q++) STOREV((REALV)0, lanes + q * (WG * VW));
        if (seeds) {
            clear(sums, h->sums_size);
            clear(sums + h->tangent_sums, t->channels * layers->stride);
        }
    }
    BARRIER;
    residual_state state;
    state.mode = mode;
    state.equations = t->equations;
    state.twice_share = reals[t->factors];
    state.root = reals[t->factors + 1];
    state.cotangent = cotangent;
    state.result = result;
    state.high = LOADV(lanes);
    state.low = LOADV(lanes + WG * VW);

#if TABLES
    program_places places;
    places.rows = AT(h->program_rows);
    places.uniforms = AT(h->program_uniforms);
    places.coordinates = AT(h->turned);
    places.point_stride = t->point_stride;
    places.data_stride = w->data_stride;
    if (mode != NETWORK_COMPONENTS) fill_uniforms(&places, ints, ints + t->program, reals, parameters + h->first_parameter);
#endif

    // Blocks index, index + chunks, index + 2 chunks, ... of the term.
    const int index = chunk - t->first_chunk;
    long block = w->first + (index - (int)(w->first % t->chunks) + t->chunks) % t->chunks;
    PLAIN for (; block < w->end; block += t->chunks) {
        const long first = block * t->block, here = first - w->first * t->block;
        const int count = (int)min((long)t->block, t->points - first);
        state.count = count;
        __global const REAL *x = points + w->points + here * d;
        coordinates_of(h, t, reals, x, work, count);
        BARRIER;
        forward(h, layers, t, ints, reals, packed, work, count * t->nodes TILES);
        int components = h->outputs, component_seeds = h->seeds, stride = t->stride;
#if NODES
        if (t->sums) {
            gather(h, t, reals, wides, work, count);
            components = h->components;
            component_seeds = h->component_seeds;
            stride = t->point_stride;
            BARRIER;
        }
#endif
        if (mode == NETWORK_COMPONENTS) {
            const long all = min(w->end * t->block, t->points) - w->first * t->block;
            PLAIN for (int c = 0; c < h->fields * t->uses; c++)
                EACH(p, count) result[w->rows + c * all + here + p] = AT(components)[c * stride + p];
            BARRIER;
            continue;
        }
#if TABLES
        places.components = AT(components);
        places.stride = stride;
        places.data = data + w->data + here;
        state.row = w->rows + here * t->equations;
        run_program(&places, &state, ints, ints + t->program, reals + t->scales, places.rows + t->program_rows * t->point_stride, AT(component_seeds),
                    lanes, h->fields * t->uses, t->uses, seeds);
#else
        EACH_STEP(p, count, VW) {
            state.p = p;
            state.row = w->rows + (here + p) * t->equations;
            residual_of(t->program, &state, stride, t->point_stride, AT(components), AT(h->turned), data + w->data + here, w->data_stride,
                        parameters + h->first_parameter, reals + t->scales, AT(component_seeds), lanes);
        }
#endif
        BARRIER;
        if (!seeds) continue;
#if NODES
        if (t->sums) {
            scatter(h, t, reals, work, count);
            BARRIER;
        }
#endif
        backward(h, layers, t, ints, reals, packed, work, sums, count * t->nodes TILES);
    }
    STOREV(state.high, lanes);
    STOREV(state.low, lanes + WG * VW);
    BARRIER;
    if (!(flags & NETWORK_LAST)) return;
    if (ITEM == 0) {
#pragma OPENCL FP_CONTRACT OFF
        REAL sum = 0, rest = 0;
        PLAIN for (int q = 0; q < WG * VW; q++) {
            const REAL part = all_lanes[q], next = sum + part, other = next - sum;
            const REAL before = next - other;
            if (next - next == 0) rest = rest + ((sum - before) + (part - other)) + all_lanes[WG * VW + q];
            sum = next;
        }
        losses[2 * chunk] = sum;
        losses[2 * chunk + 1] = rest;
    }
    if (!seeds) return;
    EACH(k, h->parameters) {
        REAL sum = 0;
        PLAIN for (int q = 0; q < WG * VW; q++) sum += all_lanes[(2 + k) * (WG * VW) + q];
        sums[h->parameter_sum + k] = sum;
    }
#if !EMBEDDED
    close_tangents(h, layers, t, ints, reals, sums);
#endif
}

// MARK: Packing and collecting

// packed[i] = parameters[map[i]], 0 where the map is negative; then rows of tangents, W times a direction.
// `rows` counts groups beyond the map's: row q is for neurons of layer 0 at packed[places[2q]], with the tangent at reals[places[2q + 1]].
BODY void pack_slice(__global const network_layer *layers, __global const int *map, const int count, const int slice, const int groups,
          __global const int *places, __global const REAL *reals, __global const REAL *parameters, __global REAL *packed, const int begin,
          const int group) {
    if (group < groups) {
        const int first = group * slice, end = min(first + slice, count);
        EACH(i, end - first) {
            const int from = map[first + i];
            packed[begin + first + i] = from >= 0 ? parameters[from] : (REAL)0;
        }
    } else {
        const int q = group - groups, in = layers->in;
        __global const REAL *tangent = reals + places[2 * q + 1];
        EACH(j, layers->out) {
            REAL sum = 0;
            PLAIN for (int i = 0; i < in; i++) sum += tangent[i] * parameters[j * in + i];
            packed[places[2 * q] + j] = sum;
        }
    }
}

// Sums of all chunks, added in order, to the places of the parameters.
BODY void collect_slice(__global const int *map, const int count, const int slice, const int chunks, const int chunk_size,
                        __global const REAL *sums, __global REAL *gradient, const int group) {
    const int first = group * slice, end = min(first + slice, count);
    PLAIN for (int i = first + ITEM * VW; i < end; i += WG * VW) {
        REALV sum = LOADV(sums + i);
        PLAIN for (int c = 1; c < chunks; c++) sum += LOADV(sums + (long)c * chunk_size + i);
        REAL each[VW];
        STOREV(sum, each);
        PLAIN for (int q = 0; q < VW; q++)
            if (map[i + q] >= 0) gradient[map[i + q]] = each[q];
    }
}

// MARK: Kernels

#if KERNELS
#define NETWORK_ARGUMENTS                                                                                                         \
    __global const network_head *h, __global const network_layer *layers, __global const network_term *terms,                     \
        __global const network_window *windows, __global const int *ints, __global const REAL *reals, __global const WIDE *wides, \
        __global REAL *packed, __global const REAL *parameters, __global const REAL *points, __global const REAL *data,           \
        __global const REAL *cotangent, __global REAL *slabs, __global REAL *all_sums, __global REAL *losses,                     \
        __global REAL *result, __global REAL *gradient, __global const int *pack_map, __global const int *sum_map,                \
        __global const int *places, __global volatile int *taken, const int first_chunk, const int chunks, const int mode, const int flags
#define PACK(group)                                                                                                               \
    pack_slice(layers, pack_map, h->pack_count, h->slice, h->pack_groups, places, reals, parameters, packed, h->pack_first, group)
#define COLLECT(group) collect_slice(sum_map, h->sums_size, h->slice, h->chunks, h->chunk_size, all_sums, gradient, group)

#if LOCAL
__kernel ITEMS void pack(NETWORK_ARGUMENTS) { PACK(get_group_id(0)); }
__kernel ITEMS void collect(NETWORK_ARGUMENTS) { COLLECT(get_group_id(0)); }
#endif

// Every mode on processors, where a kernel more is a compilation more; packing and collecting apart on GPUs, where registers are dear.
__kernel ITEMS void network(NETWORK_ARGUMENTS) {
#if LOCAL
    __local REAL ta[TK * TMP], tb[TK * TNP];
#else
    const int whole = flags & NETWORK_WHOLE;
    if (mode == NETWORK_PACK || whole) {
        const int begin = whole ? 0 : (int)get_group_id(0), end = whole ? h->pack_groups + h->pack_rows : begin + 1;
        PLAIN for (int group = begin; group < end; group++) PACK(group);
        if (!whole) return;
    }
    if (mode == NETWORK_COLLECT) {
        COLLECT(get_group_id(0));
        return;
    }
#endif
    __global REAL *work = slabs + (long)get_group_id(0) * h->slab_size;
#if LOCAL
    chunk_of(h, layers, terms, windows, ints, reals, wides, packed, parameters, points, data, cotangent, work, all_sums, losses, result,
             first_chunk + (int)get_group_id(0), mode, flags TILES);
#else
    // Whoever has time takes the next chunk: few slabs, which stay in the caches of their cores, and no waiting for a slow one.
    PLAIN for (int c = atomic_inc(taken); c < chunks; c = atomic_inc(taken))
        chunk_of(h, layers, terms, windows, ints, reals, wides, packed, parameters, points, data, cotangent, work, all_sums, losses, result,
                 first_chunk + c, mode, flags TILES);
    // The last group leaves zeros for the next launch.
    if (atomic_inc(taken + 1) == (int)get_num_groups(0) - 1) {
        atomic_xchg(taken, 0);
        atomic_xchg(taken + 1, 0);
    }
    if (whole && (mode == NETWORK_GRADIENT || mode == NETWORK_TRANSPOSED))
        PLAIN for (int first = 0; first < h->sums_size; first += h->slice) COLLECT(first / h->slice);
#endif
}
#endif
