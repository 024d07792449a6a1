import Spectra

/// C3b: entropy divided by ln n, or the effective rank, tells exact derivatives from differences as well.
struct OtherMeasures: Claim {
    let item = StudyItem.c3b
    /// A relative difference below this tells nothing apart.
    static let visible = 0.01

    func plans(_ scale: StudyScale) -> [StudyPlan] { StudyGrid.claimPlans(scale) }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        let pairs = observations.pairs(plans(scale), where: \.isDifference).filter { $0.regime(Laboratory.cut) == .noise && Self.smallStep($0) }
        func entropy(_ measurement: Measurement) -> Double {
            (try? measurement.spectrum.entropy(.dividedByAll, cut: Laboratory.cut)) ?? .nan
        }
        let divided = pairs.map { abs(entropy($0.other) / entropy($0.exact) - 1) }
        let ranks = pairs.map { abs($0.other.effectiveRank / $0.exact.effectiveRank - 1) }
        let truncated = pairs.map { abs($0.other.at(Laboratory.cut).entropy / $0.exact.at(Laboratory.cut).entropy - 1) }
        let apart = zip(divided, ranks).filter { $0 > Self.visible || $1 > Self.visible }.count
        let share = pairs.isEmpty ? .nan : Double(apart) / Double(pairs.count)
        return ClaimResult(
            item: item, claim: "Entropy divided by ln n, or the effective rank, tells AD from FD as truncated entropy does",
            threshold: "one of the two differs by more than 1 % in at least half of the cases with rounding noise and a small step (R h ≤ 0.03)",
            observed: "in \(apart) of \(pairs.count); medians \(NumberFormat.short(median(divided))) and \(NumberFormat.short(median(ranks))), "
                + "against \(NumberFormat.short(median(truncated))) by truncated entropy",
            verdict: pairs.count < RegimeCount.fewest ? .undecided : share >= 0.5 ? .confirmed : .refuted, recorded: .refuted,
            numbers: [
                ("cases", Double(pairs.count)), ("apart", Double(apart)), ("median divided by ln n", median(divided)),
                ("median effective rank", median(ranks)), ("median truncated", median(truncated)),
            ])
    }

    /// Truncation error aside: it moves the large values themselves.
    private static func smallStep(_ pair: Pair) -> Bool { pair.setting.range * pair.step <= 0.03 }
}
