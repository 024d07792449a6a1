import CCompute

extension Matrix<Double> {
    /// op(A) op(B), where op transposes on request, by the native path's own kernels on its threads.
    ///
    /// Every element is a sum of k products with fused multiply-adds; error below k ε (|A| |B|). The same bits for any number of threads.
    ///
    /// - Throws: `shapes` if the inner dimensions differ, `outOfMemory`.
    public static func product(
        _ a: Matrix, _ b: Matrix, transposingFirst transposeA: Bool = false, transposingSecond transposeB: Bool = false
    ) throws(LinearAlgebraError) -> Matrix {
        try multiply(CC_F64, a, transposeA, b, transposeB)
    }

    /// A B.
    ///
    /// - Precondition: as many columns on the left as rows on the right.
    public static func * (a: Matrix, b: Matrix) -> Matrix {
        do { return try product(a, b) } catch { preconditionFailure(error.description) }
    }
}

extension Matrix<Float> {
    /// op(A) op(B) in single precision; see the same function of `Matrix<Double>`.
    public static func product(
        _ a: Matrix, _ b: Matrix, transposingFirst transposeA: Bool = false, transposingSecond transposeB: Bool = false
    ) throws(LinearAlgebraError) -> Matrix {
        try multiply(CC_F32, a, transposeA, b, transposeB)
    }

    /// A B.
    ///
    /// - Precondition: as many columns on the left as rows on the right.
    public static func * (a: Matrix, b: Matrix) -> Matrix {
        do { return try product(a, b) } catch { preconditionFailure(error.description) }
    }
}

private func multiply<Scalar: BinaryFloatingPoint & Sendable>(
    _ precision: cc_precision, _ a: Matrix<Scalar>, _ transposeA: Bool, _ b: Matrix<Scalar>, _ transposeB: Bool
) throws(LinearAlgebraError) -> Matrix<Scalar> {
    let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
    let (inner, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
    guard k == inner else { throw .shapes("A matrix of \(m) × \(k) cannot be multiplied by one of \(inner) × \(n): the inner dimensions differ.") }
    var failure = cc_error()
    var status = CC_OK
    let elements = [Scalar](unsafeUninitializedCapacity: m * n) { result, count in
        a.elements.withUnsafeBufferPointer { left in
            b.elements.withUnsafeBufferPointer { right in
                status = cc_native_multiply(
                    precision, transposeA, transposeB, Int64(m), Int64(n), Int64(k), 1, left.baseAddress, Int64(max(a.rows, 1)), right.baseAddress,
                    Int64(max(b.rows, 1)), 0, result.baseAddress, Int64(max(m, 1)), &failure)
            }
        }
        if status != CC_OK { result.initialize(repeating: 0) }
        count = m * n
    }
    guard status == CC_OK else { throw failure.asLinearAlgebraError }
    return Matrix(rows: m, columns: n, elements: elements)
}
