/// Texts that grow.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opencl.h"

static bool ocl_room(ocl_text *t, size_t more) {
    if (t->failed) return false;
    if (t->length + more + 1 > t->room) {
        const size_t room = 2 * (t->length + more + 1);
        char *larger = realloc(t->characters, room);
        if (!larger) {
            t->failed = true;
            return false;
        }
        t->characters = larger;
        t->room = room;
    }
    return true;
}

void ocl_append(ocl_text *t, const char *from, size_t length) {
    if (!ocl_room(t, length)) return;
    memcpy(t->characters + t->length, from, length);
    t->length += length;
    t->characters[t->length] = 0;
}

void ocl_print(ocl_text *t, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    if (length >= 0 && ocl_room(t, (size_t)length)) {
        vsnprintf(t->characters + t->length, (size_t)length + 1, format, again);
        t->length += (size_t)length;
    }
    va_end(again);
    va_end(arguments);
}

void ocl_discard(ocl_text *t) {
    free(t->characters);
    *t = (ocl_text){0};
}
