/// Values at a number of points for everything an expression may name.
public struct Samples: Sendable {
    /// The number of points.
    public let count: Int
    /// One array of `count` numbers a coordinate.
    public var coordinates: [[Double]]
    public var parameters: [String: Double]
    /// Arrays of `count` numbers.
    public var data: [String: [Double]]
    /// Arrays of `count` numbers: the fields and their derivatives at the points.
    public var derivatives: [FieldDerivative: [Double]]

    public init(
        count: Int, coordinates: [[Double]] = [], parameters: [String: Double] = [:], data: [String: [Double]] = [:],
        derivatives: [FieldDerivative: [Double]] = [:]
    ) {
        self.count = count
        self.coordinates = coordinates
        self.parameters = parameters
        self.data = data
        self.derivatives = derivatives
    }
}

extension ExpressionGraph {
    /// The value of a node at every point, in float64, operation by operation.
    ///
    /// - Throws: `ExpressionError` when a name has no values, or not one for each point.
    public func evaluate(_ root: Int, at samples: Samples) throws(ExpressionError) -> [Double] {
        let order = reachable(from: [root])
        var leaves: [Int: Leaf] = [:]
        for node in order { leaves[node] = try leaf(node, samples) }
        let block = 256
        var result = [Double](repeating: 0, count: samples.count)
        var values = [Int: [Double]](minimumCapacity: order.count)
        for start in stride(from: 0, to: samples.count, by: block) {
            let points = start..<min(start + block, samples.count)
            for node in order {
                if let leaf = leaves[node] {
                    values[node] =
                        switch leaf {
                        case .constant(let value): Array(repeating: value, count: points.count)
                        case .array(let array): Array(array[points])
                        }
                } else {
                    let inputs = operands(of: node).map { values[$0] ?? [] }
                    values[node] = points.indices.map { i in combine(node, inputs, i - points.lowerBound) }
                }
            }
            result.replaceSubrange(points, with: values[root] ?? [])
        }
        return result
    }

    private enum Leaf {
        case constant(Double)
        case array([Double])
    }

    private func combine(_ node: Int, _ inputs: [[Double]], _ point: Int) -> Double {
        switch operations[node] {
        case .unary(let function, _): function.value(inputs[0][point])
        case .binary(let function, _, _): function.value(inputs[0][point], inputs[1][point])
        case .power(_, let exponent): ExpressionGraph.power(inputs[0][point], exponent)
        default: .nan
        }
    }

    private func leaf(_ node: Int, _ samples: Samples) throws(ExpressionError) -> Leaf? {
        func checked(_ array: [Double]?, _ what: String) throws(ExpressionError) -> Leaf {
            guard let array else { throw ExpressionError("There are no values for \(what): supply them.") }
            guard array.count == samples.count else {
                throw ExpressionError("There are \(array.count) values for \(what), but \(samples.count) points: supply one a point.")
            }
            return .array(array)
        }
        switch operations[node] {
        case .constant(let value): return .constant(value)
        case .parameter(let name):
            guard let value = samples.parameters[name] else { throw ExpressionError("The parameter \(name) has no value: supply one.") }
            return .constant(value)
        case .coordinate(let axis):
            return try checked(axis < samples.coordinates.count ? samples.coordinates[axis] : nil, "the coordinate \(coordinates[axis])")
        case .data(let name): return try checked(samples.data[name], "the data array \(name)")
        case .derivative(let derivative): return try checked(samples.derivatives[derivative], description(of: node))
        case .unary, .binary, .power: return nil
        }
    }
}
