import Problems
import Testing

@Suite struct RandomStreamTests {
    /// The known answers published with Random123 for philox4x32-10.
    @Test(arguments: [
        (SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0), SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
        (SIMD4(repeating: UInt32.max), SIMD2(repeating: UInt32.max), SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
        (
            SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
            SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
        ),
    ])
    func philoxGivesItsKnownAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, expected: SIMD4<UInt32>) {
        #expect(Philox4x32.block(counter: counter, key: key) == expected)
    }

    /// The published test vectors of 64-bit FNV-1a.
    @Test func namesAreHashedByFNV1a() {
        #expect(RandomStream.hash(of: "") == 0xcbf2_9ce4_8422_2325)
        #expect(RandomStream.hash(of: "a") == 0xaf63_dc4c_8601_ec8c)
        #expect(RandomStream.hash(of: "foobar") == 0x8594_4171_f739_67e8)
    }

    @Test func aStreamIsItsSeedNameAndPosition() {
        var stream = RandomStream(seed: 7, name: "features")
        let words = (0..<9).map { _ in stream.next() }
        #expect(stream.position == 9)
        #expect(Set(words).count == 9)
        for position in [0, 3, 4, 8] {
            var other = RandomStream(seed: 7, name: "features")
            other.position = UInt64(position)
            #expect(other.next() == words[position])
            if position < 8 { #expect(other.next() == words[position + 1]) }
        }
        var renamed = RandomStream(seed: 7, name: "test")
        var reseeded = RandomStream(seed: 8, name: "features")
        #expect(renamed.next() != words[0])
        #expect(reseeded.next() != words[0])
    }

    /// The first word follows from the counter's layout: the position low, the hash of the name high, the seed as key.
    @Test func theCounterHasItsDocumentedLayout() {
        var stream = RandomStream(seed: 0x1_0000_0002, name: "a")
        let block = Philox4x32.block(counter: SIMD4(0, 0, 0x8601_ec8c, 0xaf63_dc4c), key: SIMD2(2, 1))
        #expect(stream.next() == UInt64(block.x) | UInt64(block.y) << 32)
        #expect(stream.next() == UInt64(block.z) | UInt64(block.w) << 32)
    }

    @Test func uniformNumbersAreUniform() {
        var stream = RandomStream(seed: 1, name: "uniform")
        let count = 100_000
        var bins = Array(repeating: 0, count: 20)
        var sum = 0.0
        for _ in 0..<count {
            let x = stream.uniform()
            #expect((0..<1).contains(x))
            bins[Int(x * 20)] += 1
            sum += x
        }
        #expect(abs(sum / Double(count) - 0.5) < 0.004)
        let expected = Double(count) / 20
        let chiSquare = bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        // 99.99 % quantile of the law with 19 degrees of freedom.
        #expect(chiSquare < 50.8)
    }

    @Test func symmetricNumbersFillTheOpenInterval() {
        var stream = RandomStream(seed: 1, name: "symmetric")
        let values = (0..<10_000).map { _ in stream.symmetric(3) }
        #expect(values.allSatisfy { -3 < $0 && $0 < 3 && $0 != 0 })
        #expect(values.min()! < -2.99 && values.max()! > 2.99)
        #expect(abs(values.reduce(0, +) / 10_000) < 0.09)
    }

    @Test func normalNumbersHaveTheirMoments() {
        var stream = RandomStream(seed: 3, name: "normal")
        let count = 100_000
        let values = (0..<count).map { _ in stream.normal() }
        func moment(_ power: Int) -> Double {
            values.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } } / Double(count)
        }
        #expect(abs(moment(1)) < 0.015)
        #expect(abs(moment(2) - 1) < 0.02)
        #expect(abs(moment(3)) < 0.06)
        #expect(abs(moment(4) - 3) < 0.15)
    }

    @Test func indicesAreBelowTheirBoundAndEven() {
        var stream = RandomStream(seed: 4, name: "index")
        var counts = Array(repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[stream.index(below: 7)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
        #expect(stream.index(below: 1) == 0)
    }

    @Test func aPermutationHoldsEveryIndexOnce() {
        var stream = RandomStream(seed: 5, name: "shuffle")
        let order = stream.permutation(1000)
        #expect(order.sorted() == Array(0..<1000))
        #expect(order != Array(0..<1000))
        // Each of the six orders of three elements about equally often.
        var counts: [[Int]: Int] = [:]
        for _ in 0..<6000 { counts[stream.permutation(3), default: 0] += 1 }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 150 })
    }
}
