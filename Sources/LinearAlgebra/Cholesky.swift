import CCompute
import CLAPACK

/// A = L Lᵀ of a symmetric positive definite matrix (the lower triangle is read).
///
/// By blocks of columns: LAPACK factors a block, and what is left is updated by the native path's products on its threads; the same bits for
/// any number of threads.
public struct Cholesky: Sendable {
    private let factor: Matrix<Double>

    /// - Returns: nil when the matrix is not positive definite to working precision.
    /// - Throws: `shapes`, `empty`, `notFinite`, `outOfMemory`.
    public init?(of matrix: Matrix<Double>) throws(LinearAlgebraError) {
        try LAPACKCall.check(matrix)
        guard matrix.rows == matrix.columns else {
            throw .shapes("A symmetric matrix is square, not \(matrix.rows) × \(matrix.columns).")
        }
        var elements = matrix.elements
        guard try Cholesky.factor(&elements, side: matrix.rows) else { return nil }
        factor = Matrix(rows: matrix.rows, columns: matrix.rows, elements: elements)
    }

    /// Replaces the lower triangle by L.
    ///
    /// - Returns: false when the matrix is not positive definite to working precision.
    static func factor(_ elements: inout [Double], side: Int) throws(LinearAlgebraError) -> Bool {
        LAPACKCall.prepare()
        let block = side <= 512 ? side : 128
        var failure = cc_error()
        var (state, status) = (Int32(0), CC_OK)
        elements.withUnsafeMutableBufferPointer { elements in
            guard let a = elements.baseAddress else { return }
            for first in stride(from: 0, to: side, by: max(1, block)) {
                var (n, width) = (Int32(side), Int32(min(block, side - first)))
                let corner = a + first * (side + 1)
                dpotrf_("L", &width, corner, &n, &state)
                let rest = side - first - Int(width)
                if state != 0 || rest == 0 { return }
                var (below, one) = (Int32(rest), 1.0)
                dtrsm_("R", "L", "T", "N", &below, &width, &one, corner, &n, corner + Int(width), &n)
                // The lower triangle of what is left, by columns of blocks.
                for column in stride(from: 0, to: rest, by: 2 * block) where status == CC_OK {
                    let part = corner + Int(width) + column
                    status = cc_native_multiply(
                        CC_F64, false, true, Int64(rest - column), Int64(min(2 * block, rest - column)), Int64(width), -1, part, Int64(side), part,
                        Int64(side), 1, a + (first + Int(width) + column) * (side + 1), Int64(side), &failure)
                }
                if status != CC_OK { return }
            }
        }
        guard status == CC_OK else { throw failure.asLinearAlgebraError }
        return state == 0
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
