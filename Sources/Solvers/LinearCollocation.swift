import Differentiation
import LinearAlgebra
import Problems

/// A linear equation with its conditions, each on points of its own: what the coefficients of a random feature model are solved for.
///
/// Rows are unscaled, a condition's rows and right-hand sides multiplied by the square root of its weight.
public struct LinearCollocation: Sendable {
    public struct Part: Sendable {
        /// "equation", or the condition's name.
        public let name: String
        public let linearOperator: LinearOperator
        /// M × d, a point a row.
        public let points: Matrix<Double>
        /// What the operator's value shall be, one number a point.
        public let values: [Double]
        public let weight: Double
        /// Conditions take their derivatives exactly, whatever the method.
        public let isCondition: Bool

        public var scale: Double { isCondition ? weight.squareRoot() : 1 }
    }

    /// The equation first, then the conditions in the problem's order.
    public let parts: [Part]

    /// - Parameters:
    ///   - problem: One field, one equation, linear with constant coefficients, as are its conditions.
    ///   - points: One set a condition, with the data that the expressions name.
    /// - Throws: `SolverError.problem` if it is not linear, a name has no values, or a right-hand side is not finite.
    public init(problem: Problem, points: CollocationPoints) throws(SolverError) {
        do {
            let forms = try problem.linearForms()
            var parts = [
                Part(
                    name: "equation", linearOperator: forms.equation.operator, points: points.interior.points,
                    values: try problem.values(of: forms.equation.source, at: points.interior), weight: 1, isCondition: false)
            ]
            for ((condition, form), set) in zip(zip(problem.conditions, forms.conditions), points.conditions) {
                parts.append(
                    Part(
                        name: condition.name, linearOperator: form.operator, points: set.points,
                        values: try problem.values(of: form.source, at: set), weight: condition.weight, isCondition: true))
            }
            self.parts = parts
        } catch { throw .problem(error) }
    }

    /// The right-hand side of all parts, one below the other, scaled as the rows are.
    public var rightHandSide: [Double] { parts.flatMap { part in part.values.map { $0 * part.scale } } }

    public var rows: Int { parts.reduce(0) { $0 + $1.points.rows } }
}
