/// What a comparison of exact and difference derivatives shows at a cut, by the size of the rounding floor.
public enum Regime: String, Sendable, Hashable, CaseIterable {
    /// The exact derivatives keep nine tenths of the features: nothing is left to tell the methods apart.
    case fullRank = "full-rank"
    /// The floor lies below the cut: what differs is the difference formula.
    case clean
    /// The floor lies above the cut: what differs is rounding.
    case noise
    /// The floor reaches a thousandth of s₁: the entropy says nothing about the equation.
    case swamped

    /// The regime at cut a, with rel = floor / s₁: `fullRank` if n_a(exact) ≥ 0.9 N; else `clean` (rel ≤ a), `noise` (rel ≤ 1e-3), `swamped`.
    ///
    /// - Parameters:
    ///   - exact: the spectrum by exact derivatives; without one there is no regime.
    ///   - features: N, the columns of the matrix.
    ///   - floor: the predicted rounding floor of the other method; nil or 0 where it has none.
    ///   - largest: s₁ of the other method.
    public static func of(exact: Spectrum?, features: Int, floor: Double?, largest: Double, cut: Double) throws(SpectrumError) -> Regime? {
        guard let exact else { return nil }
        if Double(try exact.count(cut: cut)) >= 0.9 * Double(features) { return .fullRank }
        guard let floor, floor > 0 else { return .clean }
        if floor <= cut * largest { return .clean }
        return floor <= 1e-3 * largest ? .noise : .swamped
    }
}
