import CCompute
import Differentiation
import LinearAlgebra

extension Device {
    /// op(A) op(B), each transposed or not, on this device in `precision`; the entries are rounded to it first.
    ///
    /// - Throws: `ComputeError.shape` when the inner sizes differ, or what the device reports.
    public func multiply(
        _ a: Matrix<Double>, transposed transposeA: Bool = false, _ b: Matrix<Double>, transposed transposeB: Bool = false,
        precision: Precision = .f64
    ) throws(ComputeError) -> Matrix<Double> {
        let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
        let (inner, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
        guard k == inner else {
            throw .shape(
                "A product of \(m) × \(k) by \(inner) × \(n) does not exist: the inner sizes differ; transpose one of them or check the files.")
        }
        if m == 0 || n == 0 || k == 0 { return Matrix(rows: m, columns: n) }
        let left = try DeviceBuffer.filled(self, precision, a.elements)
        let right = try DeviceBuffer.filled(self, precision, b.elements)
        let product = try DeviceBuffer(self, precision, count: m * n)
        var call = cc_product(
            precision: precision.code, transpose_a: transposeA, transpose_b: transposeB, m: Int64(m), n: Int64(n), k: Int64(k), alpha: 1, beta: 0,
            a: left.matrix(stride: a.rows), b: right.matrix(stride: b.rows), c: product.matrix(stride: m))
        try checked { cc_multiply($0, &call, $1) }
        var result = Matrix<Double>(rows: m, columns: n)
        try result.elements.withUnsafeMutableBufferPointer { (values) throws(ComputeError) in try product.read(into: values) }
        return result
    }
}
