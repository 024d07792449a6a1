import Compute

/// Factors that give every term a gradient of the same length: Σ_j |∇L_j| / |∇L_k|, as a moving average (Wang, Teng and Perdikaris, 2021).
///
/// A change costs a gradient a term.
public struct GradientNormWeights: LossWeighting {
    public let interval: Int

    public init(interval: Int = 100) { self.interval = max(1, interval) }

    public mutating func factors(_ plan: ResidualPlan, at parameters: [Double], current: [Double]) throws(SolverError) -> [Double] {
        let residuals = try computing { () throws(ComputeError) in try plan.residuals(at: parameters) }
        var norms: [Double] = []
        for term in current.indices {
            // ∇L_k = 2 J_kᵀ r_k; both factors carry √factor, and `part` takes one away.
            let seed = Self.part(residuals, of: term, plan, factor: current[term] * current[term])
            norms.append(Vectors.norm(try computing { () throws(ComputeError) in try plan.transposedProduct(at: parameters, seed) }))
        }
        let sum = norms.reduce(0, +)
        return Self.averaged(current, norms.map { sum / (Double(norms.count) * $0) })
    }

    public var description: String { "gradient-norm:\(interval)" }
}
