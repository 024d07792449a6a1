import Solvers
import Spectra

#if canImport(Glibc)
    import Glibc
#endif

/// A training measured.
public struct TrainingTrial: Sendable {
    public let setting: TrainingSetting
    /// Steps at which the rest was looked at, log-spaced, 0 and the last included.
    public let steps: [Double]
    /// The loss that the training sees.
    public let loss: [Double]
    /// √loss by exact derivatives in float64.
    public let trueResidual: [Double]
    /// Relative L2 error.
    public let error: [Double]
    /// Of the residual Jacobian, at the start, half-way on the logarithmic scale, and at the end.
    public let spectra: [Snapshot]
    public let outcome: TrainingOutcome

    /// - Parameter spectra: steps with the residual Jacobian's singular values.
    /// - Throws: `StudyError.assembly` for values that are no spectrum.
    public init(
        setting: TrainingSetting, steps: [Double], loss: [Double], trueResidual: [Double], error: [Double], spectra: [(step: Int, values: [Double])],
        outcome: TrainingOutcome = .maxSteps
    ) throws(StudyError) {
        do {
            self.init(
                setting: setting, steps: steps, loss: loss, trueResidual: trueResidual, error: error,
                spectra: try spectra.map { try Snapshot(step: $0.step, spectrum: try Spectrum(singularValues: $0.values), cut: setting.cut) },
                outcome: outcome)
        } catch { throw .assembly(setting: "\(setting)", reason: "\(error)") }
    }

    init(
        setting: TrainingSetting, steps: [Double], loss: [Double], trueResidual: [Double], error: [Double], spectra: [Snapshot],
        outcome: TrainingOutcome
    ) {
        self.setting = setting
        self.steps = steps
        self.loss = loss
        self.trueResidual = trueResidual
        self.error = error
        self.spectra = spectra
        self.outcome = outcome
    }

    public struct Snapshot: Sendable {
        public let step: Int
        public let spectrum: Spectrum
        /// n_a, H_a and the effective rank at the setting's cut.
        public let count: Int
        public let entropy: Double
        public let effectiveRank: Double

        init(step: Int, spectrum: Spectrum, cut: Double) throws(SpectrumError) {
            self.step = step
            self.spectrum = spectrum
            count = try spectrum.count(cut: cut)
            entropy = try spectrum.entropy(cut: cut)
            effectiveRank = spectrum.effectiveRank
        }
    }

    /// log₁₀ of the factor by which the loss fell: the speed of a training of a given number of steps.
    public var decades: Double {
        guard let first = loss.first, let last = loss.last, first > 0, last > 0, last.isFinite else { return .nan }
        return log10(first / last)
    }

    public var finalLoss: Double { loss.last ?? .nan }
    public var finalTrueResidual: Double { trueResidual.last ?? .nan }
    public var finalError: Double { error.last ?? .nan }
}
