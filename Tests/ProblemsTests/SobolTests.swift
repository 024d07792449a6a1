import Problems
import Testing

@Suite struct SobolTests {
    /// Points 1, 2, 3, 100 and 1023 of the unscrambled sequence in 21 dimensions, times 2³², from scipy.stats.qmc
    /// (Tests/Reference/Problems/make.py).
    private static let known: [Int: [UInt32]] = [
        1: [
            2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648,
            2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648,
        ],
        2: [
            3221225472, 1073741824, 1073741824, 1073741824, 3221225472, 3221225472, 1073741824, 3221225472, 3221225472, 3221225472, 3221225472,
            3221225472, 1073741824, 1073741824, 3221225472, 1073741824, 3221225472, 1073741824, 3221225472, 1073741824, 1073741824,
        ],
        3: [
            1073741824, 3221225472, 3221225472, 3221225472, 1073741824, 1073741824, 3221225472, 1073741824, 1073741824, 1073741824, 1073741824,
            1073741824, 3221225472, 3221225472, 1073741824, 3221225472, 1073741824, 3221225472, 1073741824, 3221225472, 3221225472,
        ],
        100: [
            1778384896, 1107296256, 3321888768, 3120562176, 3791650816, 3187671040, 100663296, 2046820352, 2717908992, 2986344448, 1979711488,
            2919235584, 2046820352, 3657433088, 1375731712, 2113929216, 2919235584, 3187671040, 3590324224, 1442840576, 3254779904,
        ],
        1023: [
            4194304, 3233808384, 2629828608, 624951296, 801112064, 1883242496, 599785472, 2654994432, 1480589312, 3653238784, 2915041280,
            155189248, 557842432, 2856321024, 1556086784, 1992294400, 1346371584, 3762290688, 2512388096, 1371537408, 3720347648,
        ],
    ]

    @Test func theFirstPointsAreThePublishedOnes() throws {
        var sequence = try SobolSequence(dimension: 21)
        for index in 0..<1024 {
            let point = sequence.next()
            if index == 0 { #expect(point == Array(repeating: 0, count: 21)) }
            if let expected = Self.known[index] { #expect(point.map { UInt32($0 * 0x1p32) } == expected) }
        }
    }

    /// Of the first 2^k points, each interval [i/2^k, (i + 1)/2^k) of every axis holds one; the digital shift keeps that.
    @Test func everyAxisIsStratifiedShiftedOrNot() throws {
        var stream = RandomStream(seed: 9, name: "sobol")
        for var sequence in [try SobolSequence(dimension: 21), try SobolSequence(dimension: 21, shiftedBy: &stream)] {
            let points = (0..<256).map { _ in sequence.next() }
            for j in 0..<21 { #expect(points.map { Int($0[j] * 256) }.sorted() == Array(0..<256)) }
        }
    }

    @Test func aShiftMakesEveryCoordinatePositive() throws {
        var stream = RandomStream(seed: 9, name: "sobol")
        var sequence = try SobolSequence(dimension: 3, shiftedBy: &stream)
        let points = (0..<1000).map { _ in sequence.next() }
        #expect(points.allSatisfy { $0.allSatisfy { 0 < $0 && $0 < 1 } })
    }

    @Test func dimensionsBeyondTheTableAreRefused() {
        #expect(throws: ProblemError.self) { try SobolSequence(dimension: 22) }
        #expect(throws: ProblemError.self) { try SobolSequence(dimension: 0) }
    }
}
