/// What a decomposition or a solve refuses.
public enum LinearAlgebraError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A matrix without rows or without columns.
    case empty(rows: Int, columns: Int)
    /// A value that is NaN or infinite, at the given place (counted from 0).
    case notFinite(row: Int, column: Int)
    /// Two operands whose shapes do not fit.
    case shapes(String)
    /// More elements than LAPACK's 32-bit counts can address.
    case tooLarge(rows: Int, columns: Int)
    /// A LAPACK routine that ended with a status other than success, after every fallback.
    case failed(routine: String, status: Int)
    /// The machine has no memory left for a step's workspace.
    case outOfMemory(String)
    /// A tolerance or scale outside its range.
    case badArgument(String)

    public var description: String {
        switch self {
        case .empty(let rows, let columns):
            "The matrix has \(rows) rows and \(columns) columns: give at least one of each."
        case .notFinite(let row, let column):
            "The matrix holds NaN or infinity in row \(row), column \(column) (counted from 0): remove it or mend what made it."
        case .shapes(let text):
            text
        case .tooLarge(let rows, let columns):
            "A matrix of \(rows) × \(columns) is beyond what LAPACK can count: use fewer rows or columns."
        case .failed(let routine, let status):
            "\(routine) did not converge (status \(status)): scale the matrix or look for columns that nearly vanish."
        case .outOfMemory(let text):
            text
        case .badArgument(let text):
            text
        }
    }
}
