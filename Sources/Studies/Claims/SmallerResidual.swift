/// C4: least squares by exact derivatives leave a smaller residual, each method seen by its own matrix.
struct SmallerResidual: Claim {
    let item = StudyItem.c4
    func plans(_ scale: StudyScale) -> [StudyPlan] { StudyGrid.claimPlans(scale) }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        let pairs = observations.pairs(plans(scale), where: \.isDifference)
        let own = RegimeCount(pairs) { Self.less($0.exact.at(Laboratory.cut).residual, $0.other.at(Laboratory.cut).residual) }
        let truth = RegimeCount(pairs) { Self.less($0.exact.at(Laboratory.cut).trueResidual, $0.other.at(Laboratory.cut).trueResidual) }
        return ClaimResult(
            item: item, claim: "The least-squares residual is smaller for AD", threshold: "each method's own residual " + RegimeCount.threshold,
            observed: own.text + "; the true residual: " + truth.text, verdict: own.verdict, recorded: .confirmedInNoise,
            numbers: own.numbers + truth.numbers.map { ("true residual: \($0.name)", $0.value) })
    }

    static func less(_ a: Double?, _ b: Double?) -> Bool {
        guard let a, let b else { return false }
        return a < b
    }
}
