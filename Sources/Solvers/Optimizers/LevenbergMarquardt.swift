import Compute
import LinearAlgebra

/// Levenberg–Marquardt with geodesic acceleration (Transtrum and Sethna, 2012).
///
/// δ = −(JᵀJ + λI)⁻¹ Jᵀ r, the acceleration a = −(JᵀJ + λI)⁻¹ Jᵀ r'' with r'' the second derivative of the residual along δ; θ ← θ + δ + a/2,
/// unless |a| > 1.5 |δ|. The system is solved in the space of parameters or of samples, whichever is smaller, by Cholesky's factorisation of
/// the product; where that fails, λ grows. λ is divided by three after a good step (gain over .25) and multiplied by 2, 4, 8 … after
/// failures.
public struct LevenbergMarquardt: Optimizer, Sendable {
    public let acceleration: Bool
    private var damping: Double?
    private var growth = 2.0

    /// The smaller side beyond which a dense system is refused.
    public static let largestSide = 12_000

    public init(acceleration: Bool = true) { self.acceleration = acceleration }

    public var memory: [String: [Double]] {
        get { damping.map { ["damping": [$0, growth]] } ?? [:] }
        set {
            damping = newValue["damping"]?.first
            growth = newValue["damping"]?.last ?? 2
        }
    }

    public mutating func step(_ plan: ResidualPlan, _ parameters: inout [Double]) throws(SolverError) -> OptimizerStep {
        let point = parameters
        let residuals = try computing { () throws(ComputeError) in try plan.residuals(at: point) }
        let loss = try computing { () throws(ComputeError) in try plan.loss(at: point) }
        guard loss.total.isFinite, Vectors.isFinite(residuals) else { return OptimizerStep(loss, .diverged) }
        let jacobian = try computing { () throws(ComputeError) in try plan.jacobian(at: point) }
        guard min(jacobian.rows, jacobian.columns) <= Self.largestSide else {
            throw .badArgument(
                "Levenberg–Marquardt would factor a matrix of side \(min(jacobian.rows, jacobian.columns)), more than \(Self.largestSide): "
                    + "use fewer points or parameters, or lbfgs.")
        }
        let system = try DampedSystem(jacobian)
        let gradient = jacobian.transposedProduct(with: residuals)
        if Vectors.norm(gradient) == 0 { return OptimizerStep(loss, .converged) }
        var lambda = damping ?? 1e-3 * system.largestDiagonal
        for _ in 0..<40 {
            guard let solver = try system.factored(damping: lambda) else {
                lambda = max(lambda * growth, 1e-300)
                growth *= 2
                continue
            }
            let direction = solver.solve(residuals).map { -$0 }
            var change = direction
            if acceleration {
                let second = try computing { () throws(ComputeError) in try plan.secondDerivative(at: point, along: direction).second }
                if Vectors.isFinite(second) {
                    let bend = solver.solve(second).map { -$0 }
                    if Vectors.norm(bend) <= 1.5 * Vectors.norm(direction) { change = Vectors.sum(direction, 0.5, bend) }
                }
            }
            let trial = Vectors.sum(point, 1, change)
            let next = try computing { () throws(ComputeError) in try plan.loss(at: trial) }
            // loss(θ) − model(θ + δ) = δ·(λδ − g)
            let predicted = lambda * Vectors.dot(direction, direction) - Vectors.dot(direction, gradient)
            let gain = (loss.total - next.total) / max(predicted, .leastNonzeroMagnitude)
            if next.total.isFinite, next.total < loss.total {
                parameters = trial
                if gain > 0.25 {
                    lambda /= 3
                    growth = 2
                } else {
                    lambda *= growth
                }
                damping = max(lambda, 1e-18 * system.largestDiagonal)
                return OptimizerStep(loss)
            }
            lambda *= growth
            growth = min(growth * 2, 1e6)
        }
        damping = lambda
        return OptimizerStep(loss, .converged)
    }
}

/// JᵀJ or JJᵀ, ready to be damped and factored.
struct DampedSystem {
    private let jacobian: Matrix<Double>
    private let gram: Matrix<Double>
    /// Whether JJᵀ is what is kept.
    private let bySamples: Bool

    init(_ jacobian: Matrix<Double>) throws(SolverError) {
        self.jacobian = jacobian
        let bySamples = jacobian.rows < jacobian.columns
        self.bySamples = bySamples
        gram = try linear { () throws(LinearAlgebraError) in try Matrix.gram(jacobian, ofRows: bySamples) }
    }

    var largestDiagonal: Double { (0..<gram.rows).reduce(0) { max($0, gram[$1, $1]) } }

    struct Solver {
        fileprivate let jacobian: Matrix<Double>
        fileprivate let factor: Cholesky
        fileprivate let bySamples: Bool

        /// (JᵀJ + λI)⁻¹ Jᵀ y
        func solve(_ y: [Double]) -> [Double] {
            bySamples ? jacobian.transposedProduct(with: factor.solve(y)) : factor.solve(jacobian.transposedProduct(with: y))
        }
    }

    /// nil where the damped matrix is not positive definite to working precision.
    func factored(damping: Double) throws(SolverError) -> Solver? {
        var matrix = gram
        for index in 0..<matrix.rows { matrix[index, index] += damping }
        let damped = matrix
        guard let factor = try linear({ () throws(LinearAlgebraError) in try Cholesky(of: damped) }) else { return nil }
        return Solver(jacobian: jacobian, factor: factor, bySamples: bySamples)
    }
}
