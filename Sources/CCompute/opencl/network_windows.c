/// Points that do not fit on a device travel in windows: runs of blocks, in order.
#include <stdlib.h>
#include <string.h>

#include "network_plan.h"

int64_t net_window_bytes(const ocl_plan *plan) {
    const char *given = getenv("RESIDUA_OPENCL_WINDOW");
    if (given && atoll(given) > 0) return atoll(given);
    const uint64_t most = plan->device->info.largest_buffer / 2, usual = (uint64_t)512 << 20;
    return (int64_t)(most < usual ? most : usual);
}

/// Elements of data arrays in a window lie apart by whole vectors, and one more is read.
static int64_t data_stride(const ocl_plan *plan, int64_t points) {
    const int64_t vector = plan->shape.vector;
    return (points + vector - 1) / vector * vector + vector;
}

static int64_t points_in(const network_term *t, int64_t first, int64_t end) {
    const int64_t last = end * t->block < t->points ? end * t->block : t->points;
    return last - first * t->block;
}

bool net_plan_windows(ocl_plan *plan, int64_t bytes) {
    const int64_t room = bytes / (int64_t)plan->element;
    network_window *all = plan->window;
    plan->window = NULL;
    plan->passes = 0;
    plan->points_room = plan->data_room = plan->rows_room = 0;
    int32_t term = 0;
    int64_t block = 0;
    while (term < plan->terms) {
        network_window *larger = realloc(all, (size_t)(plan->passes + 1) * (size_t)plan->terms * sizeof *all);
        if (!larger) {
            free(all);
            return false;
        }
        all = larger;
        network_window *window = all + (size_t)plan->passes * (size_t)plan->terms;
        memset(window, 0, (size_t)plan->terms * sizeof *window);
        plan->passes++;
        int64_t points = 0, data = 0, rows = 0;
        bool any = false;
        for (; term < plan->terms; term++, block = 0) {
            const network_term *t = &plan->term[term];
            const int64_t each = plan->head.dimension + t->equations + plan->source[term].arrays;
            int64_t blocks = (room - points - data - rows) / (each * t->block);
            if (blocks < 1 && !any) blocks = 1;
            if (blocks < 1) break;
            if (blocks > t->blocks - block) blocks = t->blocks - block;
            network_window *w = &window[term];
            *w = (network_window){.first = block, .end = block + blocks, .points = points, .data = data, .rows = rows};
            const int64_t count = points_in(t, w->first, w->end);
            w->data_stride = data_stride(plan, count);
            points += count * plan->head.dimension;
            data += plan->source[term].arrays * w->data_stride;
            rows += count * t->equations;
            any = true;
            block += blocks;
            if (block < t->blocks) break;
        }
        if (points > plan->points_room) plan->points_room = points;
        if (data > plan->data_room) plan->data_room = data;
        if (rows > plan->rows_room) plan->rows_room = rows;
    }
    plan->window = all;
    // A block's components must find room among the rows.
    for (int32_t i = 0; i < plan->terms; i++) {
        const network_term *t = &plan->term[i];
        const int64_t least = (int64_t)plan->head.fields * t->uses * t->block;
        if (least > plan->rows_room) plan->rows_room = least;
    }
    return true;
}

/// Oclgrind 21.10 takes some of a buffer that is written in parts for unwritten: there the whole of it is written each time.
static cl_int write_whole(ocl_plan *plan, cl_mem memory, size_t room, size_t at, size_t bytes, const void *from) {
    const ocl_api *cl = plan->device->cl;
    room = net_room(room);
    char *all = calloc(room, 1);
    if (!all) return CL_OUT_OF_HOST_MEMORY;
    cl_int status = cl->EnqueueReadBuffer(plan->device->queue, memory, CL_TRUE, 0, room, all, 0, NULL, NULL);
    memcpy(all + at, from, bytes);
    if (status == CL_SUCCESS) status = cl->EnqueueWriteBuffer(plan->device->queue, memory, CL_TRUE, 0, room, all, 0, NULL, NULL);
    free(all);
    return status;
}

/// `count` elements from the host to a buffer that holds `room`, and `sent`, unless that is NULL; nothing to do where they are there already.
static cl_int write(ocl_plan *plan, cl_mem memory, void *sent, int64_t room, int64_t at, int64_t count, const void *from) {
    const size_t e = plan->element;
    if (count == 0) return CL_SUCCESS;
    const size_t begin = (size_t)at * e, bytes = (size_t)count * e;
    char *kept = sent ? (char *)sent + begin : NULL;
    if (kept && memcmp(kept, from, bytes) == 0) return CL_SUCCESS;
    const cl_int status = plan->device->entry->simulator
                              ? write_whole(plan, memory, (size_t)room * e, begin, bytes, from)
                              : plan->device->cl->EnqueueWriteBuffer(plan->device->queue, memory, CL_FALSE, begin, bytes, from, 0, NULL, NULL);
    if (kept && status == CL_SUCCESS) memcpy(kept, from, bytes);
    return status;
}

cl_int net_send_points(ocl_plan *plan, int32_t term, const network_window *w) {
    const network_term *t = &plan->term[term];
    const int64_t first = w->first * t->block, count = points_in(t, w->first, w->end), d = plan->head.dimension;
    if (w->end == w->first) return CL_SUCCESS;
    const char *from = (const char *)plan->source[term].coordinates + (size_t)(first * d) * plan->element;
    return write(plan, plan->point_memory, plan->points_sent, plan->points_room, w->points, count * d, from);
}

cl_int net_send_window(ocl_plan *plan, int32_t term, const network_window *w) {
    if (w->end == w->first) return CL_SUCCESS;
    const network_term *t = &plan->term[term];
    const net_source *s = &plan->source[term];
    const int64_t first = w->first * t->block, count = points_in(t, w->first, w->end);
    cl_int status = net_send_points(plan, term, w);
    for (int32_t i = 0; status == CL_SUCCESS && i < s->arrays; i++) {
        const char *from = (const char *)s->data[i] + (size_t)first * plan->element;
        status = write(plan, plan->data_memory, plan->data_sent, plan->data_room, w->data + i * w->data_stride, count, from);
    }
    return status;
}

cl_int net_move_rows(ocl_plan *plan, int32_t term, const network_window *w, bool send, void *host) {
    const network_term *t = &plan->term[term];
    const int64_t count = points_in(t, w->first, w->end) * t->equations;
    if (w->end == w->first) return CL_SUCCESS;
    char *at = (char *)host + (size_t)(plan->source[term].first_row + w->first * t->block * t->equations) * plan->element;
    if (send) return write(plan, plan->row_memory, NULL, plan->rows_room, w->rows, count, at);
    return plan->device->cl->EnqueueReadBuffer(plan->device->queue, plan->result_memory, CL_FALSE, (size_t)w->rows * plan->element,
                                               (size_t)count * plan->element, at, 0, NULL, NULL);
}

network_window net_component_window(const ocl_plan *plan, int32_t term, int64_t block, int64_t *points) {
    const network_term *t = &plan->term[term];
    const int64_t uses = (int64_t)plan->head.fields * t->uses;
    int64_t blocks = plan->rows_room / (uses * t->block);
    const int64_t by_points = plan->points_room / ((int64_t)plan->head.dimension * t->block);
    if (blocks > by_points) blocks = by_points;
    if (blocks < 1) blocks = 1;
    if (blocks > t->blocks - block) blocks = t->blocks - block;
    network_window w = {.first = block, .end = block + blocks};
    *points = points_in(t, w.first, w.end);
    w.data_stride = data_stride(plan, *points);
    return w;
}
