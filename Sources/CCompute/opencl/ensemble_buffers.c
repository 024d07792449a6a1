/// Buffers of ensembles: shared numbers, and room for the members of a chunk.
#include <stdlib.h>
#include <string.h>

#include "ensemble_plan.h"

static int64_t whole(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

void ens_drop(ocl_ensemble *e, ens_buffer *b) {
    if (!b->memory) return;
    ocl_free(e->device, b->memory);
    e->device->held -= b->bytes;
    e->bytes -= b->bytes;
    *b = (ens_buffer){0};
}

static cc_status make(ocl_ensemble *e, ens_buffer *b, size_t bytes, cc_error *error) {
    ens_drop(e, b);
    const size_t room = net_room(bytes);
    const cc_status status = ocl_allocate(e->device, room, &b->memory, error);
    if (status) return status;
    b->bytes = room;
    e->bytes += room;
    return CC_OK;
}

cc_status ens_write(ocl_ensemble *e, ens_buffer *b, size_t at, size_t bytes, const void *from, cc_error *error) {
    if (bytes == 0) return CC_OK;
    const cl_int status = e->device->cl->EnqueueWriteBuffer(e->device->queue, b->memory, CL_TRUE, at, bytes, from, 0, NULL, NULL);
    return ocl_check(&e->device->base, status, "write an ensemble's numbers", error);
}

cc_status ens_read(ocl_ensemble *e, ens_buffer *b, size_t bytes, void *to, cc_error *error) {
    const cl_int status = e->device->cl->EnqueueReadBuffer(e->device->queue, b->memory, CL_TRUE, 0, bytes, to, 0, NULL, NULL);
    return ocl_check(&e->device->base, status, "read an ensemble's numbers", error);
}

void ens_put(const ocl_ensemble *e, void *to, int64_t at, double value) {
    if (e->precision == CC_F64) ((double *)to)[at] = value;
    else ((float *)to)[at] = (float)value;
}

#define TRY(call)                                                                                                                     \
    do {                                                                                                                              \
        const cc_status status_ = (call);                                                                                             \
        if (status_) return status_;                                                                                                  \
    } while (0)

cc_status ens_make_table(ocl_ensemble *e, ens_buffer *b, const net_list *list, bool wide, cc_error *error) {
    const size_t element = wide ? sizeof(double) : e->element;
    char *values = calloc((size_t)list->count + 16, element);
    if (!values) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's tables.");
    for (int64_t i = 0; i < list->count; i++) {
        if (wide) ((double *)(void *)values)[i] = ((const double *)list->items)[i];
        else ens_put(e, values, i, ((const double *)list->items)[i]);
    }
    const size_t bytes = ((size_t)list->count + 16) * element;
    cc_status status = make(e, b, bytes, error);
    if (status == CC_OK) status = ens_write(e, b, 0, bytes, values, error);
    free(values);
    return status;
}

/// Points as they are and by coordinates, and data, each padded by a vector.
cc_status ens_make_points(ocl_ensemble *e, cc_error *error) {
    int64_t points = 0, turned = 0, data = 0;
    for (int32_t k = 0; k < e->terms; k++) {
        const net_term *n = &e->native->term[k];
        ens_term *s = &e->term[k];
        s->points = points;
        s->turned = turned;
        s->data = data;
        s->turned_stride = s->data_stride = whole(n->points + 16, 16);
        points += whole(n->points * e->dimension, 16);
        turned += s->turned_stride * e->dimension;
        data += s->data_stride * n->program->given.arrays;
    }
    char *values = calloc((size_t)(points + turned + data) + 64, e->element);
    if (!values) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's points.");
    char *across = values + (size_t)points * e->element, *arrays = across + (size_t)turned * e->element;
    for (int32_t k = 0; k < e->terms; k++) {
        const net_term *n = &e->native->term[k];
        const ens_term *s = &e->term[k];
        const char *from = n->coordinates;
        memcpy(values + (size_t)s->points * e->element, from, (size_t)(n->points * e->dimension) * e->element);
        for (int64_t p = 0; p < n->points; p++)
            for (int32_t i = 0; i < e->dimension; i++)
                memcpy(across + (size_t)(s->turned + i * s->turned_stride + p) * e->element, from + (size_t)(p * e->dimension + i) * e->element, e->element);
        for (int32_t a = 0; a < n->program->given.arrays; a++)
            memcpy(arrays + (size_t)(s->data + a * s->data_stride) * e->element, n->data[a], (size_t)n->points * e->element);
    }
    cc_status status = make(e, &e->points, (size_t)points * e->element + 64, error);
    if (status == CC_OK) status = make(e, &e->turned, (size_t)turned * e->element + 64, error);
    if (status == CC_OK) status = make(e, &e->data, (size_t)data * e->element + 64, error);
    if (status == CC_OK) status = ens_write(e, &e->points, 0, (size_t)points * e->element, values, error);
    if (status == CC_OK) status = ens_write(e, &e->turned, 0, (size_t)turned * e->element, across, error);
    if (status == CC_OK) status = ens_write(e, &e->data, 0, (size_t)data * e->element, arrays, error);
    free(values);
    return status;
}

size_t ens_member_bytes(const ocl_ensemble *e) {
    return ((size_t)4 * (size_t)e->size + (size_t)e->slab + (size_t)e->table + 4) * e->element + (size_t)e->wide_table * sizeof(double) + 8;
}

int64_t ens_most(const void *state, int64_t count) {
    const ocl_ensemble *e = state;
    const cc_device_info *info = &e->device->info;
    const uint64_t usual = e->local ? (uint64_t)4 << 30 : (uint64_t)256 << 20;
    uint64_t room = info->global_memory / 4 < usual ? info->global_memory / 4 : usual;
    uint64_t members = room / ens_member_bytes(e);
    const uint64_t fits = info->largest_buffer / ((uint64_t)(e->slab > e->size ? e->slab : e->size) * e->element + 512);
    if (members > fits) members = fits;
    if (members > 65536) members = 65536;
    if (members < 1) members = 1;
    return (uint64_t)count < members ? count : (int64_t)members;
}

cc_status ens_make_room(ocl_ensemble *e, int64_t count, cc_error *error) {
    if (count <= e->room) return CC_OK;
    const size_t k = (size_t)count;
    const struct { ens_buffer *buffer; size_t bytes; } wanted[] = {
        {&e->tables, k * (size_t)e->table * e->element}, {&e->wide_tables, k * (size_t)e->wide_table * sizeof(double)},
        {&e->settings, 2 * k * e->element}, {&e->schedule, 3 * ens_most_steps * e->element}, {&e->values, k * (size_t)e->size * e->element},
        {&e->moments, k * (size_t)e->size * e->element}, {&e->squares, k * (size_t)e->size * e->element}, {&e->bests, k * (size_t)e->size * e->element},
        {&e->best_losses, k * e->element}, {&e->slabs, k * (size_t)e->slab * e->element}, {&e->losses, k * e->element}, {&e->taken, k * sizeof(cl_int)},
    };
    e->room = 0;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) TRY(make(e, wanted[i].buffer, wanted[i].bytes, error));
    free(e->staging);
    size_t largest = (size_t)(e->size > e->table ? e->size : e->table) * sizeof(double);
    if ((size_t)e->wide_table * sizeof(double) > largest) largest = (size_t)e->wide_table * sizeof(double);
    if (!(e->staging = calloc(k * largest + 3 * ens_most_steps * sizeof(double), 1))) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "There is no room for the ensemble's members.");
    e->room = count;
    return CC_OK;
}
#undef TRY
