import Compute
import Differentiation
import Models
import Solvers

/// A training of the study: a network on u'' = f or u'''' = f over (−1, 1) with u* = sin πx, and the way its derivatives are taken.
public struct TrainingSetting: Hashable, Sendable, CustomStringConvertible {
    public enum Rule: Hashable, Sendable {
        case adam(rate: Double)
        /// Steps of one over the largest curvature at the start.
        case gradientDescent

        public var name: String { if case .adam = self { "Adam" } else { "gradient descent" } }
    }

    public var equation: StudyEquation
    /// Widths of the hidden layers.
    public var hidden: [Int]
    /// R: hidden weights and biases uniform on (−R, R); nil for Glorot's normal law.
    public var range: Double?
    public var rule: Rule
    public var steps: Int
    /// M, interior points, equispaced without the ends.
    public var points: Int
    public var method: DerivativeMethod
    public var precision: Precision
    /// Which of the repetitions with other random numbers, from 0.
    public var replicate: Int

    public init(
        _ equation: StudyEquation, hidden: [Int], range: Double? = nil, rule: Rule = .adam(rate: 1e-3), steps: Int, points: Int = 200,
        method: DerivativeMethod = .automatic, precision: Precision = .f64, replicate: Int = 0
    ) {
        self.equation = equation
        self.hidden = hidden
        self.range = range
        self.rule = rule
        self.steps = steps
        self.points = points
        self.method = method
        self.precision = precision
        self.replicate = replicate
    }

    /// The same with another way of taking derivatives.
    public func by(_ method: DerivativeMethod, _ precision: Precision) -> TrainingSetting {
        var copy = self
        copy.method = method
        copy.precision = precision
        return copy
    }

    /// `poisson, 1-100-1, R = 2, Adam`
    public var label: String {
        let widths = ([1] + hidden + [1]).map(String.init).joined(separator: "-")
        return "\(equation.rawValue), \(widths), \(range.map { "R = \(NumberFormat.plain($0))" } ?? "Glorot"), \(rule.name)"
    }

    /// The cut-off of its spectra: what its precision can resolve.
    public var cut: Double { precision == .f64 ? 1e-13 : 1e-6 }

    public var description: String { "\(label), \(method) in \(precision.rawValue), replicate \(replicate)" }
}
