import Compute

#if canImport(Glibc)
    import Glibc
#endif

/// Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019), in the plan's precision.
///
/// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − η (m̂/(√v̂ + ε) + λθ) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
public struct Adam: Optimizer, Sendable {
    public let schedule: LearningRate
    public let beta1: Double
    public let beta2: Double
    /// Added to √v̂.
    public let epsilon: Double
    /// λ of AdamW; 0 for Adam.
    public let decay: Double
    private var first: [Double] = []
    private var second: [Double] = []
    private var count = 0

    public init(
        _ schedule: LearningRate = .constant(1e-3), beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0
    ) {
        self.schedule = schedule
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.decay = decay
    }

    public var memory: [String: [Double]] {
        get { ["first": first, "second": second, "count": [Double(count)]] }
        set {
            first = newValue["first"] ?? []
            second = newValue["second"] ?? []
            count = newValue["count"]?.first.flatMap { Int(exactly: $0) } ?? 0
        }
    }

    public mutating func step(_ plan: ResidualPlan, _ parameters: inout [Double]) throws(SolverError) -> OptimizerStep {
        let point = parameters
        let (loss, gradient) = try computing { () throws(ComputeError) in try plan.gradient(at: point) }
        guard loss.total.isFinite, Vectors.isFinite(gradient) else { return OptimizerStep(loss, .diverged) }
        advance(&parameters, along: gradient, plan.precision)
        return OptimizerStep(loss)
    }

    public mutating func steps(_ most: Int, _ plan: ResidualPlan, _ descent: inout ResidualPlan.Descent, enough: Double) throws(SolverError)
        -> ResidualPlan.Descended?
    {
        var going = descent
        (going.step, going.moments, going.squares) = (count, first, second)
        let rates = (0..<max(0, most)).map { schedule.rate(atStep: count + $0) }
        let method = Ensemble.Optimizer.adam(beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay)
        let done: ResidualPlan.Descended
        do throws(ComputeError) { done = try plan.descend(&going, by: method, rates: rates, enough: enough) } catch { throw .compute(error) }
        (count, first, second) = (going.step, going.moments, going.squares)
        going.step = descent.step + done.taken
        descent = going
        return done
    }

    /// A step along a gradient, wherever that comes from.
    mutating func advance(_ parameters: inout [Double], along gradient: [Double], _ precision: Precision) {
        if first.count != gradient.count {
            first = Array(repeating: 0, count: gradient.count)
            second = first
        }
        let eta = schedule.rate(atStep: count)
        count += 1
        AdamKernel(beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay)
            .step(count, rate: eta, along: gradient, precision, &parameters, first: &first, second: &second)
    }
}

/// The learning rate over the steps, counted from 0.
public enum LearningRate: Sendable, Hashable {
    case constant(Double)
    /// η · factor^(step/every)
    case exponential(Double, factor: Double, every: Int)
    /// From η to `last` along half a cosine over `steps`, then `last`.
    case cosine(Double, last: Double, steps: Int)

    public func rate(atStep step: Int) -> Double {
        switch self {
        case .constant(let eta): return eta
        case .exponential(let eta, let factor, let every): return eta * pow(factor, Double(step) / Double(max(1, every)))
        case .cosine(let eta, let last, let steps):
            let part = min(1, Double(step) / Double(max(1, steps)))
            return last + (eta - last) * 0.5 * (1 + cos(Double.pi * part))
        }
    }
}
