/// The native backend: the bare CPU. Its devices and buffers, and the functions behind its table.
#ifndef RESIDUA_NATIVE_H
#define RESIDUA_NATIVE_H

#include "../backend.h"
#include "isa.h"
#include "pool.h"

typedef struct cc_native_buffer {
    cc_buffer base;
    char *memory;          ///< aligned to 64 bytes
    bool owned;
} cc_native_buffer;

/// The first element of a matrix, or NULL when it has no buffer.
static inline void *cc_native_elements(const cc_matrix *matrix, cc_precision precision) {
    const cc_native_buffer *buffer = (const cc_native_buffer *)matrix->buffer;
    return buffer ? buffer->memory + (size_t)matrix->offset * cc_element_size(precision) : NULL;
}

/// Bytes of physical memory, cores this process may use.
uint64_t cc_native_physical_memory(void);
int32_t cc_native_cores(void);

int32_t cc_native_count(void);
const cc_device_info *cc_native_describe(int32_t index);
cc_status cc_native_open(int32_t index, cc_device **device, cc_error *error);
void cc_native_close(cc_device *device);
cc_status cc_native_finish(cc_device *device, cc_error *error);

cc_status cc_native_create(cc_device *device, size_t bytes, cc_buffer **buffer, cc_error *error);
cc_status cc_native_wrap(cc_device *device, void *memory, size_t bytes, cc_buffer **buffer, cc_error *error);
void cc_native_release(cc_buffer *buffer);
cc_status cc_native_write(cc_buffer *buffer, size_t offset, size_t bytes, const void *from, cc_error *error);
cc_status cc_native_read(cc_buffer *buffer, size_t offset, size_t bytes, void *to, cc_error *error);

cc_status cc_native_multiply_buffers(cc_device *device, const cc_product *product, cc_error *error);
cc_status cc_native_features_by_nodes(cc_device *device, const cc_feature_set *set, const cc_node_sum *sum, cc_error *error);
cc_status cc_native_features_by_stencil(cc_device *device, const cc_feature_set *set, const cc_stencil_sum *sum, cc_error *error);
cc_status cc_native_map_values(cc_device *device, const cc_map *map, cc_error *error);
cc_status cc_native_measure_ceilings(cc_device *device, cc_precision precision, uint32_t wanted, double seconds, cc_ceilings *ceilings,
                                     cc_error *error);

#endif
