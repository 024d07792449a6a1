import LinearAlgebra
import Problems
import Testing

@Suite struct SamplingTests {
    private static let box = Domain.box(lower: [-1, 0, 2], upper: [1, 0.5, 10])

    @Test(arguments: Sampling.allCases)
    func pointsLieStrictlyInsideAndRepeat(sampling: Sampling) throws {
        var stream = RandomStream(seed: 1, name: "interior")
        let points = try Self.box.interiorPoints(100, sampling: sampling, stream: &stream)
        #expect(points.columns == 3)
        let expected = sampling == .grid || sampling == .chebyshev ? 125 : 100
        #expect(points.rows == expected)
        #expect((0..<points.rows).allSatisfy { Self.box.contains(points.row($0)) })
        #expect(Set((0..<points.rows).map { points.row($0) }).count == points.rows)
        var again = RandomStream(seed: 1, name: "interior")
        #expect(try Self.box.interiorPoints(100, sampling: sampling, stream: &again) == points)
        #expect(Sampling.allCases.contains(try Sampling(parsing: sampling.rawValue)))
    }

    @Test func theGridIsEquispacedWithoutTheEnds() throws {
        var stream = RandomStream(seed: 0, name: "interior")
        let line = try Domain.cube(-1, 1, dimension: 1).interiorPoints(3, sampling: .grid, stream: &stream)
        #expect(line.elements == [-0.5, 0, 0.5])
        let square = try Domain.cube(-1, 1, dimension: 2).interiorPoints(400, sampling: .grid, stream: &stream)
        #expect(square.rows == 400)
        let (first, second) = (-1 + 2.0 / 21, -1 + 4.0 / 21)
        #expect(square.row(0) == [first, first])
        #expect(square.row(1) == [first, second])
        #expect(try Domain.cube(0, 1, dimension: 2).interiorPoints(401, sampling: .grid, stream: &stream).rows == 441)
        #expect(stream.position == 0)
    }

    @Test func pointsPerAxisIsTheLeastThatSuffices() throws {
        for d in 1...6 {
            for n in 1...9 {
                let power = (0..<d).reduce(1) { product, _ in product * n }
                #expect(try Sampling.pointsPerAxis(count: power, dimension: d) == n)
                let next = d == 1 ? power + 1 : n + 1
                #expect(try Sampling.pointsPerAxis(count: power + 1, dimension: d) == next)
            }
        }
        #expect(try Sampling.pointsPerAxis(count: 1_000_000_000_000, dimension: 4) == 1000)
        #expect(try Sampling.pointsPerAxis(count: 1, dimension: 100) == 1)
        #expect(throws: ProblemError.self) { try Sampling.pointsPerAxis(count: 2, dimension: 100) }
        #expect(throws: ProblemError.self) { try Sampling.pointsPerAxis(count: 0, dimension: 2) }
    }

    @Test func chebyshevPointsAreTheZerosOfTheirPolynomial() throws {
        var stream = RandomStream(seed: 0, name: "interior")
        let line = try Domain.cube(-1, 1, dimension: 1).interiorPoints(9, sampling: .chebyshev, stream: &stream).elements
        #expect(line == line.sorted() && line[4] == 0 && line[0] == -line[8])
        for x in line {
            var (previous, current) = (1.0, x)
            for _ in 2...9 { (previous, current) = (current, 2 * x * current - previous) }
            #expect(abs(current) < 5e-15)
        }
    }

    @Test func aLatinHypercubeHasOnePointASlice() throws {
        var stream = RandomStream(seed: 2, name: "interior")
        let points = try Domain.cube(0, 1, dimension: 5).interiorPoints(50, sampling: .latinHypercube, stream: &stream)
        for j in 0..<5 { #expect(points.column(j).map { Int($0 * 50) }.sorted() == Array(0..<50)) }
        #expect(points.column(0) != points.column(1))
    }

    @Test func uniformPointsHaveTheBoxesMean() throws {
        var stream = RandomStream(seed: 3, name: "test")
        let points = try Self.box.interiorPoints(4000, sampling: .uniform, stream: &stream)
        for (j, interval) in Self.box.bounds.enumerated() {
            let mean = points.column(j).reduce(0, +) / 4000
            let length = interval.upperBound - interval.lowerBound
            let middle = (interval.lowerBound + interval.upperBound) / 2
            let deviation = length / (12.0 * 4000).squareRoot()
            #expect(abs(mean - middle) < 4 * deviation)
        }
    }

    @Test func badCountsAreRefused() {
        var stream = RandomStream(seed: 0, name: "interior")
        for sampling in Sampling.allCases {
            #expect(throws: ProblemError.self) { try Self.box.interiorPoints(0, sampling: sampling, stream: &stream) }
        }
        for sampling in [Sampling.uniform, .grid, .latinHypercube] {
            #expect(throws: ProblemError.self) { try Self.box.interiorPoints(1 << 60, sampling: sampling, stream: &stream) }
        }
        #expect(throws: ProblemError.self) { try Domain.cube(0, 1, dimension: 22).interiorPoints(5, sampling: .sobol, stream: &stream) }
        #expect(throws: ProblemError.unknownSampling(name: "halton")) { try Sampling(parsing: "halton") }
    }
}
