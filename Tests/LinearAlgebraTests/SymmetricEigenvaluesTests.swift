import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct SymmetricEigenvaluesTests {
    /// The second-difference matrix has eigenvalues 2 − 2 cos(kπ / (n + 1)).
    @Test func secondDifference() throws {
        let n = 25
        var a = Matrix<Double>(rows: n, columns: n)
        for i in 0..<n {
            a[i, i] = 2
            if i + 1 < n {
                a[i, i + 1] = -1
                a[i + 1, i] = -1
            }
        }
        let exact = (1...n).map { 2 - 2 * cos(Double($0) * .pi / Double(n + 1)) }
        let e = try SymmetricEigenvalues(of: a)
        #expect(zip(e.values, exact).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(zip(try SymmetricEigenvalues.values(of: a), exact).allSatisfy { abs($0 - $1) < 1e-14 })
        let rebuilt = plainProduct(plainProduct(e.vectors, .diagonal(e.values)), e.vectors.transposed)
        #expect(relativeDifference(rebuilt.elements, a.elements) < 1e-14)
    }

    @Test func badInputIsRefused() {
        #expect(throws: LinearAlgebraError.self) { try SymmetricEigenvalues(of: Matrix<Double>(rows: 2, columns: 3)) }
        #expect(throws: LinearAlgebraError.notFinite(row: 0, column: 0)) { try SymmetricEigenvalues(of: Matrix<Double>(rows: [[.nan]])) }
    }
}
