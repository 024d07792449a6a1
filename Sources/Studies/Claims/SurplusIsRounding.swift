import Differentiation
import LinearAlgebra

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// C6: the surplus of small singular values is rounding, not the difference formula.
struct SurplusIsRounding: Claim {
    let item = StudyItem.c6
    func plans(_ scale: StudyScale) -> [StudyPlan] { StudyGrid.claimPlans(scale) + StudyGrid.roughPlans(scale) }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        let smooth = RegimeCount(observations.pairs(StudyGrid.claimPlans(scale), where: \.isExactDifference), Self.noSurplus)
        let rough = observations.pairs(StudyGrid.roughPlans(scale), where: \.isExactDifference)
        let cases = smooth.cases.values.reduce(0, +)
        let holds = smooth.holds.values.reduce(0, +)
        let roughHolds = rough.filter(Self.noSurplus).count
        let theorem = try Self.theorem(laboratory)
        let smoothOK = cases >= RegimeCount.fewest && Double(holds) >= RegimeCount.share * Double(cases) && theorem <= 1e-13
        let roughOK = Double(roughHolds) >= RegimeCount.share * Double(rough.count)
        let decided = cases >= RegimeCount.fewest && rough.count >= RegimeCount.fewest
        return ClaimResult(
            item: item, claim: "The surplus of small singular values is rounding, not the difference formula: fd-exact has none",
            threshold: "n_a of fd-exact is at most that of AD in at least 95 % of the cases, at cut 10⁻¹³; "
                + "for sin features A_FD = A_AD · diag((sin(wh/2)/(wh/2))^p) to 10⁻¹³",
            observed: "\(holds) of \(cases) for tanh, sin and Gaussian; \(roughHolds) of \(rough.count) for ReLU³ and ReLU⁵; "
                + "the sine identity holds to \(NumberFormat.short(theorem))",
            verdict: !decided ? .undecided : !smoothOK ? .refuted : roughOK ? .confirmed : .confirmedWhenSmooth, recorded: .confirmedWhenSmooth,
            numbers: [
                ("smooth holds", Double(holds)), ("smooth cases", Double(cases)), ("rough holds", Double(roughHolds)),
                ("rough cases", Double(rough.count)), ("sine identity", theorem),
            ])
    }

    static func noSurplus(_ pair: Pair) -> Bool { pair.other.at(Laboratory.cut).count <= pair.exact.at(Laboratory.cut).count }

    /// The largest ‖A_fd-exact − A_AD D‖_F / ‖A_AD D‖_F over steps and both orders; D = diag((sin(w_j h/2)/(w_j h/2))ᵖ), interior rows, accuracy 2, 1-D.
    ///
    /// A sine's second difference is its second derivative times (sin(wh/2)/(wh/2))², its fourth difference that squared: exactly, whatever h.
    static func theorem(_ laboratory: Laboratory) throws(StudyError) -> Double {
        var worst = 0.0
        for equation in StudyEquation.allCases {
            let setting = StudySetting(equation, .sin, range: 10)
            let prepared = try laboratory.prepare(setting)
            let exact = try prepared.matrix(.automatic)
            for step in [1e-3, 1e-2, 1e-1] {
                let differences = try prepared.matrix(.fdExact(step))
                var difference = 0.0
                var size = 0.0
                for j in 0..<exact.columns {
                    let half = prepared.weights[j, 0] * step / 2
                    let factor = half == 0 ? 1 : pow(sin(half) / half, Double(equation.order))
                    for i in 0..<prepared.interiorRows {
                        let expected = exact[i, j] * factor
                        difference += (differences[i, j] - expected) * (differences[i, j] - expected)
                        size += expected * expected
                    }
                }
                worst = max(worst, (difference / size).squareRoot())
            }
        }
        return worst
    }
}
