import Differentiation

/// C12: where rounding swamps the matrix, a large entropy goes with a bad solution.
struct EntropyMisleads: Claim {
    let item = StudyItem.c12
    static let cut = 1e-6
    static let method = DerivativeMethod.fd(1e-2, .f32)
    static let settings = StudyGrid.replicated(StudySetting(.biharmonic, .tanh, range: 3))

    func plans(_ scale: StudyScale) -> [StudyPlan] { Self.settings.map { StudyPlan($0, [Self.method]) } }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        let pairs = observations.pairs(plans(scale)) { $0 == Self.method }
        func values(_ value: (Pair) -> Double?) -> Double { median(pairs.compactMap(value)) }
        let holds = pairs.filter { pair in
            let exact = pair.exact.at(Self.cut)
            let other = pair.other.at(Self.cut)
            guard let residual = exact.residual, let worse = other.residual else { return false }
            return pair.regime(Self.cut) == .swamped && other.entropy > exact.entropy + 0.1 && worse > 1000 * residual
        }.count
        let entropies = (values { $0.other.at(Self.cut).entropy }, values { $0.exact.at(Self.cut).entropy })
        let residuals = (values { $0.other.at(Self.cut).residual }, values { $0.exact.at(Self.cut).residual })
        return ClaimResult(
            item: item, claim: "Where rounding swamps the matrix, entropy misleads: larger for FD, whose solution is far worse",
            threshold:
                "biharmonic, float32, h = 0.01, cut 10⁻⁶: H of FD larger by more than 0.1 and its residual more than 1000 times AD's, for every seed",
            observed:
                "\(holds) of \(pairs.count) seeds; medians: H \(NumberFormat.decimals(entropies.0)) (FD) against \(NumberFormat.decimals(entropies.1)) (AD), "
                + "residual \(NumberFormat.short(residuals.0)) against \(NumberFormat.short(residuals.1))",
            verdict: pairs.count < 3 ? .undecided : holds == pairs.count ? .confirmed : .refuted, recorded: .confirmed,
            numbers: [
                ("seeds", Double(pairs.count)), ("holds", Double(holds)), ("H of FD", entropies.0), ("H of AD", entropies.1),
                ("residual of FD", residuals.0), ("residual of AD", residuals.1),
            ])
    }
}
