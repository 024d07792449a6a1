import CCompute

extension Matrix<Double> {
    /// A Aᵀ (`ofRows`) or Aᵀ A, by the native path's products on its threads; the same bits for any number of threads.
    ///
    /// Only blocks on and below the diagonal are multiplied: about half the operations of a full product.
    ///
    /// - Throws: `outOfMemory`.
    public static func gram(_ a: Matrix, ofRows: Bool) throws(LinearAlgebraError) -> Matrix {
        let n = ofRows ? a.rows : a.columns
        let k = ofRows ? a.columns : a.rows
        let block = 256
        var failure = cc_error()
        var status = CC_OK
        var elements = [Double](repeating: 0, count: n * n)
        let stride = Int64(Swift.max(a.rows, 1))
        elements.withUnsafeMutableBufferPointer { result in
            a.elements.withUnsafeBufferPointer { source in
                guard let c = result.baseAddress, let base = source.baseAddress else { return }
                for first in Swift.stride(from: 0, to: n, by: block) where status == CC_OK {
                    let width = Swift.min(block, n - first)
                    let part = ofRows ? base + first : base + first * a.rows
                    status = cc_native_multiply(
                        CC_F64, !ofRows, ofRows, Int64(n - first), Int64(width), Int64(k), 1, part, stride, part, stride, 0, c + first * n + first,
                        Int64(n), &failure)
                }
                for column in 0..<n { for row in 0..<column { c[column * n + row] = c[row * n + column] } }
            }
        }
        guard status == CC_OK else { throw failure.asLinearAlgebraError }
        return Matrix(rows: n, columns: n, elements: elements)
    }
}
