/// Finds the OpenCL library at run time, so that the program starts without one.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "opencl.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static ocl_api interface;
static bool present;
static char text[512];

/// dlerror without the line breaks some libraries put into it.
static const char *why(void) {
    static char reason[256];
    const char *message = dlerror();
    snprintf(reason, sizeof reason, "%s", message ? message : "no reason given");
    for (char *c = reason; *c; c++)
        if ((unsigned char)*c < ' ') *c = ' ';
    return reason;
}

static void load(void) {
    const char *chosen = getenv("RESIDUA_OPENCL_LIBRARY");
    const bool overridden = chosen && *chosen;
    const char *const candidates[] = {overridden ? chosen : "libOpenCL.so.1", overridden ? NULL : "libOpenCL.so", NULL};
    // PoCL compiles kernels for the sizes of their first launch, and for any sizes when asked for its binaries. Ours name their sizes
    // themselves: with the former left out a program is compiled once, and its binary saves the compiler altogether.
    setenv("POCL_WORK_GROUP_SPECIALIZATION", "0", 0);
    void *library = NULL;
    const char *opened = NULL;
    char reason[256] = "";
    for (int i = 0; !library && candidates[i]; i++) {
        library = dlopen(candidates[i], RTLD_NOW | RTLD_LOCAL);
        opened = candidates[i];
        if (!library && !*reason) snprintf(reason, sizeof reason, "%s", why());
    }
    if (!library) {
        if (overridden)
            snprintf(text, sizeof text, "RESIDUA_OPENCL_LIBRARY names a library that cannot be opened (%s): correct or unset it.", reason);
        else
            snprintf(text, sizeof text, "No OpenCL loader (%s): %s.", reason, ocl_remedy());
        return;
    }
#define OCL_RESOLVE(name) \
    *(void **)&interface.name = dlsym(library, "cl" #name); \
    if (!interface.name) { \
        snprintf(text, sizeof text, "The OpenCL library %s has no function cl" #name ": install a newer ocl-icd-libopencl1.", opened); \
        dlclose(library); \
        return; \
    }
    OCL_FUNCTIONS(OCL_RESOLVE)
#undef OCL_RESOLVE
    snprintf(text, sizeof text, "%s", opened);
    present = true;
}

const ocl_api *ocl_interface(void) {
    pthread_once(&once, load);
    return present ? &interface : NULL;
}

const char *ocl_library_text(void) {
    pthread_once(&once, load);
    return text;
}

const char *ocl_remedy(void) {
    // Containers often have NVIDIA's driver and not the file that announces it to the loader.
    bool nvidia = access("/dev/nvidia0", F_OK) == 0;
    if (!nvidia) {
        void *library = dlopen("libnvidia-opencl.so.1", RTLD_LAZY | RTLD_LOCAL);
        nvidia = library != NULL;
        if (library) dlclose(library);
    }
    return nvidia ? "for the NVIDIA device install ocl-icd-libopencl1 and set OCL_ICD_VENDORS=libnvidia-opencl.so.1"
                  : "for the processor `apt-get install pocl-opencl-icd` gives one, for a GPU its vendor's OpenCL package";
}
