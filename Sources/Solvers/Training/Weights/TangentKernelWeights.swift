import Compute
import Problems

/// Factors that give every term's block of the tangent kernel the same trace: Σ_j tr K_j / tr K_k with K_k = J_k J_kᵀ, as a moving average
/// (Wang, Yu and Perdikaris, 2022).
///
/// tr K_k = ‖J_k‖² is estimated from `probes` random vectors of signs, E|J_kᵀ z|², relative deviation at most √(2/probes); a change costs as many
/// gradients a term. The vectors come from a stream named after the step's residuals' number only, so that a run repeats.
public struct TangentKernelWeights: LossWeighting {
    public let interval: Int
    public let probes: Int

    public init(interval: Int = 100, probes: Int = 8) {
        self.interval = max(1, interval)
        self.probes = max(1, probes)
    }

    public mutating func factors(_ plan: ResidualPlan, at parameters: [Double], current: [Double]) throws(SolverError) -> [Double] {
        var stream = RandomStream(seed: 0, name: "tangent kernel")
        var traces = [Double](repeating: 0, count: current.count)
        for _ in 0..<probes {
            let signs = (0..<plan.residualCount).map { _ in stream.symmetric(1) < 0 ? -1.0 : 1.0 }
            for term in current.indices {
                let seed = Self.part(signs, of: term, plan, factor: current[term])
                let image = try computing { () throws(ComputeError) in try plan.transposedProduct(at: parameters, seed) }
                traces[term] += Vectors.dot(image, image)
            }
        }
        let sum = traces.reduce(0, +)
        return Self.averaged(current, traces.map { sum / (Double(traces.count) * $0) })
    }

    public var description: String { "ntk:\(interval)" }
}
