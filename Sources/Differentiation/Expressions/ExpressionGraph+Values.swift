#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension ExpressionGraph.UnaryFunction {
    /// f(x)
    package func value(_ x: Double) -> Double {
        switch self {
        case .negate: -x
        case .sin: library.sine(x)
        case .cos: library.cosine(x)
        case .tan: library.tangent(x)
        case .tanh: library.hyperbolicTangent(x)
        case .sinh: library.hyperbolicSine(x)
        case .cosh: library.hyperbolicCosine(x)
        case .exp: library.exponential(x)
        case .log: library.logarithm(x)
        case .sqrt: x.squareRoot()
        case .abs: x.magnitude
        case .sign: x > 0 ? 1 : x < 0 ? -1 : x
        }
    }
}

extension ExpressionGraph.BinaryFunction {
    /// f(x, y)
    package func value(_ x: Double, _ y: Double) -> Double {
        switch self {
        case .add: x + y
        case .subtract: x - y
        case .multiply: x * y
        case .divide: x / y
        case .power: library.power(x, y)
        case .atan2: library.arcTangent(x, y)
        case .min: x.isNaN || y.isNaN ? .nan : Swift.min(x, y)
        case .max: x.isNaN || y.isNaN ? .nan : Swift.max(x, y)
        }
    }
}

extension ExpressionGraph {
    /// xⁿ by repeated squaring.
    package static func power(_ x: Double, _ n: Int) -> Double {
        var result = 1.0
        var square = x
        var rest = n.magnitude
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return n < 0 ? 1 / result : result
    }
}

/// The C library's functions, which the cases above would hide.
private enum library {
    static func sine(_ x: Double) -> Double { sin(x) }
    static func cosine(_ x: Double) -> Double { cos(x) }
    static func tangent(_ x: Double) -> Double { tan(x) }
    static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
    static func hyperbolicSine(_ x: Double) -> Double { sinh(x) }
    static func hyperbolicCosine(_ x: Double) -> Double { cosh(x) }
    static func exponential(_ x: Double) -> Double { exp(x) }
    static func logarithm(_ x: Double) -> Double { log(x) }
    static func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
    static func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
}
