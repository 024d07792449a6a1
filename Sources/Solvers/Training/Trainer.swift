import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems

/// Trains a network on a problem.
///
/// ```swift
/// var trainer = try Trainer(problem: .named("poisson2d-unit"), layers: [2, 50, 1], optimizer: LevenbergMarquardt())
/// let result = try trainer.run(steps: 200) { record in print(record.step, record.loss.total) }
/// ```
public struct Trainer {
    public let problem: Problem
    /// Those of the start, or those that a schedule has put in their place.
    public internal(set) var points: CollocationPoints
    public let method: DerivativeMethod
    public let precision: Precision
    /// The network at the start or, after a run, as it was left.
    public private(set) var network: Network
    /// By which automatic steps and quadratures are chosen whenever a plan is made.
    let firstNetwork: Network
    public internal(set) var state: TrainingState
    public var optimizer: any Optimizer
    /// The relative cut of the live spectra.
    public var cut: Double
    /// A loss that is small enough.
    public var tolerance: Double
    /// Leaves out the spectra at the start and at an early end that would take more than a tenth of the time up to then.
    public var savesOnSpectra = false

    var pace = Pace()

    /// After the last step of a run. No part of the state: a run that goes on finds it again.
    private var lastLoss: Double?

    /// Time spent on live spectra.
    public internal(set) var spectraSeconds = 0.0

    /// What is trained; another one after points or weights changed.
    public internal(set) var plan: ResidualPlan { didSet { lastLook = nil } }
    /// What was seen last, by that plan.
    var lastLook: Look?
    let device: Device?
    let seed: UInt64
    let firstCount: Int
    var weighting: (any LossWeighting)?
    var schedule: (any PointSchedule)?
    /// The terms' factors beside the problem's weights; empty for none.
    var factors: [Double] = []
    /// Exact derivatives in float64, the judge; the plan itself where it is that.
    public let judge: ResidualPlan
    let solution: Solution?

    /// - Parameters:
    ///   - problem: with its conditions; points are sampled from its domain unless given.
    ///   - network: to start from.
    ///   - points: where the equations shall hold; nil for 400 or a few more on a grid.
    ///   - derivative: how the equations' derivatives are taken.
    ///   - seed: of the test points.
    /// - Throws: `SolverError`.
    public init(
        problem: Problem, network: Network, points given: CollocationPoints? = nil, derivative: DerivativeMethod = .automatic,
        precision: Precision = .f64, optimizer: any Optimizer, device: Device? = nil, seed: UInt64 = 0
    ) throws(SolverError) {
        let points: CollocationPoints
        if let given {
            points = given
        } else {
            do throws(ProblemError) { points = try problem.collocationPoints(400, seed: seed) } catch { throw .problem(error) }
        }
        // Before a plan of that size is made.
        try optimizer.requireSize(
            residuals: problem.equations.count * points.interior.count + points.conditions.reduce(0) { $0 + $1.count },
            parameters: network.parameters.count + problem.trainable.count)
        self.problem = problem
        self.network = network
        firstNetwork = network
        self.points = points
        self.precision = precision
        method = derivative
        self.optimizer = optimizer
        self.device = device
        self.seed = seed
        firstCount = points.interior.count
        cut = precision == .f64 ? 1e-13 : 1e-6
        tolerance = 0
        plan = try computing { () throws(ComputeError) in
            try ResidualPlan(problem: problem, points: points, network: network, method: derivative, precision: precision, device: device)
        }
        let isJudge = derivative == .automatic && precision == .f64 && device?.info.backend != .opencl
        judge =
            isJudge ? plan : try computing { () throws(ComputeError) in try ResidualPlan(problem: problem, points: points, network: network) }
        do throws(ProblemError) { solution = problem.domain == nil ? nil : try problem.solution(seed: seed) } catch { throw .problem(error) }
        var start = network.parameters + problem.trainable.map { problem.parameters[$0] ?? 0 }
        if precision == .f32 { start = start.map { Double(Float($0)) } }
        state = TrainingState(parameters: start)
    }

    /// The same with a network drawn by Glorot's law and points on a grid.
    ///
    /// - Parameters:
    ///   - layers: inputs, hidden widths, fields.
    ///   - count: of interior points.
    public init(
        problem: Problem, layers: [Int], activation: Activation = .tanh, points count: Int = 400, derivative: DerivativeMethod = .automatic,
        precision: Precision = .f64, optimizer: any Optimizer, seed: UInt64 = 0
    ) throws(SolverError) {
        var stream = RandomStream(seed: seed, name: "network")
        let network: Network
        do throws(ModelError) {
            network = Network(try NetworkArchitecture(widths: layers, activation: activation), initialization: .glorotNormal, stream: &stream)
        } catch { throw .badArgument("\(error)") }
        let points: CollocationPoints
        do throws(ProblemError) { points = try problem.collocationPoints(count, seed: seed) } catch { throw .problem(error) }
        try self.init(
            problem: problem, network: network, points: points, derivative: derivative, precision: precision, optimizer: optimizer, seed: seed)
    }

    /// Goes on from a state.
    public mutating func resume(_ state: TrainingState) throws(SolverError) {
        guard state.parameters.count == self.state.parameters.count else {
            throw .shapes("The checkpoint has \(state.parameters.count) parameters and the network \(self.state.parameters.count).")
        }
        self.state = state
        optimizer.memory = state.memory.filter { !$0.key.hasPrefix(Self.prefix) }
        let width = problem.dimension
        if let saved = state.memory[Self.prefix + "interior"], saved.count % width == 0 {
            points = CollocationPoints(
                interior: PointSet(Matrix(rows: saved.count / width, columns: width, elements: saved)), conditions: points.conditions)
        }
        factors = state.memory[Self.prefix + "factors"] ?? factors
        if weighting != nil || schedule != nil { plan = try planned() }
    }

    private static let prefix = "trainer."

    /// Takes steps until `steps` are done in all.
    ///
    /// - Parameters:
    ///   - steps: the number at which to stop, counted from the start of the training.
    ///   - logEvery: steps from one record to the next; the first and the last are always taken.
    ///   - spectrumEvery: steps from one spectrum to the next, at records; 0 for none.
    ///   - logLast: whether the state after the last step is logged when all were taken.
    ///   - isStopped: asked between steps, or every few hundredths of a second.
    ///   - log: gets every record.
    /// - Returns: how it ended. The network then has the last parameters, of a diverged run the best ones.
    @discardableResult
    public mutating func run(
        steps: Int, logEvery: Int = 100, spectrumEvery: Int = 0, logLast: Bool = true, isStopped: () -> Bool = { false },
        log: (TrainingRecord) throws -> Void
    ) throws -> TrainingOutcome {
        var outcome: TrainingOutcome?
        var logged = -1
        while outcome == nil {
            if state.step >= steps { outcome = .maxSteps }
            if outcome == nil, isStopped() { outcome = .interrupted }
            if outcome != nil { break }
            try adapt()
            let index = state.step
            if index % max(1, logEvery) == 0, index != logged {
                let isDue = spectrumEvery > 0 && index % spectrumEvery == 0
                let record = try record(
                    withSpectrum: isDue && (index > 0 || !savesOnSpectra || canAffordSpectrum(at: 0, every: spectrumEvery)))
                logged = index
                try log(record)
                if record.loss.total.isFinite, unfactored(record.loss) <= tolerance {
                    outcome = .converged
                    break
                }
            }
            outcome = try advance(to: steps, logEvery: logEvery)
        }
        // The best parameters belong to an earlier step, so they get no record.
        if outcome == .diverged { state.parameters = state.best }
        network.parameters = Array(state.parameters[..<network.architecture.parameterCount])
        network.equationParameters = trained(in: state.parameters)
        lastLoss = nil
        if outcome != .diverged, logLast || outcome != .maxSteps {
            if logged != state.step {
                let isWanted = spectrumEvery > 0 && (!savesOnSpectra || canAffordSpectrum(at: state.step, every: spectrumEvery))
                try log(try record(withSpectrum: isWanted))
            }
            lastLoss = try look().loss.total
        }
        return outcome ?? .maxSteps
    }

    /// How a training ended, and what came of it.
    public struct Result: Sendable {
        public let outcome: TrainingOutcome
        /// With the smallest loss seen.
        public let network: Network
        public let state: TrainingState
    }

    /// Trains from the present state on, which stays as it is: up to 1000 steps, a record every hundredth.
    ///
    /// - Parameter log: gets every record.
    @discardableResult
    public func run(_ log: (TrainingRecord) throws -> Void) throws -> Result {
        var trainer = self
        let outcome = try trainer.run(steps: state.step + 1000, log: log)
        return Result(outcome: outcome, network: trainer.bestNetwork, state: trainer.state)
    }

    /// The state with the optimiser's memory, for a checkpoint.
    public var checkpointState: TrainingState {
        var full = state
        full.memory = optimizer.memory
        if schedule != nil { full.memory[Self.prefix + "interior"] = points.interior.points.elements }
        if weighting != nil { full.memory[Self.prefix + "factors"] = factors }
        return full
    }

    /// The smallest loss seen, that after the last step included.
    public var bestLoss: Double { min(state.bestLoss, lastLoss ?? .infinity) }

    /// The network with the smallest loss seen.
    public var bestNetwork: Network {
        var best = network
        let isLast = !state.bestLoss.isFinite || (lastLoss ?? .infinity) < state.bestLoss
        let parameters = isLast ? state.parameters : state.best
        best.parameters = Array(parameters[..<network.architecture.parameterCount])
        best.equationParameters = trained(in: parameters)
        return best
    }
}
