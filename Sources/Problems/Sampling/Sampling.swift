/// A way to lay points into a domain.
public enum Sampling: String, Sendable, Hashable, CaseIterable {
    /// Independent and uniform.
    case uniform
    /// Equispaced without the ends: the k-th of n along an axis is a + (k + 1)(b − a)/(n + 1), k from 0.
    case grid
    /// The zeros of the Chebyshev polynomial T_n along each axis, as a tensor product.
    case chebyshev
    /// One point in each of M equal slices of every axis.
    case latinHypercube = "latin-hypercube"
    /// Sobol's low-discrepancy sequence with a random digital shift.
    case sobol

    /// - Throws: `ProblemError.unknownSampling`.
    public init(parsing name: String) throws(ProblemError) {
        guard let sampling = Sampling(rawValue: name) else { throw .unknownSampling(name: name) }
        self = sampling
    }

    /// The number of points along an axis of a tensor grid that holds at least `count` points: the least n with n^d ≥ count.
    ///
    /// - Throws: `ProblemError.pointCount` if count < 1 or n^d is no Int.
    public static func pointsPerAxis(count: Int, dimension: Int) throws(ProblemError) -> Int {
        guard count >= 1 else { throw .pointCount(requested: count, reason: "at least one is needed") }
        var n = 1
        while true {
            var product = 1
            for _ in 0..<dimension {
                let (value, overflow) = product.multipliedReportingOverflow(by: n)
                guard !overflow else { throw .pointCount(requested: count, reason: "a grid in \(dimension) dimensions would not fit the memory") }
                product = value
            }
            if product >= count { return n }
            // The root in floating point as a start, the exact search from below it.
            n = n == 1 ? max(2, Int(root(Double(count), dimension)) - 1) : n + 1
        }
    }

    /// x^(1/n) to about 1e-3 by bisection.
    private static func root(_ x: Double, _ n: Int) -> Double {
        var low = 1.0
        var high = x
        while high - low > 1e-3 * low {
            let middle = n == 1 ? x : (low + high) / 2
            let power = (0..<n).reduce(1.0) { product, _ in product * middle }
            if power <= x { low = middle } else { high = middle }
            if low >= high { break }
        }
        return low
    }
}
