/// Growing tables of numbers, as the kernels read them, and places in memory.
#include <stdlib.h>
#include <string.h>

#include "network_plan.h"

static void *room_for(net_list *list, int64_t more, size_t element) {
    if (list->failed) return NULL;
    if (list->count + more > list->room) {
        const int64_t room = 2 * (list->count + more) + 16;
        void *larger = realloc(list->items, (size_t)room * element);
        if (!larger) {
            list->failed = true;
            return NULL;
        }
        list->items = larger;
        list->room = room;
    }
    return (char *)list->items + (size_t)list->count * element;
}

int32_t net_add_int(net_list *list, int32_t value) {
    int32_t *at = room_for(list, 1, sizeof *at);
    if (!at) return 0;
    *at = value;
    return (int32_t)list->count++;
}

int32_t net_add_reals(net_list *list, const double *values, int64_t count) {
    double *at = room_for(list, count, sizeof *at);
    if (!at) return 0;
    const int32_t place = (int32_t)list->count;
    if (values) memcpy(at, values, (size_t)count * sizeof *at);
    else memset(at, 0, (size_t)count * sizeof *at);
    list->count += count;
    return place;
}

void net_add_nothing(net_list *list, int64_t count) {
    int32_t *at = room_for(list, count, sizeof *at);
    if (!at) return;
    memset(at, 0xff, (size_t)count * sizeof *at);
    list->count += count;
}

static int64_t aligned(int64_t count) { return (count + 63) / 64 * 64; }

int32_t net_take(int64_t *total, int64_t count) {
    const int64_t place = *total;
    *total += aligned(count);
    return (int32_t)place;
}
