import Models

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Arrays of numbers as they stand in a line.
enum SeriesReader {
    /// Appends little-endian doubles; NaN for null.
    static func numbers(_ bytes: UnsafeRawBufferPointer, _ numbers: inout [UInt64]) throws(JSONText.Mistake) {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count >= 2, bytes[0] == UInt8(ascii: "["),
            bytes[bytes.count - 1] == UInt8(ascii: "]")
        else { throw JSONText.Mistake(offset: 0, reason: "a series is no list") }
        var at = 1
        while at < bytes.count - 1 {
            var end = at
            var value = Double.nan
            if bytes[at] == UInt8(ascii: "n") {
                end = at + 4
            } else if let (known, stop) = DecimalReader.number(bytes, at), bytes[stop] == UInt8(ascii: ",") || stop == bytes.count - 1 {
                (value, end) = (known, stop)
            } else {
                // It stops at the comma or the bracket behind the number.
                var stop: UnsafeMutablePointer<CChar>?
                value = strtod(base + at, &stop)
                end = stop.map { UnsafePointer($0) - base } ?? at
            }
            guard end > at, end < bytes.count, bytes[end] == UInt8(ascii: ",") || end == bytes.count - 1 else {
                throw JSONText.Mistake(offset: at, reason: "a series has something that is no number")
            }
            numbers.append(value.bitPattern.littleEndian)
            at = end + 1
        }
    }

    /// A value that is a number and nothing else, of a usual length; nil for others.
    static func number(_ bytes: UnsafeRawBufferPointer) -> Double? {
        guard let (value, end) = DecimalReader.number(bytes, 0), end == bytes.count else { return nil }
        return value
    }
}

/// Decimal numbers of up to 19 digits and a middling power of ten, to the nearest double, ties to even.
///
/// digits × 10^q = digits × 5^q × 2^q: of the product of the digits with the first 128 bits of 5^q, one multiplication, seldom two, gives 55 bits or more and
/// whether there are others. D. Lemire, Number parsing at a gigabyte per second, Software: Practice and Experience 51 (2021); N. Mushtak and D. Lemire,
/// Fast number parsing without fallback, 53 (2023).
package enum DecimalReader {
    private static let largest = 54

    /// The first 128 bits of 5^q, for q = -54 … 54: cut off, where 5^q has more, and rounded up for the quotients -27 … -1.
    private static let powers: [(high: UInt64, low: UInt64)] = (-largest...largest).map { exponent in
        var power: UInt128 = 1
        for _ in 0..<abs(exponent) { power *= 5 }
        var bits = power << UInt128(power.leadingZeroBitCount)
        if exponent < 0 {
            var rest: UInt128 = 1 << UInt128(127 - power.leadingZeroBitCount)
            bits = 0
            for _ in 0..<128 {
                (rest, bits) = (rest << 1, bits << 1)
                if rest >= power { (rest, bits) = (rest - power, bits | 1) }
            }
            if exponent >= -27 { bits += 1 }
        }
        return (UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
    }

    /// The number that begins at a place, and the place behind it; nil for one that is not written in the usual way, or is longer.
    package static func number(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> (value: Double, end: Int)? {
        var at = start
        let isNegative = at < bytes.count && bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        var digits: UInt64 = 0
        let first = at
        while at < bytes.count, bytes[at] &- 0x30 < 10 {
            digits = digits &* 10 &+ UInt64(bytes[at] &- 0x30)
            at += 1
        }
        var count = at - first
        guard count > 0 else { return nil }
        var exponent = 0
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            let point = at
            while at < bytes.count, bytes[at] &- 0x30 < 10 {
                digits = digits &* 10 &+ UInt64(bytes[at] &- 0x30)
                at += 1
            }
            exponent = point - at
            count -= exponent
            guard exponent < 0 else { return nil }
        }
        if count > 19 {
            // Zeros in front are no digits.
            var zero = first
            while bytes[zero] == 0x30 || bytes[zero] == UInt8(ascii: ".") {
                if bytes[zero] == 0x30 { count -= 1 }
                zero += 1
                if zero == at { break }
            }
        }
        guard count <= 19 else { return nil }
        if at < bytes.count, bytes[at] == UInt8(ascii: "e") {
            at += 1
            let isBelow = at < bytes.count && bytes[at] == UInt8(ascii: "-")
            if at < bytes.count, isBelow || bytes[at] == UInt8(ascii: "+") { at += 1 }
            let mark = at
            var power = 0
            while at < bytes.count, bytes[at] &- 0x30 < 10, at - mark < 4 {
                power = 10 * power + Int(bytes[at] &- 0x30)
                at += 1
            }
            guard at > mark, at - mark < 4 else { return nil }
            exponent += isBelow ? -power : power
        }
        guard abs(exponent) <= largest else { return nil }
        let value = nearest(digits, exponent)
        return (isNegative ? -value : value, at)
    }

    private static func nearest(_ digits: UInt64, _ exponent: Int) -> Double {
        if digits == 0 { return 0 }
        let power = powers[exponent + largest]
        let zeros = digits.leadingZeroBitCount
        let factor = digits << UInt64(zeros)
        var product = factor.multipliedFullWidth(by: power.high)
        if product.high & 0x1FF == 0x1FF {
            let (sum, carries) = product.low.addingReportingOverflow(factor.multipliedFullWidth(by: power.low).high)
            product = (product.high &+ (carries ? 1 : 0), sum)
        }
        let upper = product.high >> 63
        var mantissa = product.high >> (upper &+ 9)
        // The place of the first bit: ⌊exponent · log₂ 10⌋ and what the digits add.
        var place = (217_706 * exponent) >> 16 + 63 + Int(upper) - zeros
        // A tie, which only a product without further bits can be, goes to the even neighbour.
        if product.low <= 1, exponent >= -4, exponent <= 23, mantissa & 3 == 1, mantissa << (upper &+ 9) == product.high { mantissa &= ~1 }
        mantissa = (mantissa &+ (mantissa & 1)) >> 1
        if mantissa >= 1 << 53 {
            mantissa = 1 << 52
            place += 1
        }
        return Double(bitPattern: UInt64(place + 1023) << 52 | mantissa & ((1 << 52) - 1))
    }
}
