/// Switches for tests and benchmarks; not part of the interface.
#ifndef RESIDUA_COMPUTE_INTERNAL_H
#define RESIDUA_COMPUTE_INTERNAL_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Chooses the native path's instruction set, "avx512", "avx2" or "generic"; NULL: the best. False if it is not present.
/// For all threads from their next call on.
bool cc_native_select_isa(const char *label);
/// The same for the calling thread's calls only; NULL: again as for all threads.
bool cc_native_select_isa_here(const char *label);
/// The label of the instruction set in use.
const char *cc_native_isa(void);

#ifdef __cplusplus
}
#endif
#endif
