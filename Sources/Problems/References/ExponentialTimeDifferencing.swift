#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Complex numbers by their parts.
package struct ComplexArray {
    package var real: [Double]
    package var imaginary: [Double]

    package init(count: Int) {
        real = Array(repeating: 0, count: count)
        imaginary = real
    }

    package init(real: [Double], imaginary: [Double]) {
        self.real = real
        self.imaginary = imaginary
    }

    package var count: Int { real.count }
}

/// Fourth-order exponential time differencing for v' = L v + N(v) with a diagonal L.
///
/// The coefficients are means over 64 points of a circle of radius 1 around each hL, which loses no digits where hL is small.
/// Source: A.-K. Kassam, L. Trefethen, "Fourth-order time-stepping for stiff PDEs", SIAM J. Sci. Comput. 26 (2005).
struct ExponentialTimeDifferencing {
    /// Complex factors, one a component.
    private let whole: ComplexArray
    private let half: ComplexArray
    private let q: ComplexArray
    private let f1: ComplexArray
    private let f2: ComplexArray
    private let f3: ComplexArray

    /// - Parameters:
    ///   - linear: L, one complex number a component.
    ///   - step: h.
    init(linear: ComplexArray, step: Double) {
        let n = linear.count
        (whole, half) = (ComplexArray.exponential(linear, step), ComplexArray.exponential(linear, step / 2))
        var factors = [ComplexArray](repeating: ComplexArray(count: n), count: 4)
        let points = 64
        for k in 0..<n {
            var sums = [Complex](repeating: Complex(0, 0), count: 4)
            for j in 0..<points {
                let angle = 2 * Double.pi * (Double(j) + 0.5) / Double(points)
                let z = Complex(step * linear.real[k] + cos(angle), step * linear.imaginary[k] + sin(angle))
                let (e, root) = (z.exponential, (z * 0.5).exponential)
                let (square, cube) = (z * z, z * z * z)
                sums[0] = sums[0] + (root - Complex(1, 0)) / z
                sums[1] = sums[1] + (Complex(-4, 0) - z + e * (Complex(4, 0) - z * 3 + square)) / cube
                sums[2] = sums[2] + (Complex(2, 0) + z + e * (z - Complex(2, 0))) / cube
                sums[3] = sums[3] + (Complex(-4, 0) - z * 3 - square + e * (Complex(4, 0) - z)) / cube
            }
            for (index, sum) in sums.enumerated() {
                factors[index].real[k] = sum.real * step / Double(points)
                factors[index].imaginary[k] = sum.imaginary * step / Double(points)
            }
        }
        (q, f1, f2, f3) = (factors[0], factors[1], factors[2], factors[3])
    }

    /// One step.
    func advance(_ v: inout ComplexArray, nonlinear: (ComplexArray) -> ComplexArray) {
        let first = nonlinear(v)
        let a = ComplexArray.sum([(half, v), (q, first)])
        let second = nonlinear(a)
        let b = ComplexArray.sum([(half, v), (q, second)])
        let third = nonlinear(b)
        let c = ComplexArray.sum([(half, a), (q, ComplexArray.difference(2, third, first))])
        let fourth = nonlinear(c)
        let middle = ComplexArray.difference(2, second, ComplexArray.difference(-2, third))
        v = ComplexArray.sum([(whole, v), (f1, first), (f2, middle), (f3, fourth)])
    }
}

extension ComplexArray {
    fileprivate static func exponential(_ exponents: ComplexArray, _ step: Double) -> ComplexArray {
        var result = ComplexArray(count: exponents.count)
        for k in 0..<exponents.count {
            let value = Complex(step * exponents.real[k], step * exponents.imaginary[k]).exponential
            (result.real[k], result.imaginary[k]) = (value.real, value.imaginary)
        }
        return result
    }

    /// Σ factor·value, component by component.
    fileprivate static func sum(_ terms: [(factor: ComplexArray, value: ComplexArray)]) -> ComplexArray {
        var result = ComplexArray(count: terms[0].value.count)
        for (factor, value) in terms {
            for k in 0..<result.count {
                result.real[k] += factor.real[k] * value.real[k] - factor.imaginary[k] * value.imaginary[k]
                result.imaginary[k] += factor.real[k] * value.imaginary[k] + factor.imaginary[k] * value.real[k]
            }
        }
        return result
    }

    /// scale·a − b, or scale·a alone.
    fileprivate static func difference(_ scale: Double, _ a: ComplexArray, _ b: ComplexArray? = nil) -> ComplexArray {
        var result = ComplexArray(real: a.real.map { scale * $0 }, imaginary: a.imaginary.map { scale * $0 })
        guard let b else { return result }
        for k in 0..<result.count {
            result.real[k] -= b.real[k]
            result.imaginary[k] -= b.imaginary[k]
        }
        return result
    }
}

/// A complex number.
private struct Complex {
    let real: Double
    let imaginary: Double

    init(_ real: Double, _ imaginary: Double) {
        self.real = real
        self.imaginary = imaginary
    }

    var exponential: Complex {
        let size = exp(real)
        return Complex(size * cos(imaginary), size * sin(imaginary))
    }

    static func + (a: Complex, b: Complex) -> Complex { Complex(a.real + b.real, a.imaginary + b.imaginary) }
    static func - (a: Complex, b: Complex) -> Complex { Complex(a.real - b.real, a.imaginary - b.imaginary) }
    static func * (a: Complex, s: Double) -> Complex { Complex(a.real * s, a.imaginary * s) }
    static func * (a: Complex, b: Complex) -> Complex {
        Complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
    }
    static func / (a: Complex, b: Complex) -> Complex {
        let size = b.real * b.real + b.imaginary * b.imaginary
        return Complex((a.real * b.real + a.imaginary * b.imaginary) / size, (a.imaginary * b.real - a.real * b.imaginary) / size)
    }
}
