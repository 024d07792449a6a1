// Host memory as buffers: aligned to 64 bytes, large ones on large pages; together never more than the machine has.
#include "native.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { large_page = 2 << 20 };

static _Atomic uint64_t total;

/// Takes `bytes` of what the machine has, unless that is more than is left; `before`: what was in use. A request that fails is never seen by
/// others.
static bool reserve(uint64_t bytes, uint64_t limit, uint64_t *before) {
    *before = atomic_load(&total);
    do {
        if (bytes > limit || *before > limit - bytes) return false;
    } while (!atomic_compare_exchange_weak(&total, before, *before + bytes));
    return true;
}

cc_status cc_native_create(cc_device *device, size_t bytes, cc_buffer **buffer, cc_error *error) {
    const uint64_t limit = cc_native_physical_memory();
    uint64_t before;
    const bool fits = reserve(bytes, limit, &before);
    cc_native_buffer *b = NULL;
    void *memory = NULL;
    size_t alignment = bytes >= 2 * large_page ? large_page : 64;
    if (fits) b = calloc(1, sizeof *b);
    if (b && posix_memalign(&memory, alignment, bytes > 0 ? bytes : 64) != 0) memory = NULL;
    if (!memory) {
        free(b);
        if (fits) atomic_fetch_sub(&total, bytes);
        return cc_fail(error, CC_OUT_OF_MEMORY, 0,
                       "The host cannot hold a buffer of %.3g GB beside %.3g GB in use (it has %.3g GB); use fewer points or features.",
                       (double)bytes * 1e-9, (double)before * 1e-9, (double)limit * 1e-9);
    }
    if (alignment == large_page) madvise(memory, bytes, MADV_HUGEPAGE);
    *b = (cc_native_buffer){ .base = { &cc_native_backend, device, bytes }, .memory = memory, .owned = true };
    *buffer = &b->base;
    return CC_OK;
}

cc_status cc_native_wrap(cc_device *device, void *memory, size_t bytes, cc_buffer **buffer, cc_error *error) {
    cc_native_buffer *b = calloc(1, sizeof *b);
    if (!b) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "The host has no memory left.");
    *b = (cc_native_buffer){ .base = { &cc_native_backend, device, bytes }, .memory = memory };
    *buffer = &b->base;
    return CC_OK;
}

void cc_native_release(cc_buffer *buffer) {
    cc_native_buffer *b = (cc_native_buffer *)buffer;
    if (b->owned) {
        atomic_fetch_sub(&total, b->base.bytes);
        free(b->memory);
    }
    free(b);
}

cc_status cc_native_write(cc_buffer *buffer, size_t offset, size_t bytes, const void *from, cc_error *error) {
    (void)error;
    memmove(((cc_native_buffer *)buffer)->memory + offset, from, bytes);
    return CC_OK;
}

cc_status cc_native_read(cc_buffer *buffer, size_t offset, size_t bytes, void *to, cc_error *error) {
    (void)error;
    memmove(to, ((cc_native_buffer *)buffer)->memory + offset, bytes);
    return CC_OK;
}
