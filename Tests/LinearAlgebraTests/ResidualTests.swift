import LinearAlgebra
import TestSupport
import Testing

@Suite struct ResidualTests {
    /// Integers of 53 bits: the exact residual is known in 128-bit arithmetic, and cancels to its last digits.
    @Test func keepsAllDigitsThroughCancellation() {
        var random = TestRandom(4)
        for _ in 0..<50 {
            let a = (0..<12).map { _ in Int64.random(in: -(1 << 53)...(1 << 53), using: &random) }
            let x = (0..<12).map { _ in Int64.random(in: -(1 << 53)...(1 << 53), using: &random) }
            let exact = zip(a, x).reduce(Int128(0)) { $0 + Int128($1.0) * Int128($1.1) }
            // The right-hand side is the rounded product itself.
            let b = Double(exact)
            let rest = Double(exact - Int128(b))
            let matrix = Matrix(rows: 1, columns: 12, elements: a.map { Double($0) })
            let r = matrix.residual(of: x.map { Double($0) }, minus: [b])[0]
            // Error of Dot2: n² ε² Σ|a||x|.
            let size = zip(a, x).reduce(0.0) { $0 + abs(Double($1.0) * Double($1.1)) }
            #expect(abs(r - rest) <= abs(rest) * 0x1p-52 + 144 * 0x1p-104 * size)
        }
    }

    @Test func hugeValuesFallBackToThePlainProduct() {
        let a = Matrix<Double>(rows: [[1e305, 1], [2, 3]])
        #expect(a.residual(of: [1, 1], minus: [0, 4]) == [1e305, 1])
        #expect(a.residual(of: [1e10, 1], minus: [0, 4])[0] == .infinity)
    }

    @Test func productsWithVectors() {
        let a = Matrix<Double>(rows: [[1, 2, 3], [4, 5, 6]])
        #expect(a.product(with: [1, 10, 100]) == [321, 654])
        #expect(a.transposedProduct(with: [1, 10]) == [41, 52, 63])
        #expect(Matrix<Double>(rows: [[1e16, 1, -1e16]]).product(with: [1, 1, 1]) == [1])
    }
}
