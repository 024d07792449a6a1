extension Stencil {
    /// The weights w_k of Σ_k w_k u(k) = u⁽ᵖ⁾(0), exact for polynomials of degree below the number of points.
    ///
    /// The points enter one after another; each turns the weights of the interpolant through the earlier points into those of the
    /// interpolant through one more, for all derivatives up to p at once.
    /// Source: B. Fornberg, "Generation of finite difference formulas on arbitrarily spaced grids", Math. Comp. 51 (1988) 699–706.
    ///
    /// - Parameters:
    ///   - derivative: p, below the number of points.
    ///   - points: different integers.
    package static func fornbergWeights(derivative: Int, points: [Int]) -> [Rational] {
        var weights = [[Rational]](repeating: Array(repeating: .zero, count: derivative + 1), count: points.count)
        weights[0][0] = .one
        var earlierProduct = Rational.one
        for new in 1..<max(points.count, 1) {
            let orders = Array((0...min(new, derivative)).reversed())
            let here = Rational(points[new])
            let before = Rational(points[new - 1])
            var product = Rational.one
            for old in 0..<new {
                let gap = Rational(points[new] - points[old])
                product = product * gap
                if old == new - 1 {
                    let factor = earlierProduct / product
                    for order in orders {
                        let lower = order == 0 ? Rational.zero : Rational(order) * weights[old][order - 1]
                        weights[new][order] = factor * (lower - before * weights[old][order])
                    }
                }
                for order in orders {
                    let lower = order == 0 ? Rational.zero : Rational(order) * weights[old][order - 1]
                    weights[old][order] = (here * weights[old][order] - lower) / gap
                }
            }
            earlierProduct = product
        }
        return weights.map { $0[derivative] }
    }
}
