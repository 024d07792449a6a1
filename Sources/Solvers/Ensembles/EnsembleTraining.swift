import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems
import Spectra

/// Trains many networks of one shape on a problem at once; each as a `Trainer` with its seed and settings would.
///
/// ```swift
/// let trials = (0..<1000).map { EnsembleTraining.Trial(seed: $0, rate: .constant(1e-3)) }
/// var training = try EnsembleTraining(problem: .named("poisson1d"), layers: [1, 100, 1], trials: trials)
/// let results = try training.run(steps: 2000, spectraAt: [0, 2000])
/// ```
public struct EnsembleTraining {
    /// What is a member's own.
    public struct Trial: Sendable, Hashable {
        /// Of the stream "network", from which the parameters are drawn.
        public var seed: UInt64
        public var rate: LearningRate
        public var derivative: DerivativeMethod
        public var initialization: Initialization
        /// One for each term of the loss, the interior first; nil: the problem's own.
        public var weights: [Double]?

        public init(
            seed: UInt64, rate: LearningRate = .constant(1e-3), derivative: DerivativeMethod = .automatic,
            initialization: Initialization = .glorotNormal, weights: [Double]? = nil
        ) {
            self.seed = seed
            self.rate = rate
            self.derivative = derivative
            self.initialization = initialization
            self.weights = weights
        }
    }

    public let problem: Problem
    public let points: CollocationPoints
    public let architecture: NetworkArchitecture
    public let trials: [Trial]
    public let optimizer: Ensemble.Optimizer
    /// The relative cut of the spectra.
    public var cut: Double
    let ensemble: Ensemble
    private let factor: ((Int) -> Double)?
    private var results: [EnsembleResult]

    /// - Parameters:
    ///   - points: where the equations shall hold.
    ///   - trials: at least one; their learning rates may differ in size, not in how they change.
    /// - Throws: `SolverError`.
    public init(
        problem: Problem, architecture: NetworkArchitecture, points: CollocationPoints, trials: [Trial], optimizer: Ensemble.Optimizer = .adam(),
        precision: Precision = .f64, device: Device? = nil
    ) throws(SolverError) {
        self.problem = problem
        self.points = points
        self.architecture = architecture
        self.trials = trials
        self.optimizer = optimizer
        cut = precision == .f64 ? 1e-13 : 1e-6
        let schedule = trials.first?.rate.schedule
        if let other = trials.firstIndex(where: { $0.rate.schedule != schedule }) {
            throw .badArgument("The learning rates of trials 0 and \(other) change in different ways; train them in ensembles of their own.")
        }
        factor = schedule?.factor
        let trainable = problem.trainable.map { problem.parameters[$0] ?? 0 }
        let members = trials.map { trial in
            var stream = RandomStream(seed: trial.seed, name: "network")
            let network = Network(architecture, initialization: trial.initialization, stream: &stream)
            return Ensemble.Member(
                parameters: network.parameters + trainable, method: trial.derivative, rate: trial.rate.first, floor: trial.rate.floor,
                weights: trial.weights)
        }
        ensemble = try computing { () throws(ComputeError) in
            try Ensemble(problem: problem, points: points, architecture: architecture, members: members, precision: precision, device: device)
        }
        results = trials.map { _ in EnsembleResult() }
    }

    /// The same with points on a grid.
    ///
    /// - Parameters:
    ///   - layers: inputs, hidden widths, fields.
    ///   - count: of interior points.
    public init(
        problem: Problem, layers: [Int], activation: Activation = .tanh, points count: Int = 400, trials: [Trial],
        optimizer: Ensemble.Optimizer = .adam(), precision: Precision = .f64, device: Device? = nil, seed: UInt64 = 0
    ) throws(SolverError) {
        let architecture: NetworkArchitecture
        do throws(ModelError) { architecture = try NetworkArchitecture(widths: layers, activation: activation) } catch {
            throw .badArgument("\(error)")
        }
        let points: CollocationPoints
        do throws(ProblemError) { points = try problem.collocationPoints(count, seed: seed) } catch { throw .problem(error) }
        try self.init(
            problem: problem, architecture: architecture, points: points, trials: trials, optimizer: optimizer, precision: precision, device: device)
    }

    /// Steps done by all that did not diverge.
    public var step: Int { ensemble.step }
    /// Bytes that a run holds beside the networks' states.
    public var memoryBytes: UInt64 { ensemble.memoryBytes }

    /// Takes steps until `steps` are done in all.
    ///
    /// - Parameters:
    ///   - records: steps at which losses are recorded, ascending; nil: about twelve a decade, from the first to the last.
    ///   - spectraAt: steps at which the members' spectra are taken, ascending.
    ///   - judged: whether true residuals are recorded as well.
    ///   - isStopped: asked at records.
    /// - Returns: what is known of each trial since the begin, in their order; after a stop their outcome is `interrupted`.
    @discardableResult
    public mutating func run(
        steps: Int, records: [Int]? = nil, spectraAt: [Int] = [], judged: Bool = true, isStopped: () -> Bool = { false }
    ) throws(SolverError) -> [EnsembleResult] {
        guard steps >= step else {
            throw .badArgument("\(step) steps are done, and a run to step \(steps) would go back; ask for more of them.")
        }
        let wanted = records ?? LogSteps.upTo(steps)
        let first = step
        let stops = Set(wanted + spectraAt + [steps]).filter { $0 >= first && $0 <= steps }.sorted()
        var isInterrupted = false
        for stop in stops {
            let isRecord = wanted.contains(stop) && results[0].steps.last != stop
            let (ensemble, optimizer, factor) = (ensemble, optimizer, factor)
            let curves = try computing { () throws(ComputeError) in
                try ensemble.run(to: stop, optimizer: optimizer, factor: factor, records: isRecord ? [stop] : [], judged: judged)
            }
            for index in results.indices { results[index].append(curves[index]) }
            if spectraAt.contains(stop) {
                for (index, spectrum) in try spectra().enumerated() where results[index].spectra.last?.step != stop {
                    if let spectrum { results[index].spectra.append(.init(step: stop, spectrum: spectrum)) }
                }
            }
            if stop < steps, isStopped() {
                isInterrupted = true
                break
            }
        }
        for index in results.indices {
            let state = ensemble.state(ofMember: index)
            let isDiverged = state.step < ensemble.step
            results[index].finish(
                outcome: isDiverged ? .diverged : isInterrupted ? .interrupted : .maxSteps, step: state.step, bestLoss: state.bestLoss)
        }
        return results
    }

    /// A trial's network as it was left; of a diverged one the best.
    public func network(ofTrial index: Int) -> Network {
        let state = ensemble.state(ofMember: index)
        let parameters = state.step < ensemble.step ? state.best : state.parameters
        return Network(architecture, parameters: Array(parameters[..<architecture.parameterCount]))
    }

    /// A trial's network with the smallest loss seen.
    public func bestNetwork(ofTrial index: Int) -> Network {
        Network(architecture, parameters: Array(ensemble.state(ofMember: index).best[..<architecture.parameterCount]))
    }

    /// Everything that further steps depend on, one state a trial; for checkpoints.
    public var states: [Ensemble.MemberState] { trials.indices.map { ensemble.state(ofMember: $0) } }

    /// Goes on from states; what was recorded before them is not known any more.
    public mutating func resume(_ states: [Ensemble.MemberState]) throws(SolverError) {
        try computing { () throws(ComputeError) in try ensemble.resume(states) }
        results = trials.map { _ in EnsembleResult() }
    }
}
