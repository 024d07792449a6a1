// The OpenCL backend's table.
#include "../backend.h"

static int32_t count(void) { return 0; }
static const cc_device_info *describe(int32_t index) {
    (void)index;
    return NULL;
}

const cc_backend cc_opencl_backend = { .name = "opencl", .count = count, .describe = describe };

const char *cc_opencl_loader_text(void) { return "No OpenCL loader was looked for; the native path is used."; }
