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

    /// log₁₀ of the factor by which the loss has fallen in the end, where a method's rate may decide more than the network's spectrum.
    public var decades: Double {
        guard let first = loss.first, let last = loss.last, first > 0, last > 0, last.isFinite else { return .nan }
        return log10(first / last)
    }

    /// The speed of a training: the mean over the steps recorded, whose logarithms are about evenly spaced, of the decades that the loss has fallen
    /// by then; the area above the curve of losses on doubly logarithmic axes.
    public var speed: Double {
        guard let first = loss.first, first > 0, loss.count > 1 else { return .nan }
        let fallen = loss.dropFirst().map { $0 > 0 && $0.isFinite ? log10(first / $0) : .nan }
        return fallen.reduce(0, +) / Double(fallen.count)
    }

    public var finalLoss: Double { loss.last ?? .nan }
    public var finalTrueResidual: Double { trueResidual.last ?? .nan }
    public var finalError: Double { error.last ?? .nan }
}
