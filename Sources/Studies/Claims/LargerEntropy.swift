/// C3: truncated entropy is larger for exact derivatives.
struct LargerEntropy: Claim {
    let item = StudyItem.c3
    func plans(_ scale: StudyScale) -> [StudyPlan] { StudyGrid.claimPlans(scale) }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        let count = RegimeCount(observations.pairs(plans(scale), where: \.isDifference)) {
            $0.exact.at(Laboratory.cut).entropy > $0.other.at(Laboratory.cut).entropy
        }
        return ClaimResult(
            item: item, claim: "Truncated entropy H_a is larger for AD", threshold: RegimeCount.threshold, observed: count.text,
            verdict: count.verdict, recorded: .confirmedInNoise, numbers: count.numbers)
    }
}
