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
    /// Those of the start, or those that a schedule has put in their place.
    public private(set) var points: CollocationPoints
    public let method: DerivativeMethod
    public let precision: Precision
    /// The network at the start or, after a run, as it was left.
    public private(set) var network: Network
    /// By which automatic steps and quadratures are chosen whenever a plan is made.
    private let firstNetwork: Network
    public private(set) var state: TrainingState
    public var optimizer: any Optimizer
    /// The relative cut of the live spectra.
    public var cut: Double
    /// A loss that is small enough.
    public var tolerance: Double
    /// Leaves out the spectra at the start and at an early end that would take more than a tenth of the time up to then.
    public var savesOnSpectra = false

    /// After the last step of a run. No part of the state: a run that goes on finds it again.
    private var lastLoss: Double?

    /// Time spent on live spectra.
    public private(set) var spectraSeconds = 0.0

    /// What is trained; another one after points or weights changed.
    public private(set) var plan: ResidualPlan
    private let device: Device?
    private let seed: UInt64
    private let firstCount: Int
    private var weighting: (any LossWeighting)?
    private var schedule: (any PointSchedule)?
    /// The terms' factors beside the problem's weights; empty for none.
    private var factors: [Double] = []
    /// Exact derivatives in float64, the judge; the plan itself where it is that.
    public let judge: ResidualPlan
    private let solution: Solution?

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

    /// Lets the loss's weights and the interior points change as the training goes on; before `resume`.
    ///
    /// `trueResidual` stays that of the problem's own weights at the first points. The best state is kept by the loss of its time, taken anew
    /// whenever the loss changes.
    ///
    /// - Throws: `SolverError.badArgument` where the problem has no time for a causal weighting, or no domain to take points from.
    public mutating func use(weighting: (any LossWeighting)? = nil, schedule: (any PointSchedule)? = nil) throws(SolverError) {
        try weighting?.requireFit(problem)
        if schedule != nil, problem.domain == nil || !points.interior.data.isEmpty {
            throw .badArgument("The points of \(problem.name) come from a file, so that no others can be taken; leave out --resample.")
        }
        self.weighting = weighting
        self.schedule = schedule
        factors = []
        if weighting != nil { plan = try planned() }
    }

    /// A plan of the present points and factors.
    private mutating func planned() throws(SolverError) -> ResidualPlan {
        var terms: [ResidualTerm]
        do throws(ProblemError) { terms = try problem.residualTerms(at: points, method: method) } catch { throw .problem(error) }
        if let slices = weighting?.timeSlices, slices > 1, let time = problem.coordinates.firstIndex(of: "t") {
            terms = terms[0].inSlices(slices, along: time) + terms[1...]
        }
        if factors.count != terms.count { factors = Array(repeating: 1, count: terms.count) }
        for index in terms.indices { terms[index].weight *= factors[index] }
        let ready = terms
        return try computing { () throws(ComputeError) in
            try ResidualPlan(
                network: firstNetwork, fields: problem.fields, terms: ready, parameters: problem.parameters, trainable: problem.trainable,
                precision: precision, device: device)
        }
    }

    /// Changes points and weights where it is time, before step `state.step`.
    private mutating func adapt() throws(SolverError) {
        let (step, parameters) = (state.step, state.parameters)
        var changed = false
        if let schedule, step > 0, step % schedule.interval == 0, let domain = problem.domain {
            let present = self
            let view = PointState(
                domain: domain, current: points.interior.points, firstCount: firstCount,
                stream: RandomStream(seed: seed, name: "points of step \(step)"),
                residual: { places throws(SolverError) in try present.residuals(at: places) })
            points = CollocationPoints(interior: PointSet(try schedule.interior(view)), conditions: points.conditions)
            plan = try planned()
            changed = true
        }
        if var current = weighting, step == 0 || current.interval > 0 && step % current.interval == 0 {
            let wished = try current.factors(plan, at: parameters, current: factors)
            weighting = current
            if wished != factors {
                factors = wished
                plan = try planned()
                changed = true
            }
        }
        guard changed else { return }
        // What was kept of the old loss is forgotten.
        optimizer.memory = optimizer.memory
        if state.bestLoss.isFinite {
            let best = state.best
            state.bestLoss = try computing { () throws(ComputeError) in try plan.loss(at: best).total }
        }
    }

    /// Lengths of the equations' residuals at points, by exact derivatives in float64.
    private func residuals(at places: Matrix<Double>) throws(SolverError) -> [Double] {
        let all: [ResidualTerm]
        do throws(ProblemError) { all = try problem.residualTerms(at: points) } catch { throw .problem(error) }
        var term = all[0]
        term.points = PointSet(places)
        // With the number of points for a weight, residuals are what they are.
        term.weight = Double(places.rows)
        let (single, parameters) = (term, state.parameters)
        let values = try computing { () throws(ComputeError) in
            let plan = try ResidualPlan(
                network: network, fields: problem.fields, terms: [single], parameters: problem.parameters, trainable: problem.trainable)
            return try plan.residuals(at: parameters)
        }
        let equations = max(1, problem.equations.count)
        return (0..<places.rows).map { row in Vectors.norm(Array(values[(row * equations)..<((row + 1) * equations)])) }
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
                if tolerance > 0, unfactored(taken.loss) <= tolerance { outcome = .converged }
            // With other points or weights the next step may find a way.
            case .converged where schedule != nil || (weighting?.interval ?? 0) > 0: state.step += 1
            case .converged: outcome = .converged
            case .diverged: outcome = .diverged
            }
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
            let parameters = state.parameters
            lastLoss = try computing { () throws(ComputeError) in try plan.loss(at: parameters).total }
        }
        return outcome ?? .maxSteps
    }

    /// The loss without the factors that change as the training goes on: small factors make no problem solved.
    private func unfactored(_ loss: ResidualPlan.Loss) -> Double {
        guard let weighting, weighting.interval > 0, factors.count == loss.terms.count else { return loss.total }
        return zip(loss.terms, factors).reduce(0) { $0 + $1.0.weight / $1.1 * $1.0.meanSquare }
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
        return TrainingRecord(
            step: state.step, loss: loss, trueResidual: truth.total.squareRoot(), error: try error(), spectrum: spectrum,
            parameters: trained(in: parameters))
    }

    /// The equations' trained parameters, which follow the network's.
    private func trained(in parameters: [Double]) -> [String: Double] {
        let first = network.architecture.parameterCount
        return Dictionary(uniqueKeysWithValues: problem.trainable.enumerated().map { ($1, parameters[first + $0]) })
    }

    /// Singular values of the residual Jacobian at the state's parameters, descending.
    public func singularValues() throws(SolverError) -> [Double] {
        let parameters = state.parameters
        guard plan.residualCount * plan.parameterCount > Self.largestJacobian, plan.residualCount > plan.parameterCount else {
            let jacobian = try computing { () throws(ComputeError) in try plan.jacobian(at: parameters) }
            return try linear { () throws(LinearAlgebraError) in try SingularValueDecomposition.singularValues(of: jacobian) }
        }
        var factor = StackedQR(columns: parameters.count)
        let most = max(4 * parameters.count, 1024)
        try plan.eachJacobianBlock(at: parameters, most: most, wrap: { SolverError.compute($0) }) { rows throws(SolverError) in
            try linear { () throws(LinearAlgebraError) in try factor.append(rows: rows) }
        }
        return try linear { () throws(LinearAlgebraError) in try factor.singularValues() }
    }

    /// Numbers of a Jacobian beyond which it is not kept: its triangular factor is made from blocks of rows, or its spectrum estimated.
    public static let largestJacobian = 1 << 26

    /// Parameters beyond which the spectrum of such a Jacobian is estimated from products with it.
    public static let mostFactored = 4096

    private func spectrum() throws(SolverError) -> TrainingRecord.SpectrumRecord {
        let isFactored = plan.parameterCount <= Self.mostFactored && plan.parameterCount < plan.residualCount
        if plan.residualCount * plan.parameterCount > Self.largestJacobian, !isFactored {
            let estimate = try spectrumEstimate()
            return TrainingRecord.SpectrumRecord(
                entropy: estimate.entropy.value, count: Int(estimate.count.value.rounded()), rank: estimate.effectiveRank.value,
                estimate: .init(
                    cut: estimate.cut, entropyError: estimate.entropy.standardError, countError: estimate.count.standardError,
                    rankError: estimate.effectiveRank.standardError))
        }
        let values = try singularValues()
        let (largest, cut) = (max(plan.residualCount, plan.parameterCount), cut)
        return try spectral { () throws(SpectrumError) in
            let spectrum = try Spectrum(singularValues: values, largestDimension: largest)
            return TrainingRecord.SpectrumRecord(
                entropy: try spectrum.entropy(cut: cut), count: try spectrum.count(cut: cut), rank: spectrum.effectiveRank)
        }
    }

    /// The residual Jacobian's spectrum at the state's parameters from products with it.
    public func spectrumEstimate(probes: Int = 12, steps: Int = 48) throws(SolverError) -> SpectrumEstimate {
        let (plan, parameters) = (plan, state.parameters)
        return try SpectrumEstimate(
            rows: plan.residualCount, columns: plan.parameterCount, cut: cut, probes: probes, steps: steps, seed: seed,
            forward: { vector throws(SolverError) in
                try computing { () throws(ComputeError) in try plan.product(at: parameters, vector) }
            },
            backward: { vector throws(SolverError) in
                try computing { () throws(ComputeError) in try plan.transposedProduct(at: parameters, vector) }
            })
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
        let numbers = problem.parameters.merging(trained(in: state.parameters)) { $1 }
        let values = try computing { () throws(ComputeError) in
            try current.values(of: formulas, fields: problem.fields, at: PointSet(solution.points), parameters: numbers)
        }
        return Problem.relativeError(values.flatMap { $0 }, exact: solution.values.flatMap { $0 })
    }
}
