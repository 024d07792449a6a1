/// A record of operations on numbers from which derivatives are taken backwards; what the backward sweep does is recorded too, so that derivatives
/// nest to any order.
///
/// The independent way to what jets and stencils compute: plain, scalar, in float64. A node is a place on the tape; operands come first.
public struct Tape: ~Copyable {
    private enum Operation {
        case leaf
        case unary(ExpressionGraph.UnaryFunction, Int)
        case binary(ExpressionGraph.BinaryFunction, Int, Int)
        case power(Int, exponent: Int)
        /// σ⁽ⁿ⁾
        case activation(Activation, order: Int, Int)
    }

    private var operations: [Operation] = []
    private var values: [Double] = []

    public init() {}

    /// The number of nodes.
    public var count: Int { operations.count }

    /// The number at a node.
    public func value(_ node: Int) -> Double { values[node] }

    /// A variable or a constant.
    public mutating func leaf(_ value: Double) -> Int {
        return push(.leaf, value)
    }

    public mutating func apply(_ function: ExpressionGraph.UnaryFunction, _ a: Int) -> Int {
        push(.unary(function, a), function.value(values[a]))
    }

    public mutating func apply(_ function: ExpressionGraph.BinaryFunction, _ a: Int, _ b: Int) -> Int {
        push(.binary(function, a, b), function.value(values[a], values[b]))
    }

    public mutating func power(_ a: Int, _ exponent: Int) -> Int {
        if exponent == 0 { return leaf(1) }
        return push(.power(a, exponent: exponent), ExpressionGraph.power(values[a], exponent))
    }

    /// σ⁽ⁿ⁾(a), n at most 6.
    public mutating func apply(_ activation: Activation, order: Int = 0, _ a: Int) -> Int {
        push(.activation(activation, order: order, a), activation.derivative(order, at: values[a]))
    }

    public mutating func add(_ a: Int, _ b: Int) -> Int { apply(.add, a, b) }
    public mutating func multiply(_ a: Int, _ b: Int) -> Int { apply(.multiply, a, b) }

    private mutating func push(_ operation: Operation, _ value: Double) -> Int {
        operations.append(operation)
        values.append(value)
        return operations.count - 1
    }

    /// ∂root/∂variable for each variable, by one sweep backwards that is recorded.
    ///
    /// Only nodes between the variables and the root are visited.
    public mutating func gradient(of root: Int, withRespectTo variables: [Int]) -> [Int] {
        var depends = [Bool](repeating: false, count: root + 1)
        for variable in variables where variable <= root { depends[variable] = true }
        for node in 0...root where !depends[node] {
            switch operations[node] {
            case .leaf: break
            case .unary(_, let a), .power(let a, _), .activation(_, _, let a): depends[node] = depends[a]
            case .binary(_, let a, let b): depends[node] = depends[a] || depends[b]
            }
        }
        var adjoints = [Int](repeating: -1, count: root + 1)
        adjoints[root] = leaf(1)
        var node = root
        while node >= 0 {
            defer { node -= 1 }
            guard depends[node], adjoints[node] >= 0 else { continue }
            let adjoint = adjoints[node]
            switch operations[node] {
            case .leaf: break
            case .unary(let function, let a):
                if depends[a] { contribute(&adjoints, a, multiply(adjoint, partial(function, a, value: node))) }
            case .power(let a, let exponent):
                if depends[a] {
                    let factor = multiply(leaf(Double(exponent)), power(a, exponent - 1))
                    contribute(&adjoints, a, multiply(adjoint, factor))
                }
            case .activation(let activation, let order, let a):
                if depends[a] {
                    let slope = apply(activation, order: order + 1, a)
                    contribute(&adjoints, a, multiply(adjoint, slope))
                }
            case .binary(let function, let a, let b):
                if depends[a] { contribute(&adjoints, a, share(function, a, b, value: node, adjoint: adjoint, operand: 0)) }
                if depends[b] { contribute(&adjoints, b, share(function, a, b, value: node, adjoint: adjoint, operand: 1)) }
            }
        }
        return variables.map { $0 <= root && adjoints[$0] >= 0 ? adjoints[$0] : leaf(0) }
    }

    private mutating func contribute(_ adjoints: inout [Int], _ node: Int, _ share: Int) {
        adjoints[node] = adjoints[node] < 0 ? share : add(adjoints[node], share)
    }

    private mutating func partial(_ function: ExpressionGraph.UnaryFunction, _ a: Int, value: Int) -> Int {
        switch function {
        case .negate: return leaf(-1)
        case .sin: return apply(.cos, a)
        case .cos:
            let sine = apply(.sin, a)
            return apply(.negate, sine)
        case .tan:
            let square = power(value, 2)
            return add(square, leaf(1))
        case .tanh:
            let square = power(value, 2)
            return apply(.subtract, leaf(1), square)
        case .sinh: return apply(.cosh, a)
        case .cosh: return apply(.sinh, a)
        case .exp: return value
        case .log: return apply(.divide, leaf(1), a)
        case .sqrt: return apply(.divide, leaf(0.5), value)
        case .abs: return apply(.sign, a)
        case .sign: return leaf(0)
        }
    }

    private mutating func share(
        _ function: ExpressionGraph.BinaryFunction, _ a: Int, _ b: Int, value: Int, adjoint: Int, operand: Int
    ) -> Int {
        switch function {
        case .add: return adjoint
        case .subtract: return operand == 0 ? adjoint : apply(.negate, adjoint)
        case .multiply: return multiply(adjoint, operand == 0 ? b : a)
        case .divide:
            let quotient = apply(.divide, adjoint, b)
            if operand == 0 { return quotient }
            let product = multiply(quotient, value)
            return apply(.negate, product)
        case .power:
            if operand == 1 {
                let logarithm = apply(.log, a)
                return multiply(adjoint, multiply(value, logarithm))
            }
            let less = apply(.subtract, b, leaf(1))
            let lower = apply(.power, a, less)
            return multiply(adjoint, multiply(b, lower))
        case .atan2:
            let square = add(power(a, 2), power(b, 2))
            let ratio = apply(.divide, operand == 0 ? b : a, square)
            let product = multiply(adjoint, ratio)
            return operand == 0 ? product : apply(.negate, product)
        case .min, .max:
            let difference = values[b] - values[a]
            let side = Double(difference > 0 ? 1 : difference < 0 ? -1 : 0)
            let first = 0.5 * (1 + (function == .min ? side : -side))
            return multiply(adjoint, leaf(operand == 0 ? first : 1 - first))
        }
    }
}
