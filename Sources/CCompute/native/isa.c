#include "isa.h"
#include "../include/compute_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const cc_isa *const sets[] = {
#if defined(__x86_64__)
    &cc_isa_avx512, &cc_isa_avx2,
#endif
    &cc_isa_generic,
};
enum { set_count = sizeof sets / sizeof *sets };

static const cc_isa *_Atomic current;
static _Thread_local const cc_isa *here;

static const cc_isa *find(const char *label) {
    for (int i = 0; i < set_count; i++)
        if (sets[i]->present() && (!label || strcmp(sets[i]->label, label) == 0)) return sets[i];
    return NULL;
}

static void choose(void) {
    const char *wanted = getenv("RESIDUA_ISA");
    const cc_isa *isa = find(wanted && *wanted ? wanted : NULL);
    if (!isa) {
        isa = find(NULL);
        fprintf(stderr, "residua: RESIDUA_ISA=%s is not an instruction set of this processor; using %s.\n", wanted, isa->label);
    }
    atomic_store(&current, isa);
}

const cc_isa *cc_isa_current(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (here) return here;
    const cc_isa *isa = atomic_load_explicit(&current, memory_order_acquire);
    if (isa) return isa;
    pthread_once(&once, choose);
    return atomic_load_explicit(&current, memory_order_acquire);
}

bool cc_native_select_isa(const char *label) {
    cc_isa_current();
    const cc_isa *isa = find(label);
    if (isa) atomic_store(&current, isa);
    return isa != NULL;
}

bool cc_native_select_isa_here(const char *label) {
    const cc_isa *isa = label ? find(label) : NULL;
    here = isa;
    return isa || !label;
}

const char *cc_native_isa(void) { return cc_isa_current()->label; }
