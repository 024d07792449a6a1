import Differentiation
import LinearAlgebra

extension Problem {
    /// Evaluates every equation, condition, hard condition and exact formula at a few points.
    ///
    /// The fields and their derivatives are taken as 0 and as 0.7 everywhere; an expression that is not finite for both is refused.
    /// - Throws: `ProblemError.notFinite` with the expression as it was written, or `expression` for names without values.
    public func requireFiniteValues() throws(ProblemError) {
        guard domain != nil else { return }
        let points = try collocationPoints(25, sampling: .uniform, seed: 0)
        for equation in equations { try requireFinite(equation.residual, text: equation.text, at: points.interior) }
        for (condition, set) in zip(conditions, points.conditions) {
            if let residual = condition.residual { try requireFinite(residual, text: condition.text, at: set) }
        }
        for condition in hard {
            _ = try values(of: condition.offset, at: points.interior)
            _ = try values(of: condition.factor, at: points.interior)
        }
        for formula in exact { _ = try values(of: formula, at: points.interior) }
    }

    private func requireFinite(_ expression: Expression, text: String, at set: PointSet) throws(ProblemError) {
        var results: [[Double]] = []
        for value in [0.0, 0.7] {
            let leaves = Dictionary(uniqueKeysWithValues: expression.derivatives.map { ($0, Array(repeating: value, count: set.count)) })
            let samples = Samples(
                count: set.count, coordinates: (0..<set.points.columns).map { set.points.column($0) }, parameters: parameters, data: set.data,
                derivatives: leaves)
            do {
                results.append(try expression.evaluate(at: samples))
            } catch {
                throw .expression(error)
            }
        }
        if let index = (0..<set.count).first(where: { !results[0][$0].isFinite && !results[1][$0].isFinite }) {
            throw .notFinite(formula: text, value: results[1][index], point: set.points.row(index))
        }
    }

    /// How well the exact solution satisfies every equation and condition: the largest residual over the largest of the derivatives in it, or 1.
    ///
    /// - Returns: nil where no formula is known; 0 for a periodic condition, which is not looked at.
    /// - Throws: `ProblemError.expression` when a derivative grows too large.
    public func exactResiduals(at points: CollocationPoints) throws(ProblemError) -> (equations: [Double], conditions: [Double])? {
        guard !exact.isEmpty else { return nil }
        var residuals: [Double] = []
        for equation in equations { residuals.append(try exactResidual(equation.residual, at: points.interior)) }
        var others: [Double] = []
        for (condition, set) in zip(conditions, points.conditions) {
            others.append(try condition.residual.map { residual throws(ProblemError) in try exactResidual(residual, at: set) } ?? 0)
        }
        return (residuals, others)
    }

    private func exactResidual(_ residual: Expression, at set: PointSet) throws(ProblemError) -> Double {
        let known = parameters.merging(exactParameters) { _, truth in truth }
        do {
            func values(_ expression: Expression) throws(ExpressionError) -> [Double] {
                var expression = expression
                for (field, formula) in zip(fields, exact) { expression = try expression.substituting(formula, for: field) }
                return try expression.evaluate(
                    at: Samples(
                        count: set.count, coordinates: (0..<set.points.columns).map { set.points.column($0) }, parameters: known, data: set.data))
            }
            var scale = 1.0
            for leaf in residual.derivatives {
                for value in try values(Field(leaf.field, of: coordinates)[leaf.index]) where value.isFinite { scale = max(scale, abs(value)) }
            }
            return try values(residual).reduce(0) { $1.isNaN ? .infinity : max($0, abs($1)) } / scale
        } catch {
            throw .expression(error)
        }
    }
}
