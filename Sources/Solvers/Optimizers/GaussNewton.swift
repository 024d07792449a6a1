import Compute
import LinearAlgebra

/// Gauss–Newton with singular values cut off: the natural gradient of least squares (Müller and Zeinhofer, 2023).
///
/// δ = −Σ v_k (u_kᵀ r)/s_k over the singular values s_k > cut · s_1 of J; θ ← θ + ηδ with η the best of 1, 1/2, 1/4 … as long as the loss
/// falls from one to the next. One singular value decomposition a step, on one thread: about 14 m n² operations.
public struct GaussNewton: Optimizer, Sendable {
    /// Relative, in (0, 1).
    public let cut: Double

    /// The smaller side beyond which a dense decomposition is refused.
    public static let largestSide = 4_000

    public init(cut: Double = 1e-4) { self.cut = cut }

    /// A step depends on nothing but the parameters.
    public var memory: [String: [Double]] {
        get { [:] }
        set {}
    }

    public func requireSize(residuals: Int, parameters: Int) throws(SolverError) {
        let side = min(residuals, parameters)
        guard side <= Self.largestSide else {
            throw .badArgument(
                "Gauss–Newton would decompose a matrix whose smaller side is \(side), more than \(Self.largestSide): "
                    + "use fewer points or parameters, or lbfgs.")
        }
    }

    /// A singular value decomposition with its vectors.
    public func work(residuals: Int, parameters: Int) -> OptimizerWork {
        let (side, length) = (Double(min(residuals, parameters)), Double(max(residuals, parameters)))
        return OptimizerWork(gradients: 3, products: 14 * side * side * length)
    }

    public mutating func step(_ plan: ResidualPlan, _ parameters: inout [Double]) throws(SolverError) -> OptimizerStep {
        let point = parameters
        try requireSize(residuals: plan.residualCount, parameters: point.count)
        let residuals = try computing { () throws(ComputeError) in try plan.residuals(at: point) }
        let loss = plan.loss(ofResiduals: residuals)
        guard loss.total.isFinite else { return OptimizerStep(loss, .diverged) }
        let jacobian = try computing { () throws(ComputeError) in try plan.jacobian(at: point) }
        guard Vectors.isFinite(jacobian.elements) else { return OptimizerStep(loss, .diverged) }
        let parts = try linear { () throws(LinearAlgebraError) in try SingularValueDecomposition(of: jacobian) }
        guard let largest = parts.singularValues.first, largest > 0 else { return OptimizerStep(loss, .converged) }
        let projections = parts.u.transposedProduct(with: residuals)
        let count = parts.singularValues.count { $0 > cut * largest }
        let weights = parts.singularValues.indices.map { $0 < count ? -projections[$0] / parts.singularValues[$0] : 0 }
        let direction = parts.v.product(with: weights)
        var found: (loss: Double, point: [Double])?
        for halvings in 0..<40 {
            let trial = Vectors.sum(point, 1 / Double(1 << halvings), direction)
            let total = try computing { () throws(ComputeError) in try plan.loss(at: trial).total }
            if let best = found?.loss, !(total < best) { break }
            if total < loss.total { found = (total, trial) }
        }
        guard let found else { return OptimizerStep(loss, .converged) }
        parameters = found.point
        return OptimizerStep(loss)
    }
}
