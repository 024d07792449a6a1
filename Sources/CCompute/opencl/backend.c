/// The table of the OpenCL backend.
#include "opencl.h"

const cc_backend cc_opencl_backend = {
    .name = "opencl",
    .count = ocl_count,
    .describe = ocl_describe,
    .open = ocl_open,
    .close = ocl_close,
    .finish = ocl_finish,
    .create = ocl_create,
    .wrap = ocl_wrap,
    .release = ocl_release,
    .write = ocl_write,
    .read = ocl_read,
    .multiply = ocl_multiply,
    .features_by_nodes = ocl_features_by_nodes,
    .features_by_stencil = ocl_features_by_stencil,
    .map_values = ocl_map_values,
    .measure_ceilings = ocl_measure_ceilings,
    .plan = ocl_plan_create,
    .ensemble = ocl_ensemble_create,
};
