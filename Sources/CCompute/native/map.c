// Functions of vectors on the native path: the kernel of Kernels/map.cl, some thousand elements a task.
#include "native.h"
#include "vectors.h"

typedef struct job {
    const cc_map_arguments *arguments;
    cc_map_kernel *kernel;
} job;

static void run_task(int64_t task, void *context) {
    const job *j = context;
    j->kernel(task, j->arguments);
}

cc_status cc_native_map_values(cc_device *device, const cc_map *map, cc_error *error) {
    (void)device, (void)error;
    cc_map_arguments a = {
        .x = cc_native_elements(&map->x, map->precision),
        .y = cc_native_elements(&map->y, map->precision),
        .count = map->count,
        .power = map->power,
    };
    const cc_vectors *vectors = cc_isa_current()->vectors[map->precision];
    job j = { &a, map->function == CC_FN_ACTIVATION ? vectors->derivatives[map->activation][map->order] : vectors->functions[map->function] };
    cc_pool_run((map->count + vectors->map_block - 1) / vectors->map_block, run_task, &j);
    return CC_OK;
}
