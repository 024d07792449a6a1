import Compute
import Differentiation

/// How much worse a loss ends with differences than with exact derivatives, seed by seed.
struct LossRatios: Sendable {
    let own: [Double]
    let truth: [Double]

    init(_ exact: [TrainingTrial], _ differences: [TrainingTrial]) {
        func value(_ trial: TrainingTrial, _ part: (TrainingTrial) -> Double) -> Double { trial.outcome == .diverged ? .infinity : part(trial) }
        own = zip(differences, exact).map { value($0, \.finalLoss) / $1.finalLoss }
        truth = zip(differences, exact).map { value($0, \.finalTrueResidual) / $1.finalTrueResidual }
    }

    /// A difference that counts.
    static let worse = 1.5
    /// Differences do worse for all seeds but one in eight.
    var isWorse: Bool { !own.isEmpty && own.count { $0 > Self.worse } * 8 >= own.count * 7 }

    var text: String { "\(NumberFormat.short(median(own))) (\(own.count { $0 > Self.worse }) of \(own.count) seeds)" }
}

/// C8 and C9: a two-layer network trains faster, to a smaller loss, with exact derivatives: Poisson, and all the more biharmonic.
struct TrainsFaster: Claim {
    let item: StudyItem
    let equation: StudyEquation

    static let poisson = TrainsFaster(item: .c8, equation: .poisson)
    static let biharmonic = TrainsFaster(item: .c9, equation: .biharmonic)
    /// Where truncation shows in float64.
    static let coarse = DerivativeMethod.fd(0.2)

    private var equations: [StudyEquation] { equation == .poisson ? [.poisson] : [.poisson, .biharmonic] }

    func trainings(_ scale: StudyScale) -> [TrainingSetting] {
        equations.flatMap { equation in
            TrainingGrid.ways(equation).flatMap { TrainingGrid.replicated(TrainingGrid.reference(equation, scale).by($0.method, $0.precision)) }
        } + (equation == .biharmonic ? TrainingGrid.replicated(TrainingGrid.reference(.biharmonic, scale).by(Self.coarse, .f64)) : [])
    }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        func ratios(_ equation: StudyEquation, _ precision: Precision, _ method: DerivativeMethod? = nil) -> LossRatios {
            let setting = TrainingGrid.reference(equation, scale)
            return LossRatios(
                observations.trainings(setting, .automatic, precision),
                observations.trainings(setting, method ?? .fd(TrainingGrid.step(equation)), precision))
        }
        let (double, single) = (ratios(equation, .f64), ratios(equation, .f32))
        var holds = (double: double.isWorse, single: single.isWorse)
        var observed = "float64 \(double.text), float32 \(single.text)"
        var numbers: [(name: String, value: Double)] = [
            ("seeds", Double(double.own.count)), ("float64 loss ratio", median(double.own)), ("float32 loss ratio", median(single.own)),
            ("float64 true residual ratio", median(double.truth)), ("float32 true residual ratio", median(single.truth)),
        ]
        if equation == .biharmonic {
            let (doubleBefore, singleBefore) = (ratios(.poisson, .f64), ratios(.poisson, .f32))
            holds.double = holds.double && median(double.own) > median(doubleBefore.own)
            holds.single = holds.single && median(single.own) > median(singleBefore.own)
            let coarse = ratios(.biharmonic, .f64, Self.coarse)
            observed +=
                ", against \(NumberFormat.short(median(singleBefore.own))) for Poisson; true residual \(NumberFormat.short(median(single.truth))) times AD's. "
                + "By truncation, float64, h = 0.2: true residual \(NumberFormat.short(median(coarse.truth))) times"
            numbers += [
                ("float32 loss ratio of Poisson", median(singleBefore.own)), ("float64 true residual ratio at h = 0.2", median(coarse.truth)),
            ]
        } else {
            observed += "; true residual \(NumberFormat.short(median(double.truth))) and \(NumberFormat.short(median(single.truth))) times AD's"
        }
        let h = NumberFormat.plain(TrainingGrid.step(equation))
        return ClaimResult(
            item: item,
            claim: equation == .poisson
                ? "A two-layer network trains better by AD than by FD (Poisson, Adam)" : "The more so for the biharmonic equation",
            threshold: "final loss of FD, h = \(h), more than 1.5 times AD's for 7 of 8 seeds"
                + (equation == .biharmonic ? ", and by a larger factor than for Poisson" : ""),
            observed: observed, verdict: Verdict.of(holds, enough: double.own.count >= 4 && single.own.count >= 4), recorded: .confirmedInSingle,
            numbers: numbers)
    }
}

extension Verdict {
    static func of(_ holds: (double: Bool, single: Bool), enough: Bool) -> Verdict {
        guard enough else { return .undecided }
        return holds.double && holds.single ? .confirmed : holds.single ? .confirmedInSingle : .refuted
    }
}
