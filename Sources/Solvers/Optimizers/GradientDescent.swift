import Compute

/// θ ← θ − η ∇loss, in the plan's precision.
public struct GradientDescent: Optimizer, Sendable {
    public enum Rate: Sendable, Hashable {
        /// η
        case fixed(Double)
        /// η = 1/λ_max of the Gauss–Newton Hessian 2JᵀJ where the step is taken, by power iteration that goes on from step to step.
        case inverseCurvature
    }

    public let rate: Rate
    private var vector: [Double] = []

    public init(rate: Rate = .fixed(1e-3)) { self.rate = rate }

    public var memory: [String: [Double]] {
        get { vector.isEmpty ? [:] : ["vector": vector] }
        set { vector = newValue["vector"] ?? [] }
    }

    public mutating func step(_ plan: ResidualPlan, _ parameters: inout [Double]) throws(SolverError) -> OptimizerStep {
        let point = parameters
        let (loss, gradient) = try computing { () throws(ComputeError) in try plan.gradient(at: point) }
        guard loss.total.isFinite, Vectors.isFinite(gradient) else { return OptimizerStep(loss, .diverged) }
        update(&parameters, gradient, try learningRate(plan, point), plan.precision)
        return OptimizerStep(loss)
    }

    public mutating func steps(_ most: Int, _ plan: ResidualPlan, _ descent: inout ResidualPlan.Descent, enough: Double) throws(SolverError)
        -> ResidualPlan.Descended?
    {
        guard case .fixed(let eta) = rate else { return nil }
        do throws(ComputeError) {
            return try plan.descend(&descent, by: .gradientDescent, rates: Array(repeating: eta, count: max(0, most)), enough: enough)
        } catch { throw .compute(error) }
    }

    func update(_ parameters: inout [Double], _ gradient: [Double], _ eta: Double, _ precision: Precision) {
        switch precision {
        case .f64: for index in parameters.indices { parameters[index] -= eta * gradient[index] }
        case .f32:
            for index in parameters.indices {
                parameters[index] = Double(Float(parameters[index]) - Float(eta) * Float(gradient[index]))
            }
        }
    }

    private mutating func learningRate(_ plan: ResidualPlan, _ parameters: [Double]) throws(SolverError) -> Double {
        switch rate {
        case .fixed(let eta): return eta
        case .inverseCurvature:
            var curvature = 0.0
            let iterations = vector.isEmpty ? 50 : 5
            if vector.isEmpty { vector = (0..<plan.parameterCount).map { 1 + 0.1 * Double($0 % 7) } }
            for _ in 0..<iterations {
                let size = Vectors.norm(vector)
                vector = vector.map { $0 / size }
                let direction = vector
                vector = try computing { () throws(ComputeError) in
                    try plan.transposedProduct(at: parameters, try plan.product(at: parameters, direction))
                }
                curvature = Vectors.norm(vector)
                guard curvature > 0, curvature.isFinite else { break }
            }
            guard curvature > 0, curvature.isFinite else {
                vector = []
                return 1e-3
            }
            return 1 / (2 * curvature)
        }
    }
}
