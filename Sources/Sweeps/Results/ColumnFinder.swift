import Reports

/// Finds a column's value in one row after another, as it stands there.
struct ColumnFinder {
    let column: String
    /// Where it stood in the last row, as rows are mostly alike.
    private var lastSetting = 0
    private var lastMetric = 0

    init(_ column: String) { self.column = column }

    /// A setting or a metric, a setting first; nil where there is none.
    mutating func bytes(_ row: MergedResults.StoredRow) -> UnsafeRawBufferPointer? {
        find(row.config, &lastSetting) ?? find(row.metrics, &lastMetric)
    }

    private func find(_ parts: LineParts, _ last: inout Int) -> UnsafeRawBufferPointer? {
        if last < parts.parts.count, parts.parts[last].key == column { return parts.parts[last].bytes }
        guard let place = parts.parts.firstIndex(where: { $0.key == column }) else { return nil }
        last = place
        return parts.parts[place].bytes
    }

    mutating func value(_ row: MergedResults.StoredRow) throws -> TrialValue? {
        switch column {
        case "id": return .text(row.id.text)
        case "status": return .text(row.status.rawValue)
        case "reason": return row.reason.map(TrialValue.text)
        default:
            guard let bytes = bytes(row) else { return nil }
            let value = try TrialValue(parsing: Array(bytes))
            return value == .null ? nil : value
        }
    }

    /// As JSON, null where there is none.
    mutating func appendValue(_ row: MergedResults.StoredRow, to line: inout [UInt8]) throws {
        if let value = try value(row) { value.append(to: &line) } else { line += "null".utf8 }
    }

    /// As a cell of a CSV file.
    mutating func appendCell(_ row: MergedResults.StoredRow, to line: inout [UInt8]) throws {
        switch column {
        case "id": row.id.append(to: &line)
        case "status": line += row.status.rawValue.utf8
        case "reason": if let reason = row.reason { line += Table.quoted(reason).utf8 }
        default:
            guard let bytes = bytes(row), let first = bytes.first, first != UInt8(ascii: "n") else { return }
            if first == UInt8(ascii: "-") || (first >= 0x30 && first <= 0x39) {
                line += bytes
            } else if first == UInt8(ascii: "\""), ColumnFinder.isPlain(bytes) {
                line += bytes[1..<bytes.count - 1]
            } else {
                line += Table.quoted(try TrialValue(parsing: Array(bytes)).shown).utf8
            }
        }
    }

    /// Whether a text needs neither unescaping nor quotation marks.
    private static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 2
            && bytes[1..<bytes.count - 1].allSatisfy {
                $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            }
    }
}

/// The keys of many objects in the order of their first appearance.
struct KeyCollection {
    private(set) var keys: [String] = []
    private var seen: Set<String> = []
    /// Those of the last object, as objects are mostly alike.
    private var last: [String] = []

    mutating func add(_ parts: LineParts) {
        if parts.parts.count == last.count, zip(parts.parts, last).allSatisfy({ $0.key == $1 }) { return }
        last = parts.parts.map(\.key)
        for key in last where seen.insert(key).inserted { keys.append(key) }
    }
}
