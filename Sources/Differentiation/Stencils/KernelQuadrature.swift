#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Nodes and weights for the average by a stencil's Peano kernel: ∫ K(s) g(s) ds ≈ Σ_i λ_i g(s_i).
///
/// At accuracy 2 the kernel is positive and the rule is its own Gauss rule, exact to degree 2n − 1; at higher accuracies the kernel changes
/// sign and the rule is the interpolatory one on Gauss–Legendre nodes, exact to degree n − 1 (n for odd n).
package struct KernelQuadrature: Sendable {
    package let nodes: [Double]
    package let weights: [Double]

    package init(_ stencil: Stencil, count: Int) {
        let kernel = PeanoKernel(stencil)
        let rule = stencil.accuracy == 2 ? KernelQuadrature.gauss(kernel, count) : KernelQuadrature.interpolatory(kernel, count)
        // The weights sum to one; what their own rounding leaves is spread evenly.
        let sum = rule.weights.reduce(0, +)
        nodes = rule.nodes
        weights = rule.weights.map { $0 / sum }
    }

    /// Points and weights that integrate K times polynomials of the degree exactly, one Gauss–Legendre rule an interval.
    private static func discrete(_ kernel: PeanoKernel, degree: Int) -> [(point: Double, weight: Double)] {
        let unit = GaussRule.legendre((degree + kernel.derivative) / 2 + 1)
        return (-kernel.halfWidth..<kernel.halfWidth).flatMap { start in
            zip(unit.nodes, unit.weights).map { node, weight in
                let point = Double(start) + (1 + node) / 2
                return (point, kernel(point) * weight / 2)
            }
        }
    }

    /// The recurrence of the kernel's orthogonal polynomials by Stieltjes' procedure on its discrete form.
    private static func recurrence(_ kernel: PeanoKernel, _ count: Int) -> [Double] {
        let measure = discrete(kernel, degree: 2 * count)
        var previous = [Double](repeating: 0, count: measure.count)
        var current = [Double](repeating: 1, count: measure.count)
        var recurrence: [Double] = []
        for _ in 1..<max(count, 1) {
            let back = (recurrence.last ?? 0).squareRoot()
            let next = measure.indices.map { measure[$0].point * current[$0] - back * previous[$0] }
            let norm = measure.indices.reduce(0) { $0 + measure[$1].weight * next[$1] * next[$1] }
            recurrence.append(norm)
            previous = current
            current = next.map { $0 / norm.squareRoot() }
        }
        return recurrence
    }

    private static func gauss(_ kernel: PeanoKernel, _ count: Int) -> (nodes: [Double], weights: [Double]) {
        let rule = GaussRule(recurrence: recurrence(kernel, count), mass: 1)
        return (rule.nodes, rule.weights)
    }

    /// ∫ K πₙ² for the monic orthogonal polynomials πₙ of the kernel of each derivative order at accuracy 2, n = 0 … 23.
    private static let squareNorms: [[Double]] = (1...6).map { derivative in
        let recurrence = recurrence(PeanoKernel(Stencil(derivative: derivative, accuracy: 2)), 24)
        return recurrence.reduce(into: [1.0]) { norms, b in norms.append(norms[norms.count - 1] * b) }
    }

    /// The least n for which the error of the Gauss rule, g⁽²ⁿ⁾/(2n)! ∫ K πₙ², is small by the size of the activation's derivatives.
    private static func gaussCount(_ activation: Activation, order: Int, width: Double, derivative: Int) -> Int? {
        let norms = squareNorms[derivative - 1]
        return (1..<norms.count).first { n in
            let size = activation.magnitude(order: order + 2 * n) / activation.magnitude(order: order)
            return size * norms[n] * pow(width, Double(2 * n)) / tgamma(Double(2 * n + 1)) < tolerance
        }
    }

    private static let tolerance = 1e-16

    /// λ_i = ω_i Σ_k (k + ½) P_k(ξ_i) ∫ K(s) P_k(s/m) ds, with (ξ, ω) the Gauss–Legendre rule on [−1, 1] and m the kernel's half width.
    private static func interpolatory(_ kernel: PeanoKernel, _ count: Int) -> (nodes: [Double], weights: [Double]) {
        let half = Double(kernel.halfWidth)
        let measure = discrete(kernel, degree: count)
        var moments = [Double](repeating: 0, count: count)
        for (point, weight) in measure {
            for (k, value) in legendrePolynomials(count, at: point / half).enumerated() where k.isMultiple(of: 2) { moments[k] += weight * value }
        }
        let rule = GaussRule.legendre(count)
        let weights = zip(rule.nodes, rule.weights).map { node, weight in
            let values = legendrePolynomials(count, at: node)
            return weight * values.indices.reduce(0) { $0 + (Double($1) + 0.5) * values[$1] * moments[$1] }
        }
        return (rule.nodes.map { half * $0 }, weights)
    }

    private static func legendrePolynomials(_ count: Int, at x: Double) -> [Double] {
        var values = [1.0, x]
        for k in 1..<max(count, 2) { values.append((Double(2 * k + 1) * x * values[k] - Double(k) * values[k - 1]) / Double(k + 1)) }
        return Array(values.prefix(count))
    }
}

extension KernelQuadrature {
    /// The number of nodes for a quadrature error below 1e-16 of the largest derivative, nil for an activation that is not analytic.
    ///
    /// Two bounds are tried. The error of a rule exact to degree N − 1 is at most about 4 M ρ^−N for a function bounded by M in the Bernstein ellipse of
    /// parameter ρ, M coming from the activation's poles or growth, for the best ρ; and a Gauss rule has the usual remainder term.
    ///
    /// - Parameters:
    ///   - activation: σ.
    ///   - order: n of the σ⁽ⁿ⁾ that is averaged.
    ///   - width: max|w h|.
    ///   - stencil: whose kernel averages.
    package static func count(_ activation: Activation, order: Int, width: Double, stencil: Stencil) -> Int? {
        guard activation.analyticity != .none else { return nil }
        guard width > 0 else { return 1 }
        let spread = width * Double(stencil.reach)
        var best = Double.infinity
        for step in 1...60 {
            // Half axes of the ellipse: `height` along the imaginary axis.
            let (height, growth) = ellipse(activation.analyticity, order: order, step: step, spread: spread)
            best = min(best, (log(4) - log(tolerance) + growth) / asinh(height / spread))
        }
        let degree = Int(min(best.rounded(.up), 1e6))
        guard stencil.accuracy == 2 else {
            // An odd number of nodes gains one degree by symmetry.
            return max(1, degree - 1 + degree % 2)
        }
        let bound = (degree + 1) / 2
        return gaussCount(activation, order: order, width: width, derivative: stencil.derivative).map { min($0, bound) } ?? bound
    }

    /// One of sixty ellipses to try: its height, and the logarithm of the growth of σ⁽ⁿ⁾ in it.
    private static func ellipse(
        _ analyticity: Activation.Analyticity, order: Int, step: Int, spread: Double
    ) -> (height: Double, growth: Double) {
        switch analyticity {
        case .strip(let halfWidth, let rate):
            let fraction = Double(step) / 61
            let height = halfWidth * fraction
            let width = (height * height + spread * spread).squareRoot()
            return (height, max(-Double(order + 1) * log1p(-fraction), rate * width))
        case .trigonometric:
            let height = 0.02 * pow(1.2, Double(step))
            return (height, height)
        case .gaussian(let rate):
            let height = 0.02 * pow(1.12, Double(step))
            return (height, rate * height * height + Double(order) * log1p(2 * rate.squareRoot() * height))
        case .none:
            return (1, .infinity)
        }
    }
}
