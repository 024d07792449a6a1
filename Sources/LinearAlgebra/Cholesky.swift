import CLAPACK

/// A = L Lᵀ of a symmetric positive definite matrix (LAPACK dpotrf; the lower triangle is read).
public struct Cholesky: Sendable {
    private let factor: Matrix<Double>

    /// - Returns: nil when the matrix is not positive definite to working precision.
    /// - Throws: `shapes`, `empty`, `notFinite`, `outOfMemory`.
    public init?(of matrix: Matrix<Double>) throws(LinearAlgebraError) {
        try LAPACKCall.check(matrix)
        guard matrix.rows == matrix.columns else {
            throw .shapes("A symmetric matrix is square, not \(matrix.rows) × \(matrix.columns).")
        }
        LAPACKCall.prepare()
        var n = Int32(matrix.rows)
        let a = try AlignedDoubles(matrix.elements)
        var status: Int32 = 0
        dpotrf_("L", &n, a.base, &n, &status)
        guard status == 0 else { return nil }
        factor = Matrix(rows: matrix.rows, columns: matrix.rows, elements: a.array(matrix.elements.count))
    }

    /// A⁻¹ b.
    ///
    /// - Precondition: as many numbers as the matrix has rows.
    public func solve(_ b: [Double]) -> [Double] {
        precondition(b.count == factor.rows, "as many numbers as rows")
        var (n, one, status) = (Int32(factor.rows), Int32(1), Int32(0))
        var x = b
        dpotrs_("L", &n, &one, factor.elements, &n, &x, &n, &status)
        return x
    }
}
