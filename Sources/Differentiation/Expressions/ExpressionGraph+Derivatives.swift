extension ExpressionGraph {
    /// The partial derivative of a node with respect to one of its operands.
    private mutating func partial(_ node: Int, operand: Int) -> Int {
        switch operations[node] {
        case .constant, .coordinate, .parameter, .data, .derivative: return constant(0)
        case .power(let a, let exponent): return apply(.multiply, constant(Double(exponent)), power(a, exponent - 1))
        case .unary(let function, let a): return partial(function, a, value: node)
        case .binary(let function, let a, let b): return partial(function, a, b, value: node, operand: operand)
        }
    }

    private mutating func partial(_ function: UnaryFunction, _ a: Int, value: Int) -> Int {
        let one = constant(1)
        switch function {
        case .negate: return constant(-1)
        case .sin: return apply(.cos, a)
        case .cos: return negate(apply(.sin, a))
        case .tan: return apply(.add, power(value, 2), one)
        case .tanh: return apply(.subtract, one, power(value, 2))
        case .sinh: return apply(.cosh, a)
        case .cosh: return apply(.sinh, a)
        case .exp: return value
        case .log: return apply(.divide, one, a)
        case .sqrt: return apply(.divide, constant(0.5), value)
        case .abs: return apply(.sign, a)
        case .sign: return constant(0)
        }
    }

    private mutating func partial(_ function: BinaryFunction, _ a: Int, _ b: Int, value: Int, operand: Int) -> Int {
        let one = constant(1)
        switch function {
        case .add: return one
        case .subtract: return operand == 0 ? one : constant(-1)
        case .multiply: return operand == 0 ? b : a
        case .divide: return operand == 0 ? apply(.divide, one, b) : negate(apply(.divide, value, b))
        case .power:
            if operand == 1 { return apply(.multiply, value, apply(.log, a)) }
            return apply(.multiply, b, apply(.power, a, apply(.subtract, b, one)))
        case .atan2:
            let square = apply(.add, power(a, 2), power(b, 2))
            return operand == 0 ? apply(.divide, b, square) : negate(apply(.divide, a, square))
        case .min, .max:
            // ½(1 ± sign(b − a)); one half each where the two are equal.
            let side = apply(.sign, apply(.subtract, b, a))
            let half = apply(.multiply, constant(0.5), side)
            return apply((function == .min) == (operand == 0) ? .add : .subtract, constant(0.5), half)
        }
    }

    /// The total derivative with respect to a coordinate: fields depend on it too, so u becomes u_x and u_x becomes u_xx.
    ///
    /// - Throws: `ExpressionError` where a data array stands, whose derivative nobody knows, or when the result outgrows the graph's limit.
    public mutating func derivative(of root: Int, axis: Int) throws(ExpressionError) -> Int {
        precondition(coordinates.indices.contains(axis), "the graph has \(coordinates.count) coordinates")
        var derivatives: [Int: Int] = [:]
        let zero = constant(0)
        for node in reachable(from: [root]) {
            switch operations[node] {
            case .constant, .parameter: break
            case .coordinate(let other): derivatives[node] = constant(other == axis ? 1 : 0)
            case .data(let name):
                throw ExpressionError("The derivative of the data array \(name) is not known: give it as an array of its own.")
            case .derivative(let leaf):
                var exponents = leaf.index.exponents
                exponents[axis] += 1
                derivatives[node] = derivative(FieldDerivative(leaf.field, MultiIndex(exponents)))
            case .unary, .binary, .power:
                var sum = zero
                for (place, operand) in operands(of: node).enumerated() {
                    guard let inner = derivatives[operand], inner != zero else { continue }
                    sum = apply(.add, sum, apply(.multiply, partial(node, operand: place), inner))
                }
                derivatives[node] = sum
            }
            guard operations.count <= Self.largestCount else {
                throw ExpressionError("The derivative has grown beyond \(Self.largestCount) terms: simplify the expression.")
            }
        }
        return derivatives[root] ?? zero
    }

    /// The partial derivatives of a node with respect to others, taken as independent of each other, by one sweep from the root downwards.
    ///
    /// Field derivatives are leaves here: ∂(u·u_x)/∂u = u_x.
    ///
    /// - Returns: one node for each of `variables`, 0 for those the root does not contain.
    public mutating func gradient(of root: Int, withRespectTo variables: [Int]) -> [Int] {
        let zero = constant(0)
        let stops = Set(variables)
        var adjoints: [Int: Int] = [root: constant(1)]
        for node in reachable(from: [root]).reversed() {
            guard let adjoint = adjoints[node], adjoint != zero, !stops.contains(node) else { continue }
            for (place, operand) in operands(of: node).enumerated() where constantValue(operand) == nil {
                let share = apply(.multiply, adjoint, partial(node, operand: place))
                adjoints[operand] = apply(.add, adjoints[operand] ?? zero, share)
            }
        }
        return variables.map { adjoints[$0] ?? zero }
    }

    /// The expression with some nodes replaced by others, which must be in the graph already.
    public mutating func substitute(_ replacements: [Int: Int], in root: Int) -> Int {
        var results: [Int: Int] = [:]
        for node in reachable(from: [root]) {
            if let replacement = replacements[node] {
                results[node] = replacement
                continue
            }
            results[node] =
                switch operations[node] {
                case .unary(let function, let a): apply(function, results[a] ?? a)
                case .binary(let function, let a, let b): apply(function, results[a] ?? a, results[b] ?? b)
                case .power(let a, let exponent): power(results[a] ?? a, exponent)
                default: node
                }
        }
        return results[root] ?? root
    }

    /// Takes an expression of another graph into this one and returns its place here.
    ///
    /// - Precondition: both have the same coordinates, or one has none.
    public mutating func insert(_ root: Int, of other: ExpressionGraph) -> Int {
        precondition(
            coordinates == other.coordinates || coordinates.isEmpty || other.coordinates.isEmpty,
            "expressions over the coordinates \(coordinates) and \(other.coordinates) do not combine")
        if coordinates.isEmpty { coordinates = other.coordinates }
        var results: [Int: Int] = [:]
        for node in other.reachable(from: [root]) {
            results[node] =
                switch other.operations[node] {
                case .unary(let function, let a): apply(function, results[a] ?? a)
                case .binary(let function, let a, let b): apply(function, results[a] ?? a, results[b] ?? b)
                case .power(let a, let exponent): power(results[a] ?? a, exponent)
                case let leaf: intern(leaf)
                }
        }
        return results[root] ?? root
    }
}
