import TOMLKit

/// A value of a TOML document.
package indirect enum TOMLNode: Sendable {
    case table([String: TOMLNode])
    case array([TOMLNode])
    case string(String)
    case number(Double)
    case boolean(Bool)
    /// A date or a time.
    case other

    init(_ value: any TOMLValueConvertible) {
        switch value.type {
        case .table: self = value.table.map(TOMLNode.init(table:)) ?? .other
        case .array: self = .array(value.array.map { array in (0..<array.count).map { TOMLNode(array[$0]) } } ?? [])
        case .string: self = value.string.map(TOMLNode.string) ?? .other
        case .int: self = value.int.map { .number(Double($0)) } ?? .other
        case .double: self = value.double.map(TOMLNode.number) ?? .other
        case .bool: self = value.bool.map(TOMLNode.boolean) ?? .other
        case .date, .time, .dateTime: self = .other
        }
    }

    init(table: TOMLTable) {
        var members: [String: TOMLNode] = [:]
        for key in table.keys { members[key] = table[key].map(TOMLNode.init) ?? .other }
        self = .table(members)
    }

    /// What it is, for a sentence.
    package var kind: String {
        switch self {
        case .table: "a table"
        case .array: "an array"
        case .string: "a text"
        case .number: "a number"
        case .boolean: "true or false"
        case .other: "a date or time"
        }
    }

    /// The path of the first text equal to the given one.
    func path(of text: String, at path: String = "") -> String? {
        switch self {
        case .string(let string): return string == text ? path : nil
        case .array(let nodes): return nodes.indices.lazy.compactMap { nodes[$0].path(of: text, at: "\(path)[\($0)]") }.first
        case .table(let members):
            return members.keys.sorted().lazy.compactMap { members[$0]?.path(of: text, at: path.isEmpty ? $0 : "\(path).\($0)") }.first
        default: return nil
        }
    }
}
