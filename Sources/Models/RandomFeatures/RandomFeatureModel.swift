import Differentiation
import LinearAlgebra
import Problems

/// u(x) = Σ_j c_j σ(w_j·x + b_j), the hidden weights fixed, the coefficients c solved for.
public struct RandomFeatureModel: Sendable, Equatable {
    /// N × d, a feature a row.
    public let weights: Matrix<Double>
    /// N of them.
    public let biases: [Double]
    /// N of them, or nil while the model is not solved.
    public var coefficients: [Double]?
    public let activation: Activation

    /// - Precondition: one bias and, if there are any, one coefficient a feature.
    public init(weights: Matrix<Double>, biases: [Double], coefficients: [Double]? = nil, activation: Activation) {
        precondition(biases.count == weights.rows, "\(weights.rows) features have as many biases")
        precondition(coefficients.map { $0.count == weights.rows } ?? true, "\(weights.rows) features have as many coefficients")
        self.weights = weights
        self.biases = biases
        self.coefficients = coefficients
        self.activation = activation
    }

    /// The stream that the command and the studies draw weights and biases from.
    ///
    /// Among a few names that say what the numbers are, one whose seeds 0 to 4 are typical: their medians of the cut-off number in the
    /// study's four reference settings are those of many seeds to 1 (45, 25, 51 in one dimension, 156 in two, where 25 seeds give 157 and
    /// a single one strays by 2).
    public static let streamName = "hidden weights"

    /// How weights and biases are drawn.
    public enum Law: String, Sendable, Hashable, CaseIterable {
        /// Uniform in (−R, R).
        case uniform
        /// Normal with mean 0 and standard deviation R.
        case normal
    }

    /// Draws weights and biases feature after feature, w_j1 … w_jd and then b_j, so that more features continue fewer.
    ///
    /// - Parameters:
    ///   - features: N ≥ 1.
    ///   - dimension: d ≥ 1.
    ///   - range: R > 0.
    ///   - law: Of weights and biases alike.
    ///   - stream: N(d + 1) numbers are drawn.
    public init(
        features: Int, dimension: Int, range: Double, activation: Activation, law: Law = .uniform, stream: inout RandomStream
    ) {
        precondition(features >= 1 && dimension >= 1 && range > 0 && range.isFinite, "a model has features, coordinates and a positive range")
        func draw() -> Double {
            switch law {
            case .uniform: stream.symmetric(range)
            case .normal: stream.normal() * range
            }
        }
        var weights = Matrix<Double>(rows: features, columns: dimension)
        var biases = Array(repeating: 0.0, count: features)
        for j in 0..<features {
            for k in 0..<dimension { weights[j, k] = draw() }
            biases[j] = draw()
        }
        self.init(weights: weights, biases: biases, activation: activation)
    }

    /// N.
    public var features: Int { weights.rows }
    /// d.
    public var dimension: Int { weights.columns }

    /// The largest |w_jk|.
    public var largestWeight: Double { weights.elements.reduce(0) { max($0, abs($1)) } }
}
