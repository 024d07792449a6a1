/// What can be wrong with a derivative method or its use.
public enum MethodError: Error, Hashable, Sendable {
    /// Neither `ad`, `fd` nor `fd-exact`.
    case unknownMethod(String)
    /// Not the parts METHOD:ACCURACY:STEP.
    case malformed(String)
    case badAccuracy(String, in: String)
    case badStep(String, in: String)
    case badPrecision(String, in: String)
    /// A precision for a method without rounding of its own.
    case precisionOfExactMethod(String)
    /// A derivative of an order for which there are no closed forms and stencils.
    case orderTooHigh(Int)
    /// h so small that 1/hᵖ is infinite in the precision.
    case stepTooSmall(step: Double, order: Int, precision: DerivativeMethod.Precision)
    /// More shifted evaluations than one matrix can be assembled from.
    case tooManyPoints(limit: Int, method: String)
    /// A derivative of a network above what jets carry.
    case orderAboveJets(Int)
    /// More places a point than a network is evaluated at.
    case tooManyPlaces(limit: Int)
    /// The rounding-free difference of a network with a kink.
    case notSmooth(Activation)
    /// Stencils of two precisions, or exact derivatives beside a stencil of another precision, in one equation.
    case mixedArithmetic
}

extension MethodError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownMethod(let text):
            "\"\(text)\" is not a derivative method: write ad, fd:ACCURACY:STEP or fd-exact:ACCURACY:STEP, for example fd:2:1e-3."
        case .malformed(let text):
            text.hasPrefix("ad")
                ? "The derivative method \"\(text)\" has parts that ad does not take: write ad."
                : "The derivative method \"\(text)\" needs an accuracy and a step: write for example \(text.hasPrefix("fd-exact") ? "fd-exact" : "fd"):2:1e-3."
        case .badAccuracy(let accuracy, let text):
            "The accuracy \"\(accuracy)\" in \"\(text)\" is not available: use 2, 4, 6 or 8."
        case .badStep(let step, let text):
            "The step \"\(step)\" in \"\(text)\" is not a positive number: write for example 1e-3, or auto."
        case .badPrecision(let precision, let text):
            "The precision \"\(precision)\" in \"\(text)\" is not known: append /f32 or /f64."
        case .precisionOfExactMethod(let text):
            "The derivative method \"\(text)\" has no rounding of its own to set a precision for: leave \"/\" and what follows away."
        case .orderTooHigh(let order):
            "A derivative of order \(order) is above the highest there is, 6: write the equation with lower derivatives."
        case .stepTooSmall(let step, let order, let precision):
            "The step \(step) is too small for a derivative of order \(order) in \(precision): one over its power overflows; take a larger step."
        case .tooManyPoints(let limit, let method):
            "The method \(method) would evaluate every feature at more than \(limit) points for this operator: use ad."
        case .orderAboveJets(let order):
            "A derivative of order \(order) is above the highest that networks are differentiated to, 4: write the equation as a system of lower order."
        case .tooManyPlaces(let limit):
            "The difference would evaluate the network at more than \(limit) places for every point: take a smaller step or accuracy, or ad."
        case .notSmooth(let activation):
            "fd-exact needs a smooth activation and \(activation) has a kink: use ad or fd."
        case .mixedArithmetic:
            "One equation's derivatives ask for stencils in different precisions: append the same /f32 or /f64 to all of them, and use no ad beside."
        }
    }
}
