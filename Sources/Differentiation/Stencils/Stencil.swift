#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A finite difference on a line: u⁽ᵖ⁾(x) ≈ Σ_k w_k u(x + k h)/hᵖ, with the fewest equispaced points for its accuracy.
///
/// Its value is u⁽ᵖ⁾ + c h^q u⁽ᵖ⁺q⁾ + higher powers of h; weights and c are exact fractions, rounded once.
public struct Stencil: Hashable, Sendable {
    /// Where the points lie.
    public enum Side: Hashable, Sendable, CaseIterable {
        /// Symmetric about x.
        case central
        /// At x and above.
        case forward
        /// At x and below.
        case backward
    }

    /// The accuracy orders there are.
    public static let accuracies = [2, 4, 6, 8]

    /// p
    public let derivative: Int
    /// q
    public let accuracy: Int
    public let side: Side
    /// k, ascending.
    public let offsets: [Int]
    /// w_k, for h = 1.
    public let weights: [Double]
    package let exactWeights: [Rational]
    /// c of the leading truncation error c h^q u⁽ᵖ⁺q⁾; 0 for the identity.
    public let errorConstant: Double
    package let exactErrorConstant: Rational

    /// - Parameters:
    ///   - derivative: p, 0…6; 0 is the identity.
    ///   - accuracy: q, one of 2, 4, 6, 8.
    public init(derivative: Int, accuracy: Int, side: Side = .central) {
        precondition((0...6).contains(derivative), "stencils are for derivatives of order 0…6")
        precondition(Stencil.accuracies.contains(accuracy), "a stencil's accuracy is 2, 4, 6 or 8")
        self.derivative = derivative
        self.accuracy = accuracy
        self.side = side
        let points: [Int]
        if derivative == 0 {
            points = [0]
        } else {
            let half = (derivative + 1) / 2 - 1 + accuracy / 2
            let last = derivative + accuracy - 1
            switch side {
            case .central: points = Array(-half...half)
            case .forward: points = Array(0...last)
            case .backward: points = Array(-last...0)
            }
        }
        let all = zip(points, Stencil.fornbergWeights(derivative: derivative, points: points))
        // The middle of a central difference of odd order has no weight.
        let kept = all.filter { $0.1 != .zero }
        offsets = kept.map(\.0)
        exactWeights = kept.map(\.1)
        weights = exactWeights.map(\.doubleValue)
        exactErrorConstant = derivative == 0 ? .zero : Stencil.moment(derivative + accuracy, offsets: offsets, weights: exactWeights)
        errorConstant = exactErrorConstant.doubleValue
    }

    /// Σ_k w_k k^n/n!, the factor of hⁿ u⁽ⁿ⁾ in the stencil's Taylor series.
    package func moment(_ n: Int) -> Rational { Stencil.moment(n, offsets: offsets, weights: exactWeights) }

    private static func moment(_ n: Int, offsets: [Int], weights: [Rational]) -> Rational {
        zip(offsets, weights).reduce(.zero) { $0 + $1.1 * Rational($1.0).power(n) } / .factorial(n)
    }

    /// ‖w‖₂: independent errors of size ε in the values make one of about ε‖w‖₂/hᵖ in the derivative.
    public var roundingNorm: Double { weights.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// The largest |k|.
    public var reach: Int { offsets.map(abs).max() ?? 0 }

    /// Σ_k w_k f(x + k h)/hᵖ, in the order of the offsets.
    public func callAsFunction(_ function: (Double) -> Double, at x: Double, step h: Double) -> Double {
        let sum = zip(offsets, weights).reduce(0) { $0 + $1.1 * function(x + Double($1.0) * h) }
        return sum / (0..<derivative).reduce(1) { product, _ in product * h }
    }

    /// The step that makes truncation and rounding errors smallest together, h = (p‖w‖₂ε/(q|c|))^(1/(p+q))·ℓ.
    ///
    /// It is the minimum of |c| h^q U/ℓ^(p+q) + ‖w‖₂ ε U/hᵖ over h, for a function of size U whose derivative of order p + q has size U/ℓ^(p+q).
    ///
    /// - Parameters:
    ///   - epsilon: the relative error of the function's values, such as the working precision's ulp of one.
    ///   - lengthScale: ℓ > 0.
    public func step(epsilon: Double, lengthScale: Double) -> Double {
        guard derivative > 0 else { return lengthScale }
        let factor = Double(derivative) * roundingNorm / (Double(accuracy) * abs(errorConstant))
        return pow(factor * epsilon, 1 / Double(derivative + accuracy)) * lengthScale
    }

    /// The central stencils, made once: `table[p][q/2 − 1]`.
    private static let table: [[Stencil]] = (0...6).map { p in accuracies.map { Stencil(derivative: p, accuracy: $0) } }

    /// The central stencil, from a table.
    package static func central(_ derivative: Int, accuracy: Int) -> Stencil { table[derivative][accuracy / 2 - 1] }
}

extension Stencil: CustomStringConvertible {
    public var description: String { "\(side) stencil of derivative \(derivative), accuracy \(accuracy)" }
}
