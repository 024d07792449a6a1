/// A table of results: named columns, rows of cells.
public struct Table: Sendable, Equatable {
    public enum Cell: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
        case text(String)
        case number(Double)
        case count(Int)
        /// Nothing was measured.
        case missing

        public init(stringLiteral value: String) { self = .text(value) }
        public init(floatLiteral value: Double) { self = .number(value) }
        public init(integerLiteral value: Int) { self = .count(value) }

        /// A number, or `missing` for nil.
        public static func optional(_ value: Double?) -> Cell { value.map { .number($0) } ?? .missing }
    }

    public let columns: [String]
    public private(set) var rows: [[Cell]] = []

    public init(columns: [String]) { self.columns = columns }

    /// - Precondition: as many cells as there are columns.
    public mutating func append(_ row: [Cell]) {
        precondition(row.count == columns.count, "a row of \(row.count) cells in a table of \(columns.count) columns")
        rows.append(row)
    }

    /// The table as CSV (RFC 4180 quoting, lines end with a line feed); numbers read back to the same bits.
    public var csv: String {
        var text = columns.map(Self.quoted).joined(separator: ",") + "\n"
        for row in rows {
            text += row.map { cell in
                switch cell {
                case .text(let value): Self.quoted(value)
                case .number(let value): NumberText.roundTrip(value)
                case .count(let value): "\(value)"
                case .missing: ""
                }
            }.joined(separator: ",")
            text += "\n"
        }
        return text
    }

    /// Cells as a reader wants them, numbers to three digits.
    static func shown(_ cell: Cell) -> String {
        switch cell {
        case .text(let value): value
        case .number(let value): NumberText.short(value)
        case .count(let value): "\(value)"
        case .missing: "–"
        }
    }

    package static func quoted(_ text: String) -> String {
        text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline })
            ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : text
    }
}
