import LinearAlgebra
import TestSupport
import Testing

@Suite struct MatrixProductTests {
    @Test func allTransposesOfAllShapes() throws {
        var random = TestRandom(13)
        for (m, n, k) in [(1, 1, 1), (3, 5, 7), (33, 17, 65), (70, 1, 40), (1, 70, 40)] {
            let a = random.matrix(m, k)
            let b = random.matrix(k, n)
            let exact = plainProduct(a, b)
            let products = [
                a * b, try .product(a.transposed, b, transposingFirst: true), try .product(a, b.transposed, transposingSecond: true),
                try .product(a.transposed, b.transposed, transposingFirst: true, transposingSecond: true),
            ]
            for c in products {
                #expect((c.rows, c.columns) == (m, n))
                #expect(relativeDifference(c.elements, exact.elements) < 1e-14)
            }
            let single = Matrix<Float>(a) * Matrix<Float>(b)
            #expect(relativeDifference(single.elements.map { Double($0) }, exact.elements) < 1e-6)
        }
    }

    @Test func emptyProducts() {
        #expect(Matrix<Double>(rows: 2, columns: 0) * Matrix<Double>(rows: 0, columns: 3) == Matrix(rows: 2, columns: 3))
        #expect((Matrix<Double>(rows: 0, columns: 2) * Matrix<Double>(rows: 2, columns: 3)).rows == 0)
    }

    @Test func shapesAreChecked() {
        let a = Matrix<Double>(rows: 2, columns: 3)
        #expect(throws: LinearAlgebraError.self) { try Matrix.product(a, a) }
        #expect(throws: LinearAlgebraError.self) { try Matrix.product(a, a, transposingFirst: true, transposingSecond: true) }
        #expect(throws: LinearAlgebraError.self) { try Matrix.product(Matrix<Float>(a), Matrix<Float>(a)) }
    }
}
