// C ← α op(A) op(B) + β C, column-major, op(A) m × k, op(B) k × n; β = 0 does not read C.
//
// Two shapes, one of which is compiled. Both add the terms of an element in a fixed order, so results repeat bit by bit.
//
// LOCAL = 0, for processors: one item a work-group. `pack_a` and `pack_b` lay op(A) and op(B) out in panels of MR = MRV·VW rows and
//   NR columns, padded by zeros; `product` computes a tile of panels of C in each item, MR × NR at a time in registers, one depth block
//   of KC after another. Where the items' tiles do not share the panels of a factor, `product` packs them itself, block by block.
//   F64, VW (vector width), MRV, NR, KC, PREFETCH (1 where the compiler's prefetch works).
//
// LOCAL = 1, for GPUs: `product` alone; a work-group of WG = WX² items computes a tile of (WX·8)² elements from tiles of depth TK in
//   local memory, each item 8 × 8, as 8/VW vectors of rows that lie WX·VW apart.
//   F64, VW, WG, WX, TK, TA, TB (1: transposed).

#include "builtins.clh"
#define real REAL
typedef JOIN(REAL, VW) vector;
typedef JOIN(REAL, 2) real2;
typedef JOIN(REAL, 4) real4;
#if defined(__clang__) && !LOCAL
// As one instruction each, as in functions.clh.
#define MEMORY(vector)                                                                                                        \
    typedef vector loose_##vector __attribute__((aligned(sizeof(REAL))));                                                     \
    static inline __attribute__((overloadable, always_inline)) vector load_##vector(__global const REAL *p) {                        \
        return *(__global const loose_##vector *)p;                                                                           \
    }                                                                                                                         \
    static inline __attribute__((overloadable, always_inline)) vector load_##vector(const REAL *p) {                                 \
        return *(const loose_##vector *)p;                                                                                    \
    }                                                                                                                         \
    static inline __attribute__((overloadable, always_inline)) void store_##vector(vector v, __global REAL *p) {                     \
        *(__global loose_##vector *)p = v;                                                                                    \
    }                                                                                                                         \
    static inline __attribute__((overloadable, always_inline)) void store_##vector(vector v, REAL *p) { *(loose_##vector *)p = v; }
MEMORY(vector)
MEMORY(real2)
MEMORY(real4)
#define LOAD(i, p) load_vector((p) + (i) * VW)
#define STORE(v, i, p) store_vector(v, (p) + (i) * VW)
#define LOAD2(p) load_real2(p)
#define STORE2(v, p) store_real2(v, p)
#define LOAD4(p) load_real4(p)
#define STORE4(v, p) store_real4(v, p)
#else
#define LOAD JOIN(vload, VW)
#define STORE JOIN(vstore, VW)
#define LOAD2(p) vload2(0, p)
#define STORE2(v, p) vstore2(v, 0, p)
#define LOAD4(p) vload4(0, p)
#define STORE4(v, p) vstore4(v, 0, p)
#endif

#if !LOCAL

#if defined(__has_attribute)
#if __has_attribute(always_inline)
#define INLINE inline __attribute__((always_inline))
#endif
#endif
#ifndef INLINE
#define INLINE inline
#endif
#define MR (MRV * VW)
#define GROUP 8    // panels an item packs
#define DEPTH 128  // and how deep
#define AHEAD 8    // columns of a panel of A asked for before their use

// Asks for a line of memory, to be written when the second argument is 1: C comes from far away once a depth block.
#if PREFETCH && defined(__has_builtin)
#if __has_builtin(__builtin_prefetch)
#define FETCH(p, write) __builtin_prefetch((const void *)(size_t)(p), write)
#endif
#endif
#ifndef FETCH
#define FETCH(p, write)
#endif

// Packs the panels [first, last) of R rows from depth `begin` to `end`: element (row, d) is from[row · row_step + d · depth_step].
INLINE void pack(__global const real *from, long row_step, long depth_step, long rows, long depth, __global real *to, const int R,
                 long first, long last, long begin, long end) {
    last = min(last, (rows + R - 1) / R);
    end = min(end, depth);
    const long whole = min(last, rows / R);
    if (row_step == 1) {
        for (long d = begin; d < end; d++)
            for (long p = first; p < whole; p++) {
                __global const real *in = from + p * R + d * depth_step;
                __global real *out = to + (p * depth + d) * R;
                int r = 0;
#pragma unroll
                for (; r + VW <= R; r += VW) STORE(LOAD(0, in + r), 0, out + r);
#pragma unroll
                for (; r + 2 <= R; r += 2) STORE2(LOAD2(in + r), out + r);
            }
    } else {
        // Squares of 4 × 4 and strips of 2 × 4 are transposed in registers.
        const long squares = depth_step == 1 ? begin + (end - begin) / 4 * 4 : begin;
        for (long p = first; p < whole; p++) {
            __global const real *in = from + p * R * row_step;
            __global real *out = to + p * depth * R;
            int r = 0;
#pragma unroll 1
            for (; r + 4 <= R; r += 4)
#pragma unroll 2
                for (long d = begin; d < squares; d += 4) {
                    const real4 t = LOAD4(in + r * row_step + d), u = LOAD4(in + (r + 1) * row_step + d);
                    const real4 v = LOAD4(in + (r + 2) * row_step + d), w = LOAD4(in + (r + 3) * row_step + d);
                    STORE4((real4)(t.x, u.x, v.x, w.x), out + d * R + r);
                    STORE4((real4)(t.y, u.y, v.y, w.y), out + (d + 1) * R + r);
                    STORE4((real4)(t.z, u.z, v.z, w.z), out + (d + 2) * R + r);
                    STORE4((real4)(t.w, u.w, v.w, w.w), out + (d + 3) * R + r);
                }
            if (r < R)
#pragma unroll 2
                for (long d = begin; d < squares; d += 4) {
                    const real4 t = LOAD4(in + r * row_step + d), u = LOAD4(in + (r + 1) * row_step + d);
                    STORE2((real2)(t.x, u.x), out + d * R + r);
                    STORE2((real2)(t.y, u.y), out + (d + 1) * R + r);
                    STORE2((real2)(t.z, u.z), out + (d + 2) * R + r);
                    STORE2((real2)(t.w, u.w), out + (d + 3) * R + r);
                }
#pragma unroll 1
            for (long d = squares; d < end; d++)
#pragma unroll 1
                for (int q = 0; q < R; q++) out[d * R + q] = in[q * row_step + d * depth_step];
        }
    }
    if (whole < last)
#pragma unroll 1
        for (long d = begin; d < end; d++)
#pragma unroll 1
            for (int r = 0; r < R; r++)
                to[(whole * depth + d) * R + r] = whole * R + r < rows ? from[(whole * R + r) * row_step + d * depth_step] : (real)0;
}

__kernel HEEDED __attribute__((reqd_work_group_size(1, 1, 1)))
void pack_a(__global const real *from, long offset, long row_step, long depth_step, long rows, long depth, __global real *to) {
    const long first = get_global_id(0) * GROUP, begin = get_global_id(1) * DEPTH;
    pack(from + offset, row_step, depth_step, rows, depth, to, MR, first, first + GROUP, begin, begin + DEPTH);
}

__kernel HEEDED __attribute__((reqd_work_group_size(1, 1, 1)))
void pack_b(__global const real *from, long offset, long row_step, long depth_step, long rows, long depth, __global real *to) {
    const long first = get_global_id(0) * GROUP, begin = get_global_id(1) * DEPTH;
    pack(from + offset, row_step, depth_step, rows, depth, to, NR, first, first + GROUP, begin, begin + DEPTH);
}

// C ← α A B + β C for the panels [i0, i1) × [j0, j1) and `length` steps of depth. Panels of A lie `a_panel` apart and their steps `a_step`
// (MR when packed). Panels of B lie `b_panel` apart; they are packed or (`direct`) columns as they are, `b_stride` apart: a last panel that
// is not full then reads the last column again and throws the sums away.
INLINE void multiply(const int direct, __global const real *a, long a_panel, long a_step, __global const real *b, long b_panel, long b_stride,
                     __global real *c, long stride, long m, long n, long i0, long i1, long j0, long j1, long length, real alpha, real beta) {
    for (long j = j0; j < j1; j++)
        for (long i = i0; i < i1; i++) {
            __global const real *x = a + i * a_panel, *y = b + j * b_panel;
            long column[NR];
            vector sum[MRV][NR];
#pragma unroll
            for (int q = 0; q < NR; q++) column[q] = direct ? min((long)q, n - 1 - j * NR) * b_stride : q;
#pragma unroll
            for (int q = 0; q < NR; q++)
#pragma unroll
                for (int p = 0; p < MRV; p++) sum[p][q] = (vector)0;
            __global real *out = c + i * MR + j * NR * stride;
            if ((j + 1) * NR <= n) {
#pragma unroll
                for (int q = 0; q < NR; q++)
#pragma unroll
                    for (int p = 0; p < MRV; p++) FETCH(out + q * stride + p * VW, 1);
            }
#pragma unroll 1
            for (long d = 0; d < length; d++) {
                vector u[MRV];
#pragma unroll
                for (int p = 0; p < MRV; p++) {
                    u[p] = LOAD(p, x);
                    FETCH(x + AHEAD * a_step + p * VW, 0);
                }
#pragma unroll
                for (int q = 0; q < NR; q++) {
                    const vector w = (vector)y[column[q]];
#pragma unroll
                    for (int p = 0; p < MRV; p++) sum[p][q] = fma(u[p], w, sum[p][q]);
                }
                x += a_step;
                y += direct ? 1 : NR;
            }
            if ((i + 1) * MR <= m && (j + 1) * NR <= n) {
                // All loads before all stores: columns whose distance is a multiple of 4 KB look alike to the processor's store queue.
#pragma unroll
                for (int q = 0; q < NR; q++)
#pragma unroll
                    for (int p = 0; p < MRV; p++) sum[p][q] *= alpha;
                if (beta != 0) {
#pragma unroll
                    for (int q = 0; q < NR; q++)
#pragma unroll
                        for (int p = 0; p < MRV; p++) sum[p][q] = fma((vector)beta, LOAD(p, out + q * stride), sum[p][q]);
                }
#pragma unroll
                for (int q = 0; q < NR; q++)
#pragma unroll
                    for (int p = 0; p < MRV; p++) STORE(sum[p][q], p, out + q * stride);
            } else {
                real part[MR * NR];
#pragma unroll
                for (int q = 0; q < NR; q++)
#pragma unroll
                    for (int p = 0; p < MRV; p++) STORE(alpha * sum[p][q], q * MRV + p, part);
                const int rows = (int)min((long)MR, m - i * MR), columns = (int)min((long)NR, n - j * NR);
                for (int q = 0; q < columns; q++)
                    for (int p = 0; p < rows; p++) {
                        __global real *o = out + q * stride + p;
                        const real r = part[q * MR + p];
                        *o = beta != 0 ? fma(beta, *o, r) : r;
                    }
            }
        }
}

// `own`: 1 when the items pack their rows of A, 2 when their columns of B; the matrix those come from lies behind `from`, else nothing.
// `a` is packed, or A as it is, from `a_offset` on, with full panels and columns `a_step` apart; packed panels have a step of MR.
// `b` is packed, or (`direct`) B as it is, from `b_offset` on, its columns `b_stride` apart.
__kernel HEEDED __attribute__((reqd_work_group_size(1, 1, 1)))
void product(__global real *a, __global real *b, __global real *c, long offset, long stride, long m, long n, long depth,
             long tile_rows, long tile_columns, real alpha, real beta, int own, __global const real *from, long from_offset,
             long row_step, long depth_step, long a_offset, long a_step, int direct, long b_offset, long b_stride) {
    const long i0 = get_global_id(0) * tile_rows, i1 = min(i0 + tile_rows, (m + MR - 1) / MR);
    const long j0 = get_global_id(1) * tile_columns, j1 = min(j0 + tile_columns, (n + NR - 1) / NR);
    const long a_panel = a_step == MR ? depth * MR : MR, b_panel = direct ? NR * b_stride : depth * NR;
    long begin = 0;
    do {
        const long end = min(begin + KC, depth), length = end - begin;
        const real scale = begin == 0 ? beta : (real)1;
        if (own == 1) pack(from + from_offset, row_step, depth_step, m, depth, a, MR, i0, i1, begin, end);
        if (own == 2) pack(from + from_offset, row_step, depth_step, n, depth, b, NR, j0, j1, begin, end);
        __global const real *x = a + a_offset + begin * a_step, *y = b + b_offset + begin * (direct ? 1 : NR);
        if (direct)
            multiply(1, x, a_panel, a_step, y, b_panel, b_stride, c + offset, stride, m, n, i0, i1, j0, j1, length, alpha, scale);
        else
            multiply(0, x, a_panel, a_step, y, b_panel, 0, c + offset, stride, m, n, i0, i1, j0, j1, length, alpha, scale);
        begin = end;
    } while (begin < depth);
}

#else

#define RT 8                    // rows and columns of an item
#define TM (WX * RT)            // rows and columns of a tile
#define SHARE (TM * TK / WG)    // elements an item brings of either tile

// Which element of a tile of op(X) an item brings: TM runs along memory unless the matrix is transposed, then TK does.
#define ALONG(e, depth_first) ((depth_first) ? (e) / TK : (e) % TM)
#define DEEP(e, depth_first) ((depth_first) ? (e) % TK : (e) / TM)

__kernel __attribute__((reqd_work_group_size(WG, 1, 1)))
void product(__global const real *a, long a_offset, long a_stride, __global const real *b, long b_offset, long b_stride,
             __global real *c, long c_offset, long c_stride, long m, long n, long k, real alpha, real beta) {
    __local real ta[TK * TM], tb[TK * TM];
    const int item = get_local_id(0), x = item % WX, y = item / WX;
    const long row = get_group_id(0) * (long)TM, column = get_group_id(1) * (long)TM;
    real next_a[SHARE], next_b[SHARE];
    vector sum[RT / VW][RT];
#pragma unroll
    for (int q = 0; q < RT; q++)
#pragma unroll
        for (int p = 0; p < RT / VW; p++) sum[p][q] = (vector)0;

    for (long d = -TK; d < k; d += TK) {
        // The next tiles travel into registers while the present ones are multiplied.
        if (d + TK < k) {
#pragma unroll
            for (int s = 0; s < SHARE; s++) {
                const int e = s * WG + item;
                const long i = row + ALONG(e, TA), da = d + TK + DEEP(e, TA);
                const long j = column + ALONG(e, !TB), db = d + TK + DEEP(e, !TB);
                next_a[s] = i < m && da < k ? a[a_offset + (TA ? da + i * a_stride : i + da * a_stride)] : (real)0;
                next_b[s] = j < n && db < k ? b[b_offset + (TB ? j + db * b_stride : db + j * b_stride)] : (real)0;
            }
        }
        if (d >= 0) {
#pragma unroll
            for (int t = 0; t < TK; t++) {
                vector u[RT / VW];
#pragma unroll
                for (int p = 0; p < RT / VW; p++) u[p] = LOAD(x + p * WX, ta + t * TM);
#pragma unroll
                for (int q = 0; q < RT; q++) {
                    const vector w = (vector)tb[t * TM + (q / VW) * (WX * VW) + y * VW + q % VW];
#pragma unroll
                    for (int p = 0; p < RT / VW; p++) sum[p][q] = fma(u[p], w, sum[p][q]);
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (d + TK < k) {
#pragma unroll
            for (int s = 0; s < SHARE; s++) {
                const int e = s * WG + item;
                ta[DEEP(e, TA) * TM + ALONG(e, TA)] = next_a[s];
                tb[DEEP(e, !TB) * TM + ALONG(e, !TB)] = next_b[s];
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    const bool inside = row + TM <= m && column + TM <= n;
#pragma unroll
    for (int q = 0; q < RT; q++) {
        const long j = column + (q / VW) * (WX * VW) + y * VW + q % VW;
#pragma unroll
        for (int p = 0; p < RT / VW; p++) {
            const long i = row + (p * WX + x) * VW;
            __global real *o = c + c_offset + i + j * c_stride;
            const vector r = alpha * sum[p][q];
            if (inside) {
                STORE(beta != 0 ? fma((vector)beta, LOAD(0, o), r) : r, 0, o);
            } else if (j < n) {
                real part[VW];
                STORE(r, 0, part);
#pragma unroll
                for (int v = 0; v < VW; v++)
                    if (i + v < m) o[v] = beta != 0 ? fma(beta, o[v], part[v]) : part[v];
            }
        }
    }
}

#endif
