import LinearAlgebra

/// Singular values s₁ ≥ s₂ ≥ … ≥ 0 of a matrix, and what is read off them.
public struct Spectrum: Sendable, Equatable {
    /// Descending.
    public let singularValues: [Double]
    /// The larger of the matrix's two dimensions; it enters the tolerance of `rank` only.
    public let largestDimension: Int

    /// Sorts and checks the values.
    ///
    /// - Parameters:
    ///   - singularValues: at least one, finite, not negative, in any order.
    ///   - largestDimension: max(rows, columns) of the matrix; the number of values where it is not known.
    public init(singularValues: [Double], largestDimension: Int? = nil) throws(SpectrumError) {
        guard !singularValues.isEmpty else { throw .empty }
        for (index, value) in singularValues.enumerated() {
            guard value.isFinite else { throw .notFinite(index: index) }
            guard value >= 0 else { throw .negative(index: index, value: value) }
        }
        self.singularValues = singularValues.sorted(by: >)
        self.largestDimension = max(largestDimension ?? 0, singularValues.count)
    }

    /// The spectrum of a matrix already taken apart.
    public init(_ decomposition: SingularValueDecomposition) {
        singularValues = decomposition.singularValues
        largestDimension = max(decomposition.u.rows, decomposition.v.rows)
    }

    /// s₁, the spectral norm.
    public var largest: Double { singularValues[0] }

    /// s_n, the smallest.
    public var smallest: Double { singularValues[singularValues.count - 1] }

    /// n_a = #{k : s_k > a · s₁}, the effective cut-off number, counted on raw values.
    ///
    /// - Parameter cut: a, in (0, 1).
    public func count(cut: Double) throws(SpectrumError) -> Int {
        guard cut > 0, cut < 1 else { throw .badCut(cut) }
        return count(above: cut * largest)
    }

    /// #{k : s_k > bound}.
    package func count(above bound: Double) -> Int {
        singularValues.firstIndex { !($0 > bound) } ?? singularValues.count
    }

    /// s₁ / s_n; infinite for a singular matrix.
    public var conditionNumber: Double { smallest > 0 ? largest / smallest : .infinity }

    /// #{k : s_k > max(m, n) · ε · s₁} with ε = 2⁻⁵², the numerical rank.
    public var rank: Int { count(above: Double(largestDimension) * Double.ulpOfOne * largest) }
}
