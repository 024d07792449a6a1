import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems

/// Loss, true residual and error along the way.
extension Trainer {
    /// What is known at some parameters, whatever the step.
    struct Look {
        let parameters: [Double]
        let loss: ResidualPlan.Loss
        let trueResidual: Double
        let error: Double?
    }

    /// What is known at the state's parameters; evaluated once for each plan.
    mutating func look() throws(SolverError) -> Look {
        let parameters = state.parameters
        if let lastLook, lastLook.parameters == parameters { return lastLook }
        let loss = try computing { () throws(ComputeError) in try plan.loss(at: parameters) }
        let truth = plan === judge ? loss : try computing { () throws(ComputeError) in try judge.loss(at: parameters) }
        let look = Look(parameters: parameters, loss: loss, trueResidual: truth.total.squareRoot(), error: try error())
        lastLook = look
        return look
    }

    /// What is known at the state's parameters.
    public mutating func record(withSpectrum: Bool) throws(SolverError) -> TrainingRecord {
        let look = try look()
        var spectrum: TrainingRecord.SpectrumRecord?
        if withSpectrum, Vectors.isFinite(look.parameters), look.loss.total.isFinite {
            let started = ContinuousClock.now
            spectrum = try self.spectrum()
            let duration = started.duration(to: ContinuousClock.now).components
            spectraSeconds += Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
        }
        return TrainingRecord(
            step: state.step, loss: look.loss, trueResidual: look.trueResidual, error: look.error, spectrum: spectrum,
            parameters: trained(in: look.parameters))
    }

    /// The equations' trained parameters, which follow the network's.
    func trained(in parameters: [Double]) -> [String: Double] {
        let first = network.architecture.parameterCount
        return Dictionary(uniqueKeysWithValues: problem.trainable.enumerated().map { ($1, parameters[first + $0]) })
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
