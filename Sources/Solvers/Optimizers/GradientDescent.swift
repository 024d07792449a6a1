import Compute

/// θ ← θ − η ∇loss, in the plan's precision.
public struct GradientDescent: Optimizer, Sendable {
    public enum Rate: Sendable, Hashable {
        /// η
        case fixed(Double)
        /// η = 1/λ_max of the Gauss–Newton Hessian 2JᵀJ at the first step, by power iteration.
        case inverseCurvature
    }

    public let rate: Rate
    private var found: Double?

    public init(rate: Rate = .fixed(1e-3)) { self.rate = rate }

    public var memory: [String: [Double]] {
        get { found.map { ["rate": [$0]] } ?? [:] }
        set { found = newValue["rate"]?.first }
    }

    public mutating func step(_ plan: ResidualPlan, _ parameters: inout [Double]) throws(SolverError) -> OptimizerStep {
        let point = parameters
        let (loss, gradient) = try computing { () throws(ComputeError) in try plan.gradient(at: point) }
        guard loss.total.isFinite, Vectors.isFinite(gradient) else { return OptimizerStep(loss, .diverged) }
        let eta = try learningRate(plan, point)
        switch plan.precision {
        case .f64: update(&parameters, gradient, eta)
        case .f32:
            for index in parameters.indices {
                parameters[index] = Double(Float(parameters[index]) - Float(eta) * Float(gradient[index]))
            }
        }
        return OptimizerStep(loss)
    }

    private func update(_ parameters: inout [Double], _ gradient: [Double], _ eta: Double) {
        for index in parameters.indices { parameters[index] -= eta * gradient[index] }
    }

    private mutating func learningRate(_ plan: ResidualPlan, _ parameters: [Double]) throws(SolverError) -> Double {
        switch rate {
        case .fixed(let eta): return eta
        case .inverseCurvature:
            if let found { return found }
            var vector = (0..<plan.parameterCount).map { 1 + 0.1 * Double($0 % 7) }
            var curvature = 0.0
            for _ in 0..<50 {
                let size = Vectors.norm(vector)
                vector = vector.map { $0 / size }
                let direction = vector
                vector = try computing { () throws(ComputeError) in
                    try plan.transposedProduct(at: parameters, try plan.product(at: parameters, direction))
                }
                curvature = Vectors.norm(vector)
                guard curvature > 0, curvature.isFinite else { break }
            }
            let eta = curvature > 0 && curvature.isFinite ? 1 / (2 * curvature) : 1e-3
            found = eta
            return eta
        }
    }
}
