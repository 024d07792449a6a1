/// A derivative of a field, ∂^α u; the field itself for α = 0.
public struct FieldDerivative: Hashable, Sendable {
    public let field: String
    public let index: MultiIndex

    public init(_ field: String, _ index: MultiIndex) {
        self.field = field
        self.index = index
    }
}

/// Expressions as one graph in which equal subexpressions are the same node.
///
/// A node is a place in `operations` and comes after its operands, so that walking the array upwards visits operands first; nothing here recurses.
/// Nodes are made by methods that simplify: constants are folded, neutral elements vanish, equal powers and multiples are gathered, signs move
/// outwards, and the operands of + and · stand in a fixed order.
public struct ExpressionGraph: Sendable {
    public enum UnaryFunction: String, Hashable, Sendable, CaseIterable {
        case negate = "-"
        case sin, cos, tan, tanh, sinh, cosh, exp, log, sqrt, abs
        /// −1, 0 or 1; the derivative of abs.
        case sign
    }

    public enum BinaryFunction: String, Hashable, Sendable, CaseIterable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        /// A power whose exponent is no integer constant.
        case power = "^"
        case atan2, min, max

        /// Those written as a call.
        package static let callable: [BinaryFunction] = [.atan2, .min, .max]
    }

    public enum Operation: Hashable, Sendable {
        case constant(Double)
        /// The axis.
        case coordinate(Int)
        case parameter(String)
        case data(String)
        case derivative(FieldDerivative)
        case unary(UnaryFunction, Int)
        case binary(BinaryFunction, Int, Int)
        /// aⁿ, n neither 0 nor 1.
        case power(Int, exponent: Int)
    }

    /// The coordinates' names, in the order of the axes; empty in a graph of constants.
    public internal(set) var coordinates: [String]
    /// The nodes.
    public private(set) var operations: [Operation] = []
    private var places: [Operation: Int] = [:]

    public init(coordinates: [String]) { self.coordinates = coordinates }

    /// The most nodes a parsed or differentiated expression may have.
    package static let largestCount = 200_000

    /// The largest integer exponent.
    package static let largestExponent = 1024

    /// The node of an operation as it stands.
    mutating func intern(_ operation: Operation) -> Int {
        if let place = places[operation] { return place }
        let place = operations.count
        operations.append(operation)
        places[operation] = place
        return place
    }

    /// The nodes an operation is applied to.
    public func operands(of node: Int) -> [Int] {
        switch operations[node] {
        case .constant, .coordinate, .parameter, .data, .derivative: []
        case .unary(_, let a), .power(let a, _): [a]
        case .binary(_, let a, let b): [a, b]
        }
    }

    /// The nodes an expression consists of, operands before what uses them.
    public func reachable(from roots: [Int]) -> [Int] {
        var wanted = [Bool](repeating: false, count: (roots.max() ?? -1) + 1)
        for root in roots { wanted[root] = true }
        for node in wanted.indices.reversed() where wanted[node] {
            for operand in operands(of: node) { wanted[operand] = true }
        }
        return wanted.indices.filter { wanted[$0] }
    }
}
