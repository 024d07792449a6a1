import Differentiation
import Models
import Problems

extension Ensemble {
    /// Networks in a problem, the problem's trainable parameters after each network's.
    ///
    /// - Parameters: as of `init(architecture:fields:members:parameters:trainable:precision:device:terms:)` and `Problem.residualTerms`.
    /// - Throws: `ComputeError`, `.equation` for what is wrong with the problem.
    public convenience init(
        problem: Problem, points: CollocationPoints, architecture: NetworkArchitecture, members: [Member],
        conditionMethod: DerivativeMethod = .automatic, precision: Precision = .f64, device: Device? = nil
    ) throws(ComputeError) {
        try self.init(
            architecture: architecture, fields: problem.fields, members: members, parameters: problem.parameters, trainable: problem.trainable,
            precision: precision, device: device
        ) { method throws(ComputeError) in
            do throws(ProblemError) {
                return try problem.residualTerms(at: points, method: method, conditionMethod: conditionMethod)
            } catch { throw .equation("\(error)") }
        }
    }
}
