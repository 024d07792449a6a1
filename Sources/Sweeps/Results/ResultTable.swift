import Models
import Reports

/// The table of a sweep: a row a trial in the manifest's order, settings and metrics as columns. Nothing in it depends on where, when or in which shard
/// a trial was run.
public struct ResultTable: Sendable {
    public let rows: [MergedResults.Row]
    /// Keys of settings that occur, sorted.
    public let settings: [String]
    /// Metrics in the order of their first appearance.
    public let metrics: [String]

    public init(_ results: MergedResults) throws {
        var rows: [MergedResults.Row] = []
        var settings: Set<String> = []
        var metrics: [String] = []
        var seen: Set<String> = []
        try results.forEachRow { row in
            rows.append(row)
            settings.formUnion(row.config.keys)
            for name in row.names where seen.insert(name).inserted { metrics.append(name) }
        }
        self.rows = rows
        self.settings = settings.subtracting(["kind", "schema"]).sorted(by: TrialValue.precedes)
        self.metrics = metrics
    }

    /// All columns of an export.
    public var columns: [String] { ["id", "status", "reason"] + settings + metrics.filter { !settings.contains($0) } }

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

    /// Refuses a column that no row has.
    ///
    /// - Throws: `SweepError.usage`.
    public func require(_ column: String) throws(SweepError) {
        guard columns.contains(column) else {
            throw .usage("There is no column \"\(column)\"; the columns are \(columns.joined(separator: ", ")).")
        }
    }

    /// As CSV, numbers with all digits that count.
    public func csv(columns: [String]? = nil) -> String {
        let columns = columns ?? self.columns
        var table = Table(columns: columns)
        for row in rows {
            table.append(
                columns.map { column in
                    switch ResultTable.value(column, in: row) {
                    case nil: .missing
                    case .number(let number): .number(number)
                    case .some(let value): .text(value.shown)
                    }
                })
        }
        return table.csv
    }

    /// As JSON objects, one a line: the columns asked for, or id, status, config and metrics.
    public func jsonLines(columns: [String]? = nil) -> String {
        var text = ""
        for row in rows {
            var members: TrialSettings = [:]
            if let columns {
                for column in columns { members[column] = ResultTable.value(column, in: row) ?? .null }
            } else {
                members = ["id": .text(row.id), "status": .text(row.status.rawValue), "config": .table(row.config), "metrics": .table(row.metrics)]
                if let reason = row.reason { members["reason"] = .text(reason) }
            }
            text += TrialValue.table(members).canonical + "\n"
        }
        return text
    }

    /// Columns of numbers as an array [rows, columns], NaN where there is none.
    ///
    /// - Throws: `SweepError.usage` for a column with texts.
    public func array(columns: [String]) throws(SweepError) -> NumPyArray {
        var values: [Double] = []
        values.reserveCapacity(rows.count * columns.count)
        for row in rows {
            for column in columns {
                switch ResultTable.value(column, in: row) {
                case nil: values.append(.nan)
                case .number(let number): values.append(number)
                case .boolean(let truth): values.append(truth ? 1 : 0)
                default:
                    throw .usage("The column \"\(column)\" has texts, and an .npy file holds numbers: name others with --columns, or write .csv.")
                }
            }
        }
        return NumPyArray(values, shape: [rows.count, columns.count])
    }

    /// A series as an array [rows, longest], NaN behind the end of shorter ones.
    public func array(series name: String, of results: MergedResults) throws -> NumPyArray {
        var lines: [Int: [Double]] = [:]
        try results.forEachSeries(name) { place, values in lines[place] = values }
        let width = lines.values.map(\.count).max() ?? 0
        guard width > 0 else {
            throw SweepError.usage("There is no series \"\(name)\"; there are \(try results.seriesNames().joined(separator: ", ")).")
        }
        var values: [Double] = []
        values.reserveCapacity(rows.count * width)
        for row in rows {
            let line = lines[row.place] ?? []
            values += line
            values += Array(repeating: .nan, count: width - line.count)
        }
        return NumPyArray(values, shape: [rows.count, width])
    }
}
