import LinearAlgebra
import Problems

#if canImport(Glibc)
    import Glibc
#endif

/// New points with density |r|^k / mean |r|^k + c (RAD: Wu, Zhu, Tan, Kartha and Lu, 2023), drawn among uniform candidates.
public struct ResidualDistribution: PointSchedule {
    public let interval: Int
    /// k
    public let power: Double
    /// c
    public let base: Double

    public init(interval: Int = 100, power: Double = 1, base: Double = 1) {
        self.interval = max(1, interval)
        self.power = power
        self.base = base
    }

    public func interior(_ state: PointState) throws(SolverError) -> Matrix<Double> {
        let candidates = try state.uniform(10 * state.firstCount)
        let raised = try state.residual(candidates).map { pow($0, power) }
        let mean = raised.reduce(0, +) / Double(raised.count)
        guard mean > 0, mean.isFinite else { return state.current }
        // The exponential of rate w_i is smallest with probability w_i/Σw: the smallest keys are a sample without repetition.
        var stream = state.stream
        _ = stream.symmetric(1)
        let keys = raised.map { weight in -log(max(0.5 + 0.5 * stream.symmetric(1), 1e-300)) / (weight / mean + base) }
        let order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        return Matrix(rows: order.prefix(state.firstCount).map { candidates.row($0) })
    }

    public var description: String { "rad:\(interval)" }
}
