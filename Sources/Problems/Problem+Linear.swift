import Differentiation
import LinearAlgebra

extension Problem {
    /// The equation and the conditions as linear forms L u − source with constant coefficients.
    ///
    /// - Throws: `ProblemError.inconsistent` for several fields or equations, `expression` that names the term which is not linear.
    public func linearForms() throws(ProblemError) -> (equation: LinearForm, conditions: [LinearForm]) {
        guard fields.count == 1, equations.count == 1 else {
            throw .inconsistent(
                reason: "the problem \(name) has \(fields.count) fields and \(equations.count) equations; only one of each is possible here")
        }
        var residuals: [Expression] = []
        for condition in conditions {
            guard let residual = condition.residual else {
                throw .inconsistent(reason: "the condition \"\(condition.name)\" of the problem \(name) is periodic, which is not possible here")
            }
            residuals.append(residual)
        }
        guard hard.isEmpty else { throw .inconsistent(reason: "the problem \(name) has hard conditions, which are not possible here", key: "hard") }
        do {
            let equation = try LinearForm(of: equations[0].residual, field: fields[0], parameters: parameters)
            var forms: [LinearForm] = []
            for residual in residuals { forms.append(try LinearForm(of: residual, field: fields[0], parameters: parameters)) }
            return (equation, forms)
        } catch {
            throw .expression(error)
        }
    }

    /// Whether every equation and condition is linear in the fields, whatever its coefficients.
    public var isLinear: Bool {
        (equations.map(\.residual) + conditions.compactMap(\.residual)).allSatisfy { residual in
            var graph = residual.graph
            let leaves = residual.derivatives.map { graph.derivative($0) }
            let partials = graph.gradient(of: residual.root, withRespectTo: leaves)
            return partials.allSatisfy { Expression(graph: graph, root: $0).derivatives.isEmpty }
        }
    }

    /// A formula's values at points, in float64.
    ///
    /// - Parameters:
    ///   - formula: Over the problem's coordinates and parameters and the points' data, without fields.
    ///   - set: The points.
    /// - Throws: `ProblemError.expression` for names without values, `notFinite` at the first point without a finite value.
    public func values(of formula: Expression, at set: PointSet) throws(ProblemError) -> [Double] {
        let samples = Samples(
            count: set.count, coordinates: (0..<set.points.columns).map { set.points.column($0) }, parameters: parameters, data: set.data)
        let values: [Double]
        do {
            values = try formula.evaluate(at: samples)
        } catch {
            throw .expression(error)
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(formula: formula.description, value: values[index], point: set.points.row(index))
        }
        return values
    }
}
