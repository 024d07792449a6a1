/// Residual plans on a device: buffers, and the calls of plan.h.
#include <stdlib.h>
#include <string.h>

#include "network_plan.h"

// MARK: Creation

static void release_buffers(ocl_plan *p) {
    ocl_device *d = p->device;
    cl_mem *memory[] = {&p->head_memory, &p->layer_memory, &p->term_memory, &p->window_memory, &p->int_memory, &p->real_memory, &p->wide_memory,
                        &p->packed_memory, &p->parameter_memory, &p->point_memory, &p->data_memory, &p->row_memory, &p->slab_memory, &p->sum_memory,
                        &p->loss_memory, &p->taken_memory, &p->result_memory, &p->pack_memory, &p->place_memory, &p->collect_memory, &p->gradient_memory};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) {
        if (*memory[i]) ocl_free(d, *memory[i]);
        *memory[i] = NULL;
    }
    d->held -= p->bytes;
    p->bytes = 0;
    void **host[] = {&p->losses, &p->points_sent, &p->data_sent};
    for (size_t i = 0; i < sizeof host / sizeof *host; i++) {
        free(*host[i]);
        *host[i] = NULL;
    }
}

void net_plan_destroy(void *state) {
    ocl_plan *p = state;
    if (!p) return;
    ocl_device *d = p->device;
    pthread_mutex_lock(&d->lock);
    d->cl->Finish(d->queue);
    cl_kernel kernels[] = {p->pack, p->network, p->collect};
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
        if (kernels[i]) d->cl->ReleaseKernel(kernels[i]);
    if (p->program) d->cl->ReleaseProgram(p->program);
    release_buffers(p);
    net_descent_destroy(p);
    pthread_mutex_unlock(&d->lock);
    for (int32_t i = 0; p->source && i < p->terms; i++) free(p->source[i].data);
    net_list *lists[] = {&p->ints, &p->reals, &p->wides, &p->constants, &p->pack_map, &p->sum_map, &p->places};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) free(lists[i]->items);
    ocl_discard(&p->code);
    free(p->term);
    free(p->source);
    free(p->set);
    free(p->window);
    free(p);
    ocl_close(&d->base);
}

/// A buffer of `bytes`, with `values` unless that is NULL.
static cc_status make(ocl_plan *p, size_t bytes, const void *values, cl_mem *memory, cc_error *error) {
    ocl_device *d = p->device;
    const size_t room = net_room(bytes);
    cc_status status = ocl_allocate(d, room, memory, error);
    if (status != CC_OK) return status;
    p->bytes += room;
    if (!values || bytes == 0) return CC_OK;
    const cl_int written = d->cl->EnqueueWriteBuffer(d->queue, *memory, CL_TRUE, 0, bytes, values, 0, NULL, NULL);
    return ocl_check(&d->base, written, "write a plan's tables", error);
}

static cc_status make_ints(ocl_plan *p, const net_list *list, cl_mem *memory, cc_error *error) {
    return make(p, (size_t)list->count * sizeof(int32_t), list->items, memory, error);
}

/// In the plan's precision.
static cc_status make_reals(ocl_plan *p, const net_list *list, int64_t room, cl_mem *memory, cc_error *error) {
    char *values = calloc((size_t)(room > 0 ? room : 1), p->element);
    if (!values) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the plan's tables.");
    const double *from = list->items;
    for (int64_t i = 0; i < list->count; i++) {
        if (p->precision == CC_F64) ((double *)values)[i] = from[i];
        else ((float *)values)[i] = (float)from[i];
    }
    const cc_status status = make(p, (size_t)room * p->element, values, memory, error);
    free(values);
    return status;
}

static cc_status clear(ocl_plan *p, cl_mem memory, size_t bytes, cc_error *error) {
    static const uint64_t zeros[2] = {0};
    const cl_int filled = p->device->cl->EnqueueFillBuffer(p->device->queue, memory, zeros, sizeof zeros, 0, net_room(bytes), 0, NULL, NULL);
    return ocl_check(&p->device->base, filled, "clear a plan's buffers", error);
}

static cc_status make_buffers(ocl_plan *p, cc_error *error) {
    const size_t e = p->element;
    const int64_t slabs = (int64_t)p->groups * p->head.slab_size;
#define TRY(call) do { const cc_status status_ = (call); if (status_ != CC_OK) return status_; } while (0)
    TRY(make(p, sizeof p->head, &p->head, &p->head_memory, error));
    TRY(make(p, (size_t)p->head.hidden * sizeof *p->layer, p->layer, &p->layer_memory, error));
    TRY(make(p, (size_t)p->terms * sizeof *p->term, p->term, &p->term_memory, error));
    TRY(make(p, (size_t)p->terms * sizeof *p->window, p->window, &p->window_memory, error));
    TRY(make_ints(p, &p->ints, &p->int_memory, error));
    TRY(make_reals(p, &p->reals, p->reals.count, &p->real_memory, error));
    TRY(make(p, (size_t)p->wides.count * sizeof(double), p->wides.items, &p->wide_memory, error));
    TRY(make_reals(p, &p->constants, p->packed_size, &p->packed_memory, error));
    TRY(make(p, (size_t)p->parameters * e, NULL, &p->parameter_memory, error));
    TRY(make(p, (size_t)p->points_room * e, NULL, &p->point_memory, error));
    TRY(make(p, (size_t)p->data_room * e, NULL, &p->data_memory, error));
    TRY(make(p, (size_t)p->rows_room * e, NULL, &p->row_memory, error));
    TRY(make(p, (size_t)p->rows_room * e, NULL, &p->result_memory, error));
    TRY(make(p, (size_t)slabs * e, NULL, &p->slab_memory, error));
    TRY(make(p, (size_t)p->chunks * (size_t)p->head.chunk_size * e, NULL, &p->sum_memory, error));
    TRY(make(p, (size_t)p->chunks * 2 * e, NULL, &p->loss_memory, error));
    TRY(make(p, 2 * sizeof(cl_int), NULL, &p->taken_memory, error));
    TRY(clear(p, p->taken_memory, 2 * sizeof(cl_int), error));
    TRY(make_ints(p, &p->pack_map, &p->pack_memory, error));
    TRY(make_ints(p, &p->places, &p->place_memory, error));
    TRY(make_ints(p, &p->sum_map, &p->collect_memory, error));
    TRY(make(p, (size_t)p->parameters * e, NULL, &p->gradient_memory, error));
    p->losses = calloc((size_t)p->chunks * 2, e);
    if (!p->losses) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the plan's tables.");
    // A copy of little that is sent is compared sooner than sent again; without one everything is sent each time.
    if (p->passes == 1 && net_room((size_t)p->points_room * e) <= net_most_compared) p->points_sent = calloc((size_t)p->points_room + 1, e);
    if (p->passes == 1 && net_room((size_t)p->data_room * e) <= net_most_compared) p->data_sent = calloc((size_t)p->data_room + 1, e);
    // Whole vectors and tiles are read beyond what is written, to no effect.
    const struct { cl_mem memory; int64_t elements; } read[] = {
        {p->slab_memory, slabs}, {p->point_memory, p->points_room}, {p->data_memory, p->data_room}, {p->row_memory, p->rows_room}};
    for (size_t i = 0; i < sizeof read / sizeof *read; i++)
        if (read[i].elements > 0) TRY(clear(p, read[i].memory, (size_t)read[i].elements * e, error));
    return CC_OK;
}

/// Buffers with windows as large as the device has room for: where it refuses them, a quarter each time, down to single blocks.
static cc_status make_fitting_buffers(ocl_plan *p, cc_error *error) {
    for (int64_t bytes = net_window_bytes(p);; bytes /= 4) {
        const int32_t before = p->passes;
        if (!net_plan_windows(p, bytes)) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the plan's tables.");
        p->whole = p->small && p->passes == 1;
        // Windows that are no smaller than those refused need no second try.
        const bool same = before > 0 && p->passes == before && bytes > 0;
        if (same) continue;
        const cc_status status = make_buffers(p, error);
        if (status != CC_OUT_OF_MEMORY || bytes == 0) return status;
        p->device->cl->Finish(p->device->queue);
        release_buffers(p);
    }
}

static cc_status make_program(ocl_plan *p, const cc_term *term, bool kernels, cc_error *error) {
    ocl_device *d = p->device;
    if (!net_print_source(p, term, kernels)) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the plan's kernels.");
    if (!kernels) return CC_OK;
    char options[1024];
    ocl_options(d, p->precision, options, sizeof options, "%s", "");
    TRY(ocl_build(d, "the plan", &p->code, options, &p->program, error));
    struct { const char *name; cl_kernel *kernel; } made[] = {{"network", &p->network}, {"pack", &p->pack}, {"collect", &p->collect}};
    // Processors have one kernel for all of it.
    for (size_t i = 0; i < (p->shape.local ? sizeof made / sizeof *made : 1); i++) {
        cl_int status = CL_SUCCESS;
        cl_kernel kernel = d->cl->CreateKernel(p->program, made[i].name, &status);
        if (status != CL_SUCCESS) return ocl_check(&d->base, status, "create a kernel", error);
        *made[i].kernel = kernel;
    }
    ocl_discard(&p->code);
    return CC_OK;
}
#undef TRY

// MARK: Calls

/// The kernel of a mode, for `count` chunks from `first_chunk` on, or as many groups that pack or collect.
static cc_status launch(ocl_plan *p, int mode, int32_t first_chunk, int32_t count, int flags, cc_error *error) {
    const cl_int first = first_chunk, all = count, way = mode, how = flags;
    const int32_t most = mode == NETWORK_PACK || mode == NETWORK_COLLECT ? count : flags & NETWORK_WHOLE ? 1 : p->groups;
    const int32_t groups = count < most ? count : most;
    const bool apart = p->shape.local && (mode == NETWORK_PACK || mode == NETWORK_COLLECT);
    const cl_kernel kernel = !apart ? p->network : mode == NETWORK_PACK ? p->pack : p->collect;
    const char *name = mode == NETWORK_PACK ? "pack" : mode == NETWORK_COLLECT ? "collect" : "network";
    const ocl_argument arguments[] = {
        OCL_ARGUMENT(p->head_memory), OCL_ARGUMENT(p->layer_memory), OCL_ARGUMENT(p->term_memory), OCL_ARGUMENT(p->window_memory),
        OCL_ARGUMENT(p->int_memory), OCL_ARGUMENT(p->real_memory), OCL_ARGUMENT(p->wide_memory), OCL_ARGUMENT(p->packed_memory),
        OCL_ARGUMENT(p->parameter_memory), OCL_ARGUMENT(p->point_memory), OCL_ARGUMENT(p->data_memory), OCL_ARGUMENT(p->row_memory),
        OCL_ARGUMENT(p->slab_memory), OCL_ARGUMENT(p->sum_memory), OCL_ARGUMENT(p->loss_memory), OCL_ARGUMENT(p->result_memory),
        OCL_ARGUMENT(p->gradient_memory), OCL_ARGUMENT(p->pack_memory), OCL_ARGUMENT(p->collect_memory), OCL_ARGUMENT(p->place_memory),
        OCL_ARGUMENT(p->taken_memory), OCL_ARGUMENT(first), OCL_ARGUMENT(all), OCL_ARGUMENT(way), OCL_ARGUMENT(how)};
    return ocl_launch(p->device, kernel, name, arguments, sizeof arguments / sizeof *arguments, (const size_t[2]){(size_t)groups, 1},
                      p->shape.local ? p->shape.group : 1, error);
}

static cc_status send_parameters(ocl_plan *p, const void *parameters, cc_error *error) {
    ocl_device *d = p->device;
    const size_t bytes = (size_t)p->parameters * p->element;
    const cl_int written = d->cl->EnqueueWriteBuffer(d->queue, p->parameter_memory, CL_FALSE, 0, bytes, parameters, 0, NULL, NULL);
    return ocl_check(&d->base, written, "write parameters", error);
}

/// Parameters to the device unless NULL, weights laid out for the products.
static cc_status pack(ocl_plan *p, const void *parameters, cc_error *error) {
    const cc_status status = parameters ? send_parameters(p, parameters, error) : CC_OK;
    return status == CC_OK ? launch(p, NETWORK_PACK, 0, p->head.pack_groups + p->head.pack_rows, 0, error) : status;
}

static cc_status send_windows(ocl_plan *p, const network_window *windows, cc_error *error) {
    ocl_device *d = p->device;
    const size_t bytes = (size_t)p->terms * sizeof *windows;
    const cl_int status = d->cl->EnqueueWriteBuffer(d->queue, p->window_memory, CL_FALSE, 0, bytes, windows, 0, NULL, NULL);
    return ocl_check(&d->base, status, "write a plan's tables", error);
}

/// All terms once, window after window; parameters: NULL for those on the device; `rows`: the cotangent or the place of the residuals.
static cc_status walk(ocl_plan *p, const void *parameters, bool fresh, int mode, void *rows, cc_error *error) {
    ocl_device *d = p->device;
    cc_status status = !p->whole ? pack(p, parameters, error) : parameters ? send_parameters(p, parameters, error) : CC_OK;
    for (int32_t pass = 0; status == CC_OK && pass < p->passes; pass++) {
        const network_window *windows = p->window + (size_t)pass * (size_t)p->terms;
        if (!p->windows_written) status = send_windows(p, windows, error);
        p->windows_written = status == CC_OK && p->passes == 1;
        cl_int moved = CL_SUCCESS;
        for (int32_t i = 0; status == CC_OK && moved == CL_SUCCESS && i < p->terms; i++) {
            if (fresh || p->passes > 1) moved = net_send_window(p, i, &windows[i]);
            if (moved == CL_SUCCESS && mode == NETWORK_TRANSPOSED) moved = net_move_rows(p, i, &windows[i], true, rows);
        }
        if (status == CC_OK) status = ocl_check(&d->base, moved, "write points", error);
        if (status == CC_OK)
            status = launch(p, mode, 0, p->chunks,
                            (pass == 0 ? NETWORK_FRESH : 0) | (pass == p->passes - 1 ? NETWORK_LAST : 0) | (p->whole ? NETWORK_WHOLE : 0), error);
        for (int32_t i = 0; status == CC_OK && mode == NETWORK_RESIDUALS && moved == CL_SUCCESS && i < p->terms; i++)
            moved = net_move_rows(p, i, &windows[i], false, rows);
        if (status == CC_OK) status = ocl_check(&d->base, moved, "read residuals", error);
    }
    return status;
}

static cc_status collect(ocl_plan *p, cc_error *error) {
    const int32_t groups = (p->head.sums_size + p->head.slice - 1) / p->head.slice;
    return p->whole ? CC_OK : launch(p, NETWORK_COLLECT, 0, groups, 0, error);
}

static cc_status read_gradient(ocl_plan *p, void *gradient, cc_error *error) {
    ocl_device *d = p->device;
    const cc_status status = collect(p, error);
    if (status != CC_OK) return status;
    const size_t bytes = (size_t)p->parameters * p->element;
    const cl_int read = d->cl->EnqueueReadBuffer(d->queue, p->gradient_memory, CL_FALSE, 0, bytes, gradient, 0, NULL, NULL);
    return ocl_check(&d->base, read, "read the gradient", error);
}

/// Waits for what a call enqueued: memory of the caller's is no longer in use afterwards, whatever the call came to.
static cc_status finish(ocl_plan *p, cc_status status, cc_error *error) {
    const cl_int finished = p->device->cl->Finish(p->device->queue);
    return status == CC_OK ? ocl_check(&p->device->base, finished, "finish a plan's kernels", error) : status;
}

cc_status net_walk_resident(ocl_plan *p, bool fresh, cc_error *error) {
    const cc_status status = walk(p, NULL, fresh, NETWORK_GRADIENT, NULL, error);
    return status == CC_OK ? collect(p, error) : status;
}

static double part(const ocl_plan *p, int64_t i) {
    return p->precision == CC_F64 ? ((const double *)p->losses)[i] : (double)((const float *)p->losses)[i];
}

static cc_status gradient(void *state, const void *parameters, double *loss, double *losses, void *result, cc_error *error) {
    ocl_plan *p = state;
    ocl_device *d = p->device;
    pthread_mutex_lock(&d->lock);
    cc_status status = walk(p, parameters, true, result ? NETWORK_GRADIENT : NETWORK_LOSS, NULL, error);
    if (status == CC_OK && result) status = read_gradient(p, result, error);
    if (status == CC_OK) {
        const size_t bytes = (size_t)p->chunks * 2 * p->element;
        const cl_int read = d->cl->EnqueueReadBuffer(d->queue, p->loss_memory, CL_FALSE, 0, bytes, p->losses, 0, NULL, NULL);
        status = ocl_check(&d->base, read, "read the loss", error);
    }
    status = finish(p, status, error);
    pthread_mutex_unlock(&d->lock);
    if (status != CC_OK) return status;
    double sum = 0;
    for (int32_t i = 0; i < p->terms; i++) {
        const network_term *t = &p->term[i];
        double squares = 0;
        for (int64_t c = t->first_chunk; c < t->first_chunk + t->chunks; c++) squares += part(p, 2 * c) + part(p, 2 * c + 1);
        const double share = squares * p->source[i].share;
        if (losses) losses[i] = share;
        sum += share;
    }
    if (loss) *loss = sum;
    return CC_OK;
}

static cc_status residuals(void *state, const void *parameters, void *result, cc_error *error) {
    ocl_plan *p = state;
    pthread_mutex_lock(&p->device->lock);
    const cc_status status = finish(p, walk(p, parameters, true, NETWORK_RESIDUALS, result, error), error);
    pthread_mutex_unlock(&p->device->lock);
    return status;
}

static cc_status transposed(void *state, const void *parameters, const void *cotangent, void *result, cc_error *error) {
    ocl_plan *p = state;
    pthread_mutex_lock(&p->device->lock);
    cc_status status = walk(p, parameters, true, NETWORK_TRANSPOSED, (void *)(uintptr_t)cotangent, error);
    if (status == CC_OK) status = read_gradient(p, result, error);
    status = finish(p, status, error);
    pthread_mutex_unlock(&p->device->lock);
    return status;
}

/// The window of `term` that begins at `block`, computed and read; `points`: how many it held.
static cc_status component_window(ocl_plan *p, int32_t term, int64_t block, network_window *windows, char *result, int64_t *points, cc_error *error) {
    ocl_device *d = p->device;
    const network_term *t = &p->term[term];
    windows[term] = net_component_window(p, term, block, points);
    cc_status status = send_windows(p, windows, error);
    p->windows_written = false;
    // Data play no part in components.
    network_window alone = windows[term];
    if (status == CC_OK) status = ocl_check(&d->base, net_send_points(p, term, &alone), "write points", error);
    if (status == CC_OK) status = launch(p, NETWORK_COMPONENTS, t->first_chunk, t->chunks, 0, error);
    for (int64_t c = 0; status == CC_OK && c < (int64_t)p->head.fields * t->uses; c++) {
        const size_t bytes = (size_t)*points * p->element;
        char *to = result + (size_t)(c * t->points + block * t->block) * p->element;
        const cl_int read = d->cl->EnqueueReadBuffer(d->queue, p->result_memory, CL_FALSE, (size_t)c * bytes, bytes, to, 0, NULL, NULL);
        status = ocl_check(&d->base, read, "read components", error);
    }
    return finish(p, status, error);
}

static cc_status components(void *state, int32_t term, const void *parameters, void *result, cc_error *error) {
    ocl_plan *p = state;
    network_window *windows = calloc((size_t)p->terms, sizeof *windows);
    if (!windows) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the plan's tables.");
    pthread_mutex_lock(&p->device->lock);
    cc_status status = pack(p, parameters, error);
    for (int64_t block = 0; status == CC_OK && block < p->term[term].blocks; block = windows[term].end) {
        int64_t points = 0;
        status = component_window(p, term, block, windows, result, &points, error);
    }
    status = finish(p, status, error);
    pthread_mutex_unlock(&p->device->lock);
    free(windows);
    return status;
}

static uint64_t memory(const void *state) {
    const ocl_plan *p = state;
    const uint64_t compared = (p->points_sent ? p->points_room : 0) + (p->data_sent ? p->data_room : 0);
    return sizeof *p + p->bytes + p->descent.bytes + p->descent.row_bytes + compared * p->element;
}

static const cc_plan_calls calls_table = {
    .gradient = gradient, .residuals = residuals, .transposed = transposed, .components = components, .memory = memory, .destroy = net_plan_destroy,
    .descend = net_descend,
};
/// Losses are added up in double precision: devices without it leave descents to the host.
static const cc_plan_calls single_table = {
    .gradient = gradient, .residuals = residuals, .transposed = transposed, .components = components, .memory = memory, .destroy = net_plan_destroy,
};

cc_status net_plan_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, bool kernels, ocl_plan **plan,
                          cc_error *error) {
    ocl_device *d = ocl_of(options->device);
    if (options->precision == CC_F64 && !d->info.fp64)
        return cc_fail(error, CC_NO_DOUBLE, 0, "Device %s (%s) has no trustworthy double precision; choose f32 or another device.", d->info.id,
                       d->info.name);
    for (int32_t i = 0; i < terms; i++)
        if (term[i].jets.nodes > 0 && term[i].jets.wide && !d->info.fp64)
            return cc_fail(error, CC_NO_DOUBLE, 0,
                           "Term %d sums its nodes in float64, which device %s (%s) does not have; sum in float32 or choose another device.", i,
                           d->info.id, d->info.name);
    ocl_plan *p = calloc(1, sizeof *p);
    if (!p) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the plan.");
    p->device = d;
    p->precision = options->precision;
    p->element = cc_element_size(options->precision);
    // Processors are given residuals as tables, which a new equation does not compile; GPUs, whose registers are dear, as text.
    p->tables = kernels && !d->shape.local;
    ocl_retain(d);
    cc_status status = net_layout(p, network, options, terms, term, error);
    pthread_mutex_lock(&d->lock);
    if (status == CC_OK) status = make_program(p, term, kernels, error);
    if (status == CC_OK) status = make_fitting_buffers(p, error);
    pthread_mutex_unlock(&d->lock);
    if (status != CC_OK) {
        net_plan_destroy(p);
        return status;
    }
    *plan = p;
    return CC_OK;
}

cc_status ocl_plan_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, const cc_plan_calls **calls,
                          void **state, cc_error *error) {
    ocl_plan *plan = NULL;
    const cc_status status = net_plan_create(network, options, terms, term, true, &plan, error);
    if (status != CC_OK) return status;
    *calls = plan->device->info.fp64 ? &calls_table : &single_table;
    *state = plan;
    return CC_OK;
}
