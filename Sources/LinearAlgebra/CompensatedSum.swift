/// A sum that carries the rounding errors along, added in the order given.
///
/// Error: one rounding of the result plus n² ε² Σ|x|. Source: Neumaier, ZAMM 54 (1974).
public struct CompensatedSum: Sendable {
    private var sum = 0.0
    private var carry = 0.0

    public init() {}

    public mutating func add(_ term: Double) {
        let total = sum + term
        carry += abs(sum) >= abs(term) ? (sum - total) + term : (term - total) + sum
        sum = total
    }

    /// The rounded sum.
    public var value: Double {
        // An overflowed sum has a NaN carry; the sum itself tells more.
        carry.isFinite ? sum + carry : sum
    }
}

/// Σ of the terms, compensated.
public func compensatedSum(_ terms: some Sequence<Double>) -> Double {
    var sum = CompensatedSum()
    for term in terms { sum.add(term) }
    return sum.value
}
