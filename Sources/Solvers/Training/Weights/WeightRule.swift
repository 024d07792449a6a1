/// A weighting of the loss's terms by its name and numbers, as `ntk:100`.
public struct WeightRule: Sendable, Equatable, CustomStringConvertible {
    private enum Kind: Equatable {
        case fixed([Double])
        case gradientNorm(Int)
        case tangentKernel(Int)
        case causal(Double)
        case selfAdaptive(Double)
    }

    private let kind: Kind

    public static let forms = "fixed:A,B…, gradient-norm, ntk, causal or self-adaptive"

    /// - Parameter text: one of `forms`; but for `fixed` with or without a number after a colon.
    /// - Throws: `SolverError.badArgument` with the end of a sentence, which says what to write.
    public init(parsing text: String) throws(SolverError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        func positive(_ fallback: Double) throws(SolverError) -> Double {
            if parts.count < 2 { return fallback }
            guard let number = Double(parts[1]), number > 0, number.isFinite else { throw .badArgument("give a positive number after the colon") }
            return number
        }
        func steps() throws(SolverError) -> Int {
            let value = try positive(100)
            guard value >= 1, value <= 1e9 else { throw .badArgument("at least 1 step lies between changes") }
            return Int(value)
        }
        switch parts[0] {
        case "fixed":
            let list = parts.count > 1 ? parts[1].split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? -1 } : []
            guard !list.isEmpty, list.allSatisfy({ $0 > 0 && $0.isFinite }) else {
                throw .badArgument("write positive numbers separated by commas, such as fixed:1,100")
            }
            kind = .fixed(list)
        case "gradient-norm": kind = .gradientNorm(try steps())
        case "ntk": kind = .tangentKernel(try steps())
        case "causal": kind = .causal(try positive(1))
        case "self-adaptive": kind = .selfAdaptive(try positive(0.1))
        default: throw .badArgument("choose \(WeightRule.forms)")
        }
    }

    public func make() -> any LossWeighting {
        switch kind {
        case .fixed(let factors): FixedWeights(factors)
        case .gradientNorm(let steps): GradientNormWeights(interval: steps)
        case .tangentKernel(let steps): TangentKernelWeights(interval: steps)
        case .causal(let tolerance): CausalWeights(tolerance: tolerance)
        case .selfAdaptive(let rate): SelfAdaptiveWeights(rate: rate)
        }
    }

    /// The same text for all ways of writing the rule, which reads back as it.
    public var description: String { make().description }
}
