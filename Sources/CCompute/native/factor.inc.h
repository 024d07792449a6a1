// Template: the narrow products of the factorisation, on matrices as they lie in memory (few columns, many rows).

#define LANES (VECTOR_BYTES / REAL_BYTES)
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE REAL NAME(total)(NAME(vector) x) {
    REAL sum = x[0];
    UNROLL for (int l = 1; l < LANES; l++) sum += x[l];
    return sum;
}

// MARK: W = Vᵀ A

INLINE void NAME(dots_tile)(const int p, const int q, int64_t rows, const REAL *v, int64_t ldv, const REAL *a, int64_t lda, REAL *w, int64_t ldw) {
    NAME(vector) sum[4][4];
    UNROLL for (int i = 0; i < p; i++) UNROLL for (int j = 0; j < q; j++) sum[i][j] = (NAME(vector)){0};
    int64_t r = 0;
    for (; r + LANES <= rows; r += LANES) {
        NAME(vector) left[4];
        UNROLL for (int i = 0; i < p; i++) left[i] = *(const NAME(loose) *)(v + i * ldv + r);
        UNROLL for (int j = 0; j < q; j++) {
            NAME(vector) right = *(const NAME(loose) *)(a + j * lda + r);
            UNROLL for (int i = 0; i < p; i++) sum[i][j] += left[i] * right;
        }
    }
    UNROLL for (int i = 0; i < p; i++) {
        UNROLL for (int j = 0; j < q; j++) {
            REAL rest = NAME(total)(sum[i][j]);
            for (int64_t s = r; s < rows; s++) rest += v[i * ldv + s] * a[j * lda + s];
            w[i + j * ldw] = rest;
        }
    }
}

INLINE void NAME(dots_strip)(const int p, int64_t rows, const REAL *v, int64_t ldv, int64_t q, const REAL *a, int64_t lda, REAL *w, int64_t ldw) {
    for (; q >= 4; q -= 4, a += 4 * lda, w += 4 * ldw) NAME(dots_tile)(p, 4, rows, v, ldv, a, lda, w, ldw);
    if (q & 2) NAME(dots_tile)(p, 2, rows, v, ldv, a, lda, w, ldw), a += 2 * lda, w += 2 * ldw;
    if (q & 1) NAME(dots_tile)(p, 1, rows, v, ldv, a, lda, w, ldw);
}

static void NAME(dots)(int64_t rows, int64_t p, const REAL *v, int64_t ldv, int64_t q, const REAL *a, int64_t lda, REAL *w, int64_t ldw) {
    for (; p >= 4; p -= 4, v += 4 * ldv, w += 4) NAME(dots_strip)(4, rows, v, ldv, q, a, lda, w, ldw);
    if (p & 2) NAME(dots_strip)(2, rows, v, ldv, q, a, lda, w, ldw), v += 2 * ldv, w += 2;
    if (p & 1) NAME(dots_strip)(1, rows, v, ldv, q, a, lda, w, ldw);
}

// MARK: A ← A − V W

INLINE void NAME(update_tile)(const int q, int64_t rows, int64_t p, const REAL *v, int64_t ldv, REAL *a, int64_t lda, const REAL *w, int64_t ldw) {
    int64_t r = 0;
    for (; r + 2 * LANES <= rows; r += 2 * LANES) {
        NAME(vector) sum[2][4];
        UNROLL for (int j = 0; j < q; j++)
            UNROLL for (int i = 0; i < 2; i++) sum[i][j] = *(NAME(loose) *)(a + j * lda + r + i * LANES);
        for (int64_t k = 0; k < p; k++) {
            NAME(vector) low = *(const NAME(loose) *)(v + k * ldv + r), high = *(const NAME(loose) *)(v + k * ldv + r + LANES);
            UNROLL for (int j = 0; j < q; j++) {
                sum[0][j] -= low * w[k + j * ldw];
                sum[1][j] -= high * w[k + j * ldw];
            }
        }
        UNROLL for (int j = 0; j < q; j++)
            UNROLL for (int i = 0; i < 2; i++) *(NAME(loose) *)(a + j * lda + r + i * LANES) = sum[i][j];
    }
    for (; r < rows; r++) {
        for (int j = 0; j < q; j++) {
            REAL sum = a[j * lda + r];
            for (int64_t k = 0; k < p; k++) sum -= v[k * ldv + r] * w[k + j * ldw];
            a[j * lda + r] = sum;
        }
    }
}

static void NAME(update)(int64_t rows, int64_t p, const REAL *v, int64_t ldv, int64_t q, REAL *a, int64_t lda, const REAL *w, int64_t ldw) {
    for (; q >= 4; q -= 4, a += 4 * lda, w += 4 * ldw) NAME(update_tile)(4, rows, p, v, ldv, a, lda, w, ldw);
    if (q & 2) NAME(update_tile)(2, rows, p, v, ldv, a, lda, w, ldw), a += 2 * lda, w += 2 * ldw;
    if (q & 1) NAME(update_tile)(1, rows, p, v, ldv, a, lda, w, ldw);
}

// MARK: One reflection of short columns

/// y_j ← (I − τ v vᵀ) y_j for columns of `vectors` whole vectors; squares[j] is what is left of ‖y_j‖² below its first element.
static void NAME(reflect)(int64_t vectors, const REAL *v, REAL tau, int64_t columns, REAL *y, int64_t ldy, REAL *squares) {
    for (int64_t j = 0; j < columns; j++, y += ldy) {
        NAME(vector) dot = {0}, square = {0};
        for (int64_t i = 0; i < vectors; i++) dot += *(const NAME(loose) *)(v + i * LANES) * *(NAME(loose) *)(y + i * LANES);
        REAL factor = tau * NAME(total)(dot);
        for (int64_t i = 0; i < vectors; i++) {
            NAME(vector) value = *(NAME(loose) *)(y + i * LANES) - factor * *(const NAME(loose) *)(v + i * LANES);
            *(NAME(loose) *)(y + i * LANES) = value;
            if (i == 0) value[0] = 0;
            square += value * value;
        }
        squares[j] = NAME(total)(square);
    }
}

#undef LANES
#undef INLINE
#undef UNROLL
