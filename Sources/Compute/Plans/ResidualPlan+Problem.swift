import Differentiation
import LinearAlgebra
import Models
import Problems

extension Problem {
    /// The terms of the loss: the equations in the interior, named "interior", and then each condition.
    ///
    /// - Parameters:
    ///   - points: with the data that the formulas name.
    ///   - method: how the equations' derivatives are taken.
    ///   - conditionMethod: how the conditions' are.
    public func residualTerms(
        at points: CollocationPoints, method: DerivativeMethod = .automatic, conditionMethod: DerivativeMethod = .automatic
    ) -> [ResidualTerm] {
        var terms = [ResidualTerm("interior", .equations(equations.map(\.residual)), at: points.interior, method: method)]
        for (condition, set) in zip(conditions, points.conditions) {
            terms.append(
                ResidualTerm(condition.name, .equations([condition.residual]), at: set, weight: condition.weight, method: conditionMethod))
        }
        return terms
    }
}

extension ResidualPlan {
    /// A network in a problem.
    ///
    /// - Parameters: as of `init(network:fields:terms:parameters:trainable:precision:device:)` and `Problem.residualTerms`.
    public convenience init(
        problem: Problem, points: CollocationPoints, network: Network, method: DerivativeMethod = .automatic,
        conditionMethod: DerivativeMethod = .automatic, precision: Precision = .f64, device: Device? = nil
    ) throws(ComputeError) {
        try self.init(
            network: network, fields: problem.fields, terms: problem.residualTerms(at: points, method: method, conditionMethod: conditionMethod),
            parameters: problem.parameters, precision: precision, device: device)
    }
}

extension Network {
    /// Formulas over the network's fields and their derivatives, at points.
    ///
    /// - Parameters:
    ///   - formulas: such as u_xx or u·u_x.
    ///   - fields: names of the outputs.
    ///   - points: with the data that the formulas name.
    /// - Returns: for each formula a number a point.
    /// - Throws: As `ResidualPlan`.
    public func values(
        of formulas: [Expression], fields: [String] = ["u"], at points: PointSet, method: DerivativeMethod = .automatic,
        parameters: [String: Double] = [:], precision: Precision = .f64, device: Device? = nil
    ) throws(ComputeError) -> [[Double]] {
        // With the number of points for a weight, residuals are what they are.
        let term = ResidualTerm("points", .equations(formulas), at: points, weight: Double(points.count), method: method)
        let plan = try ResidualPlan(
            network: self, fields: fields, terms: [term], parameters: parameters, precision: precision, device: device)
        let flat = try plan.residuals(at: self.parameters)
        return formulas.indices.map { place in stride(from: place, to: flat.count, by: formulas.count).map { flat[$0] } }
    }
}
