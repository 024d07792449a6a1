import Compute
import Spectra

/// What is known of a training at a step.
public struct TrainingRecord: Sendable, Equatable {
    /// The number of steps done: 0 at the start.
    public let step: Int
    /// Before step `step`.
    public let loss: ResidualPlan.Loss
    /// √loss with exact derivatives in float64, whatever the training uses; nil unless asked for.
    public let trueResidual: Double?
    /// Relative L2 error over the problem's test points; nil where no solution is known.
    public let error: Double?
    /// Of the residual Jacobian's singular values; nil where none were taken.
    public let spectrum: SpectrumRecord?
    /// Of the trainable parameters.
    public let parameters: [String: Double]

    public struct SpectrumRecord: Sendable, Equatable {
        /// Truncated entropy at the cut.
        public let entropy: Double
        /// Effective cut-off number n_a.
        public let count: Int
        /// Effective rank.
        public let rank: Double
        /// Where these are estimates from products with the Jacobian.
        public var estimate: Estimate?
    }

    /// What is known of a spectrum's estimates: standard errors, and the cut of entropy and count, which is larger than the one asked for where
    /// smaller singular values are beyond the estimate's reach.
    public struct Estimate: Sendable, Equatable {
        public let cut: Double
        public let entropyError: Double
        public let countError: Double
        public let rankError: Double
    }
}

/// How a training ended.
public enum TrainingOutcome: String, Sendable {
    /// No step lowers the loss any more, or it fell below what was asked for.
    case converged
    /// All steps were taken.
    case maxSteps
    /// The loss became infinite or no number; the last good state is kept.
    case diverged
    /// Stopped from outside, between two steps.
    case interrupted
}
