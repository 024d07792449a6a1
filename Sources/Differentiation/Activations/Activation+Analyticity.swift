#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Activation {
    /// How far a function continues into the complex plane, which decides how fast quadratures and stencils of it converge.
    package enum Analyticity: Hashable, Sendable {
        /// Analytic for |Im z| < halfWidth, with poles there, and e^(−rate·|z|) in the tails.
        case strip(halfWidth: Double, rate: Double)
        /// Entire, of size e^|Im z|.
        case trigonometric
        /// Entire, of size exp(rate·(Im z)²).
        case gaussian(rate: Double)
        /// With a kink on the real axis.
        case none
    }

    package var analyticity: Analyticity {
        switch self {
        case .tanh: .strip(halfWidth: .pi / 2, rate: 2)
        case .sigmoid, .softplus, .silu: .strip(halfWidth: .pi, rate: 1)
        case .sin, .cos: .trigonometric
        case .gaussian: .gaussian(rate: 1)
        case .gelu: .gaussian(rate: 0.5)
        case .relu: .none
        }
    }

    /// The size of σ⁽ⁿ⁾ over the real axis, within a factor of two: from the poles nearest to it, or exactly.
    package func magnitude(order n: Int) -> Double {
        func factorial(_ n: Int) -> Double { tgamma(Double(n) + 1) }
        func poles(_ n: Int, distance: Double) -> Double { 2 * factorial(n) / pow(distance, Double(n + 1)) }
        guard n > 0 else { return 1 }
        switch self {
        case .tanh: return poles(n, distance: .pi / 2)
        case .sigmoid: return poles(n, distance: .pi)
        case .softplus: return n == 1 ? 1 : poles(n - 1, distance: .pi)
        case .silu: return n == 1 ? 1 : poles(n, distance: .pi) * .pi
        case .sin, .cos, .relu: return 1
        case .gaussian: return (pow(2, Double(n)) * factorial(n)).squareRoot()
        case .gelu:
            // σ⁽ⁿ⁾ = φ⁽ⁿ⁻²⁾ − φ⁽ⁿ⁾ with φ⁽ⁿ⁾(0) = ±(n − 1)!!/√(2π) for even n, interpolated by Γ for odd ones.
            func density(_ n: Int) -> Double { pow(2, Double(n - 1) / 2) * tgamma(Double(n + 1) / 2) / .pi }
            return n == 1 ? 1 : density(n) + density(n - 2)
        }
    }

    /// A length over which the function changes as seen by its derivative of order n: (size of σ / size of σ⁽ⁿ⁾)^(1/n).
    package func lengthScale(order n: Int) -> Double { pow(magnitude(order: n), -1 / Double(n)) }
}
