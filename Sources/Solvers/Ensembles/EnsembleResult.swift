import Compute

/// What is known of one network of an ensemble.
public struct EnsembleResult: Sendable, Equatable {
    /// A spectrum of the residual Jacobian on the way.
    public struct SpectrumAtStep: Sendable, Equatable {
        public let step: Int
        public let spectrum: TrainingRecord.SpectrumRecord
    }

    /// Steps done at the records.
    public private(set) var steps: [Int] = []
    /// The loss that the network minimises; NaN after it diverged.
    public private(set) var losses: [Double] = []
    /// √loss with exact derivatives in float64; empty unless asked for.
    public private(set) var trueResiduals: [Double] = []
    public internal(set) var spectra: [SpectrumAtStep] = []
    public private(set) var outcome = TrainingOutcome.interrupted
    /// Steps done.
    public private(set) var step = 0
    /// The smallest loss at the begin of a step.
    public private(set) var bestLoss = Double.infinity

    mutating func append(_ curve: Ensemble.MemberCurve) {
        steps += curve.steps
        losses += curve.losses
        trueResiduals += curve.trueResiduals
    }

    mutating func finish(outcome: TrainingOutcome, step: Int, bestLoss: Double) {
        self.outcome = outcome
        self.step = step
        self.bestLoss = bestLoss
    }
}
