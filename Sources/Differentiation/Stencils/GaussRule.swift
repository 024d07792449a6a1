#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A Gauss quadrature ∫ μ(s) g(s) ds ≈ Σ_i λ_i g(s_i) for an even weight μ ≥ 0, exact for polynomials of degree 2n − 1.
///
/// Nodes are the zeros of the orthogonal polynomial of degree n, found as eigenvalues of its Jacobi matrix by bisection on Sturm sequences,
/// the weights Christoffel's numbers 1/Σ_k π_k(s_i)². Both are right to a few ulps of the half width and of the mass.
/// Source: G. H. Golub, J. H. Welsch, "Calculation of Gauss quadrature rules", Math. Comp. 23 (1969) 221–230.
package struct GaussRule: Sendable {
    /// Ascending, symmetric about 0.
    package let nodes: [Double]
    package let weights: [Double]

    /// - Parameters:
    ///   - recurrence: b_1 … b_{n−1} of the monic polynomials π_{k+1} = s π_k − b_k π_{k−1}.
    ///   - mass: ∫ μ.
    package init(recurrence: [Double], mass: Double) {
        let count = recurrence.count + 1
        let bound = 2 * (recurrence.max() ?? 0).squareRoot()
        /// How many zeros lie below x.
        func zeros(below x: Double) -> Int {
            var negative = 0
            var pivot = -x
            for k in 0..<count {
                if k > 0 { pivot = -x - recurrence[k - 1] / (pivot == 0 ? Double.leastNormalMagnitude : pivot) }
                if pivot < 0 { negative += 1 }
            }
            return negative
        }
        var nodes = [Double](repeating: 0, count: count)
        var weights = nodes
        for index in (count / 2)..<count where 2 * index + 1 != count {
            var low = 0.0
            var high = bound
            while true {
                let middle = low + (high - low) / 2
                guard middle > low, middle < high else { break }
                if zeros(below: middle) > index { high = middle } else { low = middle }
            }
            nodes[index] = high
            nodes[count - 1 - index] = -high
        }
        for index in 0..<count {
            var previous = 0.0
            var current = 1.0
            var sum = 1.0
            for k in 0..<(count - 1) {
                let back = k == 0 ? 0 : recurrence[k - 1].squareRoot()
                (previous, current) = (current, (nodes[index] * current - back * previous) / recurrence[k].squareRoot())
                sum += current * current
            }
            weights[index] = mass / sum
        }
        self.nodes = nodes
        self.weights = weights
    }

    /// The Gauss–Legendre rule with `count` nodes on [−1, 1].
    package static func legendre(_ count: Int) -> GaussRule {
        let recurrence = (1..<max(count, 1)).map { (k: Int) -> Double in
            let square = Double(k * k)
            return square / (4 * square - 1)
        }
        return GaussRule(recurrence: recurrence, mass: 2)
    }
}
