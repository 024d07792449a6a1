import Reports

/// A value of a trial's configuration: what JSON has, with finite numbers and sorted keys.
public enum TrialValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case list([TrialValue])
    case table([String: TrialValue])

    /// As canonical JSON: keys sorted by their bytes, no blanks, the shortest numbers that read back to the same bits, 1.0 as 1, NaN and infinities as
    /// null. Equal values have equal texts.
    public var canonical: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .boolean(let value): bytes += (value ? "true" : "false").utf8
        case .number(let value): TrialValue.append(value, to: &bytes)
        case .text(let value): bytes += JSONValue.string(value).text.utf8
        case .list(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .table(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, key) in members.keys.sorted(by: TrialValue.precedes).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                TrialValue.text(key).append(to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                members[key]?.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    static func append(_ value: Double, to bytes: inout [UInt8]) {
        guard value.isFinite else {
            bytes += "null".utf8
            return
        }
        if value == 0 {
            bytes.append(UInt8(ascii: "0"))
        } else if abs(value) < 9_007_199_254_740_992, value == value.rounded(.towardZero) {
            append(Int64(value), to: &bytes)
        } else {
            bytes += value.description.utf8
            if bytes.suffix(2).elementsEqual(".0".utf8) { bytes.removeLast(2) }
        }
    }

    private static func append(_ value: Int64, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

    /// What it is, for a sentence.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "true or false"
        case .number: "a number"
        case .text: "a text"
        case .list: "an array"
        case .table: "a table"
        }
    }

    public var number: Double? { if case .number(let value) = self { value } else { nil } }
    public var text: String? { if case .text(let value) = self { value } else { nil } }
    public var list: [TrialValue]? { if case .list(let values) = self { values } else { nil } }
    public var table: [String: TrialValue]? { if case .table(let members) = self { members } else { nil } }

    /// A whole number that a double holds exactly.
    public var integer: Int? {
        guard let number, number == number.rounded(.towardZero), abs(number) <= 9_007_199_254_740_992 else { return nil }
        return Int(number)
    }

    /// For tables and terminals: texts without quotation marks, all else canonical.
    public var shown: String { text ?? canonical }
}
