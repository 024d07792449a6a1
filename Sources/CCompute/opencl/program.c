/// Programs built from the texts of Kernels/, kept by the device and, where that pays, on disk.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "opencl.h"

enum { OPTIONS = 1024, NAME = 64, TEXTS = 16, LOG_LINES = 8 };

typedef struct ocl_named_kernel {
    struct ocl_named_kernel *next;
    cl_kernel kernel;
    char name[NAME];
} ocl_named_kernel;

struct ocl_program {
    ocl_program *next;
    cl_program program;
    ocl_named_kernel *kernels;
    char file[NAME];
    char options[OPTIONS];
};

// MARK: Texts

/// Appends a text of Kernels/, each `#include "NAME"` of another one replaced by it where it is met first.
static bool expand(ocl_text *t, const char *name, char included[TEXTS][NAME], int *count) {
    for (int i = 0; i < *count; i++)
        if (strcmp(included[i], name) == 0) return true;
    const kernels_text *found = kernels_find(name);
    if (!found || *count == TEXTS) return false;
    snprintf(included[(*count)++], NAME, "%s", name);
    for (const char *line = found->text; *line;) {
        const char *end = strchr(line, '\n');
        const size_t length = end ? (size_t)(end - line) + 1 : strlen(line);
        char other[NAME];
        if (sscanf(line, "#include \"%63[^\"\n]\"", other) == 1) {
            if (!expand(t, other, included, count)) return false;
            ocl_append(t, "\n", 1);
        } else {
            ocl_append(t, line, length);
        }
        line += length;
    }
    return !t->failed;
}

void ocl_options(const ocl_device *d, cc_precision precision, char *options, size_t size, const char *format, ...) {
    const char *more = getenv("RESIDUA_OPENCL_OPTIONS");
    int used = snprintf(options, size, "-cl-std=CL1.2 -w%s -DF64=%d -DLOCAL=%d -DWG=%d%s%s",
                        d->entry->exact_division ? " -cl-fp32-correctly-rounded-divide-sqrt" : "", precision == CC_F64, d->shape.local,
                        d->shape.workgroup, more ? " " : "", more ? more : "");
    if (used < 0 || (size_t)used + 1 >= size) return;
    options[used++] = ' ';
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(options + used, size - (size_t)used, format, arguments);
    va_end(arguments);
}

// MARK: Building

static cc_status build_failure(ocl_device *d, const char *file, cl_program program, cl_int status, cc_error *error) {
    char log[1400] = "", *whole = NULL;
    size_t length = 0;
    if (d->cl->GetProgramBuildInfo(program, d->entry->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &length) == CL_SUCCESS && length > 1
        && length < ((size_t)64 << 20) && (whole = calloc(1, length + 1)) != NULL) {
        d->cl->GetProgramBuildInfo(program, d->entry->id, CL_PROGRAM_BUILD_LOG, length, whole, NULL);
        char *end = whole + strspn(whole, "\n\r\t ");
        const char *begin = end;
        for (int lines = 0; *end; end++)
            if (*end == '\n' && ++lines == LOG_LINES) break;
        snprintf(log, sizeof log, "%.*s", (int)(end - begin), begin);
        free(whole);
    }
    size_t used = strlen(log);
    while (used > 0 && (unsigned char)log[used - 1] <= ' ') log[--used] = 0;
    return cc_fail(error, CC_BUILD_FAILED, status, "%s\nThe kernels of %s do not compile on %s (%s): use another device, for example --device native.",
                   *log ? log : "(the build log is empty)", file, d->info.name, ocl_status_name(status));
}

/// The program out of the disk cache, or NULL.
static cl_program cached(ocl_device *d, ocl_key key, const char *options) {
    size_t size = 0;
    unsigned char *binary = ocl_cache_load(key, &size);
    if (!binary) return NULL;
    cl_int loaded = CL_SUCCESS, status = CL_SUCCESS;
    cl_program program = d->cl->CreateProgramWithBinary(d->context, 1, &d->entry->id, &size, (const unsigned char **)&binary, &loaded, &status);
    free(binary);
    if (status == CL_SUCCESS && loaded == CL_SUCCESS && d->cl->BuildProgram(program, 1, &d->entry->id, options, NULL, NULL) == CL_SUCCESS)
        return program;
    if (program) d->cl->ReleaseProgram(program);
    return NULL;
}

static void keep(ocl_device *d, ocl_key key, cl_program program) {
    size_t size = 0;
    if (d->cl->GetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, NULL) != CL_SUCCESS || size == 0 || size > (64 << 20)) return;
    unsigned char *binary = malloc(size);
    if (!binary) return;
    if (d->cl->GetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) == CL_SUCCESS) ocl_cache_store(key, binary, size);
    free(binary);
}

/// Builds from the source. Texts that declare what they call (Kernels/builtins.clh) spare compilers made of Clang the header that declares
/// everything: its guard is defined before it is read. A call that is not declared there fails, and the header comes back. Texts that heed ONCE
/// are optimised only when their kernels are made; others would grow several times over in the copy that is kept.
static cl_int compile(const ocl_device *d, cl_program program, const char *source, const char *options) {
    if (d->entry->wide_vectors && !d->shape.local && strstr(source, "#if BUILTINS")) {
        const bool once = d->entry->optimizes_twice && strstr(source, "#if ONCE &&");
        char more[OPTIONS + 64];
        snprintf(more, sizeof more, "%s -D_OPENCL_H_ -DBUILTINS=1%s", options, once ? " -DONCE=1 -cl-opt-disable" : "");
        if (d->cl->BuildProgram(program, 1, &d->entry->id, more, NULL, NULL) == CL_SUCCESS) return CL_SUCCESS;
    }
    return d->cl->BuildProgram(program, 1, &d->entry->id, options, NULL, NULL);
}

cc_status ocl_build(ocl_device *d, const char *label, const ocl_text *source, const char *options, cl_program *program, cc_error *error) {
    // RESIDUA_OPENCL_CACHE=on and =off overrule what suits the device.
    const char *wanted = getenv("RESIDUA_OPENCL_CACHE");
    const bool disk = wanted && *wanted ? strcmp(wanted, "on") == 0 : !d->entry->keeps_binaries;
    const ocl_key key = ocl_program_key(d, source->characters, options);
    *program = disk ? cached(d, key, options) : NULL;
    if (*program) return CC_OK;
    cl_int status = CL_SUCCESS;
    cl_program made = d->cl->CreateProgramWithSource(d->context, 1, (const char **)&source->characters, &source->length, &status);
    if (status != CL_SUCCESS) return ocl_check(&d->base, status, "take a program", error);
    status = compile(d, made, source->characters, options);
    if (status != CL_SUCCESS) {
        const cc_status result = build_failure(d, label, made, status, error);
        d->cl->ReleaseProgram(made);
        return result;
    }
    if (disk) keep(d, key, made);
    *program = made;
    return CC_OK;
}

static cc_status build(ocl_device *d, const char *file, const char *options, cl_program *program, cc_error *error) {
    ocl_text source = {0};
    char included[TEXTS][NAME];
    int count = 0;
    cc_status status;
    if (expand(&source, file, included, &count)) status = ocl_build(d, file, &source, options, program, error);
    else if (source.failed) status = cc_fail(error, CC_OUT_OF_MEMORY, 0, "No memory is left to read the kernels of %s.", file);
    else status = cc_fail(error, CC_BUILD_FAILED, 0, "%s, or a text it includes, is not among the embedded kernels: rebuild residua.", file);
    ocl_discard(&source);
    return status;
}

cc_status ocl_kernel(ocl_device *d, const char *file, const char *options, const char *name, cl_kernel *kernel, cc_error *error) {
    ocl_program *p = d->programs;
    while (p && (strcmp(p->file, file) != 0 || strcmp(p->options, options) != 0)) p = p->next;
    if (!p) {
        cl_program program = NULL;
        const cc_status status = build(d, file, options, &program, error);
        if (status != CC_OK) return status;
        p = calloc(1, sizeof *p);
        if (!p) {
            d->cl->ReleaseProgram(program);
            return cc_fail(error, CC_OUT_OF_MEMORY, 0, "No memory is left to keep the kernels of %s.", file);
        }
        p->program = program;
        snprintf(p->file, sizeof p->file, "%s", file);
        snprintf(p->options, sizeof p->options, "%s", options);
        p->next = d->programs;
        d->programs = p;
    }
    ocl_named_kernel *k = p->kernels;
    while (k && strcmp(k->name, name) != 0) k = k->next;
    if (!k) {
        cl_int status = CL_SUCCESS;
        cl_kernel created = d->cl->CreateKernel(p->program, name, &status);
        if (status != CL_SUCCESS) return ocl_check(&d->base, status, "create a kernel", error);
        k = calloc(1, sizeof *k);
        if (!k) {
            d->cl->ReleaseKernel(created);
            return cc_fail(error, CC_OUT_OF_MEMORY, 0, "No memory is left to keep the kernel %s.", name);
        }
        k->kernel = created;
        snprintf(k->name, sizeof k->name, "%s", name);
        k->next = p->kernels;
        p->kernels = k;
    }
    *kernel = k->kernel;
    return CC_OK;
}

void ocl_release_programs(ocl_device *d) {
    for (ocl_program *p = d->programs, *next; p; p = next) {
        next = p->next;
        for (ocl_named_kernel *k = p->kernels, *after; k; k = after) {
            after = k->next;
            d->cl->ReleaseKernel(k->kernel);
            free(k);
        }
        d->cl->ReleaseProgram(p->program);
        free(p);
    }
    d->programs = NULL;
}

// MARK: Launching

cc_status ocl_launch(ocl_device *d, cl_kernel kernel, const char *name, const ocl_argument *arguments, int count, const size_t groups[2],
                     int workgroup, cc_error *error) {
    char action[NAME + 16];
    snprintf(action, sizeof action, "run the kernel %s", name);
    for (int i = 0; i < count; i++) {
        const cl_int status = d->cl->SetKernelArg(kernel, (cl_uint)i, arguments[i].size, arguments[i].value);
        if (status != CL_SUCCESS) return ocl_check(&d->base, status, action, error);
    }
    const size_t local[2] = {(size_t)workgroup, 1}, global[2] = {groups[0] * local[0], groups[1]};
    cl_int status = d->cl->EnqueueNDRangeKernel(d->queue, kernel, 2, NULL, global, local, 0, NULL, NULL);
    if (status == CL_SUCCESS) status = d->cl->Flush(d->queue);
    return ocl_check(&d->base, status, action, error);
}
