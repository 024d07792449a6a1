import LinearAlgebra
import Problems
import Testing

@Suite struct ShapeTests {
    private let shapes: [Domain] = [.lShape(lower: [-1, -1], upper: [1, 1]), .disk(center: [2, -1], radius: 0.5)]

    @Test(arguments: Sampling.allCases)
    func interiorPointsLieInside(sampling: Sampling) throws {
        for domain in shapes {
            var stream = RandomStream(seed: 3, name: "interior")
            let points = try domain.interiorPoints(200, sampling: sampling, stream: &stream)
            #expect(sampling == .grid || sampling == .chebyshev ? points.rows >= 200 && points.rows < 300 : points.rows == 200)
            #expect((0..<points.rows).allSatisfy { domain.contains(points.row($0)) && domain.containsClosed(points.row($0)) })
            // Every quarter of the box that belongs to the domain has its share.
            let middle = domain.bounds.map { ($0.lowerBound + $0.upperBound) / 2 }
            for (isRight, isUpper) in [(false, false), (false, true), (true, true), (true, false)] {
                let count = (0..<points.rows).filter { (points[$0, 0] > middle[0]) == isRight && (points[$0, 1] > middle[1]) == isUpper }.count
                if domain.shape == .lShape && isRight && !isUpper { #expect(count == 0) } else { #expect(count > 30) }
            }
        }
    }

    @Test func theBoundaryIsWalkedOnce() throws {
        for domain in shapes {
            var stream = RandomStream(seed: 0, name: "boundary")
            let points = try domain.boundaryPoints(on: .whole, interior: 100, sampling: .grid, stream: &stream)
            let rows = (0..<points.rows).map(points.row)
            #expect(rows.count == (domain.shape == .disk ? 44 : 48) && Set(rows).count == rows.count)
            // Points of a circle lie on it up to rounding.
            #expect(rows.allSatisfy { domain.containsClosed($0) && (domain.shape == .disk || !domain.contains($0)) })
            let steps = zip(rows, rows.dropFirst() + [rows[0]]).map { a, b in
                ((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1])).squareRoot()
            }
            let first = steps[0]
            #expect(steps.allSatisfy { abs($0 - first) < 1e-14 })
            for row in rows {
                let normal = try #require(domain.normal(at: row, on: .whole))
                #expect(abs(normal[0] * normal[0] + normal[1] * normal[1] - 1) < 1e-14)
                // A little outwards is outside, a little inwards inside, but at the corners of the L.
                let moved = [1e-3, -1e-3].map { [row[0] + $0 * normal[0], row[1] + $0 * normal[1]] }
                #expect(!domain.containsClosed(moved[0]) || row == [0, 0])
                if domain.shape == .disk { #expect(domain.contains(moved[1])) }
            }
        }
    }

    @Test func cornersOfTheL() throws {
        let domain = shapes[0]
        #expect(domain.contains([-0.5, -0.5]) && domain.contains([0.5, 0.5]) && !domain.contains([0.5, -0.5]) && !domain.contains([0, -0.5]))
        #expect(domain.containsClosed([0, 0]) && domain.containsClosed([1, 0]) && !domain.containsClosed([0.1, -0.1]))
        #expect(domain.normal(at: [0, -0.5], on: .whole) == [1, 0] && domain.normal(at: [0.5, 0], on: .whole) == [0, -1])
        #expect(domain.normal(at: [0.5, -0.5], on: .whole) == nil)
        #expect(try Problem.named("lshape").testPoints(seed: 0).rows == 4000)
    }
}
