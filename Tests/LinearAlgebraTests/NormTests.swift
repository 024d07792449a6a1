import LinearAlgebra
import TestSupport
import Testing

@Suite struct NormTests {
    @Test func euclidean() {
        #expect(euclideanNorm([3, 4]) == 5)
        #expect(euclideanNorm([Double]()) == 0)
        #expect(euclideanNorm([0, 0]) == 0)
        #expect(euclideanNorm([0x1.4p1023, 0x1p1022]) == 0x1p1022 * euclideanNorm([2.5, 1]))
        #expect(euclideanNorm([3 * 0x1p-1060, 4 * 0x1p-1060]) == 5 * 0x1p-1060)
        #expect(euclideanNorm([Double.leastNonzeroMagnitude]) == .leastNonzeroMagnitude)
        #expect(euclideanNorm([1, .nan, .infinity]).isNaN)
        #expect(euclideanNorm([1, -.infinity]) == .infinity)
    }

    @Test func ofMatrices() throws {
        let a = Matrix<Double>(rows: [[1, -2], [3, 4]])
        #expect(a.oneNorm == 6)
        #expect(a.infinityNorm == 7)
        #expect(a.largestMagnitude == 4)
        #expect(ulps(a.frobeniusNorm, 30.0.squareRoot()) <= 1)
        #expect(abs(try a.spectralNorm() - (15 + 125.0.squareRoot()).squareRoot()) < 1e-14)
    }

    @Test func compensatedSums() {
        #expect(compensatedSum([1e16, 1, -1e16]) == 1)
        #expect(compensatedSum([1, 1e100, 1, -1e100]) == 2)
        #expect(compensatedSum([.infinity, 1]) == .infinity)
        #expect(compensatedSum([Double]()) == 0)
        let tenths = compensatedSum(Array(repeating: 0.1, count: 1_000_000))
        #expect(ulps(tenths, 100_000.00000000000555) <= 1)
    }

    @Test func stackingAndParts() {
        let a = Matrix<Double>(rows: [[1, 2], [3, 4]])
        let b = Matrix<Double>(rows: [[5, 6]])
        #expect(Matrix.stacked([a, b]) == Matrix(rows: [[1, 2], [3, 4], [5, 6]]))
        #expect(Matrix.stacked([a, b]).firstColumns(1) == Matrix(rows: [[1], [3], [5]]))
        #expect(Matrix<Double>.diagonal([1, 1]) == .identity(2))
        #expect(Matrix<Float>(a) == Matrix<Float>(rows: [[1, 2], [3, 4]]))
    }
}
