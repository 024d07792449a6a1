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

    func weighting() throws -> (any LossWeighting)? {
        guard let weights else { return nil }
        do throws(SolverError) { return try WeightRule(parsing: weights).make() } catch { throw ValidationError("--weights \(weights): \(error).") }
    }

    /// - Parameter fallback: the rule of new points where none is given.
    func schedule(_ fallback: String = "never") throws -> (any PointSchedule)? {
        let rule = resample ?? fallback
        do throws(SolverError) { return try PointRule(parsing: rule).make() } catch { throw ValidationError("--resample \(rule): \(error).") }
    }
}
