// Template: packing and register tiles of matrix products for one instruction set (ISA, VECTOR_BYTES, TILE_VECTORS) and one
// precision (REAL, NAME). A tile has TILE_VECTORS = 3 vectors of rows and TILE_COLUMNS = 4 or 8 columns: 12 or 24 sums in
// registers, three loads and a broadcast per three multiply-adds.

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

/// One step of the sum over k. B is packed, or (`direct`) read where it lies, its columns `ldb` apart.
INLINE void NAME(step)(const int vectors, const int columns, const bool direct, NAME(vector) sum[TILE_VECTORS][TILE_COLUMNS], const REAL *a,
                       const REAL *b, int64_t ldb) {
    NAME(vector) column[TILE_VECTORS];
    UNROLL for (int i = 0; i < vectors; i++) {
        column[i] = *(const NAME(vector) *)(a + i * LANES);
        __builtin_prefetch(a + PREFETCH_A * TILE_ROWS + i * LANES);
    }
    UNROLL for (int j = 0; j < columns; j++) {
        UNROLL for (int i = 0; i < vectors; i++) sum[i][j] += column[i] * b[direct ? j * ldb : j];
    }
}

/// One tile of `vectors` × `columns` vectors, both known when compiled; `rest` of the last vector's lanes lie in C.
INLINE void NAME(tile)(const int vectors, const int columns, const bool direct, int64_t k, const REAL *a, const REAL *b, int64_t ldb,
                       REAL alpha, REAL beta, REAL *c, int64_t stride, int rest) {
    NAME(vector) sum[TILE_VECTORS][TILE_COLUMNS];
    UNROLL for (int j = 0; j < columns; j++) {
        UNROLL for (int i = 0; i < vectors; i++) sum[i][j] = (NAME(vector)){0};
        __builtin_prefetch(c + j * stride, 1);
        __builtin_prefetch(c + j * stride + (vectors - 1) * LANES + rest - 1, 1);
    }
    const int64_t next = direct ? 1 : TILE_COLUMNS;
    if (vectors == TILE_VECTORS && columns == TILE_COLUMNS) {
        _Pragma("clang loop unroll_count(4)")
        for (int64_t p = 0; p < k; p++) NAME(step)(vectors, columns, direct, sum, a + p * TILE_ROWS, b + p * next, ldb);
    } else {
        _Pragma("clang loop unroll(disable)")
        for (int64_t p = 0; p < k; p++) NAME(step)(vectors, columns, direct, sum, a + p * TILE_ROWS, b + p * next, ldb);
    }
    UNROLL for (int j = 0; j < columns; j++) {
        UNROLL for (int i = 0; i < vectors; i++) {
            REAL *to = c + j * stride + i * LANES;
            if (i < vectors - 1 || rest == LANES) {
                NAME(vector) old = {0};
                if (beta != 0) old = *(NAME(loose) *)to;
                *(NAME(loose) *)to = alpha * sum[i][j] + beta * old;
            } else {
                _Pragma("clang loop unroll(disable) vectorize(disable)")
                for (int l = 0; l < rest; l++) to[l] = alpha * sum[i][j][l] + (beta != 0 ? beta * to[l] : 0);
            }
        }
    }
}

/// `columns` ≤ TILE_COLUMNS columns of C as tiles of TILE_COLUMNS, 4, 2 and 1 columns.
INLINE void NAME(strip)(const int vectors, const bool direct, int64_t columns, int64_t k, const REAL *a, const REAL *b, int64_t ldb,
                        REAL alpha, REAL beta, REAL *c, int64_t stride, int rest) {
    if (columns == TILE_COLUMNS) {
        NAME(tile)(vectors, TILE_COLUMNS, direct, k, a, b, ldb, alpha, beta, c, stride, rest);
        return;
    }
    const int64_t next = direct ? ldb : 1;
    int64_t j = 0;
#if TILE_COLUMNS > 4
    if (columns & 4) NAME(tile)(vectors, 4, direct, k, a, b, ldb, alpha, beta, c, stride, rest), j = 4;
#endif
    if (columns & 2) NAME(tile)(vectors, 2, direct, k, a, b + j * next, ldb, alpha, beta, c + j * stride, stride, rest), j += 2;
    if (columns & 1) NAME(tile)(vectors, 1, direct, k, a, b + j * next, ldb, alpha, beta, c + j * stride, stride, rest);
}

INLINE void NAME(tiles)(const bool direct, int64_t m, int64_t n, int64_t k, const REAL *a, const REAL *b, int64_t ldb, REAL alpha, REAL beta,
                        REAL *c, int64_t stride) {
    for (int64_t j = 0; j < n; j += TILE_COLUMNS) {
        const REAL *right = b + j * (direct ? ldb : k);
        int64_t columns = n - j < TILE_COLUMNS ? n - j : TILE_COLUMNS;
        for (int64_t i = 0; i < m; i += TILE_ROWS) {
            const REAL *left = a + i * k;
            REAL *to = c + i + j * stride;
            int64_t rows = m - i;
            int rest = rows >= TILE_ROWS ? LANES : (int)((rows - 1) % LANES) + 1;
            if (rows > 2 * LANES) NAME(strip)(TILE_VECTORS, direct, columns, k, left, right, ldb, alpha, beta, to, stride, rest);
            else if (rows > LANES) NAME(strip)(2, direct, columns, k, left, right, ldb, alpha, beta, to, stride, rest);
            else NAME(strip)(1, direct, columns, k, left, right, ldb, alpha, beta, to, stride, rest);
        }
    }
}

static void NAME(block)(int64_t m, int64_t n, int64_t k, const void *a, const void *b, double alpha, double beta, void *c, int64_t stride) {
    NAME(tiles)(false, m, n, k, a, b, 0, (REAL)alpha, (REAL)beta, c, stride);
}

static void NAME(block_direct)(int64_t m, int64_t n, int64_t k, const void *a, const void *b, int64_t ldb, double alpha, double beta, void *c,
                               int64_t stride) {
    NAME(tiles)(true, m, n, k, a, b, ldb, (REAL)alpha, (REAL)beta, c, stride);
}

#undef LANES
#undef TILE_ROWS
#undef INLINE
#undef UNROLL
