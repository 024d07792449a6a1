/// The OpenCL texts, embedded when this target is compiled.
#ifndef RESIDUA_KERNELS_H
#define RESIDUA_KERNELS_H
#include <stddef.h>

typedef struct kernels_text {
    const char *name;      ///< file name, "product.cl"
    const char *text;      ///< NUL-terminated
    size_t length;         ///< without the NUL
} kernels_text;

/// All texts; the last has name NULL.
extern const kernels_text kernels_texts[];
/// The text of that file name, or NULL.
const kernels_text *kernels_find(const char *name);
#endif
