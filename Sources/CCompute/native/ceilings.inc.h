// Template: as many independent fused multiply-adds as the processor starts, all in registers.

#define CHAINS (2 * TILE_COLUMNS + 4)

/// `rounds` rounds of one multiply-add in each of CHAINS vectors; returns the operations, two per multiply-add and lane.
static double NAME(multiply_adds)(int64_t rounds, double *sink) {
    NAME(vector) sum[CHAINS], factor = (NAME(vector)){0} + (REAL)0.9999, term = (NAME(vector)){0} + (REAL)1e-4;
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) sum[i] = term * (REAL)i;
    for (int64_t r = 0; r < rounds; r++) {
        _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) sum[i] = sum[i] * factor + term;
    }
    for (int i = 1; i < CHAINS; i++) sum[0] += sum[i];
    *sink = sum[0][0];
    return 2.0 * (double)rounds * CHAINS * (VECTOR_BYTES / REAL_BYTES);
}

#undef CHAINS
