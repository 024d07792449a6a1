/// Opening and closing of devices, and how kernels are cut for them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opencl.h"

static int clamp(uint32_t value, int least, int most) {
    int width = least;
    while (width < most && (uint32_t)width * 2 <= value) width *= 2;
    return width;
}

static ocl_shape shape_for(const ocl_entry *entry) {
    const char *forced = getenv("RESIDUA_OPENCL_SHAPE");
    bool local = entry->info.type != CC_CPU;
    if (forced && strcmp(forced, "cpu") == 0) local = false;
    if (forced && strcmp(forced, "gpu") == 0) local = true;
    if (!local) return (ocl_shape){false, clamp(entry->native_f32, 4, 16), clamp(entry->native_f64, 2, 8), 1};
    return (ocl_shape){true, 4, 2, entry->workgroup >= 256 ? 256 : entry->workgroup >= 64 ? 64 : 16};
}

static void destroy(ocl_device *d) {
    ocl_release_programs(d);
    for (int slot = 0; slot < 2; slot++)
        if (d->scratch[slot]) ocl_free(d, d->scratch[slot]);
    if (d->queue) d->cl->ReleaseCommandQueue(d->queue);
    if (d->context) d->cl->ReleaseContext(d->context);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

void ocl_retain(ocl_device *device) { atomic_fetch_add(&device->references, 1); }

void ocl_close(cc_device *device) {
    ocl_device *d = ocl_of(device);
    if (d && atomic_fetch_sub(&d->references, 1) == 1) destroy(d);
}

cc_status ocl_open(int32_t index, cc_device **device, cc_error *error) {
    *device = NULL;
    const ocl_entry *entry = ocl_entry_at(index);
    if (!entry) return cc_fail(error, CC_NO_DEVICE, 0, "There is no OpenCL device %d: %s", index, cc_opencl_loader_text());
    if (!entry->info.usable) return cc_fail(error, CC_NO_DEVICE, 0, "%s: %s", entry->info.name, entry->info.reason);
    ocl_device *d = calloc(1, sizeof *d);
    if (!d) return cc_fail(error, CC_OUT_OF_MEMORY, 0, "No memory is left to open %s.", entry->info.name);
    d->base.backend = &cc_opencl_backend;
    d->info = entry->info;
    d->base.info = &d->info;
    d->entry = entry;
    d->cl = ocl_interface();
    d->shape = shape_for(entry);
    d->limit = UINT64_MAX;
    const char *memory = getenv("RESIDUA_OPENCL_MEMORY");
    if (memory && *memory) {
        d->limit = strtoull(memory, NULL, 10);
        if (d->info.global_memory > d->limit) d->info.global_memory = d->limit;
        if (d->info.largest_buffer > d->limit) d->info.largest_buffer = d->limit;
    }
    atomic_init(&d->references, 1);
    pthread_mutex_init(&d->lock, NULL);

    cl_int status = CL_SUCCESS;
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)entry->platform, 0};
    d->context = d->cl->CreateContext(properties, 1, &entry->id, NULL, NULL, &status);
    if (d->context) d->queue = d->cl->CreateCommandQueue(d->context, entry->id, 0, &status);
    if (!d->queue) {
        ocl_check(&d->base, status == CL_SUCCESS ? CL_OUT_OF_RESOURCES : status, d->context ? "give a command queue" : "give a context", error);
        destroy(d);
        return status == CL_OUT_OF_HOST_MEMORY ? CC_OUT_OF_MEMORY : CC_DEVICE_FAILED;
    }
    // PoCL's kernels divide by this very processor's instructions; its compiler would take longer over the probe than over anything else.
    if (d->info.fp64 && !entry->wide_vectors) {
        // A device whose probe does not even run serves nobody.
        const cc_status probed = ocl_probe_double(d, &d->info.fp64, error);
        if (probed != CC_OK) {
            destroy(d);
            return probed;
        }
        if (!d->info.fp64)
            snprintf(d->info.reason, sizeof d->info.reason,
                     "Usable through %s, in single precision only: its double precision divides or takes roots wrongly.", entry->platform_text);
    }
    *device = &d->base;
    return CC_OK;
}

cc_status ocl_finish(cc_device *device, cc_error *error) {
    ocl_device *d = ocl_of(device);
    pthread_mutex_lock(&d->lock);
    const cl_int status = d->cl->Finish(d->queue);
    pthread_mutex_unlock(&d->lock);
    return ocl_check(device, status, "finish its work", error);
}
