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

    /// Seconds of dgeqrf alone on an m × n matrix given column-major.
    static func factorization(_ matrix: [Double], m: Int, n: Int, threads: Int) throws(BenchmarkError) -> Double {
        var (rows, columns) = (Int32(m), Int32(n))
        var tau = [Double](repeating: 0, count: min(m, n))
        var (size, query, info) = ([0.0], Int32(-1), Int32(0))
        var a = matrix
        dgeqrf_(&rows, &columns, &a, &rows, &tau, &size, &query, &info)
        var length = Int32(size[0])
        var work = [Double](repeating: 0, count: Int(length))
        a.withUnsafeMutableBufferPointer { $0[0] = $0[0] }  // the copy is made now
        let seconds = withThreads(threads) {
            Stopwatch.seconds { dgeqrf_(&rows, &columns, &a, &rows, &tau, &work, &length, &info) }
        }
        if info != 0 { throw .factorization(Int(info)) }
        return seconds
    }
}

/// OpenBLAS's C ← A·B for m × n × k, its matrices in place.
final class BLASProduct {
    private var dimensions: (m: Int32, n: Int32, k: Int32)
    private let threads: Int
    private var double: (a: [Double], b: [Double], c: [Double])?
    private var single: (a: [Float], b: [Float], c: [Float])?

    init(_ precision: BenchmarkRow.Precision, m: Int, n: Int, k: Int, threads: Int) {
        dimensions = (Int32(m), Int32(n), Int32(k))
        self.threads = threads
        func fill(_ count: Int) -> [Double] { (0..<count).map { Double(($0 &* 7919) % 2003) / 1001.5 - 1 } }
        switch precision {
        case .f64: double = (fill(m * k), fill(k * n), [Double](repeating: 0, count: m * n))
        case .f32: single = (fill(m * k).map(Float.init), fill(k * n).map(Float.init), [Float](repeating: 0, count: m * n))
        }
    }

    var flops: Double { 2 * Double(dimensions.m) * Double(dimensions.n) * Double(dimensions.k) }

    func run() {
        var (m, n, k) = dimensions
        BLASReference.withThreads(threads) {
            if double != nil {
                var (one, zero) = (1.0, 0.0)
                dgemm_("N", "N", &m, &n, &k, &one, double!.a, &m, double!.b, &k, &zero, &double!.c, &m)
            } else if single != nil {
                var (one, zero) = (Float(1), Float(0))
                sgemm_("N", "N", &m, &n, &k, &one, single!.a, &m, single!.b, &k, &zero, &single!.c, &m)
            }
        }
    }
}
