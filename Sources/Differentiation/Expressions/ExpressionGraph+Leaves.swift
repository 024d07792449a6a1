extension ExpressionGraph {
    /// - Precondition: the value is a number.
    public mutating func constant(_ value: Double) -> Int {
        precondition(!value.isNaN, "a constant is a number")
        return intern(.constant(value == 0 ? 0 : value))
    }

    public mutating func coordinate(_ axis: Int) -> Int {
        precondition(coordinates.indices.contains(axis), "the graph has \(coordinates.count) coordinates")
        return intern(.coordinate(axis))
    }

    public mutating func parameter(_ name: String) -> Int { intern(.parameter(name)) }

    public mutating func data(_ name: String) -> Int { intern(.data(name)) }

    public mutating func derivative(_ derivative: FieldDerivative) -> Int {
        precondition(derivative.index.dimension == coordinates.count, "one exponent a coordinate")
        return intern(.derivative(derivative))
    }

    /// The value of a constant, nil for any other node.
    package func constantValue(_ node: Int) -> Double? {
        if case .constant(let value) = operations[node] { value } else { nil }
    }
}
