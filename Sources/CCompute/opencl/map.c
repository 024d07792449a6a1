/// Launches of Kernels/map.cl.
#include "opencl.h"

cc_status ocl_map_values(cc_device *device, const cc_map *map, cc_error *error) {
    if (map->count == 0) return CC_OK;
    ocl_device *d = ocl_of(device);
    const bool activation = map->function == CC_FN_ACTIVATION;
    const int vw = ocl_function_vector(d, map->precision), span = d->shape.local ? 4 : 1024;
    char options[1024];
    ocl_options(d, map->precision, options, sizeof options, "-DVW=%d -DP=%d -DFUNCTION=%d -DACTIVATION=%d -DORDER=%d", vw, span, (int)map->function,
                activation ? (int)map->activation : 0, activation ? map->order : 0);
    const cl_mem x = ocl_memory(map->x.buffer), y = ocl_memory(map->y.buffer);
    const cl_int power = map->power;
    const ocl_argument arguments[] = {OCL_ARGUMENT(x), OCL_ARGUMENT(map->x.offset), OCL_ARGUMENT(y), OCL_ARGUMENT(map->y.offset),
                                      OCL_ARGUMENT(map->count), OCL_ARGUMENT(power)};
    const int64_t share = (int64_t)span * d->shape.workgroup;
    cl_kernel kernel;
    pthread_mutex_lock(&d->lock);
    cc_status status = ocl_kernel(d, "map.cl", options, "map_values", &kernel, error);
    if (status == CC_OK)
        status = ocl_launch(d, kernel, "map_values", arguments, 6, (const size_t[2]){(size_t)((map->count + share - 1) / share), 1}, d->shape.workgroup,
                            error);
    pthread_mutex_unlock(&d->lock);
    return status;
}
