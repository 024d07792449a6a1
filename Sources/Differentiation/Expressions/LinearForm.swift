/// A residual that is linear in one field with constant coefficients: residual = L u − source.
public struct LinearForm: Sendable, Equatable {
    /// L
    public let `operator`: LinearOperator
    /// What the equation sets L u equal to, over coordinates, parameters and data.
    public let source: Expression

    /// Takes a residual apart.
    ///
    /// - Parameters:
    ///   - residual: over a graph with coordinates.
    ///   - field: the unknown.
    ///   - parameters: values of the parameters in the coefficients.
    /// - Throws: `ExpressionError` that names the term which is not linear or whose coefficient is not constant, or the parameter without a value.
    public init(of residual: Expression, field: String = "u", parameters: [String: Double] = [:]) throws(ExpressionError) {
        var graph = residual.graph
        let leaves = residual.derivatives
        if let other = leaves.first(where: { $0.field != field }) {
            throw ExpressionError("The equation contains \(graph.text(of: other)), but only one unknown field, \(field), is possible here.")
        }
        guard !leaves.isEmpty else { throw ExpressionError("The equation does not contain the unknown field \(field).") }
        let nodes = leaves.map { graph.derivative($0) }
        let partials = graph.gradient(of: residual.root, withRespectTo: nodes)
        var terms: [LinearOperator.Term] = []
        for (leaf, partial) in zip(leaves, partials) {
            let coefficient = Expression(graph: graph, root: partial)
            guard coefficient.derivatives.isEmpty else { throw LinearForm.nonlinear(residual, field) }
            guard coefficient.data.isEmpty, coefficient.axes.isEmpty else {
                throw ExpressionError(
                    "The coefficient \(coefficient) of \(graph.text(of: leaf)) is not constant: only constant coefficients are possible here.")
            }
            let value = try coefficient.evaluate(at: Samples(count: 1, parameters: parameters))[0]
            guard value.isFinite else { throw ExpressionError("The coefficient \(coefficient) of \(graph.text(of: leaf)) is not a finite number.") }
            terms.append(LinearOperator.Term(value, leaf.index))
        }
        `operator` = LinearOperator(dimension: graph.coordinates.count, terms: terms)
        guard !`operator`.terms.isEmpty else { throw ExpressionError("All coefficients of the unknown field \(field) are zero.") }
        let zero = graph.constant(0)
        let rest = graph.substitute(Dictionary(uniqueKeysWithValues: nodes.map { ($0, zero) }), in: residual.root)
        let source = graph.negate(rest)
        self.source = Expression(graph: graph, root: source)
    }

    /// The complaint about the first term of a sum that is not linear in the field.
    private static func nonlinear(_ residual: Expression, _ field: String) -> ExpressionError {
        var graph = residual.graph
        for term in graph.summands(of: [residual.root]).map(\.node) {
            let expression = Expression(graph: graph, root: term)
            let nodes = expression.derivatives.map { graph.derivative($0) }
            let partials = graph.gradient(of: term, withRespectTo: nodes)
            if partials.contains(where: { !Expression(graph: graph, root: $0).derivatives.isEmpty }) {
                return ExpressionError("The term \(expression) is not linear in \(field): only linear equations are possible here.")
            }
        }
        return ExpressionError("The equation is not linear in \(field): only linear equations are possible here.")
    }
}
