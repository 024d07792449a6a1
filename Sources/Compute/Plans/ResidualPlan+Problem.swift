import Differentiation
import LinearAlgebra
import Models
import Problems

extension Problem {
    /// The terms of the loss: the equations in the interior, named "interior", and then each condition; in the bare network where fields meet
    /// conditions by their form.
    ///
    /// - Parameters:
    ///   - points: with the data that the formulas name.
    ///   - method: how the equations' derivatives are taken.
    ///   - conditionMethod: how the conditions' are.
    /// - Throws: `ProblemError` where a hard condition's derivatives grow too large, or a periodic condition is about a field that has one.
    public func residualTerms(
        at points: CollocationPoints, method: DerivativeMethod = .automatic, conditionMethod: DerivativeMethod = .automatic
    ) throws(ProblemError) -> [ResidualTerm] {
        var residuals: [Differentiation.Expression] = []
        for equation in equations { residuals.append(try inBareFields(equation.residual)) }
        var terms = [ResidualTerm("interior", .equations(residuals), at: points.interior, method: method)]
        for (condition, set) in zip(conditions, points.conditions) {
            let kind: ResidualTerm.Kind
            switch condition.kind {
            case .residual(let residual): kind = .equations([try inBareFields(residual)])
            case .periodic(let axis, let period, let derivatives):
                if let both = derivatives.first(where: { leaf in hard.contains { $0.field == leaf.field } }) {
                    throw .inconsistent(
                        reason: "the field \(both.field) has a hard condition and a periodic one; put the period into the hard condition's factor")
                }
                kind = .periodic(axis: axis, period: period, derivatives: derivatives)
            }
            terms.append(ResidualTerm(condition.name, kind, at: set, weight: condition.weight, method: conditionMethod))
        }
        return terms
    }
}

extension ResidualPlan {
    /// A network in a problem, the problem's trainable parameters after the network's.
    ///
    /// - Parameters: as of `init(network:fields:terms:parameters:trainable:precision:device:)` and `Problem.residualTerms`.
    /// - Throws: `ComputeError`, `.equation` for what is wrong with the problem.
    public convenience init(
        problem: Problem, points: CollocationPoints, network: Network, method: DerivativeMethod = .automatic,
        conditionMethod: DerivativeMethod = .automatic, precision: Precision = .f64, device: Device? = nil
    ) throws(ComputeError) {
        let terms: [ResidualTerm]
        do throws(ProblemError) { terms = try problem.residualTerms(at: points, method: method, conditionMethod: conditionMethod) } catch {
            throw .equation("\(error)")
        }
        try self.init(
            network: network, fields: problem.fields, terms: terms, parameters: problem.parameters, trainable: problem.trainable,
            precision: precision, device: device)
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
