/// A partial derivative ∂^α: how often each coordinate is differentiated. `[2, 0]` is ∂²/∂x₁² in two dimensions.
public struct MultiIndex: Hashable, Sendable {
    /// One exponent a coordinate, each ≥ 0.
    public let exponents: [Int]

    /// - Precondition: no exponent is negative.
    public init(_ exponents: [Int]) {
        precondition(exponents.allSatisfy { $0 >= 0 }, "a derivative's orders are not negative")
        self.exponents = exponents
    }

    /// |α|, the order of the derivative.
    public var order: Int { exponents.reduce(0, +) }

    public var dimension: Int { exponents.count }
}
