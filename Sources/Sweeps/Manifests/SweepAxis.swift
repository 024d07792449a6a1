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

    /// The values of `{ from, to, count, scale }` or `{ from, to, step }`, ends included, rounded to 15 digits so that 0.1 is 0.1 wherever it comes from.
    static func range(_ members: [String: TrialValue]) throws(TrialRefusal) -> [TrialValue] {
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
                throw TrialRefusal("with this step, \(step), the range never gets from \(from) to \(to)")
            }
            let steps = ((to - from) / step + 1e-9).rounded(.down)
            guard steps < Double(Expansion.largest) else { throw TrialRefusal("the range has more than \(Expansion.largest) values") }
            return (0...Int(steps)).map { .number(rounded(from + Double($0) * step)) }
        }
        guard let count = members["count"]?.integer, (1...Expansion.largest).contains(count) else {
            throw TrialRefusal("\"count\" of a range is a whole number from 1 to \(Expansion.largest)")
        }
        if count == 1 {
            guard from == to else { throw TrialRefusal("a range of one value has to begin where it ends") }
            return [.number(from)]
        }
        switch members["scale"] ?? .text("linear") {
        case .text("linear"):
            return (0..<count).map { .number($0 == count - 1 ? to : rounded(from + (to - from) * Double($0) / Double(count - 1))) }
        case .text("log"):
            guard from > 0, to > 0 else { throw TrialRefusal("a logarithmic range has positive ends") }
            return (0..<count).map { place in
                if place == 0 { return .number(from) }
                if place == count - 1 { return .number(to) }
                return .number(rounded(power(from, to, Double(place) / Double(count - 1))))
            }
        default: throw TrialRefusal("\"scale\" of a range is \"linear\" or \"log\"")
        }
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

private func power(_ from: Double, _ to: Double, _ share: Double) -> Double { from * pow(to / from, share) }

private func rounded(_ value: Double) -> Double {
    if value == value.rounded(), abs(value) < 1e15 { return value }
    return withVaList([value]) { list in
        var text = [CChar](repeating: 0, count: 40)
        vsnprintf(&text, text.count, "%.15g", list)
        return strtod(text, nil)
    }
}
