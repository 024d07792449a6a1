import Differentiation

/// The equations of the study, with their exact solution Π sin πx_i on (−1, 1)^d.
public enum StudyEquation: String, Sendable, Hashable, CaseIterable {
    case poisson, biharmonic

    /// 2 or 4.
    public var order: Int { self == .poisson ? 2 : 4 }
}

/// One configuration of the study: an equation and a set of random features; everything but the way of taking derivatives.
public struct StudySetting: Hashable, Sendable, CustomStringConvertible {
    public var equation: StudyEquation
    /// 1 or 2.
    public var dimension: Int
    public var activation: Activation
    /// R: weights and biases are uniform on (−R, R).
    public var range: Double
    /// N.
    public var features: Int
    /// M, interior points; in two dimensions a square number.
    public var points: Int
    /// Which of the repetitions with other random numbers, from 0.
    public var replicate: Int

    public init(
        _ equation: StudyEquation, dimension: Int = 1, _ activation: Activation, range: Double, features: Int? = nil, points: Int? = nil,
        replicate: Int = 0
    ) {
        self.equation = equation
        self.dimension = dimension
        self.activation = activation
        self.range = range
        self.features = features ?? (dimension == 1 ? 100 : 200)
        self.points = points ?? (dimension == 1 ? 2 * self.features : 400)
        self.replicate = replicate
    }

    /// `poisson 1-D, tanh, R = 3, N = 100`
    public var label: String {
        "\(equation.rawValue) \(dimension)-D, \(activation.name), R = \(NumberFormat.plain(range)), N = \(features)"
    }

    public var description: String { "\(label), replicate \(replicate)" }
}
