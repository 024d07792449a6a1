import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems
import Solvers
import Spectra

/// Ways of taking derivatives side by side: one network, from the same start on the same points, trained by each.
public struct Comparison {
    /// A method in a precision.
    public struct Way: Sendable, Hashable {
        public let method: DerivativeMethod
        public let precision: Precision

        public init(_ method: DerivativeMethod, _ precision: Precision) {
            self.method = method
            self.precision = precision
        }
    }

    public let problem: Problem
    public let network: Network
    public let points: CollocationPoints
    public let steps: Int
    /// Of the spectra; nil for 10⁻¹³ in float64 and 10⁻⁶ in float32.
    public let cut: Double?
    public let device: Device?
    public let seed: UInt64
    private let optimizer: () -> any Optimizer

    /// Jacobians beyond this many numbers are not taken apart.
    static let largestJacobian = 64_000_000

    /// - Parameters:
    ///   - steps: of the optimiser, the same for every way.
    ///   - optimizer: makes a fresh one for each way.
    ///   - device: nil for the native path.
    public init(
        problem: Problem, network: Network, points: CollocationPoints, steps: Int, cut: Double? = nil, device: Device? = nil, seed: UInt64 = 0,
        optimizer: @escaping () -> any Optimizer
    ) {
        self.problem = problem
        self.network = network
        self.points = points
        self.steps = steps
        self.cut = cut
        self.device = device
        self.seed = seed
        self.optimizer = optimizer
    }

    /// Trains by one way.
    ///
    /// - Parameters:
    ///   - isStopped: asked between steps, or every few hundredths of a second; once true, the row holds what there is, with the outcome `interrupted`.
    ///   - progress: called at every look with the step.
    /// - Throws: `StudyError`, `.solver` where the Jacobian would be too large for a dense decomposition.
    public func run(_ way: Way, isStopped: () -> Bool = { false }, progress: (Int) -> Void = { _ in }) throws(StudyError) -> ComparisonRow {
        do { return try train(way, isStopped, progress) } catch let error as StudyError { throw error } catch let error as SolverError {
            throw .solver(setting: "\(problem.name) by \(way.method)", error)
        } catch { throw .assembly(setting: "\(problem.name) by \(way.method)", reason: "\(error)") }
    }

    private func train(_ way: Way, _ isStopped: () -> Bool, _ progress: (Int) -> Void) throws -> ComparisonRow {
        var trainer = try Trainer(
            problem: problem, network: network, points: points, derivative: way.method, precision: way.precision, optimizer: optimizer(),
            device: device, seed: seed)
        let entries = trainer.plan.residualCount * trainer.plan.parameterCount
        guard entries <= Self.largestJacobian else {
            throw SolverError.badArgument(
                "The Jacobian has \(trainer.plan.residualCount) × \(trainer.plan.parameterCount) entries, too many to take apart; use fewer points or a smaller "
                    + "network.")
        }
        let start = try figures(&trainer, way)
        var looks: [ComparisonRow.Look] = []
        var speeds: [Double] = []
        var outcome = TrainingOutcome.maxSteps
        for step in TrainingLaboratory.looks(steps) where outcome == .maxSteps {
            let before = trainer.state.step
            let started = ContinuousClock.now
            outcome = try trainer.run(steps: step, logEvery: .max, logLast: false, isStopped: isStopped) { _ in }
            let time = started.duration(to: ContinuousClock.now).components
            let taken = trainer.state.step - before
            if taken > 0 { speeds.append((Double(time.seconds) + Double(time.attoseconds) * 1e-18) / Double(taken)) }
            // What is left of a diverged one belongs to an earlier step.
            if outcome == .diverged { break }
            // Stopped or converged right after a look.
            if taken == 0, let last = looks.last, last.step == before { break }
            let record = try trainer.record(withSpectrum: false)
            looks.append(
                ComparisonRow.Look(
                    step: record.step, loss: record.loss.total, trueResidual: record.trueResidual ?? .nan, error: record.error))
            progress(step)
        }
        let parameters = trainer.state.parameters
        let own = try trainer.plan.residuals(at: parameters)
        let exact = try trainer.judge.residuals(at: parameters)
        let apart = zip(own, exact).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        return ComparisonRow(
            method: way.method, precision: way.precision, curve: looks, outcome: outcome,
            // The first stretches are single steps; the long ones tell.
            secondsPerStep: median(Array(speeds.suffix(max(1, speeds.count / 2)))), memoryBytes: trainer.plan.explanation.memoryBytes,
            cost: trainer.plan.cost,
            start: start, end: try figures(&trainer, way), derivativeError: apart)
    }

    private func figures(_ trainer: inout Trainer, _ way: Way) throws -> ComparisonRow.SpectrumFigures {
        let parameters = trainer.state.parameters
        let jacobian = try trainer.plan.jacobian(at: parameters)
        let spectrum = try Spectrum(
            singularValues: try SingularValueDecomposition.singularValues(of: jacobian), largestDimension: max(jacobian.rows, jacobian.columns))
        let cut = cut ?? (way.precision == .f64 ? 1e-13 : 1e-6)
        var floor: Double?
        if RoundingShare.isKnown(for: way.method, network.architecture.activation) {
            floor = try RoundingShare.floor(of: jacobian, by: way.method, way.precision) {
                try RoundingShare.unrounded(way.method, way.precision).map { method in
                    try ResidualPlan(problem: problem, points: points, network: network, method: method).jacobian(at: parameters)
                }
            }
        }
        return ComparisonRow.SpectrumFigures(
            spectrum: spectrum, cut: cut, count: try spectrum.count(cut: cut), entropy: try spectrum.entropy(cut: cut),
            effectiveRank: spectrum.effectiveRank, floor: floor)
    }
}
