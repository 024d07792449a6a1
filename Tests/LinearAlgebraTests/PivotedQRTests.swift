import LinearAlgebra
import TestSupport
import Testing

@Suite struct PivotedQRTests {
    @Test func factorsRebuildTheMatrix() throws {
        var random = TestRandom(2)
        for (m, n) in [(1, 1), (6, 1), (1, 6), (8, 8), (50, 20), (20, 50)] {
            let a = random.matrix(m, n)
            let qr = try PivotedQR(of: a)
            #expect(qr.pivots.sorted() == Array(0..<n))
            for j in 0..<n {
                let column = try qr.q(times: qr.r.column(j) + [Double](repeating: 0, count: m - qr.r.rows))
                #expect(relativeDifference(column, a.column(qr.pivots[j])) < 1e-14)
            }
            let b = random.vector(m)
            #expect(relativeDifference(try qr.q(times: try qr.transposedQ(times: b)), b) < 1e-14)
            #expect((1..<max(qr.r.rows, 1)).allSatisfy { abs(qr.r[$0 - 1, $0 - 1]) >= abs(qr.r[$0, $0]) * (1 - 1e-14) })
        }
    }

    @Test func rankOfDeficientMatrices() throws {
        let values = [4.0, 3, 2, 1, 0.5, 0.25]
        for (m, n) in [(20, 12), (12, 20)] {
            let a = matrix(withSingularValues: values, rows: m, columns: n, seed: 5)
            let qr = try PivotedQR(of: a)
            #expect(qr.rank(tolerance: 1e-12) == 6)
            #expect(qr.rank(tolerance: 0.9999) == 1)
        }
        #expect(try PivotedQR(of: Matrix<Double>(rows: 3, columns: 4)).rank(tolerance: 1e-12) == 0)
    }

    /// The solution of least norm is V S⁺ Uᵀ b.
    @Test func leastNormAgreesWithSingularValues() throws {
        var random = TestRandom(7)
        for (m, n, rank) in [(20, 12, 12), (20, 12, 6), (12, 20, 12), (12, 20, 5), (9, 9, 9)] {
            let a = matrix(withSingularValues: (0..<rank).map { 3 / (1 + Double($0)) }, rows: m, columns: n, seed: 11)
            let b = random.vector(m)
            let (x, found) = try PivotedQR(of: a).leastSquares(b, tolerance: 1e-12)
            #expect(found == rank)
            let d = try SingularValueDecomposition(of: a)
            let beta = d.u.transposedProduct(with: b)
            let exact = d.v.product(with: (0..<d.singularValues.count).map { $0 < rank ? beta[$0] / d.singularValues[$0] : 0 })
            #expect(relativeDifference(x, exact) < 1e-13)
        }
    }

    @Test func zeroMatrixHasZeroSolution() throws {
        let (x, rank) = try PivotedQR(of: Matrix<Double>(rows: 3, columns: 2)).leastSquares([1, 2, 3], tolerance: 1e-12)
        #expect(x == [0, 0])
        #expect(rank == 0)
    }

    @Test func badInputIsRefused() throws {
        #expect(throws: LinearAlgebraError.empty(rows: 0, columns: 0)) { try PivotedQR(of: Matrix<Double>(rows: 0, columns: 0)) }
        #expect(throws: LinearAlgebraError.notFinite(row: 0, column: 1)) { try PivotedQR(of: Matrix<Double>(rows: [[1, .nan]])) }
        let qr = try PivotedQR(of: Matrix<Double>(rows: [[1], [2]]))
        #expect(throws: LinearAlgebraError.self) { try qr.leastSquares([1], tolerance: 1e-12) }
    }
}
