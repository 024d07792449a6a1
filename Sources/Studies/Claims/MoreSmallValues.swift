/// C2: differences keep more small singular values.
struct MoreSmallValues: Claim {
    let item = StudyItem.c2
    func plans(_ scale: StudyScale) -> [StudyPlan] { StudyGrid.claimPlans(scale) }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        let count = RegimeCount(observations.pairs(plans(scale), where: \.isDifference)) {
            $0.other.at(Laboratory.cut).count > $0.exact.at(Laboratory.cut).count
        }
        return ClaimResult(
            item: item, claim: "FD keeps more small singular values than AD: n_a is larger", threshold: RegimeCount.threshold,
            observed: count.text, verdict: count.verdict, recorded: .confirmedInNoise, numbers: count.numbers)
    }
}
