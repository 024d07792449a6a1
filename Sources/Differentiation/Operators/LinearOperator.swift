/// A linear differential operator with constant coefficients, L = Σ_α c_α ∂^α.
public struct LinearOperator: Sendable, Equatable {
    public struct Term: Sendable, Equatable {
        public let coefficient: Double
        public let derivative: MultiIndex

        public init(_ coefficient: Double, _ derivative: MultiIndex) {
            self.coefficient = coefficient
            self.derivative = derivative
        }
    }

    /// The number of coordinates d.
    public let dimension: Int
    /// One term a derivative, none with coefficient 0, sorted by order and then by exponents.
    public let terms: [Term]

    /// Gathers equal derivatives and drops those that cancel.
    ///
    /// - Precondition: every derivative has `dimension` exponents.
    public init(dimension: Int, terms: [Term]) {
        precondition(terms.allSatisfy { $0.derivative.dimension == dimension }, "every derivative has \(dimension) exponents")
        var gathered: [MultiIndex: Double] = [:]
        for term in terms { gathered[term.derivative, default: 0] += term.coefficient }
        self.dimension = dimension
        self.terms = gathered.filter { $0.value != 0 }.map { Term($0.value, $0.key) }.sorted { a, b in
            a.derivative.order != b.derivative.order
                ? a.derivative.order < b.derivative.order
                : b.derivative.exponents.lexicographicallyPrecedes(a.derivative.exponents)
        }
    }

    /// The highest order of its derivatives, 0 for the identity.
    public var order: Int { terms.map(\.derivative.order).max() ?? 0 }

    /// u ↦ u.
    public static func identity(dimension: Int) -> LinearOperator {
        LinearOperator(dimension: dimension, terms: [Term(1, MultiIndex(Array(repeating: 0, count: dimension)))])
    }

    /// ∂^n/∂x_axis^n.
    public static func derivative(_ order: Int, axis: Int, dimension: Int) -> LinearOperator {
        var exponents = Array(repeating: 0, count: dimension)
        exponents[axis] = order
        return LinearOperator(dimension: dimension, terms: [Term(1, MultiIndex(exponents))])
    }

    /// Σ ∂²/∂x_i² over the first `space` coordinates (all by default).
    public static func laplacian(dimension: Int, space: Int? = nil) -> LinearOperator {
        LinearOperator(dimension: dimension, terms: (0..<(space ?? dimension)).flatMap { derivative(2, axis: $0, dimension: dimension).terms })
    }

    /// Δ² over the first `space` coordinates (all by default).
    public static func biharmonic(dimension: Int, space: Int? = nil) -> LinearOperator {
        let axes = 0..<(space ?? dimension)
        return LinearOperator(
            dimension: dimension,
            terms: axes.flatMap { i in
                axes.map { j in
                    var exponents = Array(repeating: 0, count: dimension)
                    exponents[i] += 2
                    exponents[j] += 2
                    return Term(1, MultiIndex(exponents))
                }
            })
    }
}
