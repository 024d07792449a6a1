import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct SingularValueDecompositionTests {
    /// The largest |s_k − reference| / s₁.
    func error(_ values: [Double], _ exact: [Double]) -> Double {
        guard values.count == exact.count else { return .nan }
        return zip(values, exact).map { abs($0 - $1) }.max()! / exact[0]
    }

    /// ‖XᵀX − I‖_F.
    func departure(_ x: Matrix<Double>) -> Double {
        let gram = plainProduct(x.transposed, x)
        return zip(gram.elements, Matrix<Double>.identity(x.columns).elements).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
    }

    func rebuilt(_ d: SingularValueDecomposition) -> Matrix<Double> {
        plainProduct(plainProduct(d.u, .diagonal(d.singularValues)), d.v.transposed)
    }

    @Test(arguments: FeatureMatrices.Size.allCases)
    func sixtyDigitReference(size: FeatureMatrices.Size) throws {
        for (kind, matrix) in [("tanh", FeatureMatrices.tanh(size)), ("algebraic", FeatureMatrices.algebraic(size))] {
            let exact = try ReferenceNumbers("spectra/\(kind)-\(size.name).txt").values("s")
            #expect(error(try SingularValueDecomposition(of: matrix).singularValues, exact) < 4e-15)
            #expect(error(try SingularValueDecomposition.singularValues(of: matrix), exact) < 4e-15)
            #expect(error(try SingularValueDecomposition(of: matrix.transposed).singularValues, exact) < 4e-15)
            #expect(error(try SingularValueDecomposition.jacobi(matrix, vectors: true).values, exact) < 1e-14)
        }
    }

    @Test func vectorsAreOrthonormalAndRebuildTheMatrix() throws {
        var random = TestRandom(1)
        for (m, n) in [(1, 1), (5, 1), (1, 5), (7, 7), (40, 13), (13, 40), (200, 100)] {
            let a = m == 200 ? FeatureMatrices.tanh(.large) : random.matrix(m, n)
            let d = try SingularValueDecomposition(of: a)
            let k = min(m, n)
            #expect((d.u.rows, d.u.columns) == (m, k))
            #expect((d.v.rows, d.v.columns) == (n, k))
            #expect(departure(d.u) < 1e-13)
            #expect(departure(d.v) < 1e-13)
            #expect(relativeDifference(rebuilt(d).elements, a.elements) < 1e-14)
            #expect(zip(d.singularValues, d.singularValues.dropFirst()).allSatisfy { $0 >= $1 })
        }
    }

    @Test func jacobiAgreesAndCompletesItsVectors() throws {
        let values = [3.0, 1, 0.5, 0, 0]
        var a = Matrix<Double>(rows: 7, columns: 5)
        for (k, value) in values.enumerated() { a[k, k] = value }
        let d = try SingularValueDecomposition.jacobi(a, vectors: true)
        #expect(d.values == values)
        #expect(departure(d.u) < 1e-14)
        #expect(departure(d.v) < 1e-14)
        let tall = FeatureMatrices.algebraic(.small)
        let e = try SingularValueDecomposition.jacobi(tall, vectors: true)
        #expect(relativeDifference(plainProduct(plainProduct(e.u, .diagonal(e.values)), e.v.transposed).elements, tall.elements) < 1e-14)
        let zero = try SingularValueDecomposition.jacobi(Matrix(rows: 3, columns: 2), vectors: true)
        #expect(zero.values == [0, 0])
        #expect(departure(zero.u) == 0)
    }

    @Test func chosenConditionNumber() throws {
        var values: [Double] = []
        for decade in 0..<10 {
            for factor in [5, 2.5, 1.25] { values.append(factor * pow(40, -Double(decade))) }
        }
        for (m, n) in [(60, 30), (30, 60)] {
            let a = matrix(withSingularValues: values, rows: m, columns: n, seed: 3)
            #expect(error(try SingularValueDecomposition(of: a).singularValues, values) < 2e-15)
        }
    }

    /// Condition numbers of the Hilbert matrices (Higham, "Accuracy and Stability of Numerical Algorithms", section 28.1).
    @Test func hilbert() throws {
        for (n, condition) in [(3, 5.2406e2), (5, 4.7661e5), (8, 1.5258e10)] {
            var h = Matrix<Double>(rows: n, columns: n)
            for j in 0..<n {
                for i in 0..<n { h[i, j] = 1 / Double(i + j + 1) }
            }
            let s = try SingularValueDecomposition.singularValues(of: h)
            #expect(abs(s[0] / s[n - 1] / condition - 1) < 1e-4)
        }
    }

    @Test func singlePrecisionIsWidened() throws {
        let a = Matrix<Float>(rows: [[1.5, 0.25], [0.125, 2], [0.1, 0.2]])
        #expect(try SingularValueDecomposition(of: a) == SingularValueDecomposition(of: Matrix<Double>(a)))
        #expect(try SingularValueDecomposition.singularValues(of: a) == SingularValueDecomposition.singularValues(of: Matrix<Double>(a)))
    }

    @Test func scalesNearTheEndsOfTheRange() throws {
        let base = FeatureMatrices.algebraic(.small)
        let exact = try SingularValueDecomposition.singularValues(of: base)
        for scale in [0x1p-960, 0x1p960] {
            let a = Matrix(rows: base.rows, columns: base.columns, elements: base.elements.map { $0 * scale })
            #expect(error(try SingularValueDecomposition.singularValues(of: a).map { $0 / scale }, exact) < 4e-15)
        }
    }

    @Test func badInputIsRefused() {
        #expect(throws: LinearAlgebraError.empty(rows: 0, columns: 3)) { try SingularValueDecomposition(of: Matrix<Double>(rows: 0, columns: 3)) }
        #expect(throws: LinearAlgebraError.empty(rows: 3, columns: 0)) { try SingularValueDecomposition(of: Matrix<Double>(rows: 3, columns: 0)) }
        for bad in [Double.nan, .infinity, -.infinity] {
            var a = Matrix<Double>(rows: 3, columns: 2, repeating: 1)
            a[2, 1] = bad
            #expect(throws: LinearAlgebraError.notFinite(row: 2, column: 1)) { try SingularValueDecomposition(of: a) }
            #expect(throws: LinearAlgebraError.notFinite(row: 2, column: 1)) { try SingularValueDecomposition.singularValues(of: a) }
            #expect(throws: LinearAlgebraError.notFinite(row: 1, column: 2)) { try SingularValueDecomposition(of: a.transposed) }
        }
        #expect("\(LinearAlgebraError.notFinite(row: 1, column: 2))".contains("row 1, column 2"))
    }

    @Test func zeroMatrix() throws {
        let d = try SingularValueDecomposition(of: Matrix<Double>(rows: 4, columns: 3))
        #expect(d.singularValues == [0, 0, 0])
        #expect(departure(d.u) < 1e-15)
    }

    /// The same bits on every call, from one thread and from several at once.
    @Test func bitwiseRepeatable() throws {
        var random = TestRandom(9)
        let inputs = [FeatureMatrices.tanh(.large), FeatureMatrices.algebraic(.large)] + (0..<10).map { random.matrix(60 + $0, 41 + 2 * $0) }
        let once = try inputs.map { try SingularValueDecomposition(of: $0) }
        for threads in [1, 2, 3, 4] {
            let again = try concurrently(inputs, threads: threads) { matrix throws(LinearAlgebraError) in try SingularValueDecomposition(of: matrix) }
            #expect(again == once)
        }
    }
}
