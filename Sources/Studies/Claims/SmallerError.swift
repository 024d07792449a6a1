/// C5: the solution's error is smaller for exact derivatives.
struct SmallerError: Claim {
    let item = StudyItem.c5
    func plans(_ scale: StudyScale) -> [StudyPlan] { StudyGrid.claimPlans(scale) }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        let count = RegimeCount(observations.pairs(plans(scale), where: \.isDifference)) {
            SmallerResidual.less($0.exact.at(Laboratory.cut).error, $0.other.at(Laboratory.cut).error)
        }
        return ClaimResult(
            item: item, claim: "The solution's error is smaller for AD (accuracy 2)", threshold: "relative L2 error, " + RegimeCount.threshold,
            observed: count.text, verdict: count.verdict, recorded: .confirmed, numbers: count.numbers)
    }
}
