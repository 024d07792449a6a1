// The one native device: the cores this process may use, described once.
#include "native.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

uint64_t cc_native_physical_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : (uint64_t)1 << 32;
}

int32_t cc_native_cores(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (int32_t)cores : 1;
}

/// The value of the first line of /proc/cpuinfo that begins with `key`.
static bool processor_text(const char *key, char *text, size_t size) {
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (!file) return false;
    char line[512];
    bool found = false;
    while (!found && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, key, strlen(key)) != 0 || !colon) continue;
        colon += 1 + strspn(colon + 1, " \t");
        colon[strcspn(colon, "\n")] = 0;
        snprintf(text, size, "%s", colon);
        found = true;
    }
    fclose(file);
    return found;
}

static cc_device_info information;

static void fill(void) {
    cc_device_info *i = &information;
    i->backend = CC_NATIVE;
    i->type = CC_CPU;
    snprintf(i->id, sizeof i->id, "native");
    snprintf(i->name, sizeof i->name, "native (%s)", cc_isa_current()->title);
    if (!processor_text("vendor_id", i->vendor, sizeof i->vendor)) snprintf(i->vendor, sizeof i->vendor, "unknown");
    if (!processor_text("model name", i->driver, sizeof i->driver)) snprintf(i->driver, sizeof i->driver, "bare processor");
    i->global_memory = i->largest_buffer = cc_native_physical_memory();
    i->compute_units = (uint32_t)cc_native_cores();
    i->fp64 = i->usable = true;
    snprintf(i->reason, sizeof i->reason, "The native path needs nothing but the processor.");
}

int32_t cc_native_count(void) { return 1; }

const cc_device_info *cc_native_describe(int32_t index) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill);
    return index == 0 ? &information : NULL;
}

// The native path holds nothing between calls, so all openings share one device, and its calls need no lock: a call that
// finds the pool taken runs on its own thread.
cc_status cc_native_open(int32_t index, cc_device **device, cc_error *error) {
    static cc_device shared;
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    (void)error;
    pthread_mutex_lock(&lock);
    if (!shared.backend) shared = (cc_device){ .backend = &cc_native_backend, .info = cc_native_describe(index) };
    pthread_mutex_unlock(&lock);
    *device = &shared;
    return CC_OK;
}

void cc_native_close(cc_device *device) { (void)device; }

cc_status cc_native_finish(cc_device *device, cc_error *error) {
    (void)device;
    (void)error;
    return CC_OK;
}
