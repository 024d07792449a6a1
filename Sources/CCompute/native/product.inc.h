// Template: packing and register tiles of matrix products for one instruction set (ISA, VECTOR_BYTES, TILE_VECTORS) and one
// precision (REAL, NAME). A tile has TILE_VECTORS vectors of rows and TILE_COLUMNS columns.

#define LANES (VECTOR_BYTES / REAL_BYTES)
#define TILE_ROWS (TILE_VECTORS * LANES)
#define INLINE static inline __attribute__((always_inline))
#ifndef SIDE_A
#define SIDE_A 2
#define SIDE_B 4
#endif
#define UNROLL _Pragma("clang loop unroll(full)")

typedef REAL NAME(vector) __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL NAME(loose) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(REAL)), may_alias));

// MARK: Packing

// Panels of A are transposed by whole vectors; those of B, which may be narrower, by vectors of their own width.
#define T(name) NAME(name##_a)
#define T_LANES LANES
#include "transpose.inc.h"
#undef T
#undef T_LANES
#define T(name) NAME(name##_b)
#define T_LANES TILE_COLUMNS
#include "transpose.inc.h"
#undef T
#undef T_LANES

/// Several panels side by side, so that runs of the source are as long as the prefetchers like them.
INLINE void NAME(pack_along)(const int64_t width, const int64_t side, int64_t count, int64_t depth, const REAL *from, int64_t stride, REAL *to) {
    for (; count >= side * width; count -= side * width, from += side * width, to += side * width * depth)
        for (int64_t p = 0; p < depth; p++)
            for (int64_t s = 0; s < side; s++)
                memcpy(to + (s * depth + p) * width, from + p * stride + s * width, (size_t)width * sizeof(REAL));
    for (; count >= width; count -= width, from += width, to += width * depth)
        for (int64_t p = 0; p < depth; p++) memcpy(to + p * width, from + p * stride, (size_t)width * sizeof(REAL));
    if (count <= 0) return;
    for (int64_t p = 0; p < depth; p++) {
        memset(to + p * width, 0, (size_t)width * sizeof(REAL));
        memcpy(to + p * width, from + p * stride, (size_t)count * sizeof(REAL));
    }
}

INLINE void NAME(pack_across)(const int64_t width, const int64_t lanes, void (*transpose)(const REAL *, int64_t, REAL *, int64_t), int64_t count,
                              int64_t depth, const REAL *from, int64_t stride, REAL *to) {
    for (; count > 0; count -= width, from += width * stride, to += width * depth) {
        for (int64_t i = 0; i < width; i += lanes) {
            int64_t p = 0;
            if (count - i >= lanes)
                for (; p + lanes <= depth; p += lanes) transpose(from + i * stride + p, stride, to + p * width + i, width);
            for (; p < depth; p++)
                for (int64_t l = i; l < i + lanes; l++) to[p * width + l] = l < count ? from[l * stride + p] : 0;
        }
    }
}

static void NAME(along_a)(int64_t count, int64_t depth, const void *from, int64_t stride, void *to) {
    NAME(pack_along)(TILE_ROWS, SIDE_A, count, depth, from, stride, to);
}
static void NAME(across_a)(int64_t count, int64_t depth, const void *from, int64_t stride, void *to) {
    NAME(pack_across)(TILE_ROWS, LANES, NAME(transpose_a), count, depth, from, stride, to);
}
static void NAME(along_b)(int64_t count, int64_t depth, const void *from, int64_t stride, void *to) {
    NAME(pack_along)(TILE_COLUMNS, SIDE_B, count, depth, from, stride, to);
}
static void NAME(across_b)(int64_t count, int64_t depth, const void *from, int64_t stride, void *to) {
    NAME(pack_across)(TILE_COLUMNS, TILE_COLUMNS, NAME(transpose_b), count, depth, from, stride, to);
}

// MARK: The register tile

/// One tile of `vectors` × `columns` vectors, both known when compiled; `rest` of the last vector's lanes lie in C.
INLINE void NAME(tile)(const int vectors, const int columns, int64_t k, const REAL *a, const REAL *b, REAL alpha, REAL beta, REAL *c,
                       int64_t stride, int rest) {
    NAME(vector) sum[TILE_VECTORS][TILE_COLUMNS];
    UNROLL for (int j = 0; j < columns; j++) {
        UNROLL for (int i = 0; i < vectors; i++) sum[i][j] = (NAME(vector)){0};
        __builtin_prefetch(c + j * stride, 1);
        if (vectors > 1) __builtin_prefetch(c + j * stride + (vectors - 1) * LANES + rest - 1, 1);
    }
    _Pragma("clang loop unroll_count(4)")
    for (int64_t p = 0; p < k; p++) {
        NAME(vector) column[TILE_VECTORS];
        UNROLL for (int i = 0; i < vectors; i++) column[i] = *(const NAME(vector) *)(a + i * LANES);
        __builtin_prefetch(a + PREFETCH_A * TILE_ROWS);
        if (vectors > 1) __builtin_prefetch(a + PREFETCH_A * TILE_ROWS + LANES);
        if (vectors > 2) __builtin_prefetch(a + PREFETCH_A * TILE_ROWS + 2 * LANES);
        UNROLL for (int j = 0; j < columns; j++) {
            UNROLL for (int i = 0; i < vectors; i++) sum[i][j] += column[i] * b[j];
        }
        a += TILE_ROWS;
        b += TILE_COLUMNS;
    }
    UNROLL for (int j = 0; j < columns; j++) {
        UNROLL for (int i = 0; i < vectors; i++) {
            REAL *to = c + j * stride + i * LANES;
            if (i < vectors - 1 || rest == LANES) {
                NAME(vector) old = {0};
                if (beta != 0) old = *(NAME(loose) *)to;
                *(NAME(loose) *)to = alpha * sum[i][j] + beta * old;
            } else {
                for (int l = 0; l < rest; l++) to[l] = alpha * sum[i][j][l] + (beta != 0 ? beta * to[l] : 0);
            }
        }
    }
}

INLINE void NAME(strip)(const int vectors, int64_t columns, int64_t k, const REAL *a, const REAL *b, REAL alpha, REAL beta, REAL *c,
                        int64_t stride, int rest) {
    switch (columns) {
    case 1: NAME(tile)(vectors, 1, k, a, b, alpha, beta, c, stride, rest); break;
#if TILE_COLUMNS > 2
    case 2: NAME(tile)(vectors, 2, k, a, b, alpha, beta, c, stride, rest); break;
    case 3: NAME(tile)(vectors, 3, k, a, b, alpha, beta, c, stride, rest); break;
#endif
#if TILE_COLUMNS > 4
    case 4: NAME(tile)(vectors, 4, k, a, b, alpha, beta, c, stride, rest); break;
    case 5: NAME(tile)(vectors, 5, k, a, b, alpha, beta, c, stride, rest); break;
    case 6: NAME(tile)(vectors, 6, k, a, b, alpha, beta, c, stride, rest); break;
    case 7: NAME(tile)(vectors, 7, k, a, b, alpha, beta, c, stride, rest); break;
#endif
    default: NAME(tile)(vectors, TILE_COLUMNS, k, a, b, alpha, beta, c, stride, rest);
    }
}

static void NAME(block)(int64_t m, int64_t n, int64_t k, const void *a, const void *b, double alpha, double beta, void *c, int64_t stride) {
    for (int64_t j = 0; j < n; j += TILE_COLUMNS) {
        const REAL *right = (const REAL *)b + j * k;
        int64_t columns = n - j < TILE_COLUMNS ? n - j : TILE_COLUMNS;
        for (int64_t i = 0; i < m; i += TILE_ROWS) {
            const REAL *left = (const REAL *)a + i * k;
            REAL *to = (REAL *)c + i + j * stride;
            int64_t rows = m - i;
            int rest = (int)((rows - 1) % LANES) + 1;
            if (rows >= TILE_ROWS) NAME(strip)(TILE_VECTORS, columns, k, left, right, (REAL)alpha, (REAL)beta, to, stride, LANES);
#if TILE_VECTORS > 2
            else if (rows > 2 * LANES) NAME(strip)(3, columns, k, left, right, (REAL)alpha, (REAL)beta, to, stride, rest);
#endif
            else if (rows > LANES) NAME(strip)(2, columns, k, left, right, (REAL)alpha, (REAL)beta, to, stride, rest);
            else NAME(strip)(1, columns, k, left, right, (REAL)alpha, (REAL)beta, to, stride, rest);
        }
    }
}

#undef LANES
#undef TILE_ROWS
#undef INLINE
#undef UNROLL
