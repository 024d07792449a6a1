/// Elementary functions made of IEEE operations alone, so that their last bit is the same on every platform.
package enum PortableMath {
    /// ln x for finite x > 0, to 2 ulps: x = 2^e·m with m in [√½, √2), ln m = 2 artanh((m − 1)/(m + 1)) by its series.
    package static func log(_ x: Double) -> Double {
        var exponent = Double(x.exponent)
        var m = x.significand
        if m > 1.4142135623730951 {
            m /= 2
            exponent += 1
        }
        let s = (m - 1) / (m + 1)
        let square = s * s
        var sum = 0.0
        for k in stride(from: 23, through: 3, by: -2) { sum = (sum + 1 / Double(k)) * square }
        // ln 2 in two parts; the first has 21 zero bits at its end, so that its product with the exponent is exact.
        let high = 0x1.62e42feep-1
        let low = 0x1.a39ef35793c76p-33
        return exponent * high + (exponent * low + 2 * (s * sum) + 2 * s)
    }

    /// cos πx for 0 ≤ x ≤ 1, to 2 ulps of 1; exactly antisymmetric about ½.
    package static func cosPi(_ x: Double) -> Double {
        if x > 0.5 { return -cosPi(1 - x) }
        return x > 0.25 ? series((0.5 - x) * .pi, odd: true) : series(x * .pi, odd: false)
    }

    /// The Taylor series of sin (odd) or cos on [0, π/4].
    private static func series(_ z: Double, odd: Bool) -> Double {
        let square = z * z
        var sum = 1.0
        for k in stride(from: odd ? 19 : 18, to: 1, by: -2) { sum = 1 - sum * square / Double(k * (k - 1)) }
        return odd ? z * sum : sum
    }

    /// Φ⁻¹(p), the quantile of the standard normal law, for 0 < p < 1; relative accuracy about 1e-16.
    ///
    /// Source: M. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", routine PPND16.
    package static func normalQuantile(_ p: Double) -> Double {
        let q = p - 0.5
        if abs(q) <= 0.425 {
            let r = 0.180625 - q * q
            return q * polynomial(central.numerator, r) / polynomial(central.denominator, r)
        }
        let r = (-log(q < 0 ? p : 1 - p)).squareRoot()
        let (fraction, shift) = r <= 5 ? (near, 1.6) : (far, 5.0)
        let value = polynomial(fraction.numerator, r - shift) / polynomial(fraction.denominator, r - shift)
        return q < 0 ? -value : value
    }

    private static func polynomial(_ coefficients: [Double], _ x: Double) -> Double {
        coefficients.reversed().reduce(0) { $0 * x + $1 }
    }

    private typealias Fraction = (numerator: [Double], denominator: [Double])

    private static let central: Fraction = (
        [
            3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
            4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
        ],
        [
            1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
            2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
        ]
    )

    private static let near: Fraction = (
        [
            1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
            1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
        ],
        [
            1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
            1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
        ]
    )

    private static let far: Fraction = (
        [
            6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
            2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
        ],
        [
            1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
            7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
        ]
    )
}
