import LinearAlgebra

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Spectrum {
    /// H_a = −(1/ln n_a) Σ_{k ≤ n_a} p_k ln p_k with p_k = s_k / Σ_{j ≤ n_a} s_j: the truncated entropy, in [0, 1].
    ///
    /// Zero when n_a ≤ 1, one for a flat spectrum; unchanged when all values are scaled. Error below 2e-15 for given values.
    ///
    /// - Parameter cut: a, in (0, 1).
    public func entropy(cut: Double) throws(SpectrumError) -> Double {
        try entropy(.truncated, cut: cut)
    }

    /// The truncated entropy with p_k = s_k² / Σ s_j² (the eigenvalues of A Aᵀ in place of the singular values).
    public func entropyOfSquares(cut: Double) throws(SpectrumError) -> Double {
        try entropy(.squares, cut: cut)
    }

    /// The entropy by any of the definitions.
    ///
    /// - Parameter cut: relative, in (0, 1), or for a definition with an absolute cut-off any positive number.
    public func entropy(_ definition: EntropyDefinition, cut: Double) throws(SpectrumError) -> Double {
        let kept: Int
        switch definition.cutoff {
        case .relative:
            kept = try count(cut: cut)
        case .absolute:
            guard cut > 0, cut.isFinite else { throw .badCutOff(cut) }
            kept = count(above: cut)
        }
        guard kept > 1 else { return 0 }
        let shannon = Self.shannonEntropy(singularValues[0..<kept], squares: definition.weights == .squares)
        switch definition.normalisation {
        case .kept: return shannon / log(Double(kept))
        case .all: return shannon / log(Double(singularValues.count))
        case .none: return shannon
        }
    }

    /// exp(−Σ p_k ln p_k) over all values, p_k = s_k / Σ s_j: between 1 and their number; 0 for a zero matrix.
    ///
    /// Source: Roy & Vetterli, EUSIPCO 2007.
    public var effectiveRank: Double {
        let positive = count(above: 0)
        return positive == 0 ? 0 : exp(Self.shannonEntropy(singularValues[0..<positive], squares: false))
    }

    /// −Σ p ln p of positive descending values: with q = s/s₁ and T = Σ q it is ln T − (Σ q ln q)/T, two terms of one sign.
    private static func shannonEntropy(_ values: ArraySlice<Double>, squares: Bool) -> Double {
        guard let largest = values.first else { return 0 }
        var total = CompensatedSum()
        var weighted = CompensatedSum()
        for value in values {
            let ratio = value / largest
            let q = squares ? ratio * ratio : ratio
            guard q > 0 else { continue }
            total.add(q)
            weighted.add(q * log(q))
        }
        return log(total.value) - weighted.value / total.value
    }
}
