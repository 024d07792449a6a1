/// A finite difference in several coordinates, with one step h along all of them: Lu(x) ≈ Σ_k w_k u(x + k h)/hᵖ.
///
/// Every term ∂^α of L is the tensor product of the minimal central stencils of its axes, so the biharmonic operator in two dimensions
/// has thirteen points at accuracy 2.
public struct MultiStencil: Hashable, Sendable {
    public let dimension: Int
    /// p, the order of every derivative in L.
    public let order: Int
    /// q
    public let accuracy: Int
    /// k, one integer a coordinate.
    public let offsets: [[Int]]
    /// The weights times `denominator`, whole numbers.
    public let numerators: [Int]
    /// The least common denominator of the weights.
    public let denominator: Int

    /// ∂^α.
    ///
    /// - Parameters:
    ///   - derivative: α, each exponent 0…6.
    ///   - accuracy: 2, 4, 6 or 8.
    public init(_ derivative: MultiIndex, accuracy: Int) {
        self.init(dimension: derivative.dimension, sum: [(1, derivative)], accuracy: accuracy)
    }

    /// Σ ∂²/∂x_i².
    public static func laplacian(dimension: Int, accuracy: Int) -> MultiStencil {
        MultiStencil(dimension: dimension, sum: LinearOperator.laplacian(dimension: dimension).wholeTerms, accuracy: accuracy)
    }

    /// Δ².
    public static func biharmonic(dimension: Int, accuracy: Int) -> MultiStencil {
        MultiStencil(dimension: dimension, sum: LinearOperator.biharmonic(dimension: dimension).wholeTerms, accuracy: accuracy)
    }

    private init(dimension: Int, sum: [(Int, MultiIndex)], accuracy: Int) {
        precondition(Set(sum.map(\.1.order)).count == 1, "all derivatives of a stencil have one order")
        var positions: [[Int]: Int] = [:]
        var offsets: [[Int]] = []
        var weights: [Rational] = []
        for (factor, derivative) in sum {
            for (offset, weight) in MultiStencil.tensor(derivative, accuracy: accuracy) {
                if let position = positions[offset] {
                    weights[position] = weights[position] + Rational(factor) * weight
                } else {
                    positions[offset] = offsets.count
                    offsets.append(offset)
                    weights.append(Rational(factor) * weight)
                }
            }
        }
        let kept = zip(offsets, weights).filter { $0.1 != .zero }
        let denominator = kept.reduce(Int128(1)) { Rational.leastCommonMultiple($0, $1.1.denominator) }
        self.dimension = dimension
        self.order = sum[0].1.order
        self.accuracy = accuracy
        self.offsets = kept.map(\.0)
        self.denominator = Int(denominator)
        numerators = kept.map { Int($0.1.numerator * (denominator / $0.1.denominator)) }
    }

    /// The weights, for h = 1.
    public var weights: [Double] { numerators.map { Double($0) / Double(denominator) } }

    /// ‖w‖₂.
    public var roundingNorm: Double { weights.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// Points and weights of one derivative, the last axis running fastest.
    package static func tensor(_ derivative: MultiIndex, accuracy: Int) -> [(offset: [Int], weight: Rational)] {
        var product: [(offset: [Int], weight: Rational)] = [(Array(repeating: 0, count: derivative.dimension), .one)]
        for (axis, order) in derivative.exponents.enumerated() where order > 0 {
            let stencil = Stencil.central(order, accuracy: accuracy)
            product = product.flatMap { point in
                zip(stencil.offsets, stencil.exactWeights).map { k, weight in
                    var offset = point.offset
                    offset[axis] = k
                    return (offset, point.weight * weight)
                }
            }
        }
        return product
    }
}

extension LinearOperator {
    /// The terms of an operator whose coefficients are whole.
    fileprivate var wholeTerms: [(Int, MultiIndex)] { terms.map { (Int($0.coefficient), $0.derivative) } }
}
