// The products of a network: rows of broadcast scalars times rows of vectors.

#define FULLY _Pragma("clang loop unroll(full)")

INLINE REALV load(const REAL *at) { return *(const REALV *)at; }
INLINE void store(REAL *at, REALV value) { *(REALV *)at = value; }
INLINE REAL total(REALV x) {
    REAL lanes[VW];
    STOREV(x, lanes);
    FULLY for (int half = VW / 2; half > 0; half /= 2)
        FULLY for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
    return lanes[0];
}

/// C[r][·] (+)= Σ_k A(r, k) · B[k][·] for `rows` rows and `columns` vectors; A(r, k) = a[r·ar + k·ak].
INLINE void tile(const int rows, const int columns, const bool add, int64_t k, const REAL *a, int64_t ar, int64_t ak, const REAL *b,
                       int64_t ldb, REAL *c, int64_t ldc) {
    REALV sum[12][4];
    FULLY for (int r = 0; r < rows; r++)
        FULLY for (int v = 0; v < columns; v++) sum[r][v] = (REALV)0;
    for (; k > 0; k--) {
        REALV row[4];
        FULLY for (int v = 0; v < columns; v++) row[v] = load(b + v * VW);
        FULLY for (int r = 0; r < rows; r++) {
            REALV scalar = (REALV)a[r * ar];
            FULLY for (int v = 0; v < columns; v++) sum[r][v] = scalar * row[v] + sum[r][v];
        }
        a += ak;
        b += ldb;
    }
    FULLY for (int r = 0; r < rows; r++)
        FULLY for (int v = 0; v < columns; v++) {
            REAL *at = c + r * ldc + v * VW;
            store(at, add ? load(at) + sum[r][v] : sum[r][v]);
        }
}

#if ISA_REGISTERS >= 32
#define TALL(columns) ((columns) == 4 ? 6 : 8)
#else
#define TALL(columns) ((columns) == 2 ? 6 : 8)
#endif

INLINE void panel_product(const int columns, const bool add, int64_t rows, int64_t k, const REAL *a, int64_t ar, int64_t ak, const REAL *b,
                                int64_t ldb, REAL *c, int64_t ldc) {
    const int tall = TALL(columns);
    for (; rows >= tall; rows -= tall, a += tall * ar, c += tall * ldc) tile(tall, columns, add, k, a, ar, ak, b, ldb, c, ldc);
    if (rows & 4) {
        tile(4, columns, add, k, a, ar, ak, b, ldb, c, ldc);
        a += 4 * ar;
        c += 4 * ldc;
    }
    if (rows & 2) {
        tile(2, columns, add, k, a, ar, ak, b, ldb, c, ldc);
        a += 2 * ar;
        c += 2 * ldc;
    }
    if (rows & 1) tile(1, columns, add, k, a, ar, ak, b, ldb, c, ldc);
}

INLINE void any_product(const bool add, int64_t rows, int columns, int64_t k, const REAL *a, int64_t ar, int64_t ak, const REAL *b, int64_t ldb,
                              REAL *c, int64_t ldc) {
    int v = 0;
#if ISA_REGISTERS >= 32
    for (; v + 4 <= columns; v += 4) panel_product(4, add, rows, k, a, ar, ak, b + v * VW, ldb, c + v * VW, ldc);
    if (v + 3 == columns) {
        panel_product(3, add, rows, k, a, ar, ak, b + v * VW, ldb, c + v * VW, ldc);
        v += 3;
    }
#endif
    for (; v + 2 <= columns; v += 2) panel_product(2, add, rows, k, a, ar, ak, b + v * VW, ldb, c + v * VW, ldc);
    if (v < columns) panel_product(1, add, rows, k, a, ar, ak, b + v * VW, ldb, c + v * VW, ldc);
}

/// C = A B, A [rows][lda] with k columns, B [k][ldb].
static __attribute__((noinline)) void product(int64_t rows, int columns, int64_t k, const REAL *a, int64_t lda, const REAL *b, int64_t ldb,
                                                    REAL *c, int64_t ldc) {
    any_product(false, rows, columns, k, a, lda, 1, b, ldb, c, ldc);
}

/// C += Aᵀ B, A [k][lda] with `rows` columns, B [k][ldb].
static __attribute__((noinline)) void add_product(int64_t rows, int columns, int64_t k, const REAL *a, int64_t lda, const REAL *b, int64_t ldb,
                                                        REAL *c, int64_t ldc) {
    any_product(true, rows, columns, k, a, 1, lda, b, ldb, c, ldc);
}

#undef TALL
