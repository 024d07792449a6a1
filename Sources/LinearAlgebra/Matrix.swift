/// A dense matrix, column-major as in LAPACK: element (i, j) lies at `i + j · rows`.
@frozen
public struct Matrix<Scalar: BinaryFloatingPoint & Sendable>: Sendable, Equatable {
    public let rows: Int
    public let columns: Int
    /// The elements, column after column; `rows · columns` of them.
    public var elements: [Scalar]

    /// - Precondition: `elements.count == rows · columns`.
    @inlinable
    public init(rows: Int, columns: Int, elements: [Scalar]) {
        precondition(rows >= 0 && columns >= 0 && elements.count == rows * columns, "a matrix of \(rows) × \(columns) has \(rows * columns) elements")
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    @inlinable
    public init(rows: Int, columns: Int, repeating value: Scalar = 0) {
        self.init(rows: rows, columns: columns, elements: Array(repeating: value, count: rows * columns))
    }

    /// The matrix whose rows are given.
    ///
    /// - Precondition: all rows have the same length.
    @inlinable
    public init(rows list: [[Scalar]]) {
        self.init(rows: list.count, columns: list.first?.count ?? 0)
        for (i, row) in list.enumerated() {
            precondition(row.count == columns, "row \(i) has \(row.count) elements, not \(columns)")
            for (j, value) in row.enumerated() { self[i, j] = value }
        }
    }

    @inlinable
    public subscript(row: Int, column: Int) -> Scalar {
        get { elements[row + column * rows] }
        set { elements[row + column * rows] = newValue }
    }

    @inlinable
    public var transposed: Matrix {
        var result = Matrix(rows: columns, columns: rows)
        for j in 0..<columns {
            for i in 0..<rows { result[j, i] = self[i, j] }
        }
        return result
    }

    @inlinable
    public func column(_ j: Int) -> [Scalar] { Array(elements[(j * rows)..<((j + 1) * rows)]) }

    @inlinable
    public func row(_ i: Int) -> [Scalar] { (0..<columns).map { self[i, $0] } }
}
