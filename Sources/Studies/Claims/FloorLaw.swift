import Differentiation
import Spectra

/// C7: the height of the rounding floor.
struct FloorLaw: Claim {
    let item = StudyItem.c7
    static let lower = 0.03
    static let upper = 0.8
    static let ranges = [0.5, 1, 2, 3, 5]

    /// The grid of the claims, and single precision.
    func plans(_ scale: StudyScale) -> [StudyPlan] {
        StudyGrid.smoothPlans(scale).filter { $0.setting.activation != .gaussian && Self.ranges.contains($0.setting.range) }.map { plan in
            let steps: [Double] = plan.setting.equation == .poisson ? [1e-2, 3e-2] : [1e-1, 2e-1]
            return StudyPlan(plan.setting, plan.methods.filter(\.isDifference) + steps.map { .fd($0, .f32) })
        }
    }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        var constants: [Double] = []
        var floors: [Double] = []
        for pair in observations.pairs(plans(scale), where: \.isDifference) {
            // Only where the floor stands clear of the cut is everything after the first n_a values noise.
            guard let norm = pair.other.roundingNorm, let floor = pair.other.floor, let relative = pair.other.relativeFloor,
                relative >= 10 * Laboratory.cut, pair.regime(Laboratory.cut) != .fullRank,
                let constant = RoundingFloor.observedConstant(
                    of: pair.other.spectrum, after: pair.exact.at(Laboratory.cut).count, roundingNorm: norm, rows: pair.setting.points,
                    epsilon: pair.other.method.stencilEpsilon)
            else { continue }
            constants.append(constant)
            floors.append(floor)
        }
        let low = constants.min() ?? .nan
        let high = constants.max() ?? .nan
        let span = (floors.max() ?? .nan) / (floors.min() ?? .nan)
        let within = low >= Self.lower && high <= Self.upper
        return ClaimResult(
            item: item, claim: "The floor of FD's singular values is C · eps · ‖stencil‖₂ · √M / h^p, C of order 0.1",
            threshold: "0.03 ≤ C ≤ 0.8 in every case (tanh and sin, R ≤ 5, float64 and float32; C from the median of the values after AD's n_a)",
            observed:
                "C from \(NumberFormat.short(low)) to \(NumberFormat.short(high)), median \(NumberFormat.short(median(constants))), in \(constants.count) cases "
                + "whose floors span a factor of \(NumberFormat.short(span))",
            verdict: constants.count < RegimeCount.fewest ? .undecided : within ? .confirmed : .refuted, recorded: .confirmed,
            numbers: [("lowest C", low), ("highest C", high), ("median C", median(constants)), ("cases", Double(constants.count)), ("span", span)])
    }
}
