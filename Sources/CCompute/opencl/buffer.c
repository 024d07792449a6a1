/// Memory on an OpenCL device.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "opencl.h"

/// "1.5 GB", into one of a few buffers of the caller's thread.
static const char *size_text(uint64_t bytes) {
    static _Thread_local char texts[4][32];
    static _Thread_local int next;
    char *text = texts[next++ & 3];
    if (bytes < 1000000)
        snprintf(text, sizeof texts[0], "%llu bytes", (unsigned long long)bytes);
    else if (bytes < 1000000000)
        snprintf(text, sizeof texts[0], "%.1f MB", (double)bytes * 1e-6);
    else
        snprintf(text, sizeof texts[0], "%.2f GB", (double)bytes * 1e-9);
    return text;
}

void ocl_free(const ocl_device *d, cl_mem memory) {
    // Oclgrind 21.10 remembers of a buffer released which bytes were written, and believes it of the next one.
    if (!d->entry->simulator) d->cl->ReleaseMemObject(memory);
}

static cc_status exhausted(const ocl_device *d, size_t bytes, cl_int status, cc_error *error) {
    return cc_fail(error, CC_OUT_OF_MEMORY, status,
                   "The device %s cannot hold a buffer of %s (at most %s each, %s in all; %s): use a smaller problem or --device native.",
                   d->info.name, size_text(bytes), size_text(d->info.largest_buffer), size_text(d->info.global_memory), ocl_status_name(status));
}

static cc_status allocate(ocl_device *d, cl_mem_flags flags, size_t bytes, void *host, cl_mem *memory, cc_error *error) {
    *memory = NULL;
    if (bytes > d->info.largest_buffer) return exhausted(d, bytes, CL_INVALID_BUFFER_SIZE, error);
    if (!host && bytes > d->limit - d->held) return exhausted(d, bytes, CL_MEM_OBJECT_ALLOCATION_FAILURE, error);
    cl_int status = CL_SUCCESS;
    cl_mem result = d->cl->CreateBuffer(d->context, flags, bytes ? bytes : 1, host, &status);
    if (status == CL_SUCCESS && result && !host && !d->entry->host_memory && !d->entry->simulator) {
        // GPUs set memory aside at the first use: have it now, where the failure can be told.
        const uint8_t zero = 0;
        status = d->cl->EnqueueWriteBuffer(d->queue, result, CL_TRUE, bytes ? bytes - 1 : 0, 1, &zero, 0, NULL, NULL);
    }
    if (status != CL_SUCCESS || !result) {
        if (result) ocl_free(d, result);
        const bool memory_fault = status == CL_MEM_OBJECT_ALLOCATION_FAILURE || status == CL_OUT_OF_RESOURCES || status == CL_OUT_OF_HOST_MEMORY
                                  || status == CL_INVALID_BUFFER_SIZE || status == CL_SUCCESS;
        return memory_fault ? exhausted(d, bytes, status ? status : CL_MEM_OBJECT_ALLOCATION_FAILURE, error)
                            : ocl_check(&d->base, status, "create a buffer", error);
    }
    *memory = result;
    if (!host) d->held += bytes;
    return CC_OK;
}

cc_status ocl_allocate(ocl_device *d, size_t bytes, cl_mem *memory, cc_error *error) {
    return allocate(d, CL_MEM_READ_WRITE, bytes, NULL, memory, error);
}

static cc_status make(ocl_device *d, cl_mem_flags flags, size_t bytes, void *host, cc_buffer **buffer, cc_error *error) {
    *buffer = NULL;
    ocl_buffer *b = calloc(1, sizeof *b);
    if (!b) return exhausted(d, bytes, CL_OUT_OF_HOST_MEMORY, error);
    pthread_mutex_lock(&d->lock);
    const cc_status status = allocate(d, flags, bytes, host, &b->memory, error);
    pthread_mutex_unlock(&d->lock);
    if (status != CC_OK) {
        free(b);
        return status;
    }
    b->base = (cc_buffer){&cc_opencl_backend, &d->base, bytes};
    b->host = host;
    ocl_retain(d);
    *buffer = &b->base;
    return CC_OK;
}

cc_status ocl_create(cc_device *device, size_t bytes, cc_buffer **buffer, cc_error *error) {
    return make(ocl_of(device), CL_MEM_READ_WRITE, bytes, NULL, buffer, error);
}

cc_status ocl_wrap(cc_device *device, void *memory, size_t bytes, cc_buffer **buffer, cc_error *error) {
    ocl_device *d = ocl_of(device);
    if (d->entry->host_memory && bytes > 0) return make(d, CL_MEM_READ_WRITE | CL_MEM_USE_HOST_PTR, bytes, memory, buffer, error);
    cc_status status = make(d, CL_MEM_READ_WRITE, bytes, NULL, buffer, error);
    if (status == CC_OK) status = ocl_write(*buffer, 0, bytes, memory, error);
    if (status != CC_OK && *buffer) {
        ocl_release(*buffer);
        *buffer = NULL;
    }
    return status;
}

void ocl_release(cc_buffer *buffer) {
    if (!buffer) return;
    ocl_buffer *b = (ocl_buffer *)buffer;
    ocl_device *d = ocl_of(buffer->device);
    pthread_mutex_lock(&d->lock);
    // The memory below a wrapped buffer is the caller's to free: nothing may be under way on it.
    if (b->host) d->cl->Finish(d->queue);
    ocl_free(d, b->memory);
    if (!b->host) d->held -= buffer->bytes;
    pthread_mutex_unlock(&d->lock);
    free(b);
    ocl_close(&d->base);
}

cc_status ocl_write(cc_buffer *buffer, size_t offset, size_t bytes, const void *from, cc_error *error) {
    if (bytes == 0) return CC_OK;
    ocl_device *d = ocl_of(buffer->device);
    pthread_mutex_lock(&d->lock);
    const cl_int status = d->cl->EnqueueWriteBuffer(d->queue, ocl_memory(buffer), CL_TRUE, offset, bytes, from, 0, NULL, NULL);
    pthread_mutex_unlock(&d->lock);
    return ocl_check(buffer->device, status, "write a buffer", error);
}

cc_status ocl_read(cc_buffer *buffer, size_t offset, size_t bytes, void *to, cc_error *error) {
    if (bytes == 0) return CC_OK;
    ocl_device *d = ocl_of(buffer->device);
    const ocl_buffer *b = (const ocl_buffer *)buffer;
    pthread_mutex_lock(&d->lock);
    cl_int status = CL_SUCCESS;
    if (b->host && to == (char *)b->host + offset) {
        // Results of a wrapped buffer, wanted where they lie: mapping makes them visible there.
        void *mapped = d->cl->EnqueueMapBuffer(d->queue, b->memory, CL_TRUE, CL_MAP_READ, offset, bytes, 0, NULL, NULL, &status);
        if (status == CL_SUCCESS) status = d->cl->EnqueueUnmapMemObject(d->queue, b->memory, mapped, 0, NULL, NULL);
        if (status == CL_SUCCESS) status = d->cl->Finish(d->queue);
    } else {
        status = d->cl->EnqueueReadBuffer(d->queue, b->memory, CL_TRUE, offset, bytes, to, 0, NULL, NULL);
    }
    pthread_mutex_unlock(&d->lock);
    return ocl_check(buffer->device, status, "read a buffer", error);
}

cc_status ocl_scratch(ocl_device *d, int slot, size_t bytes, cl_mem *memory, cc_error *error) {
    if (d->scratch_bytes[slot] < bytes) {
        if (d->scratch[slot]) ocl_free(d, d->scratch[slot]);
        d->scratch[slot] = NULL;
        d->held -= d->scratch_bytes[slot];
        d->scratch_bytes[slot] = 0;
        const cc_status status = allocate(d, CL_MEM_READ_WRITE, bytes, NULL, &d->scratch[slot], error);
        if (status != CC_OK) return status;
        d->scratch_bytes[slot] = bytes;
    }
    *memory = d->scratch[slot];
    return CC_OK;
}

cc_status ocl_constants(ocl_device *d, const void *values, size_t bytes, cl_mem *memory, cc_error *error) {
    cl_int status = CL_SUCCESS;
    // The flag copies from `values`, which it takes without const.
    *memory = d->cl->CreateBuffer(d->context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, bytes, (void *)(uintptr_t)values, &status);
    return ocl_check(&d->base, status, "create a buffer of constants", error);
}
