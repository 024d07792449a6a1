import Compute
import Differentiation
import Foundation
import LinearAlgebra
import Models
import Problems
import Solvers
import Testing

/// Optimisers against traces of 60 digits (Tests/Reference/traces.py) and on problems with known ends.
@Suite struct OptimizerTests {
    struct Trace: Sendable, CustomStringConvertible {
        let description: String
        let method: String
        let rate: Double
        let network: Network
        let terms: [ResidualTerm]
        let losses: [Double]
        let end: [Double]

        static let all: [Trace] = {
            let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Reference/traces.json")
            guard let data = try? Data(contentsOf: url), let list = try? JSONSerialization.jsonObject(with: data) as? [[String: Any]] else {
                return []
            }
            return list.compactMap { try? Trace($0) }
        }()

        init(_ entry: [String: Any]) throws {
            let widths = entry["widths"] as? [Int] ?? []
            let activation = Activation(name: entry["activation"] as? String ?? "") ?? .tanh
            method = entry["method"] as? String ?? ""
            description = "\(entry["name"] ?? ""), \(method)"
            rate = entry["rate"] as? Double ?? 0
            network = Network(
                try NetworkArchitecture(widths: widths, activation: activation), parameters: entry["parameters"] as? [Double] ?? [])
            let vocabulary = try Vocabulary(coordinates: Vocabulary.standardCoordinates(widths[0]), data: ["f"])
            terms = try (entry["terms"] as? [[String: Any]] ?? []).enumerated().map { index, term in
                let residual = try Differentiation.Expression(equation: index == 0 ? "laplacian(u) - f" : "u - f", in: vocabulary)
                let points = PointSet(
                    Matrix(rows: term["points"] as? [[Double]] ?? []), data: ["f": term["source"] as? [Double] ?? []])
                return ResidualTerm("term \(index)", .equations([residual]), at: points, weight: term["weight"] as? Double ?? 0)
            }
            losses = (entry["losses"] as? [String] ?? []).compactMap { Double($0) }
            end = (entry["end"] as? [String] ?? []).compactMap { Double($0) }
        }
    }

    @Test func tracesAreThere() { #expect(Trace.all.count == 4) }

    @Test(arguments: Trace.all.indices) func tracesAreThoseOfSixtyDigits(_ index: Int) throws {
        let trace = Trace.all[index]
        let plan = try ResidualPlan(network: trace.network, terms: trace.terms)
        var optimizer: any Optimizer = trace.method == "gd" ? GradientDescent(rate: .fixed(trace.rate)) : Adam(.constant(trace.rate))
        var parameters = trace.network.parameters
        for exact in trace.losses {
            let step = try optimizer.step(plan, &parameters)
            #expect(abs(step.loss.total / exact - 1) < 1e-12, "\(trace)")
        }
        for (value, exact) in zip(parameters, trace.end) { #expect(abs(value - exact) < 1e-12, "\(trace)") }
    }

    static let choices: [(name: String, make: @Sendable () -> any Optimizer, steps: Int, loss: Double)] = [
        ("gd", { GradientDescent(rate: .inverseCurvature) }, 40, 20),
        ("adam", { Adam(.cosine(2e-2, last: 1e-3, steps: 300)) }, 300, 2e-1),
        ("adamw", { Adam(.exponential(2e-2, factor: 0.5, every: 100), decay: 1e-4) }, 300, 2e-1),
        ("lbfgs", { LimitedMemoryBFGS(history: 20) }, 150, 1e-1),
        ("bfgs", { DenseBroyden(.bfgs) }, 150, 5e-2),
        ("ssbroyden", { DenseBroyden(.selfScaled) }, 150, 5e-2),
        ("lm", { LevenbergMarquardt() }, 120, 1e-2),
    ]

    static func trainer(_ index: Int) throws -> Trainer {
        try Trainer(problem: .named("poisson1d"), layers: [1, 12, 1], points: 40, optimizer: choices[index].make(), seed: 3)
    }

    @Test(arguments: choices.indices) func everyOptimizerLowersTheLoss(_ index: Int) throws {
        var trainer = try Self.trainer(index)
        var records: [TrainingRecord] = []
        try trainer.run(steps: Self.choices[index].steps, logEvery: 50, spectrumEvery: 50) { records.append($0) }
        let last = try #require(records.last)
        #expect(last.loss.total < Self.choices[index].loss, "\(Self.choices[index].name): \(last.loss.total)")
        #expect(last.loss.total < records[0].loss.total)
        // In float64 with exact derivatives the judge sees what the training sees.
        #expect(abs((last.trueResidual ?? 0) - last.loss.total.squareRoot()) <= 1e-12 * last.loss.total.squareRoot())
        #expect(records[0].spectrum.map { $0.count > 0 && $0.entropy > 0 && $0.rank >= 1 } == true)
    }

    @Test(arguments: choices.indices) func aRunTakenUpAgainHasTheSameBits(_ index: Int) throws {
        var whole = try Self.trainer(index)
        try whole.run(steps: 24, logEvery: 100) { _ in }
        var first = try Self.trainer(index)
        try first.run(steps: 11, logEvery: 100) { _ in }
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("residua-\(UUID().uuidString).safetensors").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Checkpoint(first.checkpointState, identity: ["problem": "poisson1d"]).write(to: path)
        var second = try Self.trainer(index)
        try second.resume(try Checkpoint(contentsOf: path).state)
        try second.run(steps: 24, logEvery: 100) { _ in }
        #expect(second.state.parameters == whole.state.parameters, "\(Self.choices[index].name)")
        #expect(second.state.step == whole.state.step && second.state.bestLoss == whole.state.bestLoss)
    }

    @Test func divergenceIsAnOutcomeAndTheBestIsKept() throws {
        var trainer = try Trainer(
            problem: .named("poisson1d"), layers: [1, 12, 1], points: 40, optimizer: GradientDescent(rate: .fixed(1e3)), seed: 3)
        let outcome = try trainer.run(steps: 200, logEvery: 100) { _ in }
        #expect(outcome == .diverged)
        let isSound = trainer.network.parameters.allSatisfy { $0.isFinite }
        #expect(isSound)
        #expect(trainer.state.bestLoss.isFinite)
    }

    @Test func trainableParametersAreFound() throws {
        // u_xx + k² u = 0 with data from sin 2x: k = 2.
        let problem = try Problem(
            equations: ["u_xx + k*u"], conditions: ["boundary: u - g"], parameters: ["k": 3], trainable: ["k"], dimension: 1, data: ["g"])
        let line = Matrix<Double>(rows: (0..<40).map { [-1 + 2 * Double($0) / 39] })
        let points = CollocationPoints(interior: PointSet(line), conditions: [PointSet(line, data: ["g": line.elements.map { sin(2 * $0) }])])
        var stream = RandomStream(seed: 1, name: "network")
        let network = Network(try NetworkArchitecture(widths: [1, 12, 1], activation: .tanh), stream: &stream)
        var trainer = try Trainer(problem: problem, network: network, points: points, optimizer: LevenbergMarquardt())
        try trainer.run(steps: 300, logEvery: 300) { _ in }
        #expect(abs((trainer.state.parameters.last ?? 0) - 4) < 5e-4)
    }

    @Test func spectraTakeASmallPartOfARun() throws {
        let trainer = try Self.trainer(1)
        #expect(trainer.spectrumInterval(steps: 100, logEvery: 10) == 0)
        let interval = trainer.spectrumInterval(steps: 100_000, logEvery: 100)
        #expect(interval >= 100 && interval % 100 == 0 && interval < 100_000)
        // Twice the steps, twice the spectra.
        let longer = trainer.spectrumInterval(steps: 200_000, logEvery: 100)
        #expect(longer <= interval)
    }

    /// A run that ends long before its last step has no spectra that its steps have not earned; one that is asked for is taken.
    @Test func anEarlyEndHasNoSpectrumThatTakesLong() throws {
        for saves in [true, false] {
            var trainer = try Trainer(problem: .named("poisson1d"), layers: [1, 40, 40, 1], points: 300, optimizer: Self.choices[1].make(), seed: 3)
            trainer.tolerance = 1e300
            trainer.savesOnSpectra = saves
            var records: [TrainingRecord] = []
            #expect(try trainer.run(steps: 1_000_000, spectrumEvery: 1000) { records.append($0) } == .converged)
            #expect(records.filter { $0.spectrum != nil }.count == (saves ? 0 : 1))
        }
    }
}
