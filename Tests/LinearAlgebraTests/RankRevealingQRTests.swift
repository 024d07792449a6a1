import LinearAlgebra
import TestSupport
import Testing

@Suite struct RankRevealingQRTests {
    /// The same rank and the same solution of least norm as LAPACK's pivoted QR.
    @Test func agreesWithPivotedQR() throws {
        var random = TestRandom(17)
        for (m, n, rank) in [(1, 1, 1), (20, 12, 12), (20, 12, 6), (12, 20, 12), (150, 70, 70), (150, 70, 31), (70, 150, 40)] {
            let a = matrix(withSingularValues: (0..<rank).map { 3 / (1 + Double($0)) }, rows: m, columns: n, seed: 19)
            let b = random.vector(m)
            let factor = try RankRevealingQR(of: a, tolerance: 1e-12)
            let plain = try PivotedQR(of: a).leastSquares(b, tolerance: 1e-12)
            #expect(factor.rank == rank && plain.rank == rank)
            #expect(factor.pivots.sorted() == Array(0..<n))
            #expect(factor.tail < 1e-12 * 3)
            #expect(relativeDifference(try factor.leastSquares(b), plain.solution) < 1e-12)
        }
    }

    @Test func bitwiseRepeatable() throws {
        var random = TestRandom(18)
        let a = random.matrix(300, 200)
        let b = random.vector(300)
        let once = try RankRevealingQR(of: a, tolerance: 1e-12).leastSquares(b)
        let again = try concurrently(Array(0..<4), threads: 3) { _ throws(LinearAlgebraError) in
            try RankRevealingQR(of: a, tolerance: 1e-12).leastSquares(b)
        }
        #expect(again.allSatisfy { $0 == once })
    }

    @Test func badInputIsRefused() throws {
        #expect(throws: LinearAlgebraError.empty(rows: 0, columns: 2)) { try RankRevealingQR(of: Matrix<Double>(rows: 0, columns: 2), tolerance: 0) }
        #expect(throws: LinearAlgebraError.notFinite(row: 0, column: 1)) {
            try RankRevealingQR(of: Matrix<Double>(rows: [[1, .nan]]), tolerance: 1e-12)
        }
        #expect(throws: LinearAlgebraError.self) { try RankRevealingQR(of: Matrix<Double>(rows: [[1]]), tolerance: 1) }
        let zero = try RankRevealingQR(of: Matrix<Double>(rows: 3, columns: 2), tolerance: 1e-12)
        #expect(zero.rank == 0)
        #expect(try zero.leastSquares([1, 2, 3]) == [0, 0])
        #expect(throws: LinearAlgebraError.self) { try zero.leastSquares([1]) }
    }
}
