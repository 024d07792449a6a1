/// A JSON value whose objects keep the order of their keys and whose numbers read back to the same bits.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    /// Written in the shortest form that reads back to the same value; NaN and infinities, which JSON does not have, as null.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([(key: String, value: JSONValue)])

    public static func == (a: JSONValue, b: JSONValue) -> Bool { a.text == b.text }

    /// A number, or null for nil.
    public init(_ value: Double?) { self = value.map(JSONValue.number) ?? .null }

    /// A text, or null for nil.
    public init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }

    public init(_ values: [Double]) { self = .array(values.map(JSONValue.number)) }

    /// The value as JSON on one line.
    public var text: String {
        var result = ""
        append(to: &result)
        return result
    }

    private func append(to result: inout String) {
        switch self {
        case .null: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .integer(let value): result += String(value)
        case .number(let value): result += value.isFinite ? JSONValue.shortest(value) : "null"
        case .string(let value): JSONValue.appendQuoted(value, to: &result)
        case .array(let values):
            result += "["
            for (i, value) in values.enumerated() {
                if i > 0 { result += "," }
                value.append(to: &result)
            }
            result += "]"
        case .object(let members):
            result += "{"
            for (i, member) in members.enumerated() {
                if i > 0 { result += "," }
                JSONValue.appendQuoted(member.key, to: &result)
                result += ":"
                member.value.append(to: &result)
            }
            result += "}"
        }
    }

    /// The shortest decimal that reads back to `value`, without a trailing ".0".
    public static func shortest(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func appendQuoted(_ value: String, to result: inout String) {
        result += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        result += "\""
    }
}
