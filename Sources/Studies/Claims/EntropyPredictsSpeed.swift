import Differentiation
import Reports

/// C11: truncated entropy at the start tells how fast a network trains.
struct EntropyPredictsSpeed: Claim {
    let item = StudyItem.c11
    /// A rank correlation that predicts something.
    static let bar = 0.3
    static let ways: [DerivativeMethod] = [.automatic, .fd(TrainingGrid.step(.poisson))]

    func trainings(_ scale: StudyScale) -> [TrainingSetting] {
        TrainingGrid.wide(scale).flatMap { setting in
            Self.ways.flatMap { TrainingGrid.replicated(setting.by($0, .f64), TrainingGrid.wideReplicates(scale)) }
        }
    }

    /// What is correlated: one list of trainings a configuration.
    static func groups(_ observations: Observations, _ scale: StudyScale, _ method: DerivativeMethod) -> [[TrainingTrial]] {
        TrainingGrid.wide(scale).map { observations.trainings($0, method, .f64, replicates: TrainingGrid.wideReplicates(scale)) }
    }

    static func correlation(_ trials: [TrainingTrial], with speed: (TrainingTrial) -> Double = \.speed) -> Double {
        Statistics.rankCorrelation(trials.map { $0.spectra.first?.entropy ?? .nan }, trials.map(speed)) ?? .nan
    }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        let exact = Self.groups(observations, scale, .automatic)
        let differences = Self.groups(observations, scale, Self.ways[1])
        let pooled = Self.correlation(exact.flatMap { $0 })
        let within = median(exact.map { Self.correlation($0) }.filter(\.isFinite))
        let mixed = Self.correlation((exact + differences).flatMap { $0 })
        let end = Self.correlation(exact.flatMap { $0 }, with: \.decades)
        let pairs = zip(exact.flatMap { $0 }, differences.flatMap { $0 })
        let entropyGap = median(pairs.map { ($0.spectra.first?.entropy ?? .nan) - ($1.spectra.first?.entropy ?? .nan) })
        let speedGap = median(pairs.map { abs($0.speed - $1.speed) })
        let trials = exact.reduce(0) { $0 + $1.count }
        let verdict: Verdict =
            trials < RegimeCount.fewest || !pooled.isFinite
            ? .undecided : pooled >= Self.bar ? within >= Self.bar ? .confirmed : .confirmedAcross : .refuted
        return ClaimResult(
            item: item, claim: "Truncated entropy at the start predicts the speed of training",
            threshold:
                "Spearman's correlation of H with the speed (decades the loss has fallen, mean over logged steps) is at least 0.3, pooled and between seeds",
            observed:
                "AD: pooled over widths and ranges \(NumberFormat.decimals(pooled, 2)), between seeds of one configuration "
                + "\(NumberFormat.decimals(within, 2)) (median); pooled with the decades at the last step alone \(NumberFormat.decimals(end, 2)); AD and FD pooled \(NumberFormat.decimals(mixed, 2)): H of AD less that of FD \(NumberFormat.decimals(entropyGap)), "
                + "their speeds \(NumberFormat.short(speedGap)) decades apart (medians)",
            verdict: verdict, recorded: .confirmedAcross,
            numbers: [
                ("trainings", Double(trials)), ("pooled", pooled), ("pooled, last step", end), ("between seeds", within), ("pooled with FD", mixed),
                ("entropy gap", entropyGap),
                ("speed gap in decades", speedGap),
            ])
    }
}
