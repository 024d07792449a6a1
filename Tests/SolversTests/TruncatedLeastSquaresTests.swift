import LinearAlgebra
import Solvers
import Spectra
import TestSupport
import Testing

@Suite struct TruncatedLeastSquaresTests {
    /// Residuals and coefficient norms to 60 digits; the relative error allowed is that of a matrix known to 1e-15 · s₁ at a cut a: 1e-15 / a.
    @Test(arguments: FeatureMatrices.Size.allCases)
    func sixtyDigitReference(size: FeatureMatrices.Size) throws {
        for (kind, matrix) in [("tanh", FeatureMatrices.tanh(size)), ("algebraic", FeatureMatrices.algebraic(size))] {
            let reference = try ReferenceNumbers("spectra/\(kind)-\(size.name).txt")
            let f = kind == "tanh" ? FeatureMatrices.slope(matrix.rows) : FeatureMatrices.pattern(matrix.rows)
            let solver = try TruncatedLeastSquares(matrix: matrix, rightHandSide: f)
            for cut in reference.indices("count") where reference.value("distance", at: cut) > 1e-2 {
                let solution = try solver.solution(cut: cut)
                #expect(Double(solution.count) == reference.value("count", at: cut))
                let tolerance = 1e-14 / cut
                #expect(abs(solution.coefficientNorm / reference.value("coefficientNorm", at: cut) - 1) < tolerance)
                // The residual also feels rounding of the coefficients: ε ‖A‖ ‖c‖.
                let rounding = 1e-15 * solver.spectrum.largest * solution.coefficientNorm
                let residual = reference.value("residual", at: cut)
                #expect(abs(solution.residual - residual) < tolerance * residual + rounding)
            }
        }
    }

    @Test func solutionHasLeastNormOnTheKeptSpace() throws {
        let a = matrix(withSingularValues: [4, 2, 1, 1e-3, 1e-9], rows: 12, columns: 7, seed: 2)
        var random = TestRandom(6)
        let f = random.vector(12)
        let solver = try TruncatedLeastSquares(matrix: a, rightHandSide: f)
        let solution = try solver.solution(cut: 1e-2)
        #expect(solution.count == 3)
        // c lies in the span of the first three right singular vectors, and the residual is orthogonal to the left ones.
        let along = solver.decomposition.v.transposedProduct(with: solution.coefficients)
        #expect(along.dropFirst(3).allSatisfy { abs($0) < 1e-15 })
        let rest = a.residual(of: solution.coefficients, minus: f)
        #expect(solver.decomposition.u.transposedProduct(with: rest).prefix(3).allSatisfy { abs($0) < 1e-14 })
        #expect(abs(solution.residual - euclideanNorm(rest) / 12.0.squareRoot()) < 1e-16)
    }

    @Test func residualInAnotherMatrix() throws {
        let a = Matrix<Double>(rows: [[1, 0], [0, 1], [0, 0]])
        let b = Matrix<Double>(rows: [[2, 0], [0, 1], [0, 0]])
        let solver = try TruncatedLeastSquares(matrix: a, rightHandSide: [3, 4, 0])
        let solution = try solver.solution(cut: 0.5)
        #expect(solution.residual < 1e-15)
        #expect(abs(try solver.residual(of: solution.coefficients, in: b) - 3.0.squareRoot()) < 1e-14)
        #expect(throws: SolverError.self) { try solver.residual(of: solution.coefficients, in: Matrix<Double>(rows: 2, columns: 2)) }
        #expect(throws: SolverError.self) { try solver.residual(of: [1], in: b) }
    }

    @Test func relativeErrors() throws {
        let t = Matrix<Double>(rows: [[1, 0], [0, 1]])
        #expect(abs(try relativeError(of: [3, 4.5], values: t, exact: [3, 4]) - 0.1) < 1e-15)
        #expect(try relativeError(of: [3, 4], values: t, exact: [0, 0]) == 5)
        #expect(throws: SolverError.self) { try relativeError(of: [3, 4], values: t, exact: [0]) }
        #expect(throws: SolverError.self) { try relativeError(of: [3], values: t, exact: [0, 1]) }
    }

    @Test func badInputIsRefused() throws {
        let a = Matrix<Double>(rows: [[1, 2], [3, 4], [5, 6]])
        #expect(throws: SolverError.self) { try TruncatedLeastSquares(matrix: a, rightHandSide: [1, 2]) }
        #expect(throws: SolverError.notFinite(what: "right-hand side", index: 2)) {
            try TruncatedLeastSquares(matrix: a, rightHandSide: [1, 2, .nan])
        }
        #expect(throws: SolverError.linearAlgebra(.notFinite(row: 0, column: 0))) {
            try TruncatedLeastSquares(matrix: Matrix<Double>(rows: [[.infinity]]), rightHandSide: [1])
        }
        let solver = try TruncatedLeastSquares(matrix: a, rightHandSide: [1, 2, 3])
        #expect(throws: SolverError.spectrum(.badCut(1))) { try solver.solution(cut: 1) }
        #expect(throws: SolverError.self) {
            try TruncatedLeastSquares(matrix: a.transposed, decomposition: solver.decomposition, rightHandSide: [1, 2])
        }
    }
}
