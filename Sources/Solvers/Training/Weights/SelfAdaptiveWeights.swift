import Compute

#if canImport(Glibc)
    import Glibc
#endif

/// Factors that climb where the loss stays: λ_k ← λ_k · exp(η L_k / Σ_j L_j), scaled to a mean of 1, so that descent in θ meets ascent in λ
/// (after McClenny and Braga-Neto, 2023, with a factor a term, not a point).
public struct SelfAdaptiveWeights: LossWeighting {
    /// η
    public let rate: Double
    public let interval: Int

    public init(rate: Double = 0.1, interval: Int = 10) {
        self.rate = rate
        self.interval = max(1, interval)
    }

    public mutating func factors(_ plan: ResidualPlan, at parameters: [Double], current: [Double]) throws(SolverError) -> [Double] {
        let loss = try computing { () throws(ComputeError) in try plan.loss(at: parameters) }
        let shares = loss.terms.map { $0.weight * $0.meanSquare / max(loss.total, .leastNonzeroMagnitude) }
        let raised = zip(current, shares).map { min(max($0 * exp(rate * $1), 1e-6), 1e8) }
        let mean = raised.reduce(0, +) / Double(raised.count)
        return raised.map { $0 / mean }
    }

    public var description: String { "self-adaptive:\(rate)" }
}
