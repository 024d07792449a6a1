/// A derivative as a sum of values at shifted points, evaluated as written in floating point:
/// L u(x) ≈ Σ_g scale_g Σ_s weight_gs u(x + offset_s).
///
/// There is one group for each derivative order: its weights are the operator's coefficients times whole numbers (the stencil's weights over
/// their common denominator D), its scale is 1/(D hᵖ).
public struct StencilSum: Sendable, Equatable {
    /// d
    public let dimension: Int
    /// S points of d coordinates.
    public let offsets: [[Double]]
    /// G rows of S weights.
    public let weights: [[Double]]
    /// G factors.
    public let scales: [Double]
    /// p of each group.
    public let orders: [Int]
    /// h of each group; 0 for the group of u itself.
    public let steps: [Double]
    /// Whether the sum is to be evaluated in twice the working precision and rounded once.
    public let exact: Bool

    /// - Parameters:
    ///   - operator: L, each exponent at most 6.
    ///   - accuracy: 2, 4, 6 or 8.
    ///   - exact: as above.
    ///   - step: h for each derivative order, > 0.
    public init(of operator: LinearOperator, accuracy: Int, exact: Bool = false, step: (_ order: Int) -> Double) {
        let dimension = `operator`.dimension
        let orders = Set(`operator`.terms.map(\.derivative.order)).sorted()
        var positions: [[Double]: Int] = [:]
        var offsets: [[Double]] = []
        var groups: [[Int: Double]] = []
        var scales: [Double] = []
        for order in orders {
            let h = step(order)
            let terms = `operator`.terms.filter { $0.derivative.order == order }
            let points = terms.map { MultiStencil.tensor($0.derivative, accuracy: accuracy) }
            let denominator = points.joined().reduce(Int128(1)) { Rational.leastCommonMultiple($0, $1.weight.denominator) }
            var group: [Int: Double] = [:]
            for (term, tensor) in zip(terms, points) {
                for (offset, weight) in tensor {
                    let place = offset.map { Double($0) * h }
                    let position = positions[place] ?? offsets.count
                    if position == offsets.count {
                        positions[place] = position
                        offsets.append(place)
                    }
                    group[position, default: 0] += term.coefficient * Double(weight.numerator * (denominator / weight.denominator))
                }
            }
            groups.append(group)
            scales.append(1 / (0..<order).reduce(Double(denominator)) { product, _ in product * h })
        }
        self.dimension = dimension
        self.offsets = offsets
        self.weights = groups.map { group in offsets.indices.map { group[$0] ?? 0 } }
        self.scales = scales
        self.orders = orders
        self.steps = orders.map { $0 == 0 ? 0 : step($0) }
        self.exact = exact
    }

    /// ‖Σ_g scale_g weight_g‖₂: independent errors of size ε in the values make one of about ε times this in the sum, so that the singular values of
    /// a matrix of M rows of such sums cannot fall below about C ε √M times this.
    public var roundingNorm: Double {
        offsets.indices.reduce(0) { sum, s in
            let weight = scales.indices.reduce(0) { $0 + scales[$1] * weights[$1][s] }
            return sum + weight * weight
        }.squareRoot()
    }

    /// The offsets as a table [S][d].
    public var offsetTable: [Double] { offsets.flatMap { $0 } }

    /// The weights as a table [G][S].
    public var weightTable: [Double] { weights.flatMap { $0 } }
}
