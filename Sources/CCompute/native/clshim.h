/// The common subset of OpenCL C 1.2 and C: with this before them the texts of Kernels/ compile as C for one precision
/// (F64) and one width of vectors (VECTOR_BYTES). A kernel becomes a function whose first argument is the work-item's place.
#ifndef RESIDUA_CLSHIM_H
#define RESIDUA_CLSHIM_H
#define CLSHIM 1

#include <stdint.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi"       // vectors never cross a call: everything that takes one is inlined

typedef unsigned int uint;
typedef unsigned long ulong;

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
#define SELDOM NOINLINE
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define __constant static const
#define __global
#define __kernel INLINE
#define KERNEL_ATTRIBUTES
#define KERNEL_ITEM const long *clshim_item, __attribute__((unused)) const int clshim_variant,
#define SHARED NOINLINE
#define get_global_id(axis) clshim_item[axis]
#define STREAM (int)clshim_item[2]

#if F64
#define REAL double
#define INT long
#define VW (VECTOR_BYTES / 8)
#else
#define REAL float
#define INT int
#define VW (VECTOR_BYTES / 4)
#endif
typedef REAL REALV __attribute__((ext_vector_type(VW)));
typedef INT INTV __attribute__((ext_vector_type(VW)));
// The same in memory, aligned as an element is.
typedef REAL clshim_real __attribute__((ext_vector_type(VW), aligned(sizeof(REAL)), may_alias));
typedef INT clshim_int __attribute__((ext_vector_type(VW), aligned(sizeof(INT)), may_alias));
#define LOADV(p) _Generic(*(p), REAL: (REALV)*(const clshim_real *)(p), INT: *(const clshim_int *)(p))
#define STOREV(v, p) (*_Generic(*(p), REAL: (clshim_real *)(p), INT: (clshim_int *)(p)) = (v))
// Past the caches where the place is aligned for it; whoever runs the kernel fences afterwards.
#define STREAM_ENDS()
typedef REAL clshim_line __attribute__((ext_vector_type(VW), aligned(64), may_alias));
#define STOREV_PAST_CACHES(v, p)                                                                                              \
    do {                                                                                                                     \
        if ((uintptr_t)(p) % 64 == 0) __builtin_nontemporal_store((clshim_line)(v), (clshim_line *)(p));                     \
        else STOREV(v, p);                                                                                                   \
    } while (0)
#define AS_INT(x) ((INTV)(x))
#define AS_REAL(x) ((REALV)(x))
#define ANY(mask) (__builtin_reduce_or(mask) != 0)

#define fma(a, b, c) __builtin_elementwise_fma(a, b, c)

INLINE ulong mul_hi(ulong a, ulong b) { return (ulong)((unsigned __int128)a * b >> 64); }
INLINE int clz(ulong a) { return a ? __builtin_clzl(a) : 64; }
INLINE ulong as_ulong(double x) { union { double x; ulong i; } u = { x }; return u.i; }
INLINE double as_double(ulong i) { union { ulong i; double x; } u = { i }; return u.x; }
INLINE uint as_uint(float x) { union { float x; uint i; } u = { x }; return u.i; }
INLINE float as_float(uint i) { union { uint i; float x; } u = { i }; return u.x; }

#endif
