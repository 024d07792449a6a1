// Template: T(interleave_low), T(interleave_high) and T(transpose) for vectors T(row) of T_LANES elements REAL.
// A transposition is log2(lanes) rounds of perfect shuffles: row i meets row i + lanes/2.

typedef REAL T(row) __attribute__((vector_size(T_LANES * sizeof(REAL))));
typedef REAL T(loose_row) __attribute__((vector_size(T_LANES * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));

#if T_LANES == 2
#define T_LOW 0, 2
#define T_HIGH 1, 3
#elif T_LANES == 4
#define T_LOW 0, 4, 1, 5
#define T_HIGH 2, 6, 3, 7
#elif T_LANES == 8
#define T_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define T_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#elif T_LANES == 16
#define T_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define T_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif

/// Element (l, q) of T_LANES rows of `from` goes to (q, l) of `to`.
static inline __attribute__((always_inline)) void T(transpose)(const REAL *from, int64_t stride, REAL *to, int64_t to_stride) {
    T(row) now[T_LANES], next[T_LANES];
    _Pragma("clang loop unroll(full)") for (int i = 0; i < T_LANES; i++) now[i] = *(const T(loose_row) *)(from + i * stride);
    _Pragma("clang loop unroll(full)") for (int round = 1; round < T_LANES; round *= 2) {
        _Pragma("clang loop unroll(full)") for (int i = 0; i < T_LANES / 2; i++) {
            next[2 * i] = __builtin_shufflevector(now[i], now[i + T_LANES / 2], T_LOW);
            next[2 * i + 1] = __builtin_shufflevector(now[i], now[i + T_LANES / 2], T_HIGH);
        }
        _Pragma("clang loop unroll(full)") for (int i = 0; i < T_LANES; i++) now[i] = next[i];
    }
    _Pragma("clang loop unroll(full)") for (int i = 0; i < T_LANES; i++) *(T(loose_row) *)(to + i * to_stride) = now[i];
}

#undef T_LOW
#undef T_HIGH
