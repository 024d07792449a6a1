/// An exact fraction in lowest terms with a positive denominator.
///
/// Arithmetic that leaves 128 bits traps; the stencils of this room stay below 2⁹⁰.
package struct Rational: Hashable, Sendable {
    package let numerator: Int128
    package let denominator: Int128

    package init(_ numerator: Int128, over denominator: Int128) {
        precondition(denominator != 0, "a fraction's denominator is not zero")
        let divisor = Rational.greatestCommonDivisor(numerator.magnitude, denominator.magnitude)
        let sign: Int128 = denominator < 0 ? -1 : 1
        self.numerator = sign * (numerator / Int128(divisor))
        self.denominator = sign * (denominator / Int128(divisor))
    }

    package init(_ integer: Int) {
        numerator = Int128(integer)
        denominator = 1
    }

    package static let zero = Rational(0)
    package static let one = Rational(1)

    /// The nearest double when numerator and denominator are below 2⁵³, else within one ulp of it.
    package var doubleValue: Double { Double(numerator) / Double(denominator) }

    package func power(_ exponent: Int) -> Rational {
        (0..<exponent).reduce(Rational.one) { product, _ in product * self }
    }

    package static func factorial(_ n: Int) -> Rational {
        (0..<n).reduce(Rational.one) { product, k in product * Rational(k + 1) }
    }

    package static func greatestCommonDivisor(_ a: UInt128, _ b: UInt128) -> UInt128 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a == 0 ? 1 : a
    }

    package static func leastCommonMultiple(_ a: Int128, _ b: Int128) -> Int128 {
        a / Int128(greatestCommonDivisor(a.magnitude, b.magnitude)) * b
    }
}

extension Rational {
    package static func + (a: Rational, b: Rational) -> Rational {
        let divisor = Int128(greatestCommonDivisor(a.denominator.magnitude, b.denominator.magnitude))
        return Rational(
            a.numerator * (b.denominator / divisor) + b.numerator * (a.denominator / divisor),
            over: a.denominator / divisor * b.denominator)
    }

    package static prefix func - (a: Rational) -> Rational { Rational(-a.numerator, over: a.denominator) }

    package static func - (a: Rational, b: Rational) -> Rational { a + -b }

    package static func * (a: Rational, b: Rational) -> Rational {
        let first = Int128(greatestCommonDivisor(a.numerator.magnitude, b.denominator.magnitude))
        let second = Int128(greatestCommonDivisor(b.numerator.magnitude, a.denominator.magnitude))
        return Rational(
            (a.numerator / first) * (b.numerator / second), over: (a.denominator / second) * (b.denominator / first))
    }

    package static func / (a: Rational, b: Rational) -> Rational { a * Rational(b.denominator, over: b.numerator) }
}
