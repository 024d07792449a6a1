import CCompute
import Testing

/// A factor with its matrix, for tests.
final class TestFactor {
    let rows: Int
    let columns: Int
    let memory: UnsafeMutablePointer<Double>
    let factor: OpaquePointer

    init?(_ a: [Double], _ m: Int, _ n: Int, pivot: Bool = true, tolerance: Double = 1e-12, largestRank: Int = 0) {
        rows = m
        columns = n
        memory = .allocate(capacity: max(1, a.count))
        memory.initialize(from: a, count: a.count)
        var options = cc_factor_options()
        options.pivot = pivot
        options.tolerance = tolerance
        options.largest_rank = Int64(largestRank)
        var result: OpaquePointer?
        guard cc_factor_create(Int64(m), Int64(n), memory, Int64(max(1, m)), &options, &result, nil) == CC_OK, let result else {
            memory.deallocate()
            return nil
        }
        factor = result
    }

    deinit {
        cc_factor_release(factor)
        memory.deallocate()
    }

    var info: cc_factor_info { cc_factor_describe(factor).pointee }
    var rank: Int { Int(info.rank) }
    var pivots: [Int] { (0..<columns).map { Int(cc_factor_pivots(factor)[$0]) } }
    var values: [Double] { Array(UnsafeBufferPointer(start: memory, count: rows * columns)) }

    func multiplyQ(_ c: [Double], _ count: Int, transpose: Bool) -> [Double] {
        var result = c
        #expect(cc_factor_multiply_q(factor, transpose, Int64(count), &result, Int64(max(1, rows)), nil) == CC_OK)
        return result
    }

    func solve(_ b: [Double], _ count: Int = 1) -> [Double] {
        var right = b
        var x = [Double](repeating: .nan, count: columns * count)
        #expect(cc_factor_solve(factor, Int64(count), &right, Int64(max(1, rows)), &x, Int64(max(1, columns)), nil) == CC_OK)
        return x
    }
}

private func product(_ a: [Double], _ b: [Double], _ m: Int, _ n: Int, _ k: Int, transposeA: Bool = false) -> [Double] {
    ProductCase(m: m, n: n, k: k, transposeA: transposeA).run(a, b, [Double](repeating: 0, count: m * n))
}

private func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
private func difference(_ x: [Double], _ y: [Double]) -> Double { norm(zip(x, y).map { $0 - $1 }) }

/// m × n of rank r; with `decay`, columns of the left factor shrink to that size.
private func matrix(_ m: Int, _ n: Int, rank r: Int, decay: Double = 1, seed: UInt64 = 1) -> [Double] {
    var source = Congruence(seed)
    var left = source.fractions(m * r)
    for j in 0..<r {
        var size = 1.0
        // decay^(j/r) by repeated square roots would hide nothing: a plain ladder of powers of two is enough.
        while size > decay, Double(j) / Double(r) > (size.exponentValue / decay.exponentValue) { size /= 2 }
        for i in 0..<m { left[i + j * m] *= size }
    }
    return product(left, source.fractions(r * n), m, n, r)
}

extension Double {
    /// −log₂, for a ladder.
    fileprivate var exponentValue: Double { Double(-Int(exponent)) }
}

@Suite(.serialized) struct FactorTests {
    static let shapes = [
        (1, 1), (5, 3), (8, 8), (9, 7), (40, 40), (64, 64), (65, 64), (130, 65), (200, 129), (300, 71), (530, 200), (20, 60), (70, 150), (241, 240),
    ]

    @Test func reconstructsTheMatrix() {
        withEachInstructionSet { label in
            for (m, n) in Self.shapes {
                for pivot in [false, true] {
                    let a = matrix(m, n, rank: min(m, n))
                    guard let f = TestFactor(a, m, n, pivot: pivot) else {
                        Issue.record("\(label) \(m) × \(n)")
                        continue
                    }
                    #expect(f.rank == min(m, n), "\(label) \(m) × \(n)")
                    #expect(f.pivots.sorted() == Array(0..<n) && (pivot || f.pivots == Array(0..<n)))
                    let stored = f.values
                    var r = [Double](repeating: 0, count: m * n)
                    for j in 0..<n { for i in 0...min(j, m - 1) { r[i + j * m] = stored[i + j * m] } }
                    let back = f.multiplyQ(r, n, transpose: false)
                    let permuted = f.pivots.flatMap { a[($0 * m)..<(($0 + 1) * m)] }
                    #expect(difference(back, permuted) <= 4e-15 * norm(a), "\(label) \(m) × \(n) pivot \(pivot)")
                }
            }
        }
    }

    @Test func theOrthogonalFactorIsOrthogonal() {
        for (m, n) in [(65, 64), (300, 130), (120, 200)] {
            let f = TestFactor(matrix(m, n, rank: min(m, n), decay: 1e-9), m, n)!
            var identity = [Double](repeating: 0, count: m * m)
            for i in 0..<m { identity[i * (m + 1)] = 1 }
            let q = f.multiplyQ(identity, m, transpose: false)
            #expect(difference(product(q, q, m, m, m, transposeA: true), identity) <= 4e-15 * Double(m).squareRoot())
            #expect(difference(f.multiplyQ(q, m, transpose: true), identity) <= 4e-15 * Double(m).squareRoot())
            // One column goes another way than many.
            #expect(difference(f.multiplyQ(Array(q[0..<m]), 1, transpose: true), Array(identity[0..<m])) <= 4e-15)
        }
    }

    @Test func findsTheRank() {
        for (m, n, r) in [(100, 60, 1), (300, 200, 64), (300, 200, 65), (400, 300, 150), (90, 200, 33), (150, 150, 149)] {
            let a = matrix(m, n, rank: r)
            let f = TestFactor(a, m, n)!
            #expect(f.rank == r)
            #expect(f.info.tail <= 1e-13 * norm(a) && f.info.smallest_diagonal > 1e-3 * f.info.longest_column)
        }
        let none = TestFactor([Double](repeating: 0, count: 50), 10, 5)!
        #expect(none.rank == 0 && none.solve([Double](repeating: 1, count: 10)) == [0, 0, 0, 0, 0])
        let few = TestFactor(matrix(100, 60, rank: 60), 100, 60, largestRank: 20)!
        #expect(few.rank == 20 && few.info.tail > 0.1 * few.info.longest_column)
    }

    /// Diagonals follow the tolerance: all above a fraction of it, and what is left out not much above it.
    @Test(arguments: [1e-3, 1e-6, 1e-9])
    func theToleranceDecides(tolerance: Double) {
        let (m, n) = (500, 300)
        let a = matrix(m, n, rank: n, decay: 0x1p-50)
        let f = TestFactor(a, m, n, tolerance: tolerance)!
        #expect(f.rank > 10 && f.rank < n)
        #expect(f.info.smallest_diagonal >= tolerance / 8 * f.info.longest_column)
        #expect(f.info.tail_column <= 3 * tolerance * f.info.longest_column)
        let finer = TestFactor(a, m, n, tolerance: tolerance / 100)!
        #expect(finer.rank > f.rank)
    }

    /// A least-squares solution has Aᵀ (A x − b) = 0; that of minimum norm lies in the row space.
    @Test(arguments: [(300, 120, 120), (300, 120, 50), (80, 200, 80), (80, 200, 30), (200, 200, 199), (150, 130, 66)])
    func solutionsOfLeastSquaresAndLeastNorm(shape: (Int, Int, Int)) {
        let (m, n, r) = shape
        withEachInstructionSet { label in
            let a = matrix(m, n, rank: r)
            var source = Congruence(9)
            for count in [1, 3, 70] {
                let b = source.fractions(m * count)
                let f = TestFactor(a, m, n)!
                #expect(f.rank == r, "\(label)")
                let basic = f.solve(b, count)
                #expect(cc_factor_complete(f.factor, nil) == CC_OK && cc_factor_complete(f.factor, nil) == CC_OK)
                let x = f.solve(b, count)
                for solution in [basic, x] {
                    let residual = zip(product(a, solution, m, count, n), b).map { $0 - $1 }
                    let slope = product(a, residual, n, count, m, transposeA: true)
                    #expect(norm(slope) <= 1e-12 * norm(a) * norm(b), "\(label) \(shape) \(count)")
                }
                #expect(norm(x) <= norm(basic) * (1 + 1e-12))
                // A row-space vector is orthogonal to the null space: solving for Aᵀy from its own image gives it back.
                let inside = product(a, source.fractions(m * count), n, count, m, transposeA: true)
                let again = f.solve(product(a, inside, m, count, n), count)
                #expect(difference(again, inside) <= 1e-10 * norm(inside), "\(label) \(shape) \(count)")
            }
        }
    }

    @Test func rightHandSidesOnTheWay() {
        let (m, n) = (260, 140)
        var a = matrix(m, n, rank: 100)
        var source = Congruence(4)
        var b = source.fractions(m * 2)
        let f = TestFactor(a, m, n)!
        let expected = f.multiplyQ(b, 2, transpose: true)
        var result: OpaquePointer?
        b.withUnsafeMutableBufferPointer { right in
            var options = cc_factor_options(
                pivot: true, tolerance: 1e-12, largest_rank: 0, right: right.baseAddress, right_columns: 2, right_stride: Int64(m))
            #expect(cc_factor_create(Int64(m), Int64(n), &a, Int64(m), &options, &result, nil) == CC_OK)
        }
        #expect(difference(b, expected) <= 1e-14 * norm(expected))
        cc_factor_release(result)
    }

    @Test func sameBitsForAnyNumberOfThreads() {
        defer { cc_set_threads(0) }
        withEachInstructionSet { label in
            for r in [300, 170] {
                let (m, n) = (1400, 300)
                let a = matrix(m, n, rank: r, decay: 1e-6)
                var source = Congruence(2)
                let b = source.fractions(m)
                var first: (values: [Double], pivots: [Int], x: [Double])?
                for threads: Int32 in 1...4 {
                    cc_set_threads(threads)
                    let f = TestFactor(a, m, n)!
                    let values = f.values
                    #expect(cc_factor_complete(f.factor, nil) == CC_OK)
                    let x = f.solve(b)
                    if let first {
                        #expect(values == first.values && f.pivots == first.pivots && x == first.x, "\(label), \(threads) threads")
                    } else {
                        first = (values, f.pivots, x)
                    }
                }
            }
        }
    }

    @Test(arguments: [0x1p-600, 0x1p-300, 0x1p500, 0x1p700])
    func extremeScales(scale: Double) {
        let (m, n, r) = (90, 70, 40)
        let a = matrix(m, n, rank: r)
        let plain = TestFactor(a, m, n)!
        let scaled = TestFactor(a.map { $0 * scale }, m, n)!
        #expect(scaled.rank == r && scaled.pivots == plain.pivots)
        #expect(abs(scaled.info.smallest_diagonal / scale / plain.info.smallest_diagonal - 1) < 1e-9)
        #expect(abs(scaled.values[0] / scale / plain.values[0] - 1) < 1e-12)
    }

    @Test func badInputIsRefused() {
        var a = [1.0, 2, 3, 4]
        for value in [Double.nan, .infinity, -.infinity] {
            a[2] = value
            #expect(TestFactor(a, 2, 2) == nil)
        }
        #expect(TestFactor([1, 2, 3, 4], 2, 2, tolerance: 1) == nil && TestFactor([1, 2, 3, 4], 2, 2, tolerance: -1) == nil)
        #expect(TestFactor([1, 2, 3, 4], 2, 2, tolerance: .nan) == nil && TestFactor([1, 2, 3, 4], 2, 2, largestRank: -1) == nil)
        #expect(TestFactor([], 0, 0)?.rank == 0 && TestFactor([], 0, 3)?.rank == 0 && TestFactor([], 3, 0)?.rank == 0)
        var x = [0.0]
        #expect(cc_factor_solve(nil, 1, &a, 2, &x, 1, nil) == CC_BAD_ARGUMENT)
    }
}
