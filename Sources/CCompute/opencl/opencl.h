/// What the files of the OpenCL backend share: the interface found at run time, devices, programs and buffers.
#ifndef RESIDUA_OPENCL_H
#define RESIDUA_OPENCL_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "../backend.h"

// MARK: Interface

#define OCL_FUNCTIONS(X) \
    X(GetPlatformIDs) X(GetPlatformInfo) X(GetDeviceIDs) X(GetDeviceInfo) \
    X(CreateContext) X(ReleaseContext) X(CreateCommandQueue) X(ReleaseCommandQueue) X(Finish) X(Flush) \
    X(CreateProgramWithSource) X(CreateProgramWithBinary) X(BuildProgram) X(GetProgramInfo) X(GetProgramBuildInfo) X(ReleaseProgram) \
    X(CreateKernel) X(ReleaseKernel) X(SetKernelArg) X(GetKernelWorkGroupInfo) X(EnqueueNDRangeKernel) \
    X(CreateBuffer) X(ReleaseMemObject) X(EnqueueReadBuffer) X(EnqueueWriteBuffer) X(EnqueueFillBuffer) X(EnqueueMapBuffer) X(EnqueueUnmapMemObject)

/// The OpenCL functions, without their prefix.
typedef struct ocl_api {
#define OCL_MEMBER(name) __typeof__(&cl##name) name;
    OCL_FUNCTIONS(OCL_MEMBER)
#undef OCL_MEMBER
} ocl_api;

/// The interface of the library, which is opened on the first call; NULL when there is none.
const ocl_api *ocl_interface(void);
/// The file opened, or why none was: a sentence.
const char *ocl_library_text(void);
/// A remedy that fits this machine: a sentence without its full stop.
const char *ocl_remedy(void);

/// CL_OUT_OF_RESOURCES and the like.
const char *ocl_status_name(cl_int status);
/// Turns an OpenCL status into an error of `device` ("NAME: what failed (CL_…)"); CL_SUCCESS gives CC_OK.
cc_status ocl_check(const cc_device *device, cl_int status, const char *action, cc_error *error);

// MARK: Devices

/// What enumeration knows about a device.
typedef struct ocl_entry {
    cl_platform_id platform;
    cl_device_id id;
    cc_device_info info;   ///< `fp64` as claimed, before any probe
    char platform_text[256];
    uint32_t native_f32, native_f64;
    uint64_t workgroup;
    bool host_memory;      ///< memory of the host is used in place
    bool exact_division;   ///< single-precision division and roots can be had correctly rounded
    bool wide_vectors;     ///< its compiler is made of Clang and its kernels run on a processor: Kernels/wide.clh serves
    bool optimizes_twice;  ///< a program as it is compiled, then its kernels, for which -cl-opt-disable leaves out the former (PoCL 3)
    bool simulator;        ///< Oclgrind, which interprets kernels and knows no prefetch
    bool keeps_binaries;   ///< its implementation has a cache of its own, and asking for binaries compiles again (PoCL, unless told otherwise)
} ocl_entry;

/// Device `index` of the catalogue, or NULL.
const ocl_entry *ocl_entry_at(int32_t index);
int32_t ocl_count(void);
const cc_device_info *ocl_describe(int32_t index);

/// How kernels are cut for a device.
typedef struct ocl_shape {
    bool local;            ///< local tiles and work-groups of many items (GPU); else one item a group and explicit vectors (CPU)
    int vector_f32, vector_f64;
    int workgroup;         ///< items, 1 without local tiles
} ocl_shape;

typedef struct ocl_program ocl_program;

typedef struct ocl_device {
    cc_device base;
    cc_device_info info;   ///< with the probe's result
    const ocl_entry *entry;
    const ocl_api *cl;
    cl_context context;
    cl_command_queue queue;
    ocl_shape shape;
    atomic_int references;
    pthread_mutex_t lock;  ///< held while arguments are set and work is enqueued
    ocl_program *programs;
    cl_mem scratch[2];
    size_t scratch_bytes[2];
    uint64_t held;         ///< bytes of its own memory given out
    uint64_t limit;        ///< how many there may be: RESIDUA_OPENCL_MEMORY, or no limit of ours
} ocl_device;

typedef struct ocl_buffer {
    cc_buffer base;
    cl_mem memory;
    void *host;            ///< the caller's memory used in place, or NULL
} ocl_buffer;

static inline ocl_device *ocl_of(cc_device *device) { return (ocl_device *)device; }
static inline cl_mem ocl_memory(const cc_buffer *buffer) { return buffer ? ((const ocl_buffer *)buffer)->memory : NULL; }
static inline int ocl_vector(const ocl_device *d, cc_precision p) { return p == CC_F64 ? d->shape.vector_f64 : d->shape.vector_f32; }
/// Lanes of a vector in kernels of elementary functions, long chains of dependent operations: four registers' where they can be had,
/// so that four chains are in flight; a single item of a GPU.
static inline int ocl_function_vector(const ocl_device *d, cc_precision p) {
    return d->shape.local ? 1 : (d->entry->wide_vectors ? 4 : 1) * ocl_vector(d, p);
}

cc_status ocl_open(int32_t index, cc_device **device, cc_error *error);
void ocl_close(cc_device *device);
cc_status ocl_finish(cc_device *device, cc_error *error);
void ocl_retain(ocl_device *device);
/// CC_OK when double precision was asked for and divides and takes roots as it should, or single precision was asked for.
cc_status ocl_probe_double(ocl_device *device, bool *good, cc_error *error);

// MARK: Texts

typedef struct ocl_text {
    char *characters;      ///< with a terminating zero
    size_t length, room;
    bool failed;           ///< memory ran out
} ocl_text;

void ocl_append(ocl_text *text, const char *from, size_t length);
void ocl_print(ocl_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ocl_discard(ocl_text *text);

// MARK: Programs

/// A program from a source of the caller's, which owns it, through the disk cache where that pays; `label` names it in errors. Call with
/// the lock held.
cc_status ocl_build(ocl_device *device, const char *label, const ocl_text *source, const char *options, cl_program *program, cc_error *error);
/// The kernel `name` of the text `file` of Kernels/, built with `options`; owned by the device. Call with the lock held.
cc_status ocl_kernel(ocl_device *device, const char *file, const char *options, const char *name, cl_kernel *kernel, cc_error *error);
void ocl_release_programs(ocl_device *device);
/// The options every text is given: OpenCL C 1.2 without warnings, F64, LOCAL, WG and those of RESIDUA_OPENCL_OPTIONS; then `format`'s.
void ocl_options(const ocl_device *device, cc_precision precision, char *text, size_t size, const char *format, ...) __attribute__((format(printf, 5, 6)));

/// One kernel argument.
typedef struct ocl_argument {
    size_t size;
    const void *value;
} ocl_argument;
#define OCL_ARGUMENT(x) ((ocl_argument){sizeof(x), &(x)})
/// A number in the working precision.
#define OCL_REAL(precision, x) ((precision) == CC_F64 ? OCL_ARGUMENT((double){x}) : OCL_ARGUMENT((float){(float)(x)}))

/// Sets the arguments and enqueues; call with the lock held. `global` counts work-groups, in up to two dimensions.
cc_status ocl_launch(ocl_device *device, cl_kernel kernel, const char *name, const ocl_argument *arguments, int count,
                     const size_t groups[2], int workgroup, cc_error *error);

// The disk cache of built programs (cache.c).
typedef struct ocl_key { uint8_t bytes[32]; } ocl_key;
ocl_key ocl_hash(const void *const *parts, const size_t *sizes, int count);
/// The key under which a program is stored: source, options, device, driver, platform, format.
ocl_key ocl_program_key(const ocl_device *device, const char *source, const char *options);
/// A binary stored under `key` (free it), or NULL.
void *ocl_cache_load(ocl_key key, size_t *size);
void ocl_cache_store(ocl_key key, const void *binary, size_t size);

// MARK: Memory

/// `scratch[slot]` of at least `bytes`; call with the lock held.
cc_status ocl_scratch(ocl_device *device, int slot, size_t bytes, cl_mem *memory, cc_error *error);
/// Gives memory back, once what was enqueued with it has ended.
void ocl_free(const ocl_device *device, cl_mem memory);
/// A read-only copy of a small array of the host; free it after the launch.
cc_status ocl_constants(ocl_device *device, const void *values, size_t bytes, cl_mem *memory, cc_error *error);
cc_status ocl_create(cc_device *device, size_t bytes, cc_buffer **buffer, cc_error *error);
cc_status ocl_wrap(cc_device *device, void *memory, size_t bytes, cc_buffer **buffer, cc_error *error);
void ocl_release(cc_buffer *buffer);
cc_status ocl_write(cc_buffer *buffer, size_t offset, size_t bytes, const void *from, cc_error *error);
cc_status ocl_read(cc_buffer *buffer, size_t offset, size_t bytes, void *to, cc_error *error);

/// A buffer of the caller's, who gives it to `ocl_free`; call with the lock held.
cc_status ocl_allocate(ocl_device *device, size_t bytes, cl_mem *memory, cc_error *error);

// MARK: Operations

cc_status ocl_multiply(cc_device *device, const cc_product *product, cc_error *error);
cc_status ocl_features_by_nodes(cc_device *device, const cc_feature_set *set, const cc_node_sum *sum, cc_error *error);
cc_status ocl_features_by_stencil(cc_device *device, const cc_feature_set *set, const cc_stencil_sum *sum, cc_error *error);
cc_status ocl_map_values(cc_device *device, const cc_map *map, cc_error *error);
cc_status ocl_plan_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, const cc_plan_calls **calls,
                          void **state, cc_error *error);
cc_status ocl_ensemble_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, const net_plan *native,
                              const cc_ensemble_calls **calls, void **state, cc_error *error);
cc_status ocl_measure_ceilings(cc_device *device, cc_precision precision, uint32_t wanted, double seconds, cc_ceilings *ceilings, cc_error *error);

#endif
