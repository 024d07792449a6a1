import Differentiation
import Reports

/// Values that vary together: one key of a product, or the keys of a `zip`.
public struct SweepAxis: Sendable, Equatable {
    public let keys: [String]
    /// A column of values for each key, all of one length.
    public let columns: [[TrialValue]]

    /// - Precondition: at least one key, and a column of the same length for each.
    public init(keys: [String], columns: [[TrialValue]]) {
        precondition(keys.count == columns.count && !keys.isEmpty && columns.allSatisfy { $0.count == columns[0].count }, "a column for each key")
        self.keys = keys
        self.columns = columns
    }

    public var count: Int { columns[0].count }

    /// The values of `{ from, to, count, scale }` or `{ from, to, step }`: the ends as they are given, and between them the shortest decimals that lie
    /// within the rounding of what is computed, so that 0.1 is 0.1 wherever it comes from.
    ///
    /// - Parameter most: values that the other axes leave room for.
    static func range(_ members: [String: TrialValue], most: Int) throws(TrialRefusal) -> [TrialValue] {
        let known = ["from", "to", "count", "scale", "step"]
        if let key = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw TrialRefusal("\"\(key)\" is not known in a range, which has from, to and count (with scale) or step")
        }
        func number(_ key: String) throws(TrialRefusal) -> Double {
            guard let value = members[key] else { throw TrialRefusal("a range needs \"\(key)\"") }
            guard let number = value.number else { throw TrialRefusal("\"\(key)\" of a range is a number, not \(value.kind)") }
            return number
        }
        let (from, to) = (try number("from"), try number("to"))
        if members["step"] != nil {
            guard members["count"] == nil, members["scale"] == nil else { throw TrialRefusal("a range has either step, or count and scale") }
            let step = try number("step")
            guard step != 0, (to - from) / step >= 0 else {
                throw TrialRefusal(
                    "with this step, \(Wording.number(step)), the range never gets from \(Wording.number(from)) to \(Wording.number(to))")
            }
            let steps = ((to - from) / step + 1e-9).rounded(.down)
            guard steps < Double(Expansion.largest) else { throw TrialRefusal("the range has more than \(Expansion.largest) values") }
            guard steps < Double(most) else { throw TrialRefusal(Expansion.excess) }
            return (0...Int(steps)).map { place in
                let way = Double(place) * step
                if place == 0 { return .number(from) }
                return .number(abs(from + way - to) <= 1e-9 * abs(step) ? to : linear(from, way))
            }
        }
        guard let count = members["count"]?.integer, (1...Expansion.largest).contains(count) else {
            throw TrialRefusal("\"count\" of a range is a whole number from 1 to \(Expansion.largest)")
        }
        guard count <= most else { throw TrialRefusal(Expansion.excess) }
        if count == 1 {
            guard from == to else { throw TrialRefusal("a range of one value has to begin where it ends") }
            return [.number(from)]
        }
        switch members["scale"] ?? .text("linear") {
        case .text("linear"):
            let last = Double(count - 1)
            let span = to - from
            return (0..<count).map { place in
                if place == 0 { return .number(from) }
                if place == count - 1 { return .number(to) }
                let way = span * Double(place)
                return .number(linear(from, way.isFinite ? way / last : (to / last - from / last) * Double(place)))
            }
        case .text("log"):
            guard from > 0, to > 0 else { throw TrialRefusal("a logarithmic range has positive ends") }
            return (0..<count).map { place in
                if place == 0 { return .number(from) }
                if place == count - 1 { return .number(to) }
                return .number(logarithmic(from, to, Double(place) / Double(count - 1)))
            }
        default: throw TrialRefusal("\"scale\" of a range is \"linear\" or \"log\"")
        }
    }

    private static func linear(_ from: Double, _ way: Double) -> Double {
        let value = from + way
        return shortest(value, within: max(8 * value.ulp, 2 * max(abs(from), abs(way)).ulp))
    }

    /// A power's relative error grows with its exponent's size.
    private static func logarithmic(_ from: Double, _ to: Double, _ share: Double) -> Double {
        let ratio = to / from
        let isOrdinary = ratio.isNormal
        let value = isOrdinary ? from * pow(ratio, share) : pow(from, 1 - share) * pow(to, share)
        let size = isOrdinary ? abs(log(ratio)) : abs(log(from)) + abs(log(to))
        return shortest(value, within: value * .ulpOfOne * (4 + size / 2))
    }

    /// The number of the fewest digits, 15 at most, that is as near as this; the value itself where there is none.
    private static func shortest(_ value: Double, within tolerance: Double) -> Double {
        let whole = value.rounded()
        if abs(value - whole) <= tolerance, abs(whole) < 1e6 { return whole == 0 ? 0 : whole }
        func near(_ digits: Int) -> Double? {
            let decimal = Double(NumberText.short(value, digits: digits)) ?? value
            return abs(decimal - value) <= tolerance ? decimal : nil
        }
        guard var best = near(15) else { return value }
        var (low, high) = (1, 15)
        while low < high {
            let middle = (low + high) / 2
            if let decimal = near(middle) { (best, high) = (decimal, middle) } else { low = middle + 1 }
        }
        return best
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
