import CLAPACK

/// The factorisation A P = Q R of an m × n matrix with column pivoting (LAPACK dgeqp3), and least squares by it.
///
/// |r₁₁| ≥ |r₂₂| ≥ … reveal the rank. Backward stable: computed for a matrix within a few k ε ‖A‖_F of A.
/// Cost: 2 m n² operations. Source: Golub & Van Loan, "Matrix Computations", 4th ed., sections 5.4.2 and 5.5.
public struct PivotedQR: Sendable, Equatable {
    /// Column `pivots[j]` of A is column j of A P (counted from 0).
    public let pivots: [Int]
    /// The triangle R (k × n, k = min(m, n)).
    public let r: Matrix<Double>
    /// Householder vectors below the diagonal, as LAPACK leaves them, and their factors.
    let reflectors: Matrix<Double>
    let factors: [Double]

    public init(of matrix: Matrix<Double>) throws(LinearAlgebraError) {
        try LAPACKCall.check(matrix)
        LAPACKCall.prepare()
        var m = Int32(matrix.rows)
        var n = Int32(matrix.columns)
        let k = min(matrix.rows, matrix.columns)
        let a = try AlignedDoubles(matrix.elements)
        let tau = try AlignedDoubles(count: k)
        var places = [Int32](repeating: 0, count: matrix.columns)
        var status: Int32 = 0
        var length = LAPACKCall.workspace { work, length in
            dgeqp3_(&m, &n, a.base, &m, &places, tau.base, work, length, &status)
        }
        let work = try AlignedDoubles(count: Int(length))
        dgeqp3_(&m, &n, a.base, &m, &places, tau.base, work.base, &length, &status)
        guard status == 0 else { throw .failed(routine: "The pivoted QR factorisation", status: Int(status)) }
        reflectors = Matrix(rows: matrix.rows, columns: matrix.columns, elements: a.array(matrix.elements.count))
        factors = tau.array(k)
        pivots = places.map { Int($0) - 1 }
        var triangle = Matrix<Double>(rows: k, columns: matrix.columns)
        for j in 0..<matrix.columns {
            for i in 0...min(j, k - 1) { triangle[i, j] = reflectors[i, j] }
        }
        r = triangle
    }

    /// #{k : |r_kk| > tolerance · |r₁₁|}, the numerical rank.
    ///
    /// - Parameter tolerance: relative, in [0, 1).
    public func rank(tolerance: Double) -> Int {
        let first = abs(r[0, 0])
        // Diagonals need not fall strictly in floating point: the first one under the bar ends the count.
        return (0..<r.rows).first { !(abs(r[$0, $0]) > tolerance * first) } ?? r.rows
    }

    /// Qᵀ b (all m values) for the full orthogonal Q.
    public func transposedQ(times b: [Double]) throws(LinearAlgebraError) -> [Double] {
        try applyQ(transposed: true, to: b)
    }

    /// Q y for the full orthogonal Q.
    public func q(times y: [Double]) throws(LinearAlgebraError) -> [Double] {
        try applyQ(transposed: false, to: y)
    }

    private func applyQ(transposed: Bool, to b: [Double]) throws(LinearAlgebraError) -> [Double] {
        guard b.count == reflectors.rows else {
            throw .shapes("The right-hand side has \(b.count) values and the matrix \(reflectors.rows) rows: they must agree.")
        }
        return try Self.reflect(reflectors, factors, transposed: transposed, b)
    }

    /// The vector of least norm among those that minimise ‖A x − b‖₂ over the leading `rank` pivot columns.
    ///
    /// The triangle's surplus columns are folded in by a second orthogonal factorisation (complete orthogonal decomposition),
    /// so that a rank-deficient problem has one answer.
    ///
    /// - Parameters:
    ///   - b: m values.
    ///   - tolerance: the relative bar of `rank(tolerance:)`.
    public func leastSquares(_ b: [Double], tolerance: Double) throws(LinearAlgebraError) -> (solution: [Double], rank: Int) {
        let rank = rank(tolerance: tolerance)
        var solution = [Double](repeating: 0, count: r.columns)
        guard rank > 0 else { return (solution, 0) }
        let head = Array(try transposedQ(times: b)[0..<rank])
        let permuted: [Double]
        if rank == r.columns {
            permuted = try Self.triangular(r, count: rank, transposed: false, head)
        } else {
            permuted = try leastNorm(head, rank: rank)
        }
        for (j, place) in pivots.enumerated() { solution[place] = permuted[j] }
        return (solution, rank)
    }

    /// y of least norm with [R₁₁ R₁₂] y = c: with [R₁₁ R₁₂]ᵀ = Z T, y = Z T⁻ᵀ c.
    private func leastNorm(_ c: [Double], rank: Int) throws(LinearAlgebraError) -> [Double] {
        var wide = Matrix<Double>(rows: r.columns, columns: rank)
        for i in 0..<rank {
            for j in i..<r.columns { wide[j, i] = r[i, j] }
        }
        let a = try AlignedDoubles(wide.elements)
        let tau = try LAPACKCall.factorQR(a, rows: wide.rows, columns: rank)
        let factor = Matrix(rows: wide.rows, columns: rank, elements: a.array(wide.elements.count))
        let inner = try Self.triangular(factor, count: rank, transposed: true, c)
        return try Self.reflect(factor, tau.array(rank), transposed: false, inner + [Double](repeating: 0, count: r.columns - rank))
    }

    /// Solves T x = c or Tᵀ x = c with the leading upper triangle of `matrix`.
    static func triangular(_ matrix: Matrix<Double>, count: Int, transposed: Bool, _ c: [Double]) throws(LinearAlgebraError) -> [Double] {
        LAPACKCall.prepare()
        let a = try AlignedDoubles(matrix.elements)
        let x = try AlignedDoubles(c)
        var n = Int32(count)
        var one: Int32 = 1
        var stride = Int32(matrix.rows)
        var upper = Int8(UInt8(ascii: "U"))
        var turn = Int8(UInt8(ascii: transposed ? "T" : "N"))
        var general = Int8(UInt8(ascii: "N"))
        var status: Int32 = 0
        dtrtrs_(&upper, &turn, &general, &n, &one, a.base, &stride, x.base, &n, &status)
        guard status == 0 else { throw .failed(routine: "The triangular solve", status: Int(status)) }
        return x.array(count)
    }

    /// Applies the orthogonal factor held in Householder form to a vector.
    static func reflect(_ reflectors: Matrix<Double>, _ factors: [Double], transposed: Bool, _ b: [Double]) throws(LinearAlgebraError) -> [Double] {
        LAPACKCall.prepare()
        let a = try AlignedDoubles(reflectors.elements)
        let c = try AlignedDoubles(b)
        let tau = try AlignedDoubles(factors)
        var m = Int32(reflectors.rows)
        var one: Int32 = 1
        var k = Int32(factors.count)
        var left = Int8(UInt8(ascii: "L"))
        var turn = Int8(UInt8(ascii: transposed ? "T" : "N"))
        var status: Int32 = 0
        var length = LAPACKCall.workspace { work, length in
            dormqr_(&left, &turn, &m, &one, &k, a.base, &m, tau.base, c.base, &m, work, length, &status)
        }
        let work = try AlignedDoubles(count: Int(length))
        dormqr_(&left, &turn, &m, &one, &k, a.base, &m, tau.base, c.base, &m, work.base, &length, &status)
        guard status == 0 else { throw .failed(routine: "The product with Q", status: Int(status)) }
        return c.array(reflectors.rows)
    }
}
