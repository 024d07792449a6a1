/// The kernel by which a central stencil averages the exact derivative: Σ_k w_k u(x + k h)/hᵖ = ∫ K(s) u⁽ᵖ⁾(x + h s) ds.
///
/// K(s) = (−1)ᵖ Σ_{k<s} w_k (s − k)^(p−1)/(p − 1)!, an even function of integral one, a polynomial of degree p − 1 between integers, zero outside
/// the stencil; the B-spline of order p at accuracy 2 for even p.
package struct PeanoKernel: Sendable {
    package let derivative: Int
    /// K vanishes outside [−halfWidth, halfWidth].
    package let halfWidth: Int
    /// Coefficients of 1, t, …, t^(p−1) of K(−halfWidth + i + t), 0 ≤ t ≤ 1, for i below halfWidth.
    package let exactPieces: [[Rational]]
    private let pieces: [[Double]]

    /// - Parameter stencil: central, of order 1…6.
    package init(_ stencil: Stencil) {
        precondition(stencil.side == .central && stencil.derivative > 0, "the kernel of a central difference")
        let degree = stencil.derivative - 1
        let half = stencil.reach
        derivative = stencil.derivative
        halfWidth = half
        let sign = Rational(stencil.derivative.isMultiple(of: 2) ? 1 : -1)
        exactPieces = (0..<half).map { piece in
            var coefficients = [Rational](repeating: .zero, count: degree + 1)
            for (offset, weight) in zip(stencil.offsets, stencil.exactWeights) where offset <= piece - half {
                let distance = Rational(piece - half - offset)
                for power in 0...degree {
                    let binomial = Rational.factorial(degree) / (Rational.factorial(power) * Rational.factorial(degree - power))
                    coefficients[power] = coefficients[power] + weight * binomial * distance.power(degree - power)
                }
            }
            return coefficients.map { sign * $0 / .factorial(degree) }
        }
        pieces = exactPieces.map { $0.map(\.doubleValue) }
    }

    /// K(s), to a few ulps of the largest value on the piece.
    package func callAsFunction(_ s: Double) -> Double {
        let position = Double(halfWidth) - abs(s)
        guard position > 0 else { return 0 }
        let piece = min(Int(position), halfWidth - 1)
        let t = position - Double(piece)
        return pieces[piece].reversed().reduce(0) { $0 * t + $1 }
    }

    /// ∫ K(s) sⁿ ds, exactly.
    package func moment(_ n: Int) -> Rational {
        guard n.isMultiple(of: 2) else { return .zero }
        var sum = Rational.zero
        for (piece, coefficients) in exactPieces.enumerated() {
            let start = Rational(piece - halfWidth)
            for (power, coefficient) in coefficients.enumerated() {
                for j in 0...n {
                    let binomial = Rational.factorial(n) / (Rational.factorial(j) * Rational.factorial(n - j))
                    sum = sum + coefficient * binomial * start.power(n - j) / Rational(power + j + 1)
                }
            }
        }
        return Rational(2) * sum
    }
}
