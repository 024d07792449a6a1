extension Matrix<Double> {
    /// The same numbers in double precision (exact).
    public init(_ matrix: Matrix<Float>) {
        self.init(rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map(Double.init))
    }
}

extension Matrix<Float> {
    /// The numbers rounded to single precision.
    public init(_ matrix: Matrix<Double>) {
        self.init(rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map { Float($0) })
    }
}

extension Matrix {
    /// The n × n identity.
    @inlinable
    public static func identity(_ n: Int) -> Matrix {
        var result = Matrix(rows: n, columns: n)
        for i in 0..<n { result[i, i] = 1 }
        return result
    }

    /// The n × n matrix with the given diagonal.
    @inlinable
    public static func diagonal(_ values: [Scalar]) -> Matrix {
        var result = Matrix(rows: values.count, columns: values.count)
        for (i, value) in values.enumerated() { result[i, i] = value }
        return result
    }

    /// The rows of the matrices one below another, as interior and boundary rows are stacked.
    ///
    /// - Precondition: all have the same number of columns.
    @inlinable
    public static func stacked(_ blocks: [Matrix]) -> Matrix {
        let columns = blocks.first?.columns ?? 0
        precondition(blocks.allSatisfy { $0.columns == columns }, "blocks of different widths cannot be stacked")
        var elements = [Scalar]()
        elements.reserveCapacity(columns * blocks.reduce(0) { $0 + $1.rows })
        for j in 0..<columns {
            for block in blocks { elements += block.elements[(j * block.rows)..<((j + 1) * block.rows)] }
        }
        return Matrix(rows: blocks.reduce(0) { $0 + $1.rows }, columns: columns, elements: elements)
    }

    /// The first `count` columns.
    @inlinable
    public func firstColumns(_ count: Int) -> Matrix {
        Matrix(rows: rows, columns: count, elements: Array(elements[0..<(rows * count)]))
    }
}
