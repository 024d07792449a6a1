import Differentiation
import Solvers
import Spectra

/// What one way of taking derivatives shows on one setting.
public struct Measurement: Sendable {
    public let method: DerivativeMethod
    public let spectrum: Spectrum
    public let rank: Int
    public let effectiveRank: Double
    public let conditionNumber: Double
    /// The predicted rounding floor, nil without one.
    public let floor: Double?
    public let roundingNorm: Double?
    public let cuts: [SpectrumStudy.Cut]
    /// On detailed settings.
    public let descent: DescentTrace?

    /// What was found at a cut.
    ///
    /// - Precondition: the cut is one of those measured.
    public func at(_ cut: Double) -> SpectrumStudy.Cut {
        guard let found = cuts.first(where: { $0.cut == cut }) else { preconditionFailure("the cut \(cut) was not measured") }
        return found
    }

    /// floor / s₁, nil without a floor.
    public var relativeFloor: Double? { floor.map { $0 / spectrum.largest } }
}

/// Gradient descent on the mean of squares from c = 0 with step size 1/λ₁, at chosen steps.
public struct DescentTrace: Sendable {
    public let steps: [Double]
    /// The loss in the method's own matrix.
    public let loss: [Double]
    /// The loss in the exact matrix.
    public let trueLoss: [Double]
    /// Relative L2 error at the test points.
    public let error: [Double]
}

/// One setting measured: exact derivatives and the others asked for.
public struct Trial: Sendable {
    public let setting: StudySetting
    public let exact: Measurement
    public let others: [Measurement]

    public func measurement(_ method: DerivativeMethod) -> Measurement? {
        method == .automatic ? exact : others.first { $0.method == method }
    }
}
