import Compute
import Differentiation
import Foundation
import LinearAlgebra
import Models
import Problems
import Solvers
import Testing

/// Ensembles of networks on problems: each member is what a Trainer with its seed and settings makes of it.
@Suite struct EnsembleTrainingTests {
    static let stencil = DerivativeMethod.finiteDifference(accuracy: 2, step: .fixed(0.05), precision: nil)
    static let methods: [DerivativeMethod] = [
        .automatic, stencil, .finiteDifference(accuracy: 2, step: .fixed(0.0625), precision: nil),
        .finiteDifference(accuracy: 4, step: .fixed(0.05), precision: nil), .finiteDifference(accuracy: 2, step: .automatic, precision: nil),
        .exactDifference(accuracy: 2, step: .fixed(0.05)),
    ]

    struct Setting: Sendable, CustomStringConvertible {
        let problem: String
        let layers: [Int]
        let isAdam: Bool
        let rate: LearningRate
        var precision = Precision.f64
        var description: String { "\(problem), \(layers), \(isAdam ? "adam" : "gd"), \(precision)" }
    }

    static let settings: [Setting] = [
        Setting(problem: "poisson1d", layers: [1, 20, 1], isAdam: true, rate: .constant(1e-3)),
        Setting(problem: "poisson1d", layers: [1, 20, 1], isAdam: false, rate: .constant(1e-7)),
        Setting(problem: "poisson1d", layers: [1, 20, 1], isAdam: true, rate: .exponential(1e-2, factor: 0.5, every: 7), precision: .f32),
        Setting(problem: "biharmonic1d", layers: [1, 10, 10, 1], isAdam: true, rate: .cosine(1e-2, last: 1e-3, steps: 15)),
        Setting(problem: "poisson2d", layers: [2, 15, 1], isAdam: true, rate: .constant(1e-3), precision: .f32),
    ]

    @Test(arguments: settings) func aMemberIsWhatItsTrainerMakes(_ setting: Setting) throws {
        let problem = try Problem.named(setting.problem)
        let trials = Self.methods.enumerated().map { index, method in
            EnsembleTraining.Trial(seed: UInt64(index), rate: setting.rate, derivative: method)
        }
        var training = try EnsembleTraining(
            problem: problem, layers: setting.layers, points: 36, trials: trials, optimizer: setting.isAdam ? .adam() : .gradientDescent,
            precision: setting.precision)
        let results = try training.run(steps: 20, records: [0, 10, 20], spectraAt: [0, 20])
        for (index, trial) in trials.enumerated() {
            var rate = 0.0
            if case .constant(let eta) = setting.rate { rate = eta }
            let optimizer: any Optimizer = setting.isAdam ? Adam(setting.rate) : GradientDescent(rate: .fixed(rate))
            var trainer = try Trainer(
                problem: problem, layers: setting.layers, points: 36, derivative: trial.derivative, precision: setting.precision,
                optimizer: optimizer, seed: trial.seed)
            var records: [TrainingRecord] = []
            let outcome = try trainer.run(steps: 20, logEvery: 10, spectrumEvery: 20) { records.append($0) }
            let result = results[index]
            let name = "\(setting), \(trial.derivative)"
            let tolerance = setting.precision == .f64 ? 1e-13 : 1e-5
            #expect(result.outcome == outcome && result.step == 20 && result.steps == [0, 10, 20])
            for (a, b) in zip(training.states[index].parameters, trainer.state.parameters) { #expect(abs(a - b) <= tolerance, "\(name)") }
            for (place, record) in records.enumerated() {
                #expect(abs(result.losses[place] / record.loss.total - 1) <= tolerance, "\(name)")
                #expect(abs(result.trueResiduals[place] / (record.trueResidual ?? 0) - 1) <= tolerance, "\(name)")
            }
            #expect(result.spectra.map(\.step) == [0, 20])
            let spectra = records.compactMap(\.spectrum)
            for (a, b) in zip(result.spectra, spectra) {
                #expect(
                    a.spectrum.count == b.count && abs(a.spectrum.entropy - b.entropy) < 1e-3 && abs(a.spectrum.rank / b.rank - 1) < 1e-3, "\(name)")
            }
            #expect(spectra.count == 2)
            #expect(training.network(ofTrial: index).parameters == Array(training.states[index].parameters))
        }
    }

    @Test(arguments: OptimizerTests.Trace.all.indices) func membersFollowTheTracesOfSixtyDigits(_ index: Int) throws {
        let trace = OptimizerTests.Trace.all[index]
        let members = (0..<3).map { Ensemble.Member(parameters: trace.network.parameters.map { $0 }, rate: trace.rate * ($0 == 1 ? 1 : 0.5)) }
        let ensemble = try Ensemble(architecture: trace.network.architecture, members: members) { _ in trace.terms }
        let records = Array(0..<trace.losses.count)
        let curves = try ensemble.run(to: trace.losses.count, optimizer: trace.method == "gd" ? .gradientDescent : .adam(), records: records)
        for (value, exact) in zip(curves[1].losses, trace.losses) { #expect(abs(value / exact - 1) < 1e-12, "\(trace)") }
        for (value, exact) in zip(ensemble.state(ofMember: 1).parameters, trace.end) { #expect(abs(value - exact) < 1e-12, "\(trace)") }
    }

    private func training(_ count: Int, width: Int = 8, points: Int = 20, precision: Precision = .f64) throws -> EnsembleTraining {
        try EnsembleTraining(
            problem: .named("poisson1d"), layers: [1, width, 1], points: points,
            trials: (0..<count).map { .init(seed: UInt64($0), derivative: $0 % 2 == 0 ? .automatic : Self.stencil) }, precision: precision)
    }

    @Test func aCrowdIsTakenUpAgainWithTheSameBits() throws {
        var whole = try training(6)
        let all = try whole.run(steps: 30, records: [0, 20, 30])
        var first = try training(6)
        try first.run(steps: 20, records: [0, 20])
        var second = try training(6)
        try second.resume(first.states)
        let rest = try second.run(steps: 30, records: [30])
        #expect(second.states == whole.states && second.step == 30)
        #expect(rest.map { $0.losses[0] } == all.map { $0.losses[2] })
        var stopped = try training(6)
        let halted = try stopped.run(steps: 30, records: [0, 20, 30], isStopped: { true })
        #expect(halted.allSatisfy { $0.outcome == .interrupted && $0.steps == [0] })
        #expect(try stopped.run(steps: 30, records: [0, 20, 30]) == all)
    }

    @Test func tenThousandNetworksInBoundedMemory() throws {
        var crowd = try training(10_000, precision: .f32)
        let few = try training(2, precision: .f32)
        // What a run holds beside the members' own numbers does not grow with them.
        #expect(crowd.memoryBytes <= 2 * UInt64(max(1, Device.threads)) * few.memoryBytes)
        let results = try crowd.run(steps: 3, records: [0, 3], judged: false)
        #expect(results.count == 10_000 && results.allSatisfy { $0.losses[1].isFinite && $0.step == 3 })
        var alone = try EnsembleTraining(
            problem: .named("poisson1d"), layers: [1, 8, 1], points: 20, trials: [.init(seed: 7654)], precision: .f32)
        let single = try alone.run(steps: 3, records: [0, 3], judged: false)
        #expect(single[0].losses == results[7654].losses && alone.states[0] == crowd.states[7654])
    }

    @Test func divergedTrialsKeepTheBest() throws {
        let trials = [1e-3, 1e30].map { EnsembleTraining.Trial(seed: 1, rate: .constant($0)) }
        var training = try EnsembleTraining(
            problem: .named("poisson1d"), layers: [1, 8, 1], points: 20, trials: trials, optimizer: .gradientDescent)
        let results = try training.run(steps: 40, records: [0, 40], spectraAt: [40])
        #expect(results[1].outcome == .diverged && results[1].step < 40 && results[1].losses[1].isNaN && results[1].spectra.isEmpty)
        let network = training.network(ofTrial: 1)
        #expect(network.parameters.allSatisfy(\.isFinite) && network == training.bestNetwork(ofTrial: 1))
    }

    @Test func wrongSizesAreRefusedInASentence() throws {
        func refusal(_ body: () throws -> Void) -> String {
            do {
                try body()
                return ""
            } catch { return "\(error)" }
        }
        let architecture = try NetworkArchitecture(widths: [1, 8, 1], activation: .tanh)
        let problem = try Problem.named("poisson1d")
        let points = try problem.collocationPoints(20, seed: 0)
        func make(_ members: [Ensemble.Member]) throws {
            _ = try Ensemble(problem: problem, points: points, architecture: architecture, members: members)
        }
        #expect(refusal { try make([]) }.contains("at least one member"))
        #expect(refusal { try make([.init(parameters: [1, 2])]) }.contains("Member 0 has 2 parameters"))
        let start = Array(repeating: 0.1, count: 25)
        #expect(refusal { try make([.init(parameters: start, rate: .nan)]) }.contains("learning rate of member 0"))
        #expect(refusal { try make([.init(parameters: start), .init(parameters: start, weights: [1])]) }.contains("weights of member 1"))
        var other = try training(2)
        #expect(refusal { try other.resume([]) }.contains("0 states for 2 members"))
        try other.run(steps: 2, records: [])
        #expect(refusal { try other.run(steps: 1) }.contains("would go back"))
        let mixed = [EnsembleTraining.Trial(seed: 0), .init(seed: 1, rate: .cosine(1, last: 0.1, steps: 9))]
        #expect(
            refusal { _ = try EnsembleTraining(problem: problem, architecture: architecture, points: points, trials: mixed) }
                .contains("change in different ways"))
    }

    @Test func recordsAreSpacedByTheLogarithm() {
        #expect(LogSteps.upTo(0) == [0])
        #expect(LogSteps.upTo(1) == [0, 1])
        #expect(LogSteps.upTo(100, perDecade: 3) == [0, 1, 2, 5, 10, 22, 46, 100])
    }
}
