import LinearAlgebra
import Solvers
import TestSupport
import Testing

@Suite struct LeastSquaresTests {
    @Test func agreesWithTheSingularValueSolution() throws {
        var random = TestRandom(8)
        for rank in [7, 4] {
            let a = matrix(withSingularValues: (0..<rank).map { 2 / (1 + Double($0)) }, rows: 15, columns: 7, seed: 21)
            let f = random.vector(15)
            let qr = try LeastSquares(matrix: a, rightHandSide: f, options: .init(tolerance: 1e-13))
            let svd = try TruncatedLeastSquares(matrix: a, rightHandSide: f).solution(cut: 1e-12)
            #expect(qr.rank == rank)
            #expect(relativeDifference(qr.coefficients, svd.coefficients) < 1e-13)
            #expect(abs(qr.residual - svd.residual) < 1e-14)
            #expect(qr.scaledResidual == qr.residual)
            #expect(qr.coefficientNorm == euclideanNorm(qr.coefficients))
        }
    }

    /// Large enough for the native factorisation: full rank, and a rank that falls short.
    @Test func largeMatrices() throws {
        var random = TestRandom(14)
        let f = random.vector(1000)
        let full = random.matrix(1000, 255)
        let deficient = try Matrix.product(random.matrix(1000, 90), random.matrix(90, 255))
        for (a, rank) in [(full, 255), (deficient, 90)] {
            let qr = try LeastSquares(matrix: a, rightHandSide: f, options: .init(tolerance: 1e-12))
            let svd = try TruncatedLeastSquares(matrix: a, rightHandSide: f).solution(cut: 1e-11)
            #expect(qr.rank == rank && svd.count == rank)
            #expect(relativeDifference(qr.coefficients, svd.coefficients) < 1e-12)
            #expect(abs(qr.residual - svd.residual) < 1e-14)
        }
    }

    /// A consistent system has one solution whatever the weights of its rows.
    @Test func rowScalingKeepsConsistentSolutions() throws {
        var random = TestRandom(12)
        var a = random.matrix(20, 6)
        let exact = random.vector(6)
        for j in 0..<6 { a[3, j] *= 1e8 }
        let f = a.product(with: exact)
        let plain = try LeastSquares(matrix: a, rightHandSide: f)
        let scaled = try LeastSquares(matrix: a, rightHandSide: f, options: .init(rows: .largestMagnitude))
        let weighted = try LeastSquares(matrix: a, rightHandSide: f, options: .init(rows: .weights((0..<20).map { $0 == 3 ? 1e-8 : 2 })))
        #expect(relativeDifference(scaled.coefficients, exact) < 1e-14)
        #expect(relativeDifference(weighted.coefficients, exact) < 1e-14)
        #expect(relativeDifference(plain.coefficients, exact) < 1e-6)
        #expect(scaled.scaledResidual < 1e-15)
    }

    /// Rows weighted by w minimise Σ w² r².
    @Test func rowWeightsEnterTheMinimum() throws {
        let a = Matrix<Double>(rows: [[1], [1]])
        let solution = try LeastSquares(matrix: a, rightHandSide: [0, 1], options: .init(rows: .weights([1, 2])))
        #expect(abs(solution.coefficients[0] - 0.8) < 1e-15)
        #expect(abs(solution.residual - (0.68 / 2).squareRoot()) < 1e-15)
    }

    /// A basis of mixed size: without scaling the small column counts as noise, with it the rank is full.
    @Test func columnScalingForMixedBases() throws {
        let a = Matrix<Double>(rows: [[1, 1e-18, 0], [1, -1e-18, 0], [1, 2e-18, 0], [1, 0, 0]])
        let f = a.product(with: [2, 3e18, 0])
        let scaled = try LeastSquares(matrix: a, rightHandSide: f, options: .init(columns: .length))
        #expect(scaled.rank == 2)
        #expect(abs(scaled.coefficients[0] - 2) < 1e-14)
        #expect(abs(scaled.coefficients[1] / 3e18 - 1) < 1e-14)
        #expect(scaled.coefficients[2] == 0)
        #expect(scaled.residual < 1e-14)
        #expect(try LeastSquares(matrix: a, rightHandSide: f).rank == 1)
    }

    @Test func badInputIsRefused() {
        let a = Matrix<Double>(rows: [[1], [2]])
        #expect(throws: SolverError.self) { try LeastSquares(matrix: a, rightHandSide: [1]) }
        #expect(throws: SolverError.self) { try LeastSquares(matrix: a, rightHandSide: [1, 2], options: .init(tolerance: 1)) }
        #expect(throws: SolverError.self) { try LeastSquares(matrix: a, rightHandSide: [1, 2], options: .init(rows: .weights([1]))) }
        #expect(throws: SolverError.notFinite(what: "row weights", index: 1)) {
            try LeastSquares(matrix: a, rightHandSide: [1, 2], options: .init(rows: .weights([1, .nan])))
        }
    }
}
