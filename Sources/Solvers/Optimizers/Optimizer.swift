import Compute
import LinearAlgebra

/// A way to lower a plan's loss, step by step; all its memory can be read and set, so that a run can be taken up again to the same bits.
public protocol Optimizer {
    /// One step from `parameters`, which are replaced.
    ///
    /// - Returns: the loss before the step, and what became of it.
    mutating func step(_ plan: ResidualPlan, _ parameters: inout [Double]) throws(SolverError) -> OptimizerStep

    /// Steps one after another where the plan computes: the same bits at once and in parts, and as `step` takes them but on devices whose quotients
    /// and roots are not correctly rounded.
    ///
    /// - Parameters:
    ///   - most: 1 to `ResidualPlan.mostSteps`.
    ///   - descent: parameters and the best of them; the method keeps its memory itself.
    ///   - enough: the last step is the one that began at a loss of at most this; negative: there is none.
    /// - Returns: nil, and nothing done, where every step is a call of its own.
    mutating func steps(_ most: Int, _ plan: ResidualPlan, _ descent: inout ResidualPlan.Descent, enough: Double) throws(SolverError)
        -> ResidualPlan.Descended?

    /// Arrays by name: everything that a later step depends on.
    var memory: [String: [Double]] { get set }

    /// Refuses a system that is too large for the method.
    func requireSize(residuals: Int, parameters: Int) throws(SolverError)

    /// What a step asks for, about: one gradient unless the method says otherwise.
    func work(residuals: Int, parameters: Int) -> OptimizerWork
}

extension Optimizer {
    public mutating func steps(_ most: Int, _ plan: ResidualPlan, _ descent: inout ResidualPlan.Descent, enough: Double) throws(SolverError)
        -> ResidualPlan.Descended?
    { nil }

    public func requireSize(residuals: Int, parameters: Int) throws(SolverError) {}

    public func work(residuals: Int, parameters: Int) -> OptimizerWork { OptimizerWork() }
}

/// What a step of an optimiser asks for, by which the intervals of spectra are chosen.
public struct OptimizerWork: Sendable, Equatable {
    /// Evaluations of the plan, in those of its loss and gradient.
    public var gradients = 1.0
    /// Floating-point operations of matrix products and factorisations.
    public var products = 0.0
    /// Numbers read in passes over vectors and matrices.
    public var passes = 0.0

    public init(gradients: Double = 1, products: Double = 0, passes: Double = 0) {
        self.gradients = gradients
        self.products = products
        self.passes = passes
    }
}

/// What a step found.
public struct OptimizerStep: Sendable, Equatable {
    public enum Outcome: String, Sendable {
        case advanced
        /// No further step makes the loss smaller in this precision.
        case converged
        /// The loss or its gradient is not finite.
        case diverged
    }

    /// At the parameters before the step.
    public let loss: ResidualPlan.Loss
    public let outcome: Outcome

    public init(_ loss: ResidualPlan.Loss, _ outcome: Outcome = .advanced) {
        self.loss = loss
        self.outcome = outcome
    }
}

/// What optimisers share.
enum Vectors {
    static func dot(_ a: [Double], _ b: [Double]) -> Double { VectorKernel.dot(a, b) }

    static func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }

    /// a + factor · b
    static func sum(_ a: [Double], _ factor: Double, _ b: [Double]) -> [Double] {
        var result = a
        VectorKernel.add(factor, b, to: &result)
        return result
    }

    static func isFinite(_ a: [Double]) -> Bool { a.allSatisfy(\.isFinite) }
}
