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
