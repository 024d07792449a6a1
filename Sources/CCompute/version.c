#include "compute.h"

#if __has_include("version_stamp.h")
#include "version_stamp.h"
#endif
#ifndef RESIDUA_COMMIT
#define RESIDUA_COMMIT "unknown"
#endif

const char *cc_commit(void) { return RESIDUA_COMMIT; }

const char *cc_build(void) {
#if defined(__OPTIMIZE__)
    return "release, " __VERSION__;
#else
    return "debug, " __VERSION__;
#endif
}
