extension NodeSum {
    /// The exact derivatives of an operator: one node a derivative order.
    public init(exactDerivativesOf operator: LinearOperator) {
        var collector = NodeCollector(dimension: `operator`.dimension)
        let origin = [Double](repeating: 0, count: `operator`.dimension)
        for term in `operator`.terms {
            collector.add(order: term.derivative.order, shift: origin, term: Term(term.coefficient, term.derivative.exponents))
        }
        self = collector.sum
    }

    /// The value without rounding of an operator's central stencil.
    ///
    /// A difference is an average of the exact derivative by the stencil's Peano kernel; the average is taken by a quadrature chosen to be right
    /// to 1e-16 of the largest value. Where |w h| is so large that the stencil itself loses as little by cancellation, its points are the nodes.
    ///
    /// - Parameters:
    ///   - operator: L, each exponent at most 6.
    ///   - accuracy: 2, 4, 6 or 8.
    ///   - step: h for each derivative order, > 0.
    ///   - activation: σ, smooth.
    ///   - largestWeights: max_j |w_aj| for each axis a.
    /// - Returns: a sum that is complete unless it has more than `DerivativeSum.largestCount` nodes.
    package init(
        exactStencilOf operator: LinearOperator, accuracy: Int, step: (_ order: Int) -> Double, activation: Activation, largestWeights: [Double]
    ) {
        let dimension = `operator`.dimension
        var collector = NodeCollector(dimension: dimension)
        var rules: [RuleKey: KernelQuadrature] = [:]
        for term in `operator`.terms where collector.count <= DerivativeSum.largestCount {
            let order = term.derivative.order
            let h = step(order)
            let axes = term.derivative.exponents.indices.filter { term.derivative.exponents[$0] > 0 }
            let stencils = axes.map { Stencil.central(term.derivative.exponents[$0], accuracy: accuracy) }
            let widths = axes.map { largestWeights[$0] * h }
            guard let counts = NodeSum.quadratureCounts(stencils, widths: widths, order: order, activation: activation) else {
                let scale = term.coefficient / (0..<order).reduce(1) { product, _ in product * h }
                for (offset, weight) in MultiStencil.tensor(term.derivative, accuracy: accuracy) {
                    collector.add(order: 0, shift: offset.map { Double($0) * h }, term: Term(scale * weight.doubleValue, []))
                }
                continue
            }
            var points: [(shift: [Double], weight: Double)] = [(Array(repeating: 0, count: dimension), term.coefficient)]
            for (index, axis) in axes.enumerated() {
                let key = RuleKey(derivative: stencils[index].derivative, count: counts[index])
                let rule = rules[key] ?? KernelQuadrature(stencils[index], count: counts[index])
                rules[key] = rule
                points = points.flatMap { point in
                    zip(rule.nodes, rule.weights).map { node, weight in
                        var shift = point.shift
                        shift[axis] = node * h
                        return (shift, point.weight * weight)
                    }
                }
            }
            for point in points { collector.add(order: order, shift: point.shift, term: Term(point.weight, term.derivative.exponents)) }
        }
        self = collector.sum
    }

    private struct RuleKey: Hashable {
        let derivative: Int
        let count: Int
    }

    /// More quadrature nodes than this along an axis, or for a whole term, are not worth their while.
    private static let largestRule = 256
    private static let largestTerm = 4096

    /// Nodes along each axis of a term, nil where the stencil's own points serve better.
    private static func quadratureCounts(_ stencils: [Stencil], widths: [Double], order: Int, activation: Activation) -> [Int]? {
        guard order > 0 else { return [] }
        var counts: [Int] = []
        for (stencil, width) in zip(stencils, widths) {
            guard let count = KernelQuadrature.count(activation, order: order, width: width, stencil: stencil) else { return nil }
            counts.append(count)
        }
        // The stencil as written errs by ε‖w‖₂·|σ|, against w^p hᵖ·|σ⁽ᵖ⁾| of the value.
        var loss = Double.ulpOfOne * activation.magnitude(order: 0) / activation.magnitude(order: order)
        for (stencil, width) in zip(stencils, widths) {
            loss *= stencil.roundingNorm / (0..<stencil.derivative).reduce(1) { product, _ in product * width }
        }
        let total = counts.reduce(1) { min($0 * $1, 1 << 40) }
        let pointsOfStencil = stencils.reduce(1) { $0 * $1.offsets.count }
        if loss <= 4e-16 && pointsOfStencil <= total { return nil }
        return counts.contains { $0 > largestRule } || total > largestTerm ? nil : counts
    }
}
