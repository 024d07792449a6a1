import Compute

#if canImport(Glibc)
    import Glibc
#endif

/// Time first things first: the equations' term is cut into slices of time, and slice i has the factor exp(−ε Σ_{j<i} L_j) with L_j the mean
/// square in slice j, so that a slice counts once those before it are solved (Wang, Sankaran and Perdikaris, 2024). Conditions have factor 1.
public struct CausalWeights: LossWeighting {
    /// ε
    public let tolerance: Double
    public let timeSlices: Int
    public let interval: Int

    public init(tolerance: Double = 1, slices: Int = 16, interval: Int = 10) {
        self.tolerance = tolerance
        timeSlices = max(2, slices)
        self.interval = max(1, interval)
    }

    public mutating func factors(_ plan: ResidualPlan, at parameters: [Double], current: [Double]) throws(SolverError) -> [Double] {
        let loss = try computing { () throws(ComputeError) in try plan.loss(at: parameters) }
        var (sum, result) = (0.0, current)
        for slice in 0..<min(timeSlices, current.count) {
            result[slice] = max(exp(-tolerance * sum), 1e-12)
            sum += loss.terms[slice].meanSquare
        }
        return result
    }

    public var description: String { "causal:\(tolerance)" }
}
