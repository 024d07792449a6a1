#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The discrete Fourier transform of a power of two of complex numbers, radix 2, decimation in time; error about eps·log₂ n in norm.
package struct FourierTransform {
    package let count: Int
    /// Those of each pass, one pass behind the other.
    private let cosines: [Double]
    private let sines: [Double]
    private let places: [Int]

    /// - Precondition: `count` is a power of two.
    package init(count: Int) {
        precondition(count > 0 && count & (count - 1) == 0, "the length of the transform is a power of two")
        self.count = count
        var angles: [Double] = []
        var half = 1
        while half < count {
            angles += (0..<half).map { Double.pi * Double($0) / Double(half) }
            half *= 2
        }
        cosines = angles.map { cos($0) }
        sines = angles.map { sin($0) }
        let bits = count.trailingZeroBitCount
        places = (0..<count).map { k in (0..<bits).reduce(0) { $0 | (k >> $1 & 1) << (bits - 1 - $1) } }
    }

    /// x_j ↦ Σ_j x_j e^{∓2πijk/n} in place: − forward, + backward, neither scaled.
    package func transform(_ real: inout [Double], _ imaginary: inout [Double], backward: Bool = false) {
        precondition(real.count == count && imaginary.count == count, "the transform has \(count) numbers")
        for (k, place) in places.enumerated() where k < place {
            real.swapAt(k, place)
            imaginary.swapAt(k, place)
        }
        let sign: Double = backward ? 1 : -1
        real.withUnsafeMutableBufferPointer { re in
            imaginary.withUnsafeMutableBufferPointer { im in
                cosines.withUnsafeBufferPointer { c in
                    sines.withUnsafeBufferPointer { s in
                        var half = 1
                        while half < count {
                            for start in stride(from: 0, to: count, by: 2 * half) {
                                FourierTransform.combine(
                                    re.baseAddress! + start, im.baseAddress! + start, half, c.baseAddress! + (half - 1),
                                    s.baseAddress! + (half - 1), sign)
                            }
                            half *= 2
                        }
                    }
                }
            }
        }
    }

    /// Two transforms of `half` numbers behind each other become one.
    private static func combine(
        _ re: UnsafeMutablePointer<Double>, _ im: UnsafeMutablePointer<Double>, _ half: Int, _ c: UnsafePointer<Double>, _ s: UnsafePointer<Double>,
        _ sign: Double
    ) {
        let (upperRe, upperIm) = (re + half, im + half)
        for k in 0..<half {
            let (wr, wi) = (c[k], sign * s[k])
            let (xr, xi) = (upperRe[k] * wr - upperIm[k] * wi, upperRe[k] * wi + upperIm[k] * wr)
            let (ar, ai) = (re[k], im[k])
            (upperRe[k], upperIm[k]) = (ar - xr, ai - xi)
            (re[k], im[k]) = (ar + xr, ai + xi)
        }
    }
}
