/// The devices of all platforms, enumerated once per process: implementations race when several threads ask first.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opencl.h"

enum { MAXIMUM_PLATFORMS = 32, MAXIMUM_DEVICES = 64 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static ocl_entry entries[MAXIMUM_DEVICES];
static int32_t count;
static char loader_text[1024];

/// A text of a platform or device made safe to print: ends, has no control characters and no blanks around it.
static void tidy(char *text, size_t size, size_t length) {
    text[length < size ? length : size - 1] = 0;
    size_t from = 0, to = 0;
    while (text[from] == ' ') from++;
    for (; text[from]; from++) text[to++] = (unsigned char)text[from] < ' ' ? ' ' : text[from];
    while (to > 0 && text[to - 1] == ' ') to--;
    text[to] = 0;
}

static void device_text(const ocl_api *cl, cl_device_id id, cl_device_info what, char *text, size_t size) {
    char buffer[4096] = "";
    size_t length = 0;
    if (cl->GetDeviceInfo(id, what, sizeof buffer - 1, buffer, &length) != CL_SUCCESS || length >= sizeof buffer) length = 0;
    tidy(buffer, sizeof buffer, length);
    snprintf(text, size, "%.*s", (int)size - 1, *buffer ? buffer : "unknown");
}

/// A number of a device, 0 when it does not tell.
static uint64_t device_number(const ocl_api *cl, cl_device_id id, cl_device_info what, size_t size) {
    uint64_t value = 0;
    size_t length = 0;
    if (cl->GetDeviceInfo(id, what, size, &value, &length) != CL_SUCCESS || length != size) return 0;
    return value;
}

/// Whether the device can run our kernels, with the reason.
static void judge(const ocl_api *cl, ocl_entry *entry) {
    cc_device_info *info = &entry->info;
    int major = 0, minor = 0;
    const bool numbered = sscanf(info->version, "OpenCL %d.%d", &major, &minor) == 2;
    const char *fault = NULL;
    if (!device_number(cl, entry->id, CL_DEVICE_AVAILABLE, sizeof(cl_bool)))
        fault = "the device says it is not available";
    else if (!device_number(cl, entry->id, CL_DEVICE_COMPILER_AVAILABLE, sizeof(cl_bool)))
        fault = "its driver has no compiler";
    else if (!numbered || major * 10 + minor < 12)
        fault = "its OpenCL is older than 1.2";
    else if (device_number(cl, entry->id, CL_DEVICE_ADDRESS_BITS, sizeof(cl_uint)) != 64)
        fault = "its addresses are not of 64 bits";
    else if (info->global_memory == 0 || info->largest_buffer == 0)
        fault = "it reports no memory";
    info->usable = fault == NULL;
    if (fault)
        snprintf(info->reason, sizeof info->reason, "Not usable: %s.", fault);
    else
        snprintf(info->reason, sizeof info->reason, "Usable through %s%s.", entry->platform_text, info->fp64 ? "" : ", in single precision only");
}

static void describe(const ocl_api *cl, cl_platform_id platform, const char *platform_text, cl_device_id id, ocl_entry *entry) {
    cc_device_info *info = &entry->info;
    entry->platform = platform;
    entry->id = id;
    snprintf(entry->platform_text, sizeof entry->platform_text, "%s", platform_text);
    info->backend = CC_OPENCL;
    const uint64_t type = device_number(cl, id, CL_DEVICE_TYPE, sizeof(cl_device_type));
    info->type = type & CL_DEVICE_TYPE_GPU ? CC_GPU : type & CL_DEVICE_TYPE_CPU ? CC_CPU : CC_ACCELERATOR;
    device_text(cl, id, CL_DEVICE_NAME, info->name, sizeof info->name);
    device_text(cl, id, CL_DEVICE_VENDOR, info->vendor, sizeof info->vendor);
    device_text(cl, id, CL_DRIVER_VERSION, info->driver, sizeof info->driver);
    device_text(cl, id, CL_DEVICE_VERSION, info->version, sizeof info->version);
    info->global_memory = device_number(cl, id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof(cl_ulong));
    info->local_memory = device_number(cl, id, CL_DEVICE_LOCAL_MEM_SIZE, sizeof(cl_ulong));
    info->largest_buffer = device_number(cl, id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof(cl_ulong));
    info->compute_units = (uint32_t)device_number(cl, id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof(cl_uint));
    info->fp64 = device_number(cl, id, CL_DEVICE_DOUBLE_FP_CONFIG, sizeof(cl_device_fp_config)) != 0;
    entry->native_f32 = (uint32_t)device_number(cl, id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, sizeof(cl_uint));
    entry->native_f64 = (uint32_t)device_number(cl, id, CL_DEVICE_NATIVE_VECTOR_WIDTH_DOUBLE, sizeof(cl_uint));
    entry->workgroup = device_number(cl, id, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof(size_t));
    entry->host_memory = info->type == CC_CPU && device_number(cl, id, CL_DEVICE_HOST_UNIFIED_MEMORY, sizeof(cl_bool)) != 0;
    entry->exact_division = device_number(cl, id, CL_DEVICE_SINGLE_FP_CONFIG, sizeof(cl_device_fp_config)) & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT;
    const char *specialized = getenv("POCL_WORK_GROUP_SPECIALIZATION");
    const bool pocl = strstr(platform_text, "Portable Computing Language") != NULL;
    entry->keeps_binaries = pocl && !(specialized && strcmp(specialized, "0") == 0);
    entry->wide_vectors = pocl && info->type == CC_CPU;
    entry->optimizes_twice = entry->wide_vectors && strncmp(info->driver, "3.", 2) == 0;
    entry->simulator = strstr(platform_text, "Oclgrind") != NULL;
    judge(cl, entry);
}

static void enumerate(void) {
    const ocl_api *cl = ocl_interface();
    if (!cl) {
        snprintf(loader_text, sizeof loader_text, "%s", ocl_library_text());
        return;
    }
    cl_platform_id platforms[MAXIMUM_PLATFORMS] = {0};
    cl_uint offered = 0;
    const cl_int status = cl->GetPlatformIDs(MAXIMUM_PLATFORMS, platforms, &offered);
    if (status != CL_SUCCESS || offered == 0) {
        const char *vendors = getenv("OCL_ICD_VENDORS");
        snprintf(loader_text, sizeof loader_text, "%s shows no platform (%s%s%.200s): %s.", ocl_library_text(), ocl_status_name(status),
                 vendors ? ", OCL_ICD_VENDORS is " : "", vendors ? vendors : "", vendors ? "correct or unset OCL_ICD_VENDORS" : ocl_remedy());
        return;
    }
    if (offered > MAXIMUM_PLATFORMS) offered = MAXIMUM_PLATFORMS;
    char names[512] = "";
    bool gpu = false;
    for (cl_uint p = 0; p < offered; p++) {
        if (!platforms[p]) continue;
        char name[256] = "";
        size_t length = 0;
        if (cl->GetPlatformInfo(platforms[p], CL_PLATFORM_NAME, sizeof name - 1, name, &length) != CL_SUCCESS) length = 0;
        tidy(name, sizeof name, length);
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", *name ? name : "unnamed");
        cl_device_id ids[MAXIMUM_DEVICES] = {0};
        cl_uint found = 0;
        if (cl->GetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, MAXIMUM_DEVICES, ids, &found) != CL_SUCCESS) continue;
        for (cl_uint d = 0; d < found && d < MAXIMUM_DEVICES && count < MAXIMUM_DEVICES; d++) {
            if (!ids[d]) continue;
            describe(cl, platforms[p], *name ? name : "an unnamed platform", ids[d], &entries[count]);
            snprintf(entries[count].info.id, sizeof entries[count].info.id, "opencl:%d", count);
            gpu = gpu || entries[count].info.type == CC_GPU;
            count++;
        }
    }
    const bool hidden = !gpu && strstr(ocl_remedy(), "NVIDIA");
    snprintf(loader_text, sizeof loader_text, "%s shows %u platform%s (%s) and %d device%s%s%s.", ocl_library_text(), offered,
             offered == 1 ? "" : "s", names, count, count == 1 ? "" : "s", hidden || count == 0 ? "; " : "",
             hidden || count == 0 ? ocl_remedy() : "");
}

int32_t ocl_count(void) {
    pthread_once(&once, enumerate);
    return count;
}

const ocl_entry *ocl_entry_at(int32_t index) { return index >= 0 && index < ocl_count() ? &entries[index] : NULL; }

const cc_device_info *ocl_describe(int32_t index) {
    const ocl_entry *entry = ocl_entry_at(index);
    return entry ? &entry->info : NULL;
}

const char *cc_opencl_loader_text(void) {
    pthread_once(&once, enumerate);
    return loader_text;
}
