import LinearAlgebra
import TestSupport
import Testing

@Suite struct StackedQRTests {
    /// The factor has the matrix's singular values, whatever the blocks, also where there are fewer rows than columns so far.
    @Test(arguments: [1, 3, 7, 40, 100]) func singularValuesAreThoseOfTheMatrix(_ block: Int) throws {
        let (rows, columns) = (100, 7)
        var seed: UInt64 = 1
        let elements = (0..<rows * columns).map { index in
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Columns of very different size: small values have to be right as well.
            return (Double(seed >> 11) / 9.007199254740992e15 - 0.5) * [1, 1e-2, 1e-4, 1e-6, 1e-8, 1e-9, 1e-10][index % columns]
        }
        var factor = StackedQR(columns: columns)
        for first in stride(from: 0, to: rows, by: block) {
            try factor.append(rows: Array(elements[first * columns..<min(first + block, rows) * columns]))
        }
        let whole = Matrix<Double>(rows: columns, columns: rows, elements: elements).transposed
        let expected = try SingularValueDecomposition.singularValues(of: whole)
        let found = try factor.singularValues()
        #expect(found.count == columns)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-15 * expected[0] + 1e-9 * b) }
    }

    @Test func fewRowsHaveFewValues() throws {
        var factor = StackedQR(columns: 5)
        try factor.append(rows: [3, 0, 0, 0, 0, 0, 4, 0, 0, 0])
        let values = try factor.singularValues()
        #expect(values.count == 2 && abs(values[0] - 4) < 1e-15 && abs(values[1] - 3) < 1e-15)
    }
}
