import Compute
import Models
import Problems
import Solvers
import Spectra

/// Trains networks as settings say; what it finds depends on setting and seed alone.
struct TrainingLaboratory: Sendable {
    let seed: UInt64

    /// Step 0, then four steps a decade, then the last.
    static func looks(_ steps: Int) -> [Int] {
        var list = [0]
        var value = 1.0
        while value < Double(steps) {
            let step = Int(value.rounded())
            if step > (list.last ?? 0) { list.append(step) }
            value *= 1.7782794100389228
        }
        if list.last != steps { list.append(steps) }
        return list
    }

    func measure(_ setting: TrainingSetting) throws(StudyError) -> TrainingTrial {
        do { return try train(setting) } catch let error as StudyError { throw error } catch let error as SolverError {
            throw .solver(setting: "\(setting)", error)
        } catch { throw .assembly(setting: "\(setting)", reason: "\(error)") }
    }

    private func train(_ setting: TrainingSetting) throws -> TrainingTrial {
        let seed = seed &+ UInt64(setting.replicate)
        let problem = try Problem.named("\(setting.equation.rawValue)1d")
        var stream = RandomStream(seed: seed, name: "network")
        let network = Network(
            try NetworkArchitecture(widths: [1] + setting.hidden + [1], activation: .tanh),
            initialization: setting.range.map { .uniform(range: $0) } ?? .glorotNormal, stream: &stream)
        let optimizer: any Optimizer =
            switch setting.rule {
            case .adam(let rate): Adam(.constant(rate))
            case .gradientDescent: GradientDescent(rate: .inverseCurvature)
            }
        var trainer = try Trainer(
            problem: problem, network: network, points: try problem.collocationPoints(setting.points, sampling: .grid, seed: seed),
            derivative: setting.method, precision: setting.precision, optimizer: optimizer, seed: seed)
        let looks = Self.looks(setting.steps)
        var records: [TrainingRecord] = []
        var snapshots: [TrainingTrial.Snapshot] = []
        var outcome = TrainingOutcome.maxSteps
        for (place, look) in looks.enumerated() where outcome == .maxSteps {
            outcome = try trainer.run(steps: look, logEvery: .max) { record in
                if record.step > records.last?.step ?? -1 { records.append(record) }
            }
            if place == 0 || place == looks.count / 2 || place == looks.count - 1, outcome == .maxSteps {
                snapshots.append(try snapshot(&trainer, setting))
            }
        }
        return TrainingTrial(
            setting: setting, steps: records.map { Double($0.step) }, loss: records.map(\.loss.total),
            trueResidual: records.map { $0.trueResidual ?? .nan }, error: records.map { $0.error ?? .nan }, spectra: snapshots, outcome: outcome)
    }

    private func snapshot(_ trainer: inout Trainer, _ setting: TrainingSetting) throws -> TrainingTrial.Snapshot {
        let values = try trainer.singularValues()
        let spectrum = try Spectrum(singularValues: values, largestDimension: max(values.count, trainer.state.parameters.count))
        return try TrainingTrial.Snapshot(step: trainer.state.step, spectrum: spectrum, cut: setting.cut)
    }
}
