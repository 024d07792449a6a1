// The public functions: arguments are checked here, the work is the backend's.
#include "backend.h"

#include <stdarg.h>
#include <stdio.h>

cc_status cc_fail(cc_error *error, cc_status status, int32_t code, const char *format, ...) {
    if (error) {
        error->status = status;
        error->code = code;
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
    }
    return status;
}

// MARK: Devices

int32_t cc_device_count(void) { return cc_native_backend.count() + cc_opencl_backend.count(); }

static const cc_backend *backend_of(int32_t *index) {
    if (*index < 0) return NULL;
    int32_t native = cc_native_backend.count();
    if (*index < native) return &cc_native_backend;
    *index -= native;
    return *index < cc_opencl_backend.count() ? &cc_opencl_backend : NULL;
}

const cc_device_info *cc_device_at(int32_t index) {
    const cc_backend *backend = backend_of(&index);
    return backend ? backend->describe(index) : NULL;
}

const char *cc_loader_text(void) { return cc_opencl_loader_text(); }

cc_status cc_device_open(int32_t index, cc_device **device, cc_error *error) {
    if (!device) return cc_fail(error, CC_BAD_ARGUMENT, 0, "cc_device_open needs a place for the device.");
    *device = NULL;
    int32_t local = index;
    const cc_backend *backend = backend_of(&local);
    if (!backend)
        return cc_fail(error, CC_NO_DEVICE, 0, "There is no device %d: %d are known, counted from 0.", index, cc_device_count());
    return backend->open(local, device, error);
}

void cc_device_close(cc_device *device) {
    if (device) device->backend->close(device);
}

const cc_device_info *cc_device_describe(const cc_device *device) { return device ? device->info : NULL; }

cc_status cc_device_finish(cc_device *device, cc_error *error) {
    if (!device) return cc_fail(error, CC_BAD_ARGUMENT, 0, "cc_device_finish was given no device.");
    return device->backend->finish(device, error);
}

// MARK: Buffers

cc_status cc_buffer_create(cc_device *device, size_t bytes, cc_buffer **buffer, cc_error *error) {
    if (!device || !buffer) return cc_fail(error, CC_BAD_ARGUMENT, 0, "cc_buffer_create needs a device and a place for the buffer.");
    *buffer = NULL;
    return device->backend->create(device, bytes, buffer, error);
}

cc_status cc_buffer_wrap(cc_device *device, void *memory, size_t bytes, cc_buffer **buffer, cc_error *error) {
    if (!device || !buffer) return cc_fail(error, CC_BAD_ARGUMENT, 0, "cc_buffer_wrap needs a device and a place for the buffer.");
    *buffer = NULL;
    if (!memory || (uintptr_t)memory % 64 != 0)
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "cc_buffer_wrap needs memory aligned to 64 bytes.");
    return device->backend->wrap(device, memory, bytes, buffer, error);
}

void cc_buffer_release(cc_buffer *buffer) {
    if (buffer) buffer->backend->release(buffer);
}

static cc_status check_range(const cc_buffer *buffer, size_t offset, size_t bytes, const void *memory, cc_error *error) {
    if (!buffer || (!memory && bytes > 0)) return cc_fail(error, CC_BAD_ARGUMENT, 0, "A transfer needs a buffer and host memory.");
    if (offset > buffer->bytes || bytes > buffer->bytes - offset)
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "A transfer of %zu bytes at %zu leaves the buffer of %zu bytes.", bytes, offset, buffer->bytes);
    return CC_OK;
}

cc_status cc_buffer_write(cc_buffer *buffer, size_t offset, size_t bytes, const void *from, cc_error *error) {
    cc_status status = check_range(buffer, offset, bytes, from, error);
    return status || bytes == 0 ? status : buffer->backend->write(buffer, offset, bytes, from, error);
}

cc_status cc_buffer_read(cc_buffer *buffer, size_t offset, size_t bytes, void *to, cc_error *error) {
    cc_status status = check_range(buffer, offset, bytes, to, error);
    return status || bytes == 0 ? status : buffer->backend->read(buffer, offset, bytes, to, error);
}

// MARK: Operations

static cc_status missing(const cc_device *device, const char *operation, cc_error *error) {
    return cc_fail(error, CC_DEVICE_FAILED, 0, "Device %s cannot do %s.", device->info->id, operation);
}

cc_status cc_multiply(cc_device *device, const cc_product *product, cc_error *error) {
    cc_status status = cc_check_product(device, product, error);
    if (status) return status;
    return device->backend->multiply ? device->backend->multiply(device, product, error) : missing(device, "matrix products", error);
}

cc_status cc_features_by_nodes(cc_device *device, const cc_feature_set *set, const cc_node_sum *sum, cc_error *error) {
    cc_status status = cc_check_nodes(device, set, sum, error);
    if (status) return status;
    return device->backend->features_by_nodes ? device->backend->features_by_nodes(device, set, sum, error)
                                              : missing(device, "feature matrices by nodes", error);
}

cc_status cc_features_by_stencil(cc_device *device, const cc_feature_set *set, const cc_stencil_sum *sum, cc_error *error) {
    cc_status status = cc_check_stencil(device, set, sum, error);
    if (status) return status;
    return device->backend->features_by_stencil ? device->backend->features_by_stencil(device, set, sum, error)
                                                : missing(device, "feature matrices by stencils", error);
}

cc_status cc_map_values(cc_device *device, const cc_map *map, cc_error *error) {
    cc_status status = cc_check_map(device, map, error);
    if (status) return status;
    return device->backend->map_values ? device->backend->map_values(device, map, error) : missing(device, "functions of vectors", error);
}

cc_status cc_measure_ceilings(cc_device *device, cc_precision precision, uint32_t wanted, double seconds, cc_ceilings *ceilings, cc_error *error) {
    if (!device || !ceilings || (precision != CC_F32 && precision != CC_F64) || wanted > CC_CEILING_ALL || !(seconds > 0 && seconds <= 60))
        return cc_fail(error, CC_BAD_ARGUMENT, 0, "Measuring ceilings needs a device, a precision, known rates and between 0 and 60 seconds.");
    *ceilings = (cc_ceilings){0};
    return device->backend->measure_ceilings ? device->backend->measure_ceilings(device, precision, wanted, seconds, ceilings, error)
                                             : missing(device, "measurements of ceilings", error);
}
