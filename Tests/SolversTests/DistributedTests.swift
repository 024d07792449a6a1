import Compute
import LinearAlgebra
import Models
import Problems
import Solvers
import Testing

/// Sums over shards of the points in one process, against a plan of all points and its trainer.
@Suite struct DistributedTests {
    private func setting(points count: Int = 60) throws -> (problem: Problem, network: Network, points: CollocationPoints) {
        let problem = try Problem.named("poisson2d-unit")
        var stream = RandomStream(seed: 5, name: "network")
        let network = Network(try NetworkArchitecture(widths: [2, 12, 1], activation: .tanh), initialization: .glorotNormal, stream: &stream)
        return (problem, network, try problem.collocationPoints(count, seed: 1))
    }

    @Test(arguments: [1, 3, 8, 50, 1000]) func sumIsThePlansLossAndGradient(_ shards: Int) throws {
        let (problem, network, points) = try setting()
        let plan = try ResidualPlan(problem: problem, points: points, network: network)
        let sum = try ShardedGradient(problem: problem, points: points, network: network, shards: shards)
        let (loss, gradient) = try plan.gradient(at: network.parameters)
        let found = try sum.value(at: network.parameters)
        #expect(abs(found.loss / loss.total - 1) < 1e-13)
        let scale = gradient.map(abs).max() ?? 0
        #expect(scale > 0 && found.gradient.count == gradient.count)
        for (a, b) in zip(found.gradient, gradient) { #expect(abs(a - b) < 1e-13 * scale) }
        #expect(!found.isStopped)
    }

    static let optimizers = ["adam", "adamw", "gd"]

    @Test(arguments: DistributedTests.optimizers) func stepsAreTheTrainers(_ name: String) throws {
        let (problem, network, points) = try setting()
        let settings = OptimizerSettings(name, learningRate: 1e-4)
        var trainer = try Trainer(problem: problem, network: network, points: points, optimizer: settings.make())
        _ = try trainer.run(steps: 20, logEvery: 20) { _ in }
        let sum = try ShardedGradient(problem: problem, points: points, network: network)
        var training = try DistributedTraining(sum, optimizer: settings, from: TrainingState(parameters: network.parameters))
        var looks: [Int] = []
        #expect(try training.run(steps: 20, lookEvery: 5) { looks.append($0.state.step) } == .maxSteps)
        #expect(looks == [0, 5, 10, 15])
        for (a, b) in zip(training.state.parameters, trainer.state.parameters) { #expect(abs(a - b) < 1e-10) }
        #expect(training.state.parameters != network.parameters)
        #expect(abs(training.state.bestLoss / trainer.state.bestLoss - 1) < 1e-10)

        // From a checkpoint halfway, to the same bits.
        var first = try DistributedTraining(sum, optimizer: settings, from: TrainingState(parameters: network.parameters))
        _ = try first.run(steps: 9) { _ in }
        var second = try DistributedTraining(sum, optimizer: settings, from: first.checkpointState)
        _ = try second.run(steps: 20) { _ in }
        #expect(second.checkpointState == training.checkpointState)
    }

    @Test func whatItCannotDoIsRefused() throws {
        let (problem, network, points) = try setting()
        let sum = try ShardedGradient(problem: problem, points: points, network: network)
        let start = TrainingState(parameters: network.parameters)
        for settings in [OptimizerSettings("lm"), OptimizerSettings("gd", learningRate: nil)] {
            #expect(throws: SolverError.self) { try DistributedTraining(sum, optimizer: settings, from: start) }
        }
        #expect(throws: MessagePassing.Failure.self) { try MessagePassing(library: "/nowhere/libresidua-mpi.so") }
        var stopped = try DistributedTraining(sum, optimizer: OptimizerSettings("adam"), from: start)
        #expect(try stopped.run(steps: 20, isStopped: { true }) { _ in } == .interrupted)
        #expect(stopped.state == start)
    }
}
