import Differentiation
import Solvers
import Spectra

/// All that a study measured.
struct Observations: Sendable {
    let trials: [Trial]
    private let places: [StudySetting: Int]
    private let trained: [TrainingSetting: TrainingTrial]
    private let parted: [PartitionSetting: PartitionTrial]

    init(trials: [Trial], trainings: [TrainingTrial] = [], partitions: [PartitionTrial] = []) {
        self.trials = trials
        trained = Dictionary(trainings.map { ($0.setting, $0) }, uniquingKeysWith: { first, _ in first })
        parted = Dictionary(partitions.map { ($0.setting, $0) }, uniquingKeysWith: { first, _ in first })
        places = Dictionary(trials.enumerated().map { ($1.setting, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(_ setting: StudySetting) -> Trial? { places[setting].map { trials[$0] } }

    subscript(_ setting: TrainingSetting) -> TrainingTrial? { trained[setting] }
    subscript(_ setting: PartitionSetting) -> PartitionTrial? { parted[setting] }

    /// The measured trials of these settings, each once.
    func trials(of settings: [StudySetting]) -> [Trial] { settings.compactMap { self[$0] } }

    /// The pairs (exact derivatives, one of `methods`) of these settings.
    func pairs(_ plans: [StudyPlan], where wanted: (DerivativeMethod) -> Bool) -> [Pair] {
        plans.flatMap { plan -> [Pair] in
            guard let trial = self[plan.setting] else { return [] }
            return plan.methods.filter(wanted).compactMap { method in
                trial.measurement(method).map { Pair(setting: plan.setting, exact: trial.exact, other: $0) }
            }
        }
    }
}

/// Exact derivatives beside another method on one setting.
struct Pair: Sendable {
    let setting: StudySetting
    let exact: Measurement
    let other: Measurement

    func regime(_ cut: Double) -> Regime { other.at(cut).regime ?? .clean }

    var step: Double {
        switch other.method {
        case .finiteDifference(_, .fixed(let step), _), .exactDifference(_, .fixed(let step)): step
        default: .nan
        }
    }
}

/// The median; the mean of the middle two of an even number; NaN of none.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
