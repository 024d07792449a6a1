import Reports

/// Which of some ways to take, and why, in one sentence.
public struct Recommendation: Sendable, Equatable {
    /// Its place among the rows.
    public let row: Int
    public let sentence: String

    /// Errors within this factor of the best count as equally good where no tolerance is given.
    static let equal = 1.5

    /// The cheapest a step of the ways that are good enough: with an error (a true residual, where no solution is known) of at most the tolerance, or
    /// within 1.5 times of the best.
    ///
    /// - Returns: nil where every training diverged.
    public init?(_ rows: [ComparisonRow], tolerance: Double? = nil) {
        let known = rows.allSatisfy { $0.bestError != nil || $0.outcome == .diverged }
        let what = known ? "error" : "true residual"
        func figure(_ row: ComparisonRow) -> Double { known ? row.bestError ?? .infinity : row.bestTrueResidual }
        let usable = rows.indices.filter { rows[$0].outcome != .diverged && figure(rows[$0]).isFinite }
        guard let best = usable.min(by: { figure(rows[$0]) < figure(rows[$1]) }) else { return nil }
        let bar = max(tolerance ?? 0, tolerance == nil ? figure(rows[best]) * Self.equal : 0)
        let good = usable.filter { figure(rows[$0]) <= bar }
        func number(_ value: Double) -> String { NumberText.short(value, digits: 2) }
        guard let choice = good.min(by: { rows[$0].secondsPerStep < rows[$1].secondsPerStep }) else {
            // Of those that are as near, the cheapest.
            let near = usable.filter { figure(rows[$0]) <= figure(rows[best]) * Self.equal }
            let best = near.min { rows[$0].secondsPerStep < rows[$1].secondsPerStep } ?? best
            row = best
            sentence =
                "No way reaches the tolerance \(number(bar)) in \(NumberText.count(rows[best].last.step, "step")); `\(rows[best].name)` comes nearest with the \(what) "
                + "\(number(figure(rows[best])))."
            return
        }
        row = choice
        let chosen = rows[choice]
        let reach = tolerance.map { "\(number(figure(chosen))) lies below your tolerance \(number($0))" }
        let unsolved =
            known && figure(chosen) > 0.5
            ? " No way has solved the problem in \(NumberText.count(chosen.last.step, "step")): train longer, or by another method." : ""
        if good.count == 1 {
            guard let next = usable.filter({ $0 != choice }).min(by: { figure(rows[$0]) < figure(rows[$1]) }) else {
                sentence =
                    "`\(chosen.name)` is the only way tried\(rows.count > 1 ? " that did not diverge" : ""); its \(what) is \(number(figure(chosen)))."
                    + unsolved
                return
            }
            sentence =
                "`\(chosen.name)` is the only way whose \(what) " + (reach ?? "\(number(figure(chosen))) is within 1.5 times of the best")
                + "; the next best, `\(rows[next].name)`, ends at \(number(figure(rows[next])))." + unsolved
            return
        }
        // Compared with the most expensive of those that do as well: what taking it would have cost.
        let other = good.max { rows[$0].secondsPerStep < rows[$1].secondsPerStep } ?? choice
        sentence =
            "`\(chosen.name)` is \(number(rows[other].secondsPerStep / chosen.secondsPerStep)) times cheaper a step than `\(rows[other].name)` and its \(what) "
            + (reach ?? "\(number(figure(chosen))) is as good as any here (best \(number(figure(rows[best]))))") + "." + unsolved
    }
}
