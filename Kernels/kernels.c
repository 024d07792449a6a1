#include "kernels.h"
#include <string.h>

const kernels_text kernels_texts[] = {
    {NULL, NULL, 0},
};

const kernels_text *kernels_find(const char *name) {
    for (const kernels_text *t = kernels_texts; t->name; t++)
        if (strcmp(t->name, name) == 0) return t;
    return NULL;
}
