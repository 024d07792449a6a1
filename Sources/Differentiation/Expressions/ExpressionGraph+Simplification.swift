extension ExpressionGraph {
    /// f(a)
    public mutating func apply(_ function: UnaryFunction, _ a: Int) -> Int {
        if function == .negate { return negate(a) }
        if let value = constantValue(a), case let folded = function.value(value), folded.isFinite { return constant(folded) }
        return intern(.unary(function, a))
    }

    /// f(a, b)
    public mutating func apply(_ function: BinaryFunction, _ a: Int, _ b: Int) -> Int {
        if let left = constantValue(a), let right = constantValue(b), case let folded = function.value(left, right), folded.isFinite {
            return constant(folded)
        }
        switch function {
        case .add: return add(a, b)
        case .subtract: return subtract(a, b)
        case .multiply: return multiply(a, b)
        case .divide: return divide(a, b)
        case .power:
            if let exponent = constantValue(b), let whole = Int(exactly: exponent), whole.magnitude <= Self.largestExponent {
                return power(a, whole)
            }
            return intern(.binary(.power, a, b))
        case .atan2: return intern(.binary(.atan2, a, b))
        case .min, .max: return a == b ? a : intern(.binary(function, Swift.min(a, b), Swift.max(a, b)))
        }
    }

    /// −a
    public mutating func negate(_ a: Int) -> Int {
        switch operations[a] {
        case .constant(let value): return constant(-value)
        case .unary(.negate, let inner): return inner
        case .binary(.subtract, let left, let right): return subtract(right, left)
        case .binary(.multiply, let left, let right):
            if let factor = constantValue(left) { return multiple(-factor, right) }
        default: break
        }
        return intern(.unary(.negate, a))
    }

    /// a as (factor, rest) with a = factor · rest.
    private func split(_ a: Int) -> (factor: Double, rest: Int) {
        switch operations[a] {
        case .unary(.negate, let inner): return (-1, inner)
        case .binary(.multiply, let left, let right): return constantValue(left).map { ($0, right) } ?? (1, a)
        default: return (1, a)
        }
    }

    /// factor · rest, for a rest that is no constant and no multiple.
    private mutating func multiple(_ factor: Double, _ rest: Int) -> Int {
        switch factor {
        case 0: return constant(0)
        case 1: return rest
        case -1: return negate(rest)
        default: return intern(.binary(.multiply, constant(factor), rest))
        }
    }

    /// a + b: the operand made first stands first, constants last.
    private mutating func add(_ a: Int, _ b: Int) -> Int {
        let (left, right) = (split(a), split(b))
        if left.rest == right.rest, constantValue(a) == nil, (left.factor + right.factor).isFinite {
            return multiple(left.factor + right.factor, left.rest)
        }
        if let value = constantValue(b) {
            if value == 0 { return a }
            if left.factor < 0 { return subtract(b, multiple(-left.factor, left.rest)) }
            return value < 0 ? intern(.binary(.subtract, a, constant(-value))) : intern(.binary(.add, a, b))
        }
        if constantValue(a) != nil { return add(b, a) }
        if right.factor < 0 { return subtract(a, multiple(-right.factor, right.rest)) }
        if left.factor < 0 { return subtract(b, multiple(-left.factor, left.rest)) }
        return intern(.binary(.add, min(a, b), max(a, b)))
    }

    /// a − b
    private mutating func subtract(_ a: Int, _ b: Int) -> Int {
        let (left, right) = (split(a), split(b))
        if a == b { return constant(0) }
        if left.rest == right.rest, constantValue(a) == nil, (left.factor - right.factor).isFinite {
            return multiple(left.factor - right.factor, left.rest)
        }
        if let value = constantValue(b) { return add(a, constant(-value)) }
        if constantValue(a) == 0 { return negate(b) }
        if right.factor < 0 { return add(a, multiple(-right.factor, right.rest)) }
        return intern(.binary(.subtract, a, b))
    }

    /// a · b: constants stand first, signs move out, powers of one base are gathered.
    private mutating func multiply(_ a: Int, _ b: Int) -> Int {
        if let value = constantValue(a) { return scale(value, b) }
        if let value = constantValue(b) { return scale(value, a) }
        let (left, right) = (split(a), split(b))
        let factor = left.factor * right.factor
        if (left.factor != 1 || right.factor != 1) && factor.isFinite && factor != 0 { return scale(factor, multiply(left.rest, right.rest)) }
        if case .binary(.divide, let one, let divisor) = operations[a], constantValue(one) == 1 { return divide(b, divisor) }
        if case .binary(.divide, let one, let divisor) = operations[b], constantValue(one) == 1 { return divide(a, divisor) }
        let (base, exponent) = powerParts(a)
        let (otherBase, otherExponent) = powerParts(b)
        if base == otherBase, (exponent + otherExponent).magnitude <= Self.largestExponent { return power(base, exponent + otherExponent) }
        return intern(.binary(.multiply, min(a, b), max(a, b)))
    }

    /// The terms of sums with their signs, as written; of enormous sums the first hundred thousand.
    func summands(of roots: [Int]) -> [(sign: Double, node: Int)] {
        var terms: [(sign: Double, node: Int)] = []
        var pending = roots.reversed().map { (sign: 1.0, node: $0) }
        while let (sign, node) = pending.popLast(), terms.count < 100_000 {
            switch operations[node] {
            case .binary(.add, let a, let b): pending += [(sign, b), (sign, a)]
            case .binary(.subtract, let a, let b): pending += [(-sign, b), (sign, a)]
            case .unary(.negate, let a): pending.append((-sign, a))
            default: terms.append((sign, node))
            }
        }
        return terms
    }

    /// The sum of several nodes with the multiples of each term gathered, in the order of their first appearance.
    public mutating func sum(of nodes: [Int]) -> Int {
        var factors: [Int: Double] = [:]
        var order: [Int] = []
        for (sign, node) in summands(of: nodes) {
            let (factor, rest) = constantValue(node).map { ($0, constant(1)) } ?? split(node)
            if factors[rest] == nil { order.append(rest) }
            factors[rest, default: 0] += sign * factor
        }
        var sum = constant(0)
        for rest in order { sum = apply(.add, sum, scale(factors[rest] ?? 0, rest)) }
        return sum
    }

    private mutating func scale(_ value: Double, _ a: Int) -> Int {
        if let constant = constantValue(a), (value * constant).isFinite { return self.constant(value * constant) }
        let (factor, rest) = split(a)
        let product = value * factor
        if product.isFinite, product != 0 || value == 0 { return multiple(product, rest) }
        return intern(.binary(.multiply, constant(value), a))
    }

    private func powerParts(_ a: Int) -> (base: Int, exponent: Int) {
        if case .power(let base, let exponent) = operations[a] { (base, exponent) } else { (a, 1) }
    }

    /// a / b
    private mutating func divide(_ a: Int, _ b: Int) -> Int {
        if constantValue(b) == 1 { return a }
        if constantValue(a) == 0 { return a }
        let (base, exponent) = powerParts(a)
        let (otherBase, otherExponent) = powerParts(b)
        if base == otherBase, (exponent - otherExponent).magnitude <= Self.largestExponent { return power(base, exponent - otherExponent) }
        if case .unary(.negate, let inner) = operations[a] { return negate(divide(inner, b)) }
        if case .unary(.negate, let inner) = operations[b] { return negate(divide(a, inner)) }
        if let value = constantValue(b), value < 0 { return negate(divide(a, constant(-value))) }
        return intern(.binary(.divide, a, b))
    }

    /// aⁿ
    public mutating func power(_ a: Int, _ n: Int) -> Int {
        precondition(n.magnitude <= Self.largestExponent, "exponents are at most \(Self.largestExponent)")
        if n == 0 { return constant(1) }
        if n == 1 { return a }
        switch operations[a] {
        case .constant(let value):
            let folded = ExpressionGraph.power(value, n)
            if folded.isFinite { return constant(folded) }
        case .power(let base, let exponent) where (exponent * n).magnitude <= Self.largestExponent: return power(base, exponent * n)
        case .unary(.negate, let inner): return n.isMultiple(of: 2) ? power(inner, n) : negate(power(inner, n))
        default: break
        }
        return intern(.power(a, exponent: n))
    }
}
