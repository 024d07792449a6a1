// A plan once more for another thread: packed weights, sums and what a member of an ensemble changes are its own.
#include "network_plan.h"

#include <stdlib.h>
#include <string.h>

static void *copied(const void *from, size_t bytes) {
    void *to = malloc(bytes > 0 ? bytes : 1);
    if (to && bytes > 0) memcpy(to, from, bytes);
    return to;
}

void net_plan_unshare(net_plan *plan) {
    if (!plan) return;
    for (int32_t i = 0; plan->term && i < plan->terms; i++) {
        free(plan->term[i].offsets);
        free(plan->term[i].group_scales);
    }
    free(plan->term);
    free(plan->losses);
    free(plan->memory);
    free(plan);
}

net_plan *net_plan_share(const net_plan *plan) {
    net_plan *copy = copied(plan, sizeof *plan);
    if (!copy) return NULL;
    copy->tangent = NULL;
    copy->memory = NULL;
    copy->losses = calloc((size_t)plan->chunks, sizeof(double));
    copy->term = copied(plan->term, (size_t)plan->terms * sizeof *plan->term);
    bool whole = copy->losses && copy->term;
    for (int32_t i = 0; copy->term && i < plan->terms; i++) {
        net_term *t = &copy->term[i];
        if (t->offsets) t->offsets = copied(t->offsets, (size_t)t->nodes * (size_t)plan->dimension * plan->element);
        if (t->group_scales) t->group_scales = copied(t->group_scales, (size_t)t->uses * sizeof(double));
        whole = whole && (t->offsets || !plan->term[i].offsets) && (t->group_scales || !plan->term[i].group_scales);
    }
    if (!whole || posix_memalign(&copy->memory, 4096, plan->bytes) != 0) {
        net_plan_unshare(copy);
        return NULL;
    }
    memcpy(copy->memory, plan->memory, plan->bytes);
    copy->packed = copy->memory;
    copy->sums = (char *)copy->memory + (uint64_t)plan->packed_size * plan->element;
    return copy;
}
