import CCompute
import CLAPACK

/// Square matrices that are multiplied and updated once a step, n² numbers column after column.
public enum DenseSymmetric {
    /// A x, on one thread at the speed of memory.
    ///
    /// - Precondition: n² numbers and n.
    public static func product(_ matrix: [Double], _ x: [Double]) throws(LinearAlgebraError) -> [Double] {
        precondition(matrix.count == x.count * x.count, "a square matrix and a vector")
        LAPACKCall.prepare()
        var (n, one, alpha, beta) = (Int32(x.count), Int32(1), 1.0, 0.0)
        var result = [Double](repeating: 0, count: x.count)
        dgemv_("N", &n, &n, &alpha, matrix, &n, x, &one, &beta, &result, &one)
        return result
    }

    /// A ← scale · A + L Rᵀ in one sweep on the native path's threads; the same bits for any number of them.
    ///
    /// - Parameters:
    ///   - left: k columns of n numbers.
    ///   - right: as many.
    /// - Throws: `outOfMemory`.
    public static func update(_ matrix: inout [Double], scale: Double, left: [Double], right: [Double]) throws(LinearAlgebraError) {
        let n = Int(Double(matrix.count).squareRoot())
        precondition(n * n == matrix.count && left.count == right.count && left.count % max(1, n) == 0, "columns as long as the matrix")
        guard n > 0 else { return }
        var failure = cc_error()
        let status = matrix.withUnsafeMutableBufferPointer { a in
            cc_native_multiply(
                CC_F64, false, true, Int64(n), Int64(n), Int64(left.count / n), 1, left, Int64(n), right, Int64(n), scale, a.baseAddress, Int64(n),
                &failure)
        }
        guard status == CC_OK else { throw failure.asLinearAlgebraError }
    }
}
