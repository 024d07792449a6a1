import CLAPACK

extension SingularValueDecomposition {
    /// One-sided Jacobi rotations (LAPACK dgesvj) on a tall matrix: slower, sure to converge, and as accurate.
    ///
    /// Columns of U that belong to zero singular values are completed to an orthonormal set.
    package static func jacobi(_ matrix: Matrix<Double>, vectors: Bool) throws(LinearAlgebraError) -> Factors {
        LAPACKCall.prepare()
        var m = Int32(matrix.rows)
        var n = Int32(matrix.columns)
        let a = try AlignedDoubles(matrix.elements)
        let s = try AlignedDoubles(count: matrix.columns)
        let v = try AlignedDoubles(count: matrix.columns * matrix.columns)
        let work = try AlignedDoubles(count: max(6, matrix.rows + matrix.columns))
        var length = Int32(work.count)
        var general = Int8(UInt8(ascii: "G"))
        var left = Int8(UInt8(ascii: vectors ? "U" : "N"))
        var right = Int8(UInt8(ascii: vectors ? "V" : "N"))
        var unused: Int32 = 0
        var status: Int32 = 0
        dgesvj_(&general, &left, &right, &m, &n, a.base, &m, s.base, &unused, v.base, &n, work.base, &length, &status)
        guard status == 0 else { throw .failed(routine: "The singular value decomposition", status: Int(status)) }
        // The true values are s · work[0], a scale against over- and underflow.
        let values = s.array(matrix.columns).map { $0 * work.base[0] }
        guard vectors else { return Factors(values: values, u: Matrix(rows: 0, columns: 0), v: Matrix(rows: 0, columns: 0)) }
        var u = Matrix(rows: matrix.rows, columns: matrix.columns, elements: a.array(matrix.elements.count))
        u.completeOrthonormalColumns(from: values.firstIndex(of: 0) ?? values.count)
        return Factors(
            values: values, u: u, v: Matrix(rows: matrix.columns, columns: matrix.columns, elements: v.array(matrix.columns * matrix.columns)))
    }
}

extension Matrix<Double> {
    /// Replaces the columns from `first` on by unit vectors orthogonal to all columns before them (Gram–Schmidt, twice, on coordinate vectors).
    mutating func completeOrthonormalColumns(from first: Int) {
        var candidate = 0
        for j in first..<columns {
            var column = [Double](repeating: 0, count: rows)
            var size = 0.0
            repeat {
                column = [Double](repeating: 0, count: rows)
                column[candidate] = 1
                candidate += 1
                for _ in 0..<2 {
                    for k in 0..<j {
                        var projection = 0.0
                        for i in 0..<rows { projection += self[i, k] * column[i] }
                        for i in 0..<rows { column[i] -= projection * self[i, k] }
                    }
                }
                size = euclideanNorm(column)
            } while size < 0.5 / Double(rows).squareRoot()
            for i in 0..<rows { self[i, j] = column[i] / size }
        }
    }
}
