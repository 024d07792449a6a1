import CCompute
import Testing

@Suite(.serialized) struct ProductTests {
    static let shapes = [
        (1, 1, 1), (1, 7, 3), (7, 1, 5), (2, 3, 0), (3, 2, 1), (5, 9, 17), (8, 8, 8), (16, 5, 33), (23, 24, 25), (25, 7, 64), (48, 16, 9),
        (49, 17, 257), (95, 31, 130), (100, 1, 300), (1, 100, 300), (128, 128, 40), (241, 9, 12), (9, 130, 259),
    ]
    static let factors = [(1.0, 0.0), (-2.0, 0.5), (0.5, 1.0), (0.0, 3.0), (1.0, -1.0)]

    /// Small integers leave no rounding, so every element must be exact: in each precision, instruction set and transposition.
    @Test func exactOnIntegers() {
        withEachInstructionSet { label in
            for (index, shape) in Self.shapes.enumerated() {
                for transposition in 0..<4 {
                    let (alpha, beta) = Self.factors[(index + transposition) % Self.factors.count]
                    let one = ProductCase(
                        m: shape.0, n: shape.1, k: shape.2, transposeA: transposition & 1 == 1, transposeB: transposition & 2 == 2,
                        alpha: alpha, beta: beta, margin: (index % 3) * 5)
                    var source = Congruence(UInt64(index * 4 + transposition))
                    let a = source.integers(one.sizeA, 8)
                    let b = source.integers(one.sizeB, 8)
                    let c = source.integers(one.sizeC, 50)
                    let expected = one.reference(a, b, c).values
                    #expect(one.run(a, b, c) == expected, "\(label) f64 \(one)")
                    #expect(one.run(a.map(Float.init), b.map(Float.init), c.map(Float.init)) == expected.map(Float.init), "\(label) f32 \(one)")
                }
            }
        }
    }

    /// Multiples of 2⁻²⁰ keep the double-precision sums exact (40 + log₂ k bits), which shows the rounding of single precision.
    @Test func roundingOfSinglePrecision() {
        withEachInstructionSet { label in
            for (m, n, k) in [(70, 50, 1000), (130, 20, 900), (31, 300, 129)] {
                let one = ProductCase(m: m, n: n, k: k, transposeB: true)
                var source = Congruence(UInt64(k))
                let a = source.fractions(one.sizeA)
                let b = source.fractions(one.sizeB)
                let c = [Double](repeating: 0, count: one.sizeC)
                let (expected, sizes) = one.reference(a, b, c)
                #expect(one.run(a, b, c) == expected, "\(label) f64")
                let single = one.run(a.map(Float.init), b.map(Float.init), c.map(Float.init))
                var worst = 0.0
                for i in 0..<expected.count { worst = max(worst, abs(Double(single[i]) - expected[i]) / (sizes[i] * 0x1p-24)) }
                #expect(worst < 12, "\(label): \(worst) units of Σ|ab| for k = \(k)")
            }
        }
    }

    @Test(arguments: [(200, 130, 300), (2000, 40, 70), (40, 2000, 70), (60, 50, 3000), (333, 257, 129), (700, 600, 300)])
    func sameBitsForAnyNumberOfThreads(shape: (Int, Int, Int)) {
        defer { cc_set_threads(0) }
        withEachInstructionSet { label in
            for transposition in 0..<4 {
                let one = ProductCase(
                    m: shape.0, n: shape.1, k: shape.2, transposeA: transposition & 1 == 1, transposeB: transposition & 2 == 2, alpha: 1.25,
                    beta: -0.75)
                var source = Congruence(3)
                let a = source.fractions(one.sizeA).map { $0 / 3 }
                let b = source.fractions(one.sizeB).map { $0 / 7 }
                let c = source.fractions(one.sizeC)
                cc_set_threads(1)
                let double = one.run(a, b, c)
                let single = one.run(a.map(Float.init), b.map(Float.init), c.map(Float.init))
                for threads: Int32 in 2...4 {
                    cc_set_threads(threads)
                    #expect(one.run(a, b, c) == double, "\(label) \(one), \(threads) threads")
                    let again = one.run(a.map(Float.init), b.map(Float.init), c.map(Float.init))
                    #expect(again == single, "\(label) f32 \(one), \(threads) threads")
                }
            }
        }
    }

    /// Each column and each row of a large product is that of the product of this column or row alone.
    @Test func elementsDoNotDependOnTheirNeighbours() {
        withEachInstructionSet { label in
            let whole = ProductCase(m: 210, n: 90, k: 777)
            var source = Congruence(11)
            let a = source.fractions(whole.sizeA).map { $0 / 3 }
            let b = source.fractions(whole.sizeB).map { $0 / 3 }
            let c = [Double](repeating: 0, count: whole.sizeC)
            let product = whole.run(a, b, c)
            let column = ProductCase(m: 210, n: 1, k: 777)
            let last = column.run(a, Array(b[(89 * 777)...]), Array(c[0..<210]))
            #expect(last == Array(product[(89 * 210)...]), "\(label)")
            let row = ProductCase(m: 1, n: 90, k: 777)
            let first = row.run((0..<777).map { a[$0 * 210 + 209] }, b, [Double](repeating: 0, count: 90))
            #expect(first == (0..<90).map { product[209 + $0 * 210] }, "\(label)")
        }
    }

    @Test func withoutBetaTheResultIsNotRead() {
        withEachInstructionSet { label in
            for (m, n, k) in [(3, 5, 0), (3, 5, 2), (50, 30, 300), (200, 100, 400)] {
                let one = ProductCase(m: m, n: n, k: k)
                var source = Congruence(5)
                let a = source.integers(one.sizeA, 3)
                let b = source.integers(one.sizeB, 3)
                let result = one.run(a, b, [Double](repeating: .nan, count: one.sizeC))
                #expect(result == one.reference(a, b, [Double](repeating: 0, count: one.sizeC)).values, "\(label) \(one)")
            }
        }
    }

    @Test func nothingOutsideTheResultIsTouched() {
        withEachInstructionSet { label in
            let one = ProductCase(m: 29, n: 11, k: 40, beta: 1, margin: 7)
            var source = Congruence(6)
            let a = source.integers(one.sizeA, 3)
            let b = source.integers(one.sizeB, 3)
            let result = one.run(a, b, [Double](repeating: 0.125, count: one.sizeC))
            for j in 0..<11 { #expect(result[(29 + j * 36)..<(36 + j * 36)].allSatisfy { $0 == 0.125 }, "\(label)") }
        }
    }

    @Test func notANumberTravels() {
        let one = ProductCase(m: 40, n: 30, k: 50)
        var a = [Double](repeating: 1, count: one.sizeA)
        a[17 + 20 * 40] = .nan
        let result = one.run(a, [Double](repeating: 1, count: one.sizeB), [Double](repeating: 0, count: one.sizeC))
        for j in 0..<30 {
            for i in 0..<40 { #expect(result[i + j * 40].isNaN == (i == 17)) }
        }
    }

    @Test func badArgumentsAreRefused() {
        var error = cc_error()
        var c = [1.0, 2, 3, 4]
        #expect(cc_native_multiply(CC_F64, false, false, -1, 1, 1, 1, c, 1, c, 1, 0, &c, 1, &error) == CC_BAD_ARGUMENT)
        #expect(cc_native_multiply(CC_F64, false, false, 2, 2, 2, 1, nil, 2, c, 2, 0, &c, 2, &error) == CC_BAD_ARGUMENT)
        #expect(cc_native_multiply(CC_F64, false, false, 2, 2, 2, 1, c, 1, c, 2, 0, &c, 2, &error) == CC_BAD_ARGUMENT)
        #expect(cc_native_multiply(cc_precision(rawValue: 7), false, false, 2, 2, 2, 1, c, 2, c, 2, 0, &c, 2, &error) == CC_BAD_ARGUMENT)
        #expect(c == [1, 2, 3, 4])
    }

    /// Calls from several threads at once share the pool or do without it; all must be right.
    @Test func concurrentCalls() async {
        cc_set_threads(3)
        defer { cc_set_threads(0) }
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<8 {
                group.addTask {
                    let one = ProductCase(m: 150 + index, n: 130, k: 120)
                    var source = Congruence(UInt64(index))
                    let a = source.integers(one.sizeA, 8)
                    let b = source.integers(one.sizeB, 8)
                    let c = [Double](repeating: 0, count: one.sizeC)
                    let expected = one.reference(a, b, c).values
                    return (0..<20).allSatisfy { _ in one.run(a, b, c) == expected }
                }
            }
            for await right in group { #expect(right) }
        }
    }
}
