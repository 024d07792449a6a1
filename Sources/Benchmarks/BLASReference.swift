import CLAPACK

/// OpenBLAS as the yardstick of products and factorisations. Never used to compute a result here.
public enum BLASReference {
    /// The kernel family OpenBLAS has chosen, "SkylakeX" say; OPENBLAS_CORETYPE can force a slower one.
    public static var coreName: String { openblas_get_corename().map { String(cString: $0) } ?? "unknown" }

    /// Runs `work` with that many BLAS threads, then goes back to one, which all other calls rely on.
    static func withThreads<T, E: Error>(_ threads: Int, _ work: () throws(E) -> T) throws(E) -> T {
        openblas_set_num_threads(Int32(threads))
        defer { openblas_set_num_threads(1) }
        return try work()
    }

    /// Rate of C ← A·B for m × n × k in GFLOP/s: the median of repeated runs, and the best run.
    public static func product(_ precision: BenchmarkRow.Precision, m: Int, n: Int, k: Int, threads: Int, budget: Double = 1) -> (
        median: Double, best: Double
    ) {
        var (rows, columns, inner) = (Int32(m), Int32(n), Int32(k))
        func fill(_ count: Int) -> [Double] { (0..<count).map { Double(($0 &* 7919) % 2003) / 1001.5 - 1 } }
        let (a, b) = (fill(m * k), fill(k * n))
        let flops = 2 * Double(m) * Double(n) * Double(k)
        let timing: Timing = withThreads(threads) {
            switch precision {
            case .f64:
                var c = [Double](repeating: 0, count: m * n)
                var (one, zero) = (1.0, 0.0)
                return Timing.measure(budget: budget) { dgemm_("N", "N", &rows, &columns, &inner, &one, a, &rows, b, &inner, &zero, &c, &rows) }
            case .f32:
                let (a32, b32) = (a.map(Float.init), b.map(Float.init))
                var c = [Float](repeating: 0, count: m * n)
                var (one, zero) = (Float(1), Float(0))
                return Timing.measure(budget: budget) { sgemm_("N", "N", &rows, &columns, &inner, &one, a32, &rows, b32, &inner, &zero, &c, &rows) }
            }
        }
        return (flops / timing.median * 1e-9, flops / timing.best * 1e-9)
    }

    /// Seconds of dgeqrf alone on an m × n matrix given column-major.
    public static func factorization(_ matrix: [Double], m: Int, n: Int, threads: Int, repetitions: Int) throws(BenchmarkError) -> Double {
        var (rows, columns) = (Int32(m), Int32(n))
        var tau = [Double](repeating: 0, count: min(m, n))
        var (size, query, info) = ([0.0], Int32(-1), Int32(0))
        var a = matrix
        dgeqrf_(&rows, &columns, &a, &rows, &tau, &size, &query, &info)
        var length = Int32(size[0])
        var work = [Double](repeating: 0, count: Int(length))
        let clock = ContinuousClock()
        var times: [Double] = []
        for _ in 0..<repetitions {
            a = matrix
            let start = clock.now
            withThreads(threads) { dgeqrf_(&rows, &columns, &a, &rows, &tau, &work, &length, &info) }
            let duration = start.duration(to: clock.now).components
            times.append(Double(duration.seconds) + Double(duration.attoseconds) * 1e-18)
            if info != 0 { throw .factorization(Int(info)) }
        }
        return Timing(seconds: times.sorted()).median
    }
}
