import Compute
import LinearAlgebra
import Problems
import Spectra

#if canImport(Glibc)
    import Glibc
#endif

/// A spectrum of the residual Jacobian without the Jacobian: its ends by Lanczos' process, entropy and effective rank by stochastic Lanczos
/// quadrature (Ubaru, Chen and Saad, 2017), each with its standard error.
///
/// From random unit vectors z Golub and Kahan's bidiagonalisation of J, with all vectors kept orthogonal, leads to B; with its singular values s_i
/// and the first entries q_i of its right vectors Σ_k f(s_k) = n E Σ_i q_i² f(s_i) for f smooth. Work on J itself, not on JᵀJ, keeps small
/// values to ε s_1. Standard errors are those of the jackknife over the probes.
public struct SpectrumEstimate: Sendable, Equatable {
    /// A number with its standard error.
    public struct Quantity: Sendable, Equatable {
        public let value: Double
        public let standardError: Double
    }

    /// s_1, to rounding where the largest values stand apart.
    public let largest: Double
    /// The smallest value that the process met: not below the smallest singular value.
    public let smallest: Double
    /// The cut of entropy and count: the one asked for, or three times the smallest value met where that is larger, for of smaller ones only
    /// their number is known.
    public let cut: Double
    /// Truncated entropy at the cut.
    public let entropy: Quantity
    /// Effective cut-off number n_a.
    public let count: Quantity
    public let effectiveRank: Quantity

    /// - Parameters:
    ///   - columns, rows: of J.
    ///   - cut: relative, in (0, 1): the one asked for.
    ///   - probes: random vectors, at least 2.
    ///   - steps: of the process, at most the smaller side.
    ///   - forward: J v.
    ///   - backward: Jᵀ y.
    /// - Throws: what the products throw; `SolverError.badArgument` for a Jacobian of zeros.
    public init(
        rows: Int, columns: Int, cut: Double, probes: Int = 12, steps: Int = 48, seed: UInt64 = 0,
        forward: ([Double]) throws(SolverError) -> [Double], backward: ([Double]) throws(SolverError) -> [Double]
    ) throws(SolverError) {
        let turned = rows < columns
        let side = min(rows, columns)
        var stream = RandomStream(seed: seed, name: "spectrum")
        var rules: [[(value: Double, weight: Double)]] = []
        for _ in 0..<max(2, probes) {
            let start = (0..<side).map { _ in stream.normal() }
            let bidiagonal =
                turned
                ? try Self.bidiagonal(start, min(steps, side), backward, forward)
                : try Self.bidiagonal(start, min(steps, side), forward, backward)
            let parts = try linear { () throws(LinearAlgebraError) in try SingularValueDecomposition(of: bidiagonal) }
            rules.append(parts.singularValues.indices.map { (parts.singularValues[$0], parts.v[0, $0] * parts.v[0, $0]) })
        }
        let largest = rules.joined().reduce(0) { max($0, $1.value) }
        guard largest > 0 else { throw .badArgument("The residual depends on no parameter here, and has no spectrum.") }
        self.largest = largest
        smallest = rules.joined().reduce(largest) { min($0, $1.value) }
        // The process ended before the steps did where it has met everything.
        let isWhole = rules.allSatisfy { $0.count < min(steps, side) || $0.count == side }
        let reach = rules.reduce(0) { max($0, $1.reduce(largest) { min($0, $1.value) }) }
        let cut = isWhole ? cut : min(max(cut, 3 * reach / largest), 0.5)
        self.cut = cut
        let sums = rules.map { Sums($0, largest: largest, cut: cut, side: side) }
        entropy = Self.jackknife(sums) { $0.entropy }
        count = Self.jackknife(sums) { $0.count }
        effectiveRank = Self.jackknife(sums) { $0.rank }
    }

    /// Estimates of Σ 1, Σ q and Σ q ln q over the values kept, q = s/s_1, and of the last two over all.
    private struct Sums {
        var count = 0.0
        var kept = (sum: 0.0, weighted: 0.0)
        var all = (sum: 0.0, weighted: 0.0)

        init() {}

        init(_ rule: [(value: Double, weight: Double)], largest: Double, cut: Double, side: Int) {
            for (value, weight) in rule where value > 0 {
                let q = value / largest
                let share = Double(side) * weight
                all.sum += share * q
                all.weighted += share * q * log(q)
                guard q > cut else { continue }
                count += share
                kept.sum += share * q
                kept.weighted += share * q * log(q)
            }
        }

        static func mean(_ list: [Sums]) -> Sums {
            var mean = Sums()
            let n = Double(list.count)
            for sums in list {
                mean.count += sums.count / n
                mean.kept.sum += sums.kept.sum / n
                mean.kept.weighted += sums.kept.weighted / n
                mean.all.sum += sums.all.sum / n
                mean.all.weighted += sums.all.weighted / n
            }
            return mean
        }

        var entropy: Double { count > 1 ? max(0, (log(kept.sum) - kept.weighted / kept.sum) / log(count)) : 0 }
        var rank: Double { exp(log(all.sum) - all.weighted / all.sum) }
    }

    private static func jackknife(_ sums: [Sums], _ quantity: (Sums) -> Double) -> Quantity {
        let n = Double(sums.count)
        let left = sums.indices.map { out in quantity(Sums.mean(sums.indices.filter { $0 != out }.map { sums[$0] })) }
        let mean = left.reduce(0, +) / n
        let spread = left.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return Quantity(value: quantity(Sums.mean(sums)), standardError: ((n - 1) / n * spread).squareRoot())
    }

    /// B, upper bidiagonal, with A V = U B and the start's direction in the first column of V.
    private static func bidiagonal(
        _ start: [Double], _ steps: Int, _ forward: ([Double]) throws(SolverError) -> [Double],
        _ backward: ([Double]) throws(SolverError) -> [Double]
    ) throws(SolverError) -> Matrix<Double> {
        var (left, right): ([[Double]], [[Double]]) = ([], [])
        var (diagonal, above): ([Double], [Double]) = ([], [])
        var v = start
        var length = Vectors.norm(v)
        while true {
            v = v.map { $0 / length }
            right.append(v)
            var u = try forward(v)
            if let last = left.last, let beta = above.last { u = Vectors.sum(u, -beta, last) }
            let alpha = Self.orthogonal(&u, left)
            diagonal.append(alpha)
            guard alpha > 1e-15 * (diagonal.max() ?? 0), right.count < steps else { break }
            u = u.map { $0 / alpha }
            left.append(u)
            v = Vectors.sum(try backward(u), -alpha, v)
            length = Self.orthogonal(&v, right)
            guard length > 1e-15 * (diagonal.max() ?? 0) else { break }
            above.append(length)
        }
        var matrix = Matrix<Double>(rows: diagonal.count, columns: diagonal.count)
        for index in diagonal.indices { matrix[index, index] = diagonal[index] }
        for index in 0..<min(above.count, max(0, diagonal.count - 1)) { matrix[index, index + 1] = above[index] }
        return matrix
    }

    /// Takes away what lies along the others, twice; the length that is left.
    private static func orthogonal(_ x: inout [Double], _ others: [[Double]]) -> Double {
        for _ in 0..<2 {
            for other in others { x = Vectors.sum(x, -Vectors.dot(x, other), other) }
        }
        return Vectors.norm(x)
    }
}
