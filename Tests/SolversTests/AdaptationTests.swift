import Compute
import Foundation
import Models
import Problems
import Solvers
import Testing

/// Loss weights and points that change.
@Suite struct AdaptationTests {
    static let weightings: [any LossWeighting] = [
        FixedWeights([1, 10]), GradientNormWeights(interval: 5), TangentKernelWeights(interval: 5), SelfAdaptiveWeights(interval: 5),
        CausalWeights(slices: 4, interval: 5),
    ]
    static let schedules: [any PointSchedule] = [
        ResampledPoints(interval: 5), ResidualRefinement(interval: 5, added: 7), ResidualDistribution(interval: 5),
    ]

    static func trainer(
        _ weighting: (any LossWeighting)?, _ schedule: (any PointSchedule)?, optimizer: any Optimizer = LevenbergMarquardt()
    ) throws -> Trainer {
        let problem = try Problem.named("heat")
        var stream = RandomStream(seed: 1, name: "network")
        let network = Network(try NetworkArchitecture(widths: [2, 8, 1], activation: .tanh), stream: &stream)
        var trainer = try Trainer(
            problem: problem, network: network, points: problem.collocationPoints(49, sampling: .sobol, seed: 0), optimizer: optimizer)
        try trainer.use(weighting: weighting, schedule: schedule)
        return trainer
    }

    /// Runs 23 steps whole, and as 12 and 11 by way of a checkpoint.
    static func isTakenUpAgain(_ make: () throws -> Trainer) throws -> Bool {
        var whole = try make()
        try whole.run(steps: 23, logEvery: 100) { _ in }
        var first = try make()
        try first.run(steps: 12, logEvery: 100) { _ in }
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("residua-\(UUID().uuidString).safetensors").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Checkpoint(first.checkpointState, identity: [:]).write(to: path)
        var second = try make()
        try second.resume(try Checkpoint(contentsOf: path).state)
        try second.run(steps: 23, logEvery: 100) { _ in }
        return second.state.parameters == whole.state.parameters && second.state.bestLoss == whole.state.bestLoss
            && second.points == whole.points
    }

    @Test(arguments: weightings.indices) func weightsTrainAndResume(_ index: Int) throws {
        for optimizer in [LevenbergMarquardt() as any Optimizer, LimitedMemoryBFGS(history: 5), DenseBroyden(.selfScaled)] {
            #expect(try Self.isTakenUpAgain { try Self.trainer(Self.weightings[index], nil, optimizer: optimizer) }, "\(Self.weightings[index])")
        }
        var trainer = try Self.trainer(Self.weightings[index], nil)
        var records: [TrainingRecord] = []
        try trainer.run(steps: 60, logEvery: 60) { records.append($0) }
        #expect(try #require(records.last?.trueResidual) < 0.5 * #require(records.first?.trueResidual))
    }

    @Test(arguments: schedules.indices) func pointsChangeAndResume(_ index: Int) throws {
        for optimizer in [LevenbergMarquardt() as any Optimizer, LimitedMemoryBFGS(history: 5)] {
            #expect(try Self.isTakenUpAgain { try Self.trainer(nil, Self.schedules[index], optimizer: optimizer) }, "\(Self.schedules[index])")
        }
        var trainer = try Self.trainer(nil, Self.schedules[index])
        let before = trainer.points
        try trainer.run(steps: 12, logEvery: 100) { _ in }
        #expect(trainer.points.interior.points != before.interior.points)
        #expect(trainer.points.interior.count == before.interior.count + (index == 1 ? 14 : 0))
    }

    /// Who looks between the steps sees, and leaves to be seen, what belongs to the points and weights of the time.
    @Test(arguments: Array(0..<(weightings.count + schedules.count))) func recordsBelongToTheirPointsAndWeights(_ index: Int) throws {
        let isWeighting = index < Self.weightings.count
        func make() throws -> Trainer {
            try isWeighting ? Self.trainer(Self.weightings[index], nil) : Self.trainer(nil, Self.schedules[index - Self.weightings.count])
        }
        var whole = try make()
        var records: [TrainingRecord] = []
        try whole.run(steps: 11, logEvery: 1, logLast: false) { records.append($0) }
        var looked = try make()
        for step in 0..<11 {
            let before = try looked.record(withSpectrum: true)
            #expect(try before.step == step && before == looked.record(withSpectrum: true))
            try looked.run(steps: step + 1, logEvery: 1, logLast: false) { #expect($0 == records[step]) }
            if step == 4 {
                var fresh = try make()
                try fresh.resume(looked.checkpointState)
                #expect(try fresh.record(withSpectrum: true) == looked.record(withSpectrum: true))
            }
        }
        #expect(records.count == 11)
        let (state, last) = (looked.state, try looked.record(withSpectrum: false))
        try looked.resume(TrainingState(parameters: state.best.map { $0 / 2 }))
        #expect(try looked.record(withSpectrum: false).trueResidual != last.trueResidual)
    }

    @Test func fixedFactorsEnterTheLoss() throws {
        var records: [TrainingRecord] = []
        for weighting in [nil, FixedWeights([1, 10])] {
            var trainer = try Self.trainer(weighting, nil)
            try trainer.run(steps: 1, logLast: false) { records.append($0) }
        }
        #expect(records[1].loss.terms[0].weight == records[0].loss.terms[0].weight)
        #expect(records[1].loss.terms[1].weight == 10 * records[0].loss.terms[1].weight)
        #expect(records[1].trueResidual == records[0].trueResidual)
    }

    @Test func causalWeightsNeedTime() throws {
        var trainer = try Trainer(problem: .named("poisson1d"), layers: [1, 4, 1], points: 10, optimizer: Adam(.constant(1e-3)))
        #expect(throws: SolverError.self) { try trainer.use(weighting: CausalWeights()) }
    }
}
