import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems
import Spectra

/// Trains a network on a problem.
///
/// ```swift
/// var trainer = try Trainer(problem: .named("poisson2d-unit"), layers: [2, 50, 1], optimizer: LevenbergMarquardt())
/// let result = try trainer.run(steps: 200) { record in print(record.step, record.loss.total) }
/// ```
public struct Trainer {
    public let problem: Problem
    public let points: CollocationPoints
    public let method: DerivativeMethod
    public let precision: Precision
    /// The network at the start or, after a run, as it was left.
    public private(set) var network: Network
    public private(set) var state: TrainingState
    public var optimizer: any Optimizer
    /// The relative cut of the live spectra.
    public var cut: Double
    /// A loss that is small enough.
    public var tolerance: Double

    /// Time spent on live spectra.
    public private(set) var spectraSeconds = 0.0

    /// What is trained.
    public let plan: ResidualPlan
    /// Exact derivatives in float64, the judge; the plan itself where it is that.
    public let judge: ResidualPlan
    private let solution: Solution?

    /// - Parameters:
    ///   - problem: with its conditions; points are sampled from its domain unless given.
    ///   - network: to start from.
    ///   - points: where the equations shall hold.
    ///   - derivative: how the equations' derivatives are taken.
    ///   - seed: of the test points.
    /// - Throws: `SolverError`.
    public init(
        problem: Problem, network: Network, points: CollocationPoints, derivative: DerivativeMethod = .automatic, precision: Precision = .f64,
        optimizer: any Optimizer, device: Device? = nil, seed: UInt64 = 0
    ) throws(SolverError) {
        self.problem = problem
        self.network = network
        self.points = points
        self.precision = precision
        method = derivative
        self.optimizer = optimizer
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
        optimizer.memory = state.memory
    }

    /// Takes steps until `steps` are done in all.
    ///
    /// - Parameters:
    ///   - steps: the number at which to stop, counted from the start of the training.
    ///   - logEvery: steps from one record to the next; the first and the last are always taken.
    ///   - spectrumEvery: steps from one spectrum to the next, at records; 0 for none.
    ///   - logLast: whether the state after the last step is logged when all were taken.
    ///   - isStopped: asked between steps.
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
            let index = state.step
            if index % max(1, logEvery) == 0, index != logged {
                let record = try record(withSpectrum: spectrumEvery > 0 && index % spectrumEvery == 0)
                logged = index
                try log(record)
                if record.loss.total.isFinite, record.loss.total <= tolerance {
                    outcome = .converged
                    break
                }
            }
            let before = state.parameters
            var after = before
            let taken = try optimizer.step(plan, &after)
            if taken.loss.total < state.bestLoss {
                state.bestLoss = taken.loss.total
                state.best = before
            }
            switch taken.outcome {
            case .advanced:
                guard Vectors.isFinite(after) else {
                    outcome = .diverged
                    break
                }
                state.parameters = after
                state.step += 1
                if taken.loss.total <= tolerance, tolerance > 0 { outcome = .converged }
            case .converged: outcome = .converged
            case .diverged: outcome = .diverged
            }
        }
        if outcome == .diverged { state.parameters = state.best }
        network.parameters = Array(state.parameters[..<network.architecture.parameterCount])
        if logLast || outcome != .maxSteps, logged != state.step || outcome == .diverged { try log(try record(withSpectrum: spectrumEvery > 0)) }
        return outcome ?? .maxSteps
    }

    /// The state with the optimiser's memory, for a checkpoint.
    public var checkpointState: TrainingState {
        var full = state
        full.memory = optimizer.memory
        return full
    }

    /// The network with the smallest loss seen.
    public var bestNetwork: Network {
        var best = network
        let parameters = state.bestLoss.isFinite ? state.best : state.parameters
        best.parameters = Array(parameters[..<network.architecture.parameterCount])
        return best
    }

    /// What is known at the state's parameters.
    public mutating func record(withSpectrum: Bool) throws(SolverError) -> TrainingRecord {
        let parameters = state.parameters
        let loss = try computing { () throws(ComputeError) in try plan.loss(at: parameters) }
        let truth = try computing { () throws(ComputeError) in try judge.loss(at: parameters) }
        var spectrum: TrainingRecord.SpectrumRecord?
        if withSpectrum, Vectors.isFinite(parameters), loss.total.isFinite {
            let started = ContinuousClock.now
            spectrum = try self.spectrum()
            let duration = started.duration(to: ContinuousClock.now).components
            spectraSeconds += Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
        }
        let first = network.architecture.parameterCount
        var values: [String: Double] = [:]
        for (place, name) in problem.trainable.enumerated() { values[name] = parameters[first + place] }
        return TrainingRecord(
            step: state.step, loss: loss, trueResidual: truth.total.squareRoot(), error: try error(), spectrum: spectrum, parameters: values)
    }

    /// Singular values of the residual Jacobian at the state's parameters, descending.
    public func singularValues() throws(SolverError) -> [Double] {
        let parameters = state.parameters
        let jacobian = try computing { () throws(ComputeError) in try plan.jacobian(at: parameters) }
        return try linear { () throws(LinearAlgebraError) in try SingularValueDecomposition.singularValues(of: jacobian) }
    }

    private func spectrum() throws(SolverError) -> TrainingRecord.SpectrumRecord {
        let values = try singularValues()
        let (largest, cut) = (max(plan.residualCount, plan.parameterCount), cut)
        return try spectral { () throws(SpectrumError) in
            let spectrum = try Spectrum(singularValues: values, largestDimension: largest)
            return TrainingRecord.SpectrumRecord(
                entropy: try spectrum.entropy(cut: cut), count: try spectrum.count(cut: cut), rank: spectrum.effectiveRank)
        }
    }

    /// Relative L2 error over the test points, all fields together.
    private func error() throws(SolverError) -> Double? {
        guard let solution else { return nil }
        var current = network
        current.parameters = Array(state.parameters[..<network.architecture.parameterCount])
        var formulas: [Differentiation.Expression] = []
        do throws(ProblemError) {
            for field in problem.fields { formulas.append(try problem.inBareFields(Field(field, of: problem.coordinates).value)) }
        } catch { throw .problem(error) }
        let values = try computing { () throws(ComputeError) in
            try current.values(of: formulas, fields: problem.fields, at: PointSet(solution.points), parameters: problem.parameters)
        }
        return Problem.relativeError(values.flatMap { $0 }, exact: solution.values.flatMap { $0 })
    }
}
