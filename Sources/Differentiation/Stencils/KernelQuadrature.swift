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
    private static func gauss(_ kernel: PeanoKernel, _ count: Int) -> (nodes: [Double], weights: [Double]) {
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
        let rule = GaussRule(recurrence: recurrence, mass: 1)
        return (rule.nodes, rule.weights)
    }

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
    /// The number of nodes for a quadrature error below 1e-16 of the largest derivative, nil where none is enough.
    ///
    /// The error of a rule exact to degree N − 1 is at most about 4 M ρ^−N for a function bounded by M in the Bernstein ellipse of parameter ρ; the
    /// best ρ is sought, M coming from the activation's poles or growth.
    ///
    /// - Parameters:
    ///   - activation: σ.
    ///   - order: n of the σ⁽ⁿ⁾ that is averaged.
    ///   - spread: half the range of σ's argument, m·max|w h|.
    ///   - accuracy: of the stencil.
    package static func count(_ activation: Activation, order: Int, spread: Double, accuracy: Int) -> Int? {
        guard activation.analyticity != .none else { return nil }
        guard spread > 0 else { return 1 }
        var best = Double.infinity
        for step in 1...60 {
            /// The ellipse's half axes: `height` along the imaginary axis, `width` along the real one.
            let height: Double
            let growth: Double
            switch activation.analyticity {
            case .strip(let halfWidth, let rate):
                let fraction = Double(step) / 61
                height = halfWidth * fraction
                let width = (height * height + spread * spread).squareRoot()
                growth = max(-Double(order + 1) * log1p(-fraction), rate * width)
            case .trigonometric:
                height = 0.02 * pow(1.2, Double(step))
                growth = height
            case .gaussian:
                height = 0.02 * pow(1.12, Double(step))
                growth = height * height + Double(order) * log1p(2 * height)
            case .none:
                return nil
            }
            best = min(best, (log(4) - log(1e-16) + growth) / asinh(height / spread))
        }
        let degree = Int(min(best.rounded(.up), 1e6))
        // An odd number of nodes gains one degree by symmetry.
        return accuracy == 2 ? (degree + 1) / 2 : max(1, degree - 1 + degree % 2)
    }
}
