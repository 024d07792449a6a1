import Glibc
import LinearAlgebra
import Models
import Problems
import Testing

@Suite struct CollocationDataTests {
    @Test func filesOfThePythonLibraryAreRead() throws {
        let data = try CollocationData(contentsOf: reference("data.safetensors"))
        #expect(data.dimension == 2 && data.interior.rows == 5)
        #expect(data.conditions.keys.sorted() == ["boundary"] && data.conditions["boundary"]?.rows == 4)
        #expect(data.arrays.keys.sorted() == ["f", "g"])
        #expect(abs(data.interior[1, 0] - sin(3)) < 1e-15)
        let corner = try #require(data.conditions["boundary"]?[1, 1])
        #expect(abs(corner - sin(4)) < 1e-7)
    }

    @Test func dataComeBackFromAFile() throws {
        let data = CollocationData(
            interior: Matrix(rows: [[1, 2], [3, 4]]),
            conditions: ["left": Matrix(rows: [[0, 1], [0, 2], [0, 3]]), "right": Matrix(rows: [[1, 1]])],
            arrays: ["f": [5, 6], "g": [7, 8, 9]])
        let path = temporary("data.safetensors")
        defer { unlink(path) }
        try data.safeTensors.write(to: path)
        #expect(try CollocationData(contentsOf: path, conditions: ["left", "right"]) == data)
        #expect(throws: ModelError.self) { try CollocationData(contentsOf: path, conditions: ["boundary"]) }
    }

    @Test func aProblemFindsItsPointsAndData() throws {
        let path = reference("data.safetensors")
        let data = try CollocationData(contentsOf: path)
        func problem(_ equation: String, _ condition: String, dimension: Int = 2) throws -> Problem {
            try Problem(equation: equation, conditions: [condition], dimension: dimension, data: Array(data.arrays.keys))
        }
        let points = try data.points(for: try problem("laplacian(u) - f", "boundary: u - g, weight 1"), path: path)
        #expect(points.interior == PointSet(data.interior, data: ["f": data.arrays["f"]!]))
        #expect(points.conditions == [PointSet(data.conditions["boundary"]!, data: ["g": data.arrays["g"]!])])
        // Data of another set of points, points that are not there, another number of coordinates.
        #expect(throws: ModelError.shape(path: path, array: "g", expected: "[5]", found: [4])) {
            try data.points(for: try problem("laplacian(u) - g", "u"), path: path)
        }
        #expect(throws: ModelError.self) { try data.points(for: try problem("laplacian(u)", "left: u"), path: path) }
        #expect(throws: ModelError.self) { try data.points(for: try problem("laplacian(u)", "u", dimension: 3), path: path) }
        #expect(throws: ProblemError.self) { try problem("laplacian(u) - h", "u") }
    }

    /// Points of a condition lie where it holds, to the rounding of float32.
    @Test func pointsOffTheirFaceAreRefused() throws {
        func points(_ problem: String, _ arrays: [String: [[Double]]]) throws -> CollocationPoints {
            let problem = try Problem.named(problem)
            let data = CollocationData(
                interior: Matrix(rows: [problem.domain!.bounds.map { 0.3 * $0.lowerBound + 0.7 * $0.upperBound }]),
                conditions: arrays.mapValues { Matrix(rows: $0) })
            return try data.points(for: problem, path: "d.safetensors")
        }
        func refuse(_ problem: String, _ arrays: [String: [[Double]]], _ words: [String], sourceLocation: SourceLocation = #_sourceLocation) {
            do {
                _ = try points(problem, arrays)
                Issue.record("points off their face were taken", sourceLocation: sourceLocation)
            } catch {
                for word in words { #expect("\(error)".contains(word), "\(error)", sourceLocation: sourceLocation) }
            }
        }
        let names = try Problem.named("heat").conditions.map(\.name)
        try #require(names == ["t = 0", "x = -1, x = 1"])
        let start: [[Double]] = [[0.25, 0], [0.5, 1e-7], [1, 0]]
        let sides: [[Double]] = [[-1, 0.1], [Double(Float(1)), 1], [1 + 5e-7, 0.4]]
        #expect(try points("heat", [names[0]: start, names[1]: sides]).conditions.map(\.count) == [3, 3])
        refuse(
            "heat", [names[0]: start + [[0.5, 0.25]], names[1]: sides],
            ["d.safetensors: the points \"t = 0\"", "row 3 (counted from 0)", "t = 0.25", "holds at t = 0.0", "put it there"])
        refuse("heat", [names[0]: start, names[1]: [[0.9, 0.5]]], ["\"x = -1, x = 1\"", "row 0", "x = 0.9", "the nearest face", "x = 1.0"])
        refuse("heat", [names[0]: [[1.5, 0]], names[1]: sides], ["x = 1.5", "from -1.0 to 1.0"])
        refuse("heat", [names[0]: [[0.5, 1e-5]], names[1]: sides], ["t = 1e-05"])
        let periodic = "x = -1, x = 1"
        #expect(try points("kdv", ["t = 0": start, periodic: [[-1, 0.5]]]).conditions.count == 2)
        refuse("kdv", ["t = 0": start, periodic: [[-1, 0.5], [1, 0.5]]], ["row 1", "x = 1.0", "x = -1.0", "the other end follow"])
        refuse("lshape", ["boundary": [[0.5, -0.5]]], ["row 0", "none of the six sides"])
        refuse("poisson2d", ["boundary": [[-1, 0.5], [0.25, 0.5]]], ["row 1", "the nearest face"])
        // Without a domain nothing is known of faces.
        let free = try Problem(equation: "laplacian(u)", conditions: ["left: u"], dimension: 2)
        let data = CollocationData(interior: Matrix(rows: [[0, 0]]), conditions: ["left": Matrix(rows: [[7, 7]])])
        #expect(try data.points(for: free, path: "").conditions[0].count == 1)
    }

    /// A circle's points in float32 have normals too.
    @Test func pointsOfFloat32HaveNormals() throws {
        let domain = Domain.disk(center: [0, 0], radius: 1)
        for k in 0..<50 {
            let angle = 0.1 + Double(k) / 8
            let point = [Double(Float(cos(angle))), Double(Float(sin(angle)))]
            let normal = try #require(domain.normal(at: point, on: .whole, tolerance: 1e-6))
            #expect(abs(normal[0] - cos(angle)) < 1e-6 && abs(normal[1] - sin(angle)) < 1e-6)
            #expect(domain.misplacement(of: point, on: .whole, coordinates: ["x", "y"]) == nil)
        }
    }

    private typealias Tensor = SafeTensors.Tensor

    @Test(
        arguments: [
            ["interior": Tensor([1.0, 2, 3, 4], shape: [4])], ["boundary": Tensor([1.0], shape: [1, 1])],
            ["interior": Tensor([1.0, 2], shape: [1, 2])],
            ["interior": Tensor([1.0, 2], shape: [1, 2]), "boundary": Tensor([1.0], shape: [1, 1])],
            ["interior": Tensor([1.0], shape: [1, 1]), "boundary": Tensor([Double](), shape: [0, 1])],
            ["interior": Tensor([1.0], shape: [1, 1]), "boundary": Tensor([1.0], shape: [1, 1]), "f": Tensor([1.0, 2])],
            ["interior": Tensor([1.0], shape: [1, 1]), "boundary": Tensor([1.0], shape: [1, 1]), "f": Tensor([1.0], shape: [1, 1, 1])],
            ["interior": Tensor([1.0], shape: [1, 1]), "boundary": Tensor([1.0], shape: [1, 1]), "f": Tensor([Double.nan])],
            ["interior": Tensor([1.0], shape: [1, 1]), "boundary": Tensor([1.0], shape: [1, 1]), "f": Tensor([Int64(1)], shape: [1])],
            ["interior": Tensor([Double.infinity], shape: [1, 1]), "boundary": Tensor([1.0], shape: [1, 1])],
        ] as [[String: SafeTensors.Tensor]])
    func wrongArraysAreRefused(tensors: [String: SafeTensors.Tensor]) throws {
        let path = temporary("wrong-\(tensors.values.map(\.bytes.count).reduce(0, +))-\(UInt64.random(in: 0 ... .max)).safetensors")
        defer { unlink(path) }
        try SafeTensors(tensors: tensors).write(to: path)
        #expect(throws: ModelError.self) { try CollocationData(contentsOf: path, conditions: ["boundary"]) }
    }
}
