import Spectra
import Studies
import Synchronization

final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
}

/// Trainings whose final loss is made up, with spectra whose entropy grows with the range.
struct ToyTrainings: StudySource {
    var counter: Counter?
    let loss: @Sendable (TrainingSetting) -> Double

    init(counter: Counter? = nil, _ loss: @escaping @Sendable (TrainingSetting) -> Double) {
        self.counter = counter
        self.loss = loss
    }

    func prepare(_ setting: StudySetting, seed: UInt64) throws(StudyError) -> any PreparedSetting { try ToySource().prepare(setting, seed: seed) }

    func train(_ setting: TrainingSetting, seed: UInt64) throws(StudyError) -> TrainingTrial {
        counter?.add()
        let last = loss(setting)
        let ratio = 1 + (1 + 1e-3 * Double(setting.replicate) + 1e-5 * Double(setting.hidden[0])) / (setting.range ?? 1)
        let values = (0..<10).map { k in (0..<k).reduce(1.0) { product, _ in product / ratio } }
        return try TrainingTrial(
            setting: setting, steps: [0, Double(setting.steps)], loss: [100, last], trueResidual: [10, last], error: [1, last],
            spectra: [(0, values), (setting.steps, values)])
    }
}
