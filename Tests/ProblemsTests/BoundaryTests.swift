import LinearAlgebra
import Problems
import Testing

@Suite struct BoundaryTests {
    private func points(_ domain: Domain, on part: BoundaryPart, interior: Int, _ sampling: Sampling = .grid) throws -> [[Double]] {
        var stream = RandomStream(seed: 1, name: "boundary")
        let matrix = try domain.boundaryPoints(on: part, interior: interior, sampling: sampling, stream: &stream)
        return (0..<matrix.rows).map { matrix.row($0) }
    }

    @Test func anIntervalHasTwoEnds() throws {
        let domain = Domain.cube(-1, 2, dimension: 1)
        #expect(try points(domain, on: .whole, interior: 200) == [[-1], [2]])
        #expect(try points(domain, on: .faces([.init(axis: 0, isUpper: true)]), interior: 200) == [[2]])
    }

    @Test func aSquareHasItsPerimeterOnce() throws {
        let around = try points(.cube(-1, 1, dimension: 2), on: .whole, interior: 400)
        #expect(around.count == 84)
        #expect(Set(around).count == 84)
        #expect(around.allSatisfy { abs($0[0]) == 1 || abs($0[1]) == 1 })
        for corner in [[-1.0, -1.0], [1, -1], [1, 1], [-1, 1]] { #expect(around.contains(corner)) }
        for (a, b) in zip(around, around.dropFirst() + [around[0]]) {
            let distance = abs(a[0] - b[0]) + abs(a[1] - b[1])
            #expect(abs(distance - 2.0 / 21) < 1e-15)
        }
        #expect(try points(.cube(-1, 1, dimension: 2), on: .whole, interior: 400, .uniform).count == 84)
    }

    @Test func sidesKeepTheirCorners() throws {
        let domain = Domain.box(lower: [-1, 0], upper: [1, 3])
        let names = ["x", "t"]
        let start = try points(domain, on: try BoundaryPart(parsing: "t = 0", coordinates: names, domain: domain), interior: 100)
        #expect(start.count == 12 && start.allSatisfy { $0[1] == 0 })
        #expect(start.contains([-1, 0]) && start.contains([1, 0]))
        let ends = try points(domain, on: try BoundaryPart(parsing: "x=-1 , x = 1", coordinates: names, domain: domain), interior: 100)
        #expect(ends.count == 24 && ends.allSatisfy { abs($0[0]) == 1 })
    }

    @Test(arguments: Sampling.allCases)
    func facesOfABoxAreFilled(sampling: Sampling) throws {
        let domain = Domain.box(lower: [0, 1, 2], upper: [4, 5, 6])
        let all = try points(domain, on: .whole, interior: 120, sampling)
        let perFace = sampling == .grid || sampling == .chebyshev ? 25 : 20
        #expect(all.count == 6 * perFace)
        for (axis, interval) in domain.bounds.enumerated() {
            for end in [interval.lowerBound, interval.upperBound] {
                #expect(all.filter { $0[axis] == end }.count == all.count / 6)
            }
        }
        for point in all { #expect(zip(point, domain.bounds).allSatisfy { $1.contains($0) }) }
    }

    @Test(arguments: ["t = 1", "y = 0", "x", "x = -1,", "x = left", "x = -1 = 1"])
    func wrongPartsAreRefused(text: String) {
        let domain = Domain.box(lower: [-1, 0], upper: [1, 3])
        #expect(throws: ProblemError.self) { try BoundaryPart(parsing: text, coordinates: ["x", "t"], domain: domain) }
    }

    @Test func theWholeBoundaryHasAName() throws {
        let domain = Domain.cube(0, 1, dimension: 2)
        #expect(try BoundaryPart(parsing: " boundary ", coordinates: ["x", "y"], domain: domain) == .whole)
        #expect(BoundaryPart.whole.faces(dimension: 2).count == 4)
    }
}
