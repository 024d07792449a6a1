import Compute
import Differentiation
import Solvers
import Spectra

/// One way of taking derivatives, in training.
public struct ComparisonRow: Sendable {
    public let method: DerivativeMethod
    public let precision: Precision
    /// Log-spaced steps, 0 and the last included, with what was seen there.
    public let curve: [Look]
    public let outcome: TrainingOutcome
    /// Median over stretches of the time of a step, logging left out.
    public let secondsPerStep: Double
    /// What the plan holds.
    public let memoryBytes: UInt64
    /// Arithmetic of a loss with its gradient.
    public let cost: PlanCost
    /// Of the residual Jacobian, at the start and at the end.
    public let start: SpectrumFigures
    public let end: SpectrumFigures
    /// Root mean square of the weighted residuals' difference from exact derivatives in float64, at the last parameters.
    public let derivativeError: Double

    public struct Look: Sendable, Equatable {
        public let step: Int
        /// The method's own loss.
        public let loss: Double
        /// √loss by exact derivatives in float64.
        public let trueResidual: Double
        /// Relative L2, where a solution is known.
        public let error: Double?
    }

    /// What is read off a spectrum.
    public struct SpectrumFigures: Sendable {
        public let spectrum: Spectrum
        public let cut: Double
        /// n_a, H_a.
        public let count: Int
        public let entropy: Double
        public let effectiveRank: Double
        /// The median singular value of what rounding adds to the Jacobian; see `RoundingShare`. Nil where that is not known: for stencils on an
        /// activation with a kink.
        public let floor: Double?
    }

    public var last: Look { curve[curve.count - 1] }
    /// The smallest of the way, which is what the method can reach.
    public var bestError: Double? { curve.compactMap(\.error).filter(\.isFinite).min() }
    public var bestTrueResidual: Double { curve.map(\.trueResidual).filter(\.isFinite).min() ?? .nan }
    public var name: String { "\(method) \(precision.rawValue)" }
}
