extension RandomStream {
    /// A multiple of 2⁻⁵³, uniform in [0, 1).
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// An odd multiple of 2⁻⁵³, uniform in (0, 1).
    public mutating func openUniform() -> Double {
        Double((next() >> 11) | 1) * 0x1p-53
    }

    /// Uniform in the open interval (−range, range), symmetric about 0 and never 0.
    public mutating func symmetric(_ range: Double) -> Double {
        (2 * openUniform() - 1) * range
    }

    /// Uniform in [lower, upper), up to the rounding of the last operation.
    public mutating func uniform(_ lower: Double, _ upper: Double) -> Double {
        lower + (upper - lower) * uniform()
    }

    /// A standard normal number: the inverse of the distribution function at an open uniform number, one draw a number.
    public mutating func normal() -> Double {
        PortableMath.normalQuantile(openUniform())
    }

    /// Uniform among 0 ..< bound, without bias (D. Lemire, "Fast Random Integer Generation in an Interval", 2019).
    ///
    /// - Precondition: `bound > 0`.
    public mutating func index(below bound: Int) -> Int {
        precondition(bound > 0, "an index is drawn below a positive bound")
        let range = UInt64(bound)
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let rejected = (0 &- range) % range
            while product.low < rejected { product = next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }

    /// Brings the elements into random order (Fisher and Yates, from the last element down).
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        guard elements.count > 1 else { return }
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, index(below: last + 1))
        }
    }

    /// A uniformly random order of 0 ..< count.
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        shuffle(&order)
        return order
    }
}
