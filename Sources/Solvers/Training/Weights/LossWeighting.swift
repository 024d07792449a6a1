import Compute
import Problems

/// Factors of the loss's terms, beside the problem's own weights, that may change as the training goes on.
public protocol LossWeighting: Sendable {
    /// Steps from one change to the next; 0 for once at the start.
    var interval: Int { get }
    /// Slices of time into which the equations' term is cut, 1 for none.
    var timeSlices: Int { get }
    /// The factors from now on, positive, one a term.
    ///
    /// - Parameters:
    ///   - plan: with the present factors in its weights.
    ///   - current: the present factors.
    mutating func factors(_ plan: ResidualPlan, at parameters: [Double], current: [Double]) throws(SolverError) -> [Double]
    /// What a checkpoint must agree with.
    var description: String { get }
}

extension LossWeighting {
    public var timeSlices: Int { 1 }

    /// Refuses a problem whose loss has no such terms.
    ///
    /// - Throws: `SolverError.badArgument`.
    package func requireFit(_ problem: Problem) throws(SolverError) {
        if timeSlices > 1, !problem.isEvolution {
            throw .badArgument("Causal weights need a problem in time, and \(problem.name) has no coordinate t; use another weighting.")
        }
        if let fixed = self as? FixedWeights, fixed.factors.count > 1 + problem.conditions.count {
            throw .badArgument(
                "The loss has \(1 + problem.conditions.count) terms, the equations' and one a condition, and \(fixed.factors.count) weights are given: "
                    + "leave out those that weigh nothing.")
        }
    }

    /// Present factors moved toward wished ones, 9 to 1.
    static func averaged(_ current: [Double], _ wished: [Double]) -> [Double] {
        zip(current, wished).map { 0.9 * $0 + 0.1 * ($1.isFinite && $1 > 0 ? min(max($1, 1e-6), 1e8) : $0) }
    }

    /// y with everything but a term's rows set to zero, divided by √factor: what the term's rows are at factor 1.
    static func part(_ y: [Double], of term: Int, _ plan: ResidualPlan, factor: Double) -> [Double] {
        var result = [Double](repeating: 0, count: y.count)
        for row in plan.rows(ofTerm: term) { result[row] = y[row] / factor.squareRoot() }
        return result
    }
}
