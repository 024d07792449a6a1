// The native backend's table.
#include "native.h"

const cc_backend cc_native_backend = {
    .name = "native",
    .count = cc_native_count,
    .describe = cc_native_describe,
    .open = cc_native_open,
    .close = cc_native_close,
    .finish = cc_native_finish,
    .create = cc_native_create,
    .wrap = cc_native_wrap,
    .release = cc_native_release,
    .write = cc_native_write,
    .read = cc_native_read,
    .multiply = cc_native_multiply_buffers,
    .features_by_nodes = cc_native_features_by_nodes,
    .features_by_stencil = cc_native_features_by_stencil,
    .map_values = cc_native_map_values,
    .measure_ceilings = cc_native_measure_ceilings,
};
