import Models
import Reports

/// The table of a sweep: a row a trial in the manifest's order, settings and metrics as columns. Nothing in it depends on where, when or in which shard
/// a trial was run.
///
/// Rows are read when they are asked for, one after another, so that a table of millions takes no memory.
public struct ResultTable {
    /// Rows there are.
    public let count: Int
    /// Keys of settings that occur, sorted.
    public let settings: [String]
    /// Metrics in the order of their first appearance.
    public let metrics: [String]
    private let results: MergedResults

    public init(_ results: MergedResults) throws {
        var count = 0
        var (settings, metrics) = (KeyCollection(), KeyCollection())
        try results.forEachStoredRow { row in
            count += 1
            settings.add(row.config)
            metrics.add(row.metrics)
        }
        self.count = count
        self.settings = settings.keys.filter { $0 != "kind" && $0 != "schema" }.sorted(by: TrialValue.precedes)
        self.metrics = metrics.keys
        self.results = results
    }

    /// All rows at once.
    public var rows: [MergedResults.Row] {
        get throws {
            var rows: [MergedResults.Row] = []
            try results.forEachRow { rows.append($0) }
            return rows
        }
    }

    /// A column's value in a row; nil where there is none.
    public static func value(_ column: String, in row: MergedResults.Row) -> TrialValue? {
        switch column {
        case "id": return .text(row.id)
        case "status": return .text(row.status.rawValue)
        case "reason": return row.reason.map(TrialValue.text)
        default:
            let value = row.config[column] ?? row.metrics[column]
            return value == .null ? nil : value
        }
    }

    /// All columns of an export.
    public var columns: [String] { ["id", "status", "reason"] + settings + metrics.filter { !settings.contains($0) } }

    /// Refuses a column that no row has.
    ///
    /// - Throws: `SweepError.usage`.
    public func require(_ column: String) throws(SweepError) {
        guard columns.contains(column) else {
            throw .usage("There is no column \"\(column)\"; the columns are \(columns.joined(separator: ", ")).")
        }
    }

    /// As CSV, numbers with all digits that count.
    public func csv(columns: [String]? = nil) throws -> String { try text { try writeCSV(columns: columns, $0) } }

    /// As JSON objects, one a line: the columns asked for, or id, status, config and metrics.
    public func jsonLines(columns: [String]? = nil) throws -> String { try text { try writeJSONLines(columns: columns, $0) } }

    private func text(_ write: (([UInt8]) throws -> Void) throws -> Void) throws -> String {
        var text: [UInt8] = []
        try write { text += $0 }
        return String(decoding: text, as: UTF8.self)
    }

    /// Gives the lines of a CSV file to `write`, some at a time.
    public func writeCSV(columns: [String]? = nil, _ write: ([UInt8]) throws -> Void) throws {
        let columns = columns ?? self.columns
        var lines = Array(Table(columns: columns).csv.utf8)
        var finders = columns.map(ColumnFinder.init)
        try results.forEachStoredRow { row in
            for index in finders.indices {
                if index > 0 { lines.append(UInt8(ascii: ",")) }
                try finders[index].appendCell(row, to: &lines)
            }
            lines.append(UInt8(ascii: "\n"))
            if lines.count > ResultTable.most {
                try write(lines)
                lines.removeAll(keepingCapacity: true)
            }
        }
        try write(lines)
    }

    /// Gives JSON objects to `write`, some at a time.
    public func writeJSONLines(columns: [String]? = nil, _ write: ([UInt8]) throws -> Void) throws {
        var lines: [UInt8] = []
        let sorted = columns.map { Array(Set($0)).sorted(by: TrialValue.precedes) }
        var finders = sorted?.map(ColumnFinder.init)
        var names = sorted?.map { Array("\(TrialValue.text($0).canonical):".utf8) } ?? []
        names = names.enumerated().map { $0.offset > 0 ? [UInt8(ascii: ",")] + $0.element : $0.element }
        try results.forEachStoredRow { row in
            lines.append(UInt8(ascii: "{"))
            if finders != nil {
                for index in names.indices {
                    lines += names[index]
                    try finders?[index].appendValue(row, to: &lines)
                }
            } else {
                ResultTable.append(row.config, to: &lines, named: "\"config\":")
                lines += ",\"id\":\"".utf8
                row.id.append(to: &lines)
                ResultTable.append(row.metrics, to: &lines, named: "\",\"metrics\":")
                if let reason = row.reason { lines += ",\"reason\":\(JSONValue.string(reason).text)".utf8 }
                lines += ",\"status\":\"\(row.status.rawValue)\"".utf8
            }
            lines += "}\n".utf8
            if lines.count > ResultTable.most {
                try write(lines)
                lines.removeAll(keepingCapacity: true)
            }
        }
        try write(lines)
    }

    /// Bytes that are gathered before they are written.
    private static let most = 1 << 20

    /// An object with its keys sorted.
    private static func append(_ parts: LineParts, to lines: inout [UInt8], named name: String) {
        lines += name.utf8
        lines.append(UInt8(ascii: "{"))
        for (index, part) in parts.parts.sorted(by: { TrialValue.precedes($0.key, $1.key) }).enumerated() {
            if index > 0 { lines.append(UInt8(ascii: ",")) }
            TrialValue.text(part.key).append(to: &lines)
            lines.append(UInt8(ascii: ":"))
            lines += part.bytes
        }
        lines.append(UInt8(ascii: "}"))
    }

    /// Columns of numbers as an array [rows, columns], NaN where there is none.
    ///
    /// - Throws: `SweepError.usage` for a column with texts.
    public func array(columns: [String]) throws -> NumPyArray {
        var values: [Double] = []
        values.reserveCapacity(count * columns.count)
        var finders = columns.map(ColumnFinder.init)
        try results.forEachStoredRow { row in
            for index in finders.indices {
                switch try finders[index].value(row) {
                case nil: values.append(.nan)
                case .number(let number): values.append(number)
                case .boolean(let truth): values.append(truth ? 1 : 0)
                default:
                    throw SweepError.usage(
                        "The column \"\(columns[index])\" has texts, and an .npy file holds numbers: name others with --columns, or write .csv.")
                }
            }
        }
        return NumPyArray(values, shape: [count, columns.count])
    }

    /// A series as an array [rows, longest], NaN behind the end of shorter ones.
    public func array(series name: String, of results: MergedResults) throws -> NumPyArray {
        var width = 0
        try results.forEachSeries(name) { width = max(width, $1.count) }
        guard width > 0 else {
            let names = try results.seriesNames().joined(separator: ", ")
            throw SweepError.usage("There is no series \"\(name)\"; " + (names.isEmpty ? "these results have none at all." : "there are \(names)."))
        }
        var places: [Int] = []
        places.reserveCapacity(count)
        try results.forEachPlace { places.append($0) }
        var values = [Double](repeating: .nan, count: count * width)
        var row = 0
        try results.forEachSeries(name) { place, line in
            while places[row] < place { row += 1 }
            values.replaceSubrange(row * width..<row * width + line.count, with: line)
        }
        return NumPyArray(values, shape: [count, width])
    }
}
