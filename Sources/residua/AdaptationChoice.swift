import ArgumentParser
import Solvers

/// `--weights` and `--resample`.
struct AdaptationChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Factors of the loss's terms: fixed:A,B… (equations, then conditions), gradient-norm, ntk, causal or self-adaptive; "
                + "with a number after a colon: steps between changes, of causal its tolerance, of self-adaptive its rate.", valueName: "rule"))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "New interior points every K steps: uniform:K, rar:K or rar:K:N (adds N of largest residual), rad:K (density by residual), or never; rar:10 for lm and gn on problems in time, else never.",
            valueName: "rule"))
    var resample: String?

    func check() throws {
        _ = try weighting()
        _ = try schedule()
    }

    private static let weightNames = "fixed:A,B…, gradient-norm, ntk, causal or self-adaptive"

    func weighting() throws -> (any LossWeighting)? {
        guard let weights else { return nil }
        let parts = weights.split(separator: ":", maxSplits: 1).map(String.init)
        let number = parts.count > 1 ? Double(parts[1]) : nil
        func positive(_ fallback: Double) throws -> Double {
            if parts.count < 2 { return fallback }
            guard let number, number > 0, number.isFinite else {
                throw ValidationError("--weights \(weights): give a positive number after the colon.")
            }
            return number
        }
        func steps() throws -> Int {
            let value = try positive(100)
            guard value >= 1, value <= 1e9 else { throw ValidationError("--weights \(weights): at least 1 step lies between changes.") }
            return Int(value)
        }
        switch parts.first ?? "" {
        case "fixed":
            let list = parts.count > 1 ? parts[1].split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? -1 } : []
            guard !list.isEmpty, list.allSatisfy({ $0 > 0 && $0.isFinite }) else {
                throw ValidationError("--weights \(weights): write positive numbers separated by commas, such as fixed:1,100.")
            }
            return FixedWeights(list)
        case "gradient-norm": return GradientNormWeights(interval: try steps())
        case "ntk": return TangentKernelWeights(interval: try steps())
        case "causal": return CausalWeights(tolerance: try positive(1))
        case "self-adaptive": return SelfAdaptiveWeights(rate: try positive(0.1))
        default: throw ValidationError("--weights \(weights): choose \(Self.weightNames).")
        }
    }

    /// The rule of new points, as given or by default.
    ///
    /// - Parameter refines: whether points are refined unless told otherwise.
    func resampling(refines: Bool) -> String { resample ?? (refines ? "rar:10" : "never") }

    func schedule(refines: Bool = false) throws -> (any PointSchedule)? {
        let resample = resampling(refines: refines)
        if resample == "never" { return nil }
        let parts = resample.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let numbers = parts.dropFirst().map { Int($0) ?? 0 }
        guard numbers.allSatisfy({ $0 >= 1 }), numbers.count <= (parts[0] == "rar" ? 2 : 1) else {
            throw ValidationError("--resample \(resample): write a rule and whole numbers of at least 1, such as rad:100 or rar:100:40.")
        }
        let interval = numbers.first ?? 100
        switch parts[0] {
        case "uniform": return ResampledPoints(interval: interval)
        case "rar": return ResidualRefinement(interval: interval, added: numbers.count > 1 ? numbers[1] : 0)
        case "rad": return ResidualDistribution(interval: interval)
        default: throw ValidationError("--resample \(resample): choose uniform:K, rar:K, rar:K:N, rad:K or never.")
        }
    }
}
