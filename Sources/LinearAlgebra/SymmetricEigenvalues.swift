import CLAPACK

/// The eigenvalues of a symmetric matrix, ascending, and its orthonormal eigenvectors (LAPACK dsyev; the lower triangle is read).
///
/// Accuracy: each eigenvalue within n ε ‖A‖₂.
public struct SymmetricEigenvalues: Sendable, Equatable {
    public let values: [Double]
    /// n × n, column k belongs to eigenvalue k.
    public let vectors: Matrix<Double>

    /// - Throws: `shapes` for a matrix that is not square, `notFinite`, `empty`, `failed`.
    public init(of matrix: Matrix<Double>) throws(LinearAlgebraError) {
        (values, vectors) = try Self.compute(matrix, vectors: true)
    }

    public static func values(of matrix: Matrix<Double>) throws(LinearAlgebraError) -> [Double] {
        try compute(matrix, vectors: false).0
    }

    private static func compute(_ matrix: Matrix<Double>, vectors: Bool) throws(LinearAlgebraError) -> ([Double], Matrix<Double>) {
        try LAPACKCall.check(matrix)
        guard matrix.rows == matrix.columns else {
            throw .shapes("A symmetric matrix is square, not \(matrix.rows) × \(matrix.columns).")
        }
        LAPACKCall.prepare()
        var n = Int32(matrix.rows)
        let a = try AlignedDoubles(matrix.elements)
        let w = try AlignedDoubles(count: matrix.rows)
        var job = Int8(UInt8(ascii: vectors ? "V" : "N"))
        var lower = Int8(UInt8(ascii: "L"))
        var status: Int32 = 0
        var length = LAPACKCall.workspace { work, length in
            dsyev_(&job, &lower, &n, a.base, &n, w.base, work, length, &status)
        }
        let work = try AlignedDoubles(count: Int(length))
        dsyev_(&job, &lower, &n, a.base, &n, w.base, work.base, &length, &status)
        guard status == 0 else { throw .failed(routine: "The symmetric eigenvalue decomposition", status: Int(status)) }
        let vectors =
            vectors ? Matrix(rows: matrix.rows, columns: matrix.rows, elements: a.array(matrix.elements.count)) : Matrix(rows: 0, columns: 0)
        return (w.array(matrix.rows), vectors)
    }
}
