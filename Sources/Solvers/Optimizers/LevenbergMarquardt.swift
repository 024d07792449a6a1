import Compute
import LinearAlgebra

/// Levenberg–Marquardt with geodesic acceleration (Transtrum and Sethna, 2012).
///
/// δ = −(JᵀJ + λD²)⁻¹ Jᵀ r, the acceleration a = −(JᵀJ + λD²)⁻¹ Jᵀ r'' with r'' the second derivative of the residual along δ; θ ← θ + δ + a/2,
/// without a where |Da| > 1.5 |Dδ|. D_j is the square root of the largest norm seen of J's column j: half way between no scaling, with which
/// deep networks descend fastest at the beginning, and Moré's (1978), with which shallow ones reach the smallest errors. After a step of gain ρ,
/// the reduction of the loss by that of its quadratic model, λ is multiplied by max(1/3, 1 − (2ρ − 1)³) (Nielsen, 1999), after failures by
/// 2, 4, 8 … Residual and Jacobian are taken once a step. The system is solved in the space of parameters or of samples, whichever is smaller,
/// by `DampedLeastSquares`.
public struct LevenbergMarquardt: Optimizer, Sendable {
    public let acceleration: Bool
    /// λ at the start, relative to the largest diagonal of D⁻¹JᵀJD⁻¹.
    public let firstDamping: Double
    private var damping: Double?
    private var growth = 2.0
    private var scale: [Double] = []
    private var work = Work()

    /// What is kept from step to step but can be made again.
    private final class Work: @unchecked Sendable {
        let system = DampedLeastSquares()
        var plan: ResidualPlan?
        var point: [Double] = []
        var residuals: [Double] = []
    }

    /// The smaller side beyond which a dense system is refused.
    public static let largestSide = 12_000

    public init(acceleration: Bool = true, firstDamping: Double = 1e-3) {
        self.acceleration = acceleration
        self.firstDamping = firstDamping
    }

    public var memory: [String: [Double]] {
        get { damping.map { ["damping": [$0, growth], "scale": scale] } ?? [:] }
        set {
            damping = newValue["damping"]?.first
            growth = newValue["damping"]?.last ?? 2
            scale = newValue["scale"] ?? []
        }
    }

    public func requireSize(residuals: Int, parameters: Int) throws(SolverError) {
        guard min(residuals, parameters) <= Self.largestSide else {
            throw .badArgument(
                "Levenberg–Marquardt would factor a matrix of side \(min(residuals, parameters)), more than \(Self.largestSide): "
                    + "use fewer points or parameters, or lbfgs.")
        }
    }

    /// Residual, Jacobian and second derivative; half of a product of the Jacobian with itself, a Cholesky factorisation, and solutions by both.
    public func work(residuals: Int, parameters: Int) -> OptimizerWork {
        let (side, length) = (Double(min(residuals, parameters)), Double(max(residuals, parameters)))
        return OptimizerWork(gradients: 4, products: side * side * (length + side / 3), passes: 4 * side * (length + side))
    }

    public mutating func step(_ plan: ResidualPlan, _ parameters: inout [Double]) throws(SolverError) -> OptimizerStep {
        if !isKnownUniquelyReferenced(&work) { work = Work() }
        let (point, system) = (parameters, work.system)
        try requireSize(residuals: plan.residualCount, parameters: point.count)
        let residuals = work.plan === plan && point == work.point ? work.residuals : try Self.residuals(plan, point)
        let loss = plan.loss(ofResiduals: residuals)
        guard loss.total.isFinite else { return OptimizerStep(loss, .diverged) }
        try computing { () throws(ComputeError) in try plan.transposedJacobian(at: point, into: &system.transposed) }
        let norms = try linear { () throws(LinearAlgebraError) in try system.columnNorms(parameters: point.count) }
        guard Vectors.isFinite(norms) else { return OptimizerStep(loss, .diverged) }
        if scale.count != point.count { scale = Array(repeating: 0, count: point.count) }
        for index in scale.indices { scale[index] = max(scale[index], norms[index]) }
        // Parameters that nothing has depended on so far stay where they are.
        let largest = scale.max() ?? 0
        if largest == 0 { return OptimizerStep(loss, .converged) }
        let used = scale.map { max($0, 1e-12 * largest).squareRoot() }
        try linear { () throws(LinearAlgebraError) in try system.prepare(scale: used) }
        let gradient = system.gradient(of: residuals)
        if Vectors.norm(gradient) == 0 { return OptimizerStep(loss, .converged) }
        var lambda = damping ?? firstDamping * system.largestDiagonal
        for _ in 0..<40 {
            let current = lambda
            guard try linear({ () throws(LinearAlgebraError) in try system.factor(damping: current) }) else {
                lambda = max(lambda * growth, 1e-300)
                growth *= 2
                continue
            }
            let direction = system.solve(residuals, gradient: gradient).map { -$0 }
            let length = Self.norm(direction, used)
            var change = direction
            if acceleration {
                let second = try computing { () throws(ComputeError) in try plan.secondDerivative(at: point, along: direction).second }
                if Vectors.isFinite(second) {
                    let bend = system.solve(second).map { -$0 }
                    if Self.norm(bend, used) <= 1.5 * length { change = Vectors.sum(direction, 0.5, bend) }
                }
            }
            let trial = Vectors.sum(point, 1, change)
            let next = try Self.residuals(plan, trial)
            let total = Vectors.dot(next, next)
            // loss(θ) − model(θ + δ) = δ·(λD²δ − g)
            let predicted = lambda * length * length - Vectors.dot(direction, gradient)
            let gain = (loss.total - total) / max(predicted, .leastNonzeroMagnitude)
            if total.isFinite, total < loss.total {
                parameters = trial
                work.plan = plan
                work.point = trial
                work.residuals = next
                let turn = 2 * min(gain, 2) - 1
                lambda *= max(1.0 / 3, 1 - turn * turn * turn)
                growth = 2
                damping = max(lambda, 1e-18 * system.largestDiagonal)
                return OptimizerStep(loss)
            }
            lambda *= growth
            growth = min(growth * 2, 1e6)
        }
        damping = lambda
        return OptimizerStep(loss, .converged)
    }

    private static func residuals(_ plan: ResidualPlan, _ point: [Double]) throws(SolverError) -> [Double] {
        try computing { () throws(ComputeError) in try plan.residuals(at: point) }
    }

    /// |Dx|
    private static func norm(_ x: [Double], _ scale: [Double]) -> Double {
        var sum = 0.0
        for index in x.indices { sum += (x[index] * scale[index]) * (x[index] * scale[index]) }
        return sum.squareRoot()
    }
}
