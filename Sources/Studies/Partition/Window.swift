/// A window of a partition of unity on (−1, 1): 1 on most of its patch, falling to 0 over a strip around each inner end.
///
/// Over a strip of half-width δ around an end e it rises as S((x − e + δ)/2δ) with S(t) = 126t⁵ − 420t⁶ + 540t⁷ − 315t⁸ + 70t⁹, whose
/// derivative is 630 t⁴(1 − t)⁴: four continuous derivatives, and S(t) + S(1 − t) = 1, so windows sum to 1.
struct Window: Sendable {
    let centre: Double
    /// Half the length of its support.
    let reach: Double
    private let rise: (end: Double, half: Double)?
    private let fall: (end: Double, half: Double)?

    /// Patch `index` of `count` equal ones.
    init(_ index: Int, of count: Int) {
        let half = 1 / Double(count)
        let strip = half / 2
        let left = -1 + 2 * half * Double(index)
        rise = index > 0 ? (left, strip) : nil
        fall = index + 1 < count ? (left + 2 * half, strip) : nil
        let low = left - (rise == nil ? 0 : strip)
        let high = left + 2 * half + (fall == nil ? 0 : strip)
        centre = (low + high) / 2
        reach = (high - low) / 2
    }

    /// ψ and its derivatives to order 4.
    func derivatives(at x: Double) -> [Double] {
        var result: [Double] = [1, 0, 0, 0, 0]
        for (edge, sign) in [(rise, 1.0), (fall, -1.0)] {
            guard let edge else { continue }
            let t = (sign * (x - edge.end) + edge.half) / (2 * edge.half)
            if t >= 1 { continue }
            if t <= 0 { return [0, 0, 0, 0, 0] }
            // Strips of one patch do not meet, so at most one edge is in play.
            result = Self.step(t).enumerated().map { order, value in
                var scaled = value
                for _ in 0..<order { scaled *= sign / (2 * edge.half) }
                return scaled
            }
        }
        return result
    }

    /// S and its derivatives to order 4.
    private static func step(_ t: Double) -> [Double] {
        var coefficients: [Double] = [0, 0, 0, 0, 0, 126, -420, 540, -315, 70]
        var result: [Double] = []
        for _ in 0...4 {
            result.append(coefficients.reversed().reduce(0) { $0 * t + $1 })
            coefficients = coefficients.enumerated().dropFirst().map { Double($0) * $1 }
        }
        return result
    }
}
