import Compute
import Models
import Problems
import Solvers
import Testing

/// Steps taken where the plan computes: those that are taken one by one, at once and in parts, and whatever ends them.
@Suite(.serialized) struct DescentTests {
    struct Case: Sendable {
        let layers: [Int]
        let precision: Precision
        /// nil for the native path.
        let device: DeviceInfo?
    }

    static let cases: [Case] = {
        let devices: [DeviceInfo?] = [nil] + DeviceCatalogue.shared.devices.filter { $0.backend == .opencl && $0.usable }
        var cases: [Case] = []
        for device in devices {
            // The last has more parameters than one group steps over on a processor.
            for layers in [[2, 9, 1], [2, 8, 7, 1], [2, 90, 50, 1]] {
                for precision in [Precision.f32, .f64] where precision == .f32 || device?.fp64 ?? true {
                    cases.append(Case(layers: layers, precision: precision, device: device))
                }
            }
        }
        return cases
    }()

    private static func plan(_ entry: Case) throws -> (ResidualPlan, [Double]) {
        let problem = try Problem.named("poisson2d-unit")
        var stream = RandomStream(seed: 5, name: "network")
        let network = Network(try NetworkArchitecture(widths: entry.layers, activation: .tanh), initialization: .glorotNormal, stream: &stream)
        let plan = try ResidualPlan(
            problem: problem, points: try problem.collocationPoints(30, seed: 1), network: network, precision: entry.precision,
            device: try entry.device.map { try Device($0) })
        let start = network.parameters
        return (plan, entry.precision == .f32 ? start.map { Double(Float($0)) } : start)
    }

    private static let methods: [@Sendable () -> any Optimizer] = [
        { Adam(.exponential(1e-2, factor: 0.5, every: 10)) }, { Adam(.constant(1e-2), decay: 1e-2) }, { GradientDescent(rate: .fixed(1e-4)) },
    ]

    /// What single steps from the host come to.
    private struct Walk {
        var losses: [Double] = []
        var parameters: [Double]
        var best: [Double]
        var bestLoss = Double.infinity
        var memory: [String: [Double]] = [:]

        init(_ plan: ResidualPlan, _ start: [Double], _ optimizer: any Optimizer, steps: Int) throws {
            var optimizer = optimizer
            (parameters, best) = (start, start)
            for _ in 0..<steps {
                let before = parameters
                let step = try optimizer.step(plan, &parameters)
                losses.append(step.loss.total)
                if step.loss.total < bestLoss { (bestLoss, best) = (step.loss.total, before) }
                if step.outcome != .advanced { break }
            }
            memory = optimizer.memory
        }
    }

    private static func near(_ a: [Double], _ b: [Double], _ tolerance: Double) -> Bool {
        let size = b.map { abs($0) }.max() ?? 0
        return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * size }
    }

    @Test(arguments: cases.indices) func stepsAtOnceAreStepsOneByOne(_ index: Int) throws {
        let entry = Self.cases[index]
        let (plan, start) = try Self.plan(entry)
        // Devices may round quotients and roots in their own way.
        let tolerance = entry.device == nil ? 0 : entry.precision == .f32 ? 1e-4 : 1e-11
        for make in Self.methods {
            let walk = try Walk(plan, start, make(), steps: 25)
            var (optimizer, parts) = (make(), make())
            var whole = ResidualPlan.Descent(parameters: start), pieces = whole
            let done = try #require(try optimizer.steps(25, plan, &whole, enough: -1))
            #expect(done.taken == 25 && !done.isDiverged && whole.step == 25)
            #expect(Self.near(done.losses, walk.losses, tolerance) && Self.near(whole.parameters, walk.parameters, tolerance), "\(entry)")
            #expect(abs(whole.bestLoss - walk.bestLoss) <= tolerance * walk.bestLoss && Self.near(whole.best, walk.best, tolerance))
            if tolerance == 0 { #expect(optimizer.memory == walk.memory) }

            var losses: [Double] = []
            for count in [1, 7, 17] { losses += try parts.steps(count, plan, &pieces, enough: -1)?.losses ?? [] }
            #expect(losses == done.losses && pieces == whole && parts.memory == optimizer.memory, "the same bits in parts")
        }
    }

    @Test(arguments: cases.indices) func enoughIsEnough(_ index: Int) throws {
        let (plan, start) = try Self.plan(Self.cases[index])
        var first = Adam(.constant(1e-3)), second = first, third = first
        var whole = ResidualPlan.Descent(parameters: start), short = whole, exact = whole
        let losses = try first.steps(12, plan, &whole, enough: -1)?.losses ?? []
        // The losses fall at the beginning, so that the sixth step is the first to begin below.
        #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 })
        let done = try #require(try second.steps(12, plan, &short, enough: losses[5]))
        #expect(done.taken == 6 && !done.isDiverged && done.losses == Array(losses[..<6]))
        _ = try third.steps(6, plan, &exact, enough: -1)
        #expect(short == exact && second.memory == third.memory)
        let one = try #require(try second.steps(5, plan, &short, enough: .infinity))
        #expect(one.taken == 1 && short.step == 7)
    }

    @Test(arguments: cases.indices) func whatIsNotFiniteEndsThem(_ index: Int) throws {
        let entry = Self.cases[index]
        let (plan, start) = try Self.plan(entry)
        let rate = entry.precision == .f32 ? 1e12 : 1e80
        let walk = try Walk(plan, start, GradientDescent(rate: .fixed(rate)), steps: 30)
        #expect(walk.losses.count < 30, "it does diverge")
        var optimizer = GradientDescent(rate: .fixed(rate))
        var descent = ResidualPlan.Descent(parameters: start)
        let done = try #require(try optimizer.steps(30, plan, &descent, enough: -1))
        #expect(done.isDiverged && done.taken < 30 && done.losses.count == done.taken + 1 && descent.step == done.taken)
        #expect(descent.parameters.allSatisfy(\.isFinite) && descent.best.allSatisfy(\.isFinite) && descent.bestLoss.isFinite)
        // Adam's first step is infinite by its rate alone: nothing of it is left.
        var adam = Adam(.constant(entry.precision == .f32 ? 1e39 : .infinity))
        var still = ResidualPlan.Descent(parameters: start)
        let none = try #require(try adam.steps(3, plan, &still, enough: -1))
        #expect(none.isDiverged && none.taken == 0 && none.losses.count == 1 && still.parameters == start && still.bestLoss == none.losses[0])
        #expect(still.best == start && adam.memory["first"]?.allSatisfy { $0 == 0 } == true && adam.memory["count"] == [0])
        // As many steps as were finite, alone.
        if done.taken > 0 {
            var again = ResidualPlan.Descent(parameters: start)
            let other = try #require(try optimizer.steps(done.taken, plan, &again, enough: -1))
            #expect(!other.isDiverged && again.parameters == descent.parameters && other.losses == Array(done.losses.dropLast()))
        }
    }

    @Test func otherMethodsStepOneByOne() throws {
        let (plan, start) = try Self.plan(Self.cases[0])
        var descent = ResidualPlan.Descent(parameters: start)
        for method in [LevenbergMarquardt(), LimitedMemoryBFGS(), GradientDescent(rate: .inverseCurvature)] as [any Optimizer] {
            var optimizer = method
            #expect(try optimizer.steps(3, plan, &descent, enough: -1) == nil && descent == ResidualPlan.Descent(parameters: start))
        }
        var adam = Adam()
        var wrong = ResidualPlan.Descent(parameters: [1, 2])
        #expect(throws: SolverError.self) { try adam.steps(1, plan, &wrong, enough: -1) }
        for count in [-1, 0, ResidualPlan.mostSteps + 1] {
            #expect(throws: SolverError.self) { try adam.steps(count, plan, &descent, enough: -1) }
        }
    }
}
