import Residua
import Testing

/// The README's example, as a user of the library would write it.
@Test func exampleOfTheReadme() throws {
    let problem = try Problem.named("poisson1d")
    var stream = RandomStream(seed: 0, name: RandomFeatureModel.streamName)
    let model = RandomFeatureModel(features: 100, dimension: 1, range: 3, activation: .tanh, stream: &stream)
    let study = FeatureStudy(
        collocation: try LinearCollocation(problem: problem, points: problem.collocationPoints(200, seed: 0)), model: model,
        methods: [.automatic, .finiteDifference(accuracy: 2, step: .fixed(1e-3), precision: nil)], cuts: [1e-13])
    let records = try study.run(on: Device(.native)).records
    #expect(records.map(\.name) == ["ad", "fd:2:1e-3"])
    #expect(records[0].cuts[0].count < 50 && records[1].cuts[0].count == 100)
    #expect(records[0].cuts[0].entropy > records[1].cuts[0].entropy)
}

/// An equation by operators is the one that is read from text.
@Test func exampleOfAnEquation() throws {
    let u = Field("u", of: ["x", "t"])
    let nu = Formula.parameter("nu")
    let burgers = u.t + u * u.x - nu * u.xx
    #expect(try burgers == Problem.named("burgers").equations[0].residual)
}

/// A training of one's own in ten lines.
@Test func exampleOfATraining() throws {
    var stream = RandomStream(seed: 0, name: "network")
    let network = Network(
        try NetworkArchitecture(widths: [1, 20, 1], activation: .tanh), initialization: .spread(range: 2), stream: &stream)
    var losses: [Double] = []
    let result = try Trainer(
        problem: .named("poisson1d"), network: network, derivative: .finiteDifference(accuracy: 4, step: .automatic),
        optimizer: .levenbergMarquardt()
    ).run { state in losses.append(state.loss.total) }
    #expect(result.outcome == .maxSteps || result.outcome == .converged)
    #expect(losses.count >= 2 && losses[losses.count - 1] < 1e-6 * losses[0])
}
