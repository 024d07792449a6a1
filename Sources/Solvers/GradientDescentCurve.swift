import LinearAlgebra

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Gradient descent on L(c) = ω ‖A c − f‖² from c = 0, in closed form from the singular value decomposition.
///
/// With β_k = u_kᵀ f and λ_k = 2 ω s_k² (the Hessian's eigenvalues), after t steps of size η the residual along u_k is
/// β_k (1 − η λ_k)ᵗ and the coefficient along v_k is (β_k / s_k) (1 − (1 − η λ_k)ᵗ); so any step is reached at once, without error
/// that grows with t.
public struct GradientDescentCurve: Sendable {
    /// s_k, descending.
    public let singularValues: [Double]
    /// β_k.
    public let projections: [Double]
    /// ‖f − U Uᵀ f‖², the part of f that no coefficients reach.
    public let unreachable: Double
    /// ω; 1 / rows makes L the mean of squares.
    public let weight: Double
    private let right: Matrix<Double>

    /// - Parameters:
    ///   - rightHandSide: f, one value a row of A.
    ///   - weight: ω > 0; nil stands for 1 / rows.
    public init(decomposition: SingularValueDecomposition, rightHandSide: [Double], weight: Double? = nil) throws(SolverError) {
        try check(rightHandSide, count: decomposition.u.rows, "right-hand side")
        let weight = weight ?? 1 / Double(decomposition.u.rows)
        guard weight > 0, weight.isFinite else { throw .badArgument("The loss weight \(weight) is not a positive number.") }
        self.weight = weight
        singularValues = decomposition.singularValues
        right = decomposition.v
        projections = decomposition.u.transposedProduct(with: rightHandSide)
        let rest = decomposition.u.residual(of: projections, minus: rightHandSide)
        let distance = euclideanNorm(rest)
        unreachable = distance * distance
    }

    public init(_ problem: TruncatedLeastSquares, weight: Double? = nil) throws(SolverError) {
        try self.init(decomposition: problem.decomposition, rightHandSide: problem.rightHandSide, weight: weight)
    }

    /// λ_k = 2 ω s_k².
    public var curvatures: [Double] { singularValues.map { 2 * weight * $0 * $0 } }

    /// 2 / λ₁: larger steps diverge.
    public var largestStableStep: Double { 2 / curvatures[0] }

    /// ω β_k² (1 − η λ_k)²ᵗ, each singular direction's share of the loss after t steps.
    public func directions(after steps: Int, stepSize: Double) -> [Double] {
        zip(projections, curvatures).map { projection, curvature in
            let left = projection * decay(curvature * stepSize, steps)
            return weight * left * left
        }
    }

    /// L after t steps.
    public func loss(after steps: Int, stepSize: Double) -> Double {
        compensatedSum(directions(after: steps, stepSize: stepSize) + [weight * unreachable])
    }

    /// The coefficients after t steps; with them the true loss or the error can be followed.
    public func coefficients(after steps: Int, stepSize: Double) -> [Double] {
        let along = zip(singularValues, zip(projections, curvatures)).map { value, pair in
            value > 0 ? pair.0 / value * progress(pair.1 * stepSize, steps) : 0
        }
        return right.product(with: along)
    }

    /// The fewest steps after which the loss is at most `target`; nil if `limit` steps do not suffice.
    ///
    /// - Precondition: a stable step size, for which the loss falls at every step.
    public func steps(to target: Double, stepSize: Double, limit: Int = 1 << 60) -> Int? {
        precondition(stepSize > 0 && stepSize <= largestStableStep, "the step size \(stepSize) is not stable")
        if loss(after: 0, stepSize: stepSize) <= target { return 0 }
        if loss(after: limit, stepSize: stepSize) > target { return nil }
        var below = 0
        var above = limit
        while above - below > 1 {
            let middle = below + (above - below) / 2
            if loss(after: middle, stepSize: stepSize) <= target { above = middle } else { below = middle }
        }
        return above
    }
}

/// (1 − x)ᵗ.
private func decay(_ x: Double, _ steps: Int) -> Double {
    if steps == 0 { return 1 }
    if x < 1 { return exp(Double(steps) * log1p(-x)) }
    let size = exp(Double(steps) * log(x - 1))
    return steps.isMultiple(of: 2) ? size : -size
}

/// 1 − (1 − x)ᵗ, accurate for small x.
private func progress(_ x: Double, _ steps: Int) -> Double {
    x < 1 ? -expm1(Double(steps) * log1p(-x)) : 1 - decay(x, steps)
}
