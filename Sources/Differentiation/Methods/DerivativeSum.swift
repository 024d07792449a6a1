/// How a derivative method takes the operator of an equation on random features: at which points or arguments, with which weights.
public enum DerivativeSum: Sendable, Equatable {
    /// Derivatives of the activation at shifted arguments.
    case nodes(NodeSum)
    /// Values at shifted points, evaluated in the precision given.
    case stencil(StencilSum, precision: DerivativeMethod.Precision)

    /// The most nodes or stencil points a matrix is assembled from.
    public static let largestCount = 4096

    /// Plans the operator.
    ///
    /// - Parameters:
    ///   - operator: L, of order 0…6.
    ///   - method: how derivatives are taken.
    ///   - activation: σ.
    ///   - largestWeights: max_j |w_aj| for each axis a; they set automatic steps and the number of quadrature nodes.
    ///   - precision: that of the evaluation, where the method does not set its own.
    public init(
        operator: LinearOperator, method: DerivativeMethod, activation: Activation, largestWeights: [Double], precision: DerivativeMethod.Precision
    ) throws(MethodError) {
        precondition(largestWeights.count == `operator`.dimension, "one largest weight an axis")
        guard `operator`.order <= 6 else { throw .orderTooHigh(`operator`.order) }
        try method.check()
        let largest = largestWeights.max() ?? 0
        switch method {
        case .automatic:
            self = .nodes(NodeSum(exactDerivativesOf: `operator`))
        case .finiteDifference(let accuracy, let step, let own):
            let precision = own ?? precision
            let steps = try DerivativeSum.steps(`operator`, accuracy, step, activation, largest, precision)
            self = .stencil(try DerivativeSum.stencil(`operator`, accuracy, exact: false, steps, method), precision: precision)
        case .exactDifference(let accuracy, let step):
            let steps = try DerivativeSum.steps(`operator`, accuracy, step, activation, largest, precision)
            if activation.analyticity == .none {
                self = .stencil(try DerivativeSum.stencil(`operator`, accuracy, exact: true, steps, method), precision: precision)
            } else {
                let sum = NodeSum(
                    exactStencilOf: `operator`, accuracy: accuracy, step: { steps[$0] ?? 0 }, activation: activation, largestWeights: largestWeights)
                guard sum.nodes.count <= DerivativeSum.largestCount else {
                    throw .tooManyPoints(limit: DerivativeSum.largestCount, method: "\(method)")
                }
                self = .nodes(sum)
            }
        }
    }

    private static func stencil(
        _ operator: LinearOperator, _ accuracy: Int, exact: Bool, _ steps: [Int: Double], _ method: DerivativeMethod
    ) throws(MethodError) -> StencilSum {
        let tooMany = MethodError.tooManyPoints(limit: largestCount, method: "\(method)")
        let tensors = `operator`.terms.map { term in
            term.derivative.exponents.reduce(1) { $1 == 0 ? $0 : $0 * Stencil.central($1, accuracy: accuracy).offsets.count }
        }
        // Points shared by tensors are counted again here; past this number that cannot help.
        guard tensors.reduce(0, +) <= 32 * largestCount else { throw tooMany }
        let sum = StencilSum(of: `operator`, accuracy: accuracy, exact: exact) { steps[$0] ?? 0 }
        guard sum.offsets.count <= largestCount else { throw tooMany }
        return sum
    }

    /// h for each derivative order of the operator.
    private static func steps(
        _ operator: LinearOperator, _ accuracy: Int, _ step: DerivativeMethod.Step, _ activation: Activation, _ largest: Double,
        _ precision: DerivativeMethod.Precision
    ) throws(MethodError) -> [Int: Double] {
        var steps: [Int: Double] = [:]
        for order in Set(`operator`.terms.map(\.derivative.order)) where order > 0 {
            let h = step.size(order: order, accuracy: accuracy, activation: activation, largestWeight: largest, precision: precision)
            let power = (0..<order).reduce(1) { product, _ in product * h }
            guard power > 0, 1e6 / power < precision.largest else { throw .stepTooSmall(step: h, order: order, precision: precision) }
            steps[order] = h
        }
        return steps
    }
}

extension DerivativeMethod.Step {
    /// The step h for a derivative of order p of features: the number given, or the minimum of truncation and rounding error together,
    /// h = (c ε)^(1/(p+q))·ℓ with ℓ = (the length over which σ changes)/(largest weight).
    ///
    /// - Parameters:
    ///   - order: p, 1…6.
    ///   - accuracy: q.
    ///   - activation: σ.
    ///   - largestWeight: max |w|; 0 counts as 1.
    ///   - precision: of the evaluation.
    public func size(
        order: Int, accuracy: Int, activation: Activation, largestWeight: Double, precision: DerivativeMethod.Precision
    ) -> Double {
        switch self {
        case .fixed(let h): return h
        case .automatic:
            let scale = activation.lengthScale(order: order + accuracy) / (largestWeight > 0 ? largestWeight : 1)
            return Stencil.central(order, accuracy: accuracy).step(epsilon: precision.epsilon, lengthScale: scale)
        }
    }
}
