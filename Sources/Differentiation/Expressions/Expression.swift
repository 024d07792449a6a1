/// A formula over coordinates, fields and their derivatives, parameters and data arrays; a value of its own.
public struct Expression: Sendable {
    /// The graph the formula stands in, and others may too.
    public private(set) var graph: ExpressionGraph
    /// The formula's node.
    public private(set) var root: Int

    public init(graph: ExpressionGraph, root: Int) {
        precondition(graph.operations.indices.contains(root), "the root is a node of the graph")
        self.graph = graph
        self.root = root
    }

    /// A number.
    public init(_ value: Double) {
        graph = ExpressionGraph(coordinates: [])
        root = graph.constant(value)
    }

    /// The coordinate of an axis.
    public static func coordinate(_ axis: Int, of coordinates: [String]) -> Expression {
        var graph = ExpressionGraph(coordinates: coordinates)
        let root = graph.coordinate(axis)
        return Expression(graph: graph, root: root)
    }

    /// A constant with a name, its value given when the expression is evaluated.
    public static func parameter(_ name: String) -> Expression {
        var graph = ExpressionGraph(coordinates: [])
        let root = graph.parameter(name)
        return Expression(graph: graph, root: root)
    }

    /// An array with one number a point, given when the expression is evaluated.
    public static func data(_ name: String) -> Expression {
        var graph = ExpressionGraph(coordinates: [])
        let root = graph.data(name)
        return Expression(graph: graph, root: root)
    }

    /// The names of the coordinates; empty for a formula without any.
    public var coordinates: [String] { graph.coordinates }

    /// The field derivatives it needs, in the order of their first appearance.
    public var derivatives: [FieldDerivative] {
        graph.reachable(from: [root]).compactMap { if case .derivative(let leaf) = graph.operations[$0] { leaf } else { nil } }
    }

    /// The parameters it names.
    public var parameters: [String] {
        graph.reachable(from: [root]).compactMap { if case .parameter(let name) = graph.operations[$0] { name } else { nil } }
    }

    /// The data arrays it names.
    public var data: [String] {
        graph.reachable(from: [root]).compactMap { if case .data(let name) = graph.operations[$0] { name } else { nil } }
    }

    /// The axes of the coordinates it names.
    public var axes: [Int] {
        graph.reachable(from: [root]).compactMap { if case .coordinate(let axis) = graph.operations[$0] { axis } else { nil } }
    }

    /// Its values at points, in float64.
    ///
    /// - Throws: `ExpressionError` when a name has no values, or not one for each point.
    public func evaluate(at samples: Samples) throws(ExpressionError) -> [Double] { try graph.evaluate(root, at: samples) }

    /// The total derivative with respect to a coordinate.
    ///
    /// - Throws: `ExpressionError` where a data array stands, or when the derivative is too large.
    public func derivative(axis: Int) throws(ExpressionError) -> Expression {
        var graph = graph
        if graph.coordinates.isEmpty { return Expression(0) }
        let root = try graph.derivative(of: root, axis: axis)
        return Expression(graph: graph, root: root)
    }

    /// ∂^α of it.
    public func derivative(_ index: MultiIndex) throws(ExpressionError) -> Expression {
        var result = self
        for (axis, order) in index.exponents.enumerated() {
            for _ in 0..<order { result = try result.derivative(axis: axis) }
        }
        return result
    }

    /// L of it, for instance the right-hand side that makes it a solution.
    public func applying(_ operator: LinearOperator) throws(ExpressionError) -> Expression {
        var sum = Expression(0)
        for term in `operator`.terms { sum = sum + Expression(term.coefficient) * (try derivative(term.derivative)) }
        return sum
    }

    /// The expression with a field, and every derivative of it, replaced by a formula and its derivatives.
    public func substituting(_ formula: Expression, for field: String) throws(ExpressionError) -> Expression {
        var graph = graph
        var replacements: [Int: Int] = [:]
        for leaf in derivatives where leaf.field == field {
            let value = try formula.derivative(leaf.index)
            replacements[graph.derivative(leaf)] = graph.insert(value.root, of: value.graph)
        }
        let root = graph.substitute(replacements, in: root)
        return Expression(graph: graph, root: root)
    }
}

extension Expression: Equatable {
    /// Whether both are the same formula after simplification; different formulas with the same values are not equal.
    public static func == (a: Expression, b: Expression) -> Bool {
        guard a.coordinates == b.coordinates || a.coordinates.isEmpty || b.coordinates.isEmpty else { return false }
        var graph = a.graph
        return graph.insert(b.root, of: b.graph) == graph.insert(a.root, of: a.graph)
    }
}

extension Expression: CustomStringConvertible {
    /// The formula in the language it can be read from.
    public var description: String { graph.description(of: root) }
}

/// The same by a name that Foundation, which has an `Expression` of its own, leaves free.
public typealias Formula = Expression
