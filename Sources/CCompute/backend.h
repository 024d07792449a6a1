/// What a backend is to the rest of the module: a table of functions, and the first members of its devices and buffers.
///
/// `compute.c` checks arguments and dispatches; a backend sees only calls whose sizes, options and buffers are sound.
#ifndef RESIDUA_BACKEND_H
#define RESIDUA_BACKEND_H

#include "include/compute.h"
#include "include/ensemble.h"
#include "include/network.h"

typedef struct cc_plan_calls cc_plan_calls;
typedef struct cc_ensemble_calls cc_ensemble_calls;
typedef struct net_plan net_plan;

typedef struct cc_backend {
    const char *name;      ///< "native", "opencl"
    /// Devices of this backend, counted from 0 inside it; both enumerate at most once per process and from any thread.
    int32_t (*count)(void);
    const cc_device_info *(*describe)(int32_t index);

    cc_status (*open)(int32_t index, cc_device **device, cc_error *error);
    /// Buffers may outlive the call: they keep what they need of the device.
    void (*close)(cc_device *device);
    cc_status (*finish)(cc_device *device, cc_error *error);

    cc_status (*create)(cc_device *device, size_t bytes, cc_buffer **buffer, cc_error *error);
    cc_status (*wrap)(cc_device *device, void *memory, size_t bytes, cc_buffer **buffer, cc_error *error);
    void (*release)(cc_buffer *buffer);
    cc_status (*write)(cc_buffer *buffer, size_t offset, size_t bytes, const void *from, cc_error *error);
    cc_status (*read)(cc_buffer *buffer, size_t offset, size_t bytes, void *to, cc_error *error);

    // An operation left NULL is one this backend does not have; callers get CC_DEVICE_FAILED and a sentence.
    cc_status (*multiply)(cc_device *device, const cc_product *product, cc_error *error);
    cc_status (*features_by_nodes)(cc_device *device, const cc_feature_set *set, const cc_node_sum *sum, cc_error *error);
    cc_status (*features_by_stencil)(cc_device *device, const cc_feature_set *set, const cc_stencil_sum *sum, cc_error *error);
    cc_status (*map_values)(cc_device *device, const cc_map *map, cc_error *error);
    cc_status (*measure_ceilings)(cc_device *device, cc_precision precision, uint32_t wanted, double seconds, cc_ceilings *ceilings, cc_error *error);
    /// A residual plan on the device of `options`; the arguments have been checked (plan.h). NULL in the native table: its plans need no
    /// device.
    cc_status (*plan)(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, const cc_plan_calls **calls,
                      void **state, cc_error *error);
    /// An ensemble on the device of `options` (ensemble.h); as `plan`. `native` is the members' plan and outlives the state, which stays NULL
    /// where the bare CPU shall train.
    cc_status (*ensemble)(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, const net_plan *native,
                          const cc_ensemble_calls **calls, void **state, cc_error *error);
} cc_backend;

/// First member of every backend's device. Filled in by `open`.
struct cc_device {
    const cc_backend *backend;
    const cc_device_info *info;
};

/// First member of every backend's buffer. Filled in by `create` and `wrap`.
struct cc_buffer {
    const cc_backend *backend;
    cc_device *device;
    size_t bytes;
};

extern const cc_backend cc_native_backend;
extern const cc_backend cc_opencl_backend;
/// The sentence of `cc_loader_text`.
const char *cc_opencl_loader_text(void);

/// Fills in `error` when it is not NULL and returns `status`.
__attribute__((format(printf, 4, 5)))
cc_status cc_fail(cc_error *error, cc_status status, int32_t code, const char *format, ...);

/// What the stencil kernels of Kernels/features.cl read, in the working precision: offsets, weights, scales and what their
/// rounding left; and how many elements that is.
void cc_stencil_table(const cc_stencil_sum *sum, int32_t dimension, cc_precision precision, void *table);
int64_t cc_stencil_table_elements(const cc_stencil_sum *sum, int32_t dimension);

static inline size_t cc_element_size(cc_precision precision) { return precision == CC_F64 ? 8 : 4; }

// Arguments (arguments.c): CC_OK, or CC_BAD_ARGUMENT with a sentence.
cc_status cc_check_product(const cc_device *device, const cc_product *product, cc_error *error);
cc_status cc_check_nodes(const cc_device *device, const cc_feature_set *set, const cc_node_sum *sum, cc_error *error);
cc_status cc_check_stencil(const cc_device *device, const cc_feature_set *set, const cc_stencil_sum *sum, cc_error *error);
cc_status cc_check_map(const cc_device *device, const cc_map *map, cc_error *error);

#endif
