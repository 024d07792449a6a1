import CLAPACK

/// The thin singular value decomposition A = U diag(s) Vᵀ of an m × n matrix, k = min(m, n).
///
/// Divide and conquer (LAPACK dgesdd); should it fail to converge, one-sided Jacobi (dgesvj). Wide matrices are transposed
/// first. Accuracy: every singular value within 1e-14 · s₁ of the exact one (measured: 1e-15 · s₁), and the same bits on
/// every call, whichever and however many threads make it. Cost: about 14 m n² + 8 n³ operations.
/// Source: Golub & Van Loan, "Matrix Computations", 4th ed., sections 8.6 and 5.4.8.
public struct SingularValueDecomposition: Sendable, Equatable {
    /// s₁ ≥ s₂ ≥ … ≥ 0, k of them.
    public let singularValues: [Double]
    /// Left singular vectors, m × k, orthonormal columns.
    public let u: Matrix<Double>
    /// Right singular vectors, n × k, orthonormal columns.
    public let v: Matrix<Double>

    /// - Throws: `empty`, `notFinite` or `tooLarge` for a matrix that cannot be taken apart, `failed` if neither algorithm converges.
    public init(of matrix: Matrix<Double>) throws(LinearAlgebraError) {
        let factors = try Self.factors(of: matrix, vectors: true)
        singularValues = factors.values
        u = factors.u
        v = factors.v
    }

    /// The decomposition in double precision of a matrix in single precision.
    public init(of matrix: Matrix<Float>) throws(LinearAlgebraError) {
        try self.init(of: Matrix<Double>(matrix))
    }

    /// The singular values alone, descending; two to five times faster than with the vectors.
    ///
    /// They agree with those of the full decomposition to rounding (about 1e-15 · s₁), not bit for bit: LAPACK takes another path.
    public static func singularValues(of matrix: Matrix<Double>) throws(LinearAlgebraError) -> [Double] {
        try factors(of: matrix, vectors: false).values
    }

    public static func singularValues(of matrix: Matrix<Float>) throws(LinearAlgebraError) -> [Double] {
        try singularValues(of: Matrix<Double>(matrix))
    }

    /// What either algorithm hands back; the vectors are empty when not asked for.
    package struct Factors {
        package var values: [Double]
        package var u: Matrix<Double>
        package var v: Matrix<Double>
    }

    private static func factors(of matrix: Matrix<Double>, vectors: Bool) throws(LinearAlgebraError) -> Factors {
        try LAPACKCall.check(matrix)
        guard matrix.rows >= matrix.columns else {
            let turned = try factors(of: matrix.transposed, vectors: vectors)
            return Factors(values: turned.values, u: turned.v, v: turned.u)
        }
        if let result = try divideAndConquer(matrix, vectors: vectors) { return result }
        return try jacobi(matrix, vectors: vectors)
    }

    /// dgesdd on a tall matrix; nil when it does not converge.
    private static func divideAndConquer(_ matrix: Matrix<Double>, vectors: Bool) throws(LinearAlgebraError) -> Factors? {
        LAPACKCall.prepare()
        var m = Int32(matrix.rows)
        var n = Int32(matrix.columns)
        let a = try AlignedDoubles(matrix.elements)
        let s = try AlignedDoubles(count: matrix.columns)
        let u = try AlignedDoubles(count: vectors ? matrix.elements.count : 1)
        let vt = try AlignedDoubles(count: vectors ? matrix.columns * matrix.columns : 1)
        var job = vectors ? Int8(UInt8(ascii: "S")) : Int8(UInt8(ascii: "N"))
        var integers = [Int32](repeating: 0, count: 8 * matrix.columns)
        var status: Int32 = 0
        var length = LAPACKCall.workspace { work, length in
            dgesdd_(&job, &m, &n, a.base, &m, s.base, u.base, &m, vt.base, &n, work, length, &integers, &status)
        }
        let work = try AlignedDoubles(count: Int(length))
        dgesdd_(&job, &m, &n, a.base, &m, s.base, u.base, &m, vt.base, &n, work.base, &length, &integers, &status)
        guard status == 0 else { return nil }
        let values = s.array(matrix.columns)
        guard values.allSatisfy(\.isFinite) else { return nil }
        guard vectors else { return Factors(values: values, u: Matrix(rows: 0, columns: 0), v: Matrix(rows: 0, columns: 0)) }
        let right = Matrix(rows: matrix.columns, columns: matrix.columns, elements: vt.array(matrix.columns * matrix.columns)).transposed
        return Factors(values: values, u: Matrix(rows: matrix.rows, columns: matrix.columns, elements: u.array(matrix.elements.count)), v: right)
    }
}
