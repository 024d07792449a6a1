import Differentiation
import Glibc
import LinearAlgebra
import Models
import Problems
import Testing

@Suite struct RandomFeatureModelTests {
    private func drawn(_ features: Int, law: RandomFeatureModel.Law = .uniform) -> RandomFeatureModel {
        var stream = RandomStream(seed: 11, name: "features")
        return RandomFeatureModel(features: features, dimension: 2, range: 3, activation: .tanh, law: law, stream: &stream)
    }

    @Test func moreFeaturesContinueFewer() {
        let (few, many) = (drawn(5), drawn(8))
        for j in 0..<5 { #expect(few.weights.row(j) == many.weights.row(j) && few.biases[j] == many.biases[j]) }
        #expect(many.largestWeight < 3 && many.biases.allSatisfy { abs($0) < 3 })
        #expect(few.coefficients == nil)
    }

    @Test func theLawsHaveTheirSpread() {
        let uniform = drawn(20_000).weights.elements
        let normal = drawn(20_000, law: .normal).weights.elements
        let meanSquares = [uniform, normal].map { values in values.reduce(0) { $0 + $1 * $1 } / 40_000 }
        #expect(abs(meanSquares[0] - 3) < 0.06)
        #expect(abs(meanSquares[1] - 9) < 0.27)
    }

    @Test func aModelOfThePythonLibraryIsRead() throws {
        let model = try RandomFeatureModel(contentsOf: reference("model.safetensors"))
        #expect(model.features == 3 && model.dimension == 2 && model.activation == .tanh)
        #expect(abs(model.weights[1, 0] - sin(3)) < 1e-15 && abs(model.biases[2] - sin(3)) < 1e-15)
        // u(x) by hand at one point.
        let x = [0.3, -0.7]
        var expected = 0.0
        for j in 0..<3 {
            let z = sin(Double(2 * j + 1)) * x[0] + sin(Double(2 * j + 2)) * x[1] + sin(Double(j + 1))
            expected += sin(Double(j + 1)) * tanh(z)
        }
        let value = model.values(at: Matrix(rows: [x]))[0]
        #expect(abs(value - expected) < 1e-15)
    }

    @Test func aModelComesBackFromAFile() throws {
        var model = drawn(4)
        model.coefficients = [1, 2, 3, 4]
        let path = temporary("model.safetensors")
        defer { unlink(path) }
        try model.write(to: path)
        #expect(try RandomFeatureModel(contentsOf: path) == model)
        // Without biases and coefficients, and the activation given by the caller.
        try SafeTensors(tensors: ["features.weight": .init(model.weights)]).write(to: path)
        let bare = try RandomFeatureModel(contentsOf: path, activation: .relu(power: 3))
        #expect(bare.biases == [0, 0, 0, 0] && bare.coefficients == nil && bare.activation == .relu(power: 3))
        #expect(throws: ModelError.self) { try RandomFeatureModel(contentsOf: path) }
    }

    @Test(arguments: [
        ["kind": "network", "activation": "tanh"], ["kind": "random-features", "activation": "swoosh"], ["kind": "random-features"],
    ])
    func wrongMetadataAreRefused(metadata: [String: String]) throws {
        let path = temporary("metadata-\(metadata.count)-\(metadata["kind"]!).safetensors")
        defer { unlink(path) }
        try SafeTensors(tensors: ["features.weight": .init([1.0], shape: [1, 1])], metadata: metadata).write(to: path)
        #expect(throws: ModelError.self) { try RandomFeatureModel(contentsOf: path) }
    }

    @Test(arguments: [
        ["features.weight": SafeTensors.Tensor([1.0, 2], shape: [2])], ["features.bias": SafeTensors.Tensor([1.0])],
        ["features.weight": SafeTensors.Tensor([1.0, 2], shape: [2, 1]), "features.bias": SafeTensors.Tensor([1.0])],
        ["features.weight": SafeTensors.Tensor([1.0, 2], shape: [2, 1]), "coefficients": SafeTensors.Tensor([1.0, 2], shape: [2, 1])],
        ["features.weight": SafeTensors.Tensor([1.0, .nan], shape: [2, 1])],
    ])
    func wrongArraysAreRefused(tensors: [String: SafeTensors.Tensor]) throws {
        let path = temporary("arrays-\(UInt64.random(in: 0 ... .max)).safetensors")
        defer { unlink(path) }
        try SafeTensors(tensors: tensors, metadata: ["activation": "tanh"]).write(to: path)
        #expect(throws: ModelError.self) { try RandomFeatureModel(contentsOf: path) }
    }

    /// sin features: Δ sin(w·x + b) = −|w|² sin(w·x + b), and every mixed derivative likewise.
    @Test func operatorsActOnFeaturesByTheirSymbols() {
        let drawn = drawn(6)
        let model = RandomFeatureModel(weights: drawn.weights, biases: drawn.biases, coefficients: [1, -2, 3, -4, 5, -6], activation: .sin)
        let points = Matrix(rows: [[0.1, 0.2], [-0.5, 0.9], [0.7, -0.3]])
        let plain = model.referenceMatrix(of: .identity(dimension: 2), at: points)
        let laplacian = model.referenceMatrix(of: .laplacian(dimension: 2), at: points)
        let biharmonic = model.referenceMatrix(of: .biharmonic(dimension: 2), at: points)
        for j in 0..<6 {
            let square: Double = model.weights[j, 0] * model.weights[j, 0] + model.weights[j, 1] * model.weights[j, 1]
            for i in 0..<3 {
                let (value, second, fourth) = (plain[i, j], laplacian[i, j] / square, biharmonic[i, j] / (square * square))
                #expect(abs(second + value) < 1e-14)
                #expect(abs(fourth - value) < 1e-14)
            }
        }
        let values = model.values(of: .laplacian(dimension: 2), at: points)
        for i in 0..<3 {
            let sum = (0..<6).reduce(0.0) { $0 + laplacian[i, $1] * model.coefficients![$1] }
            let value = values[i]
            #expect(abs(value - sum) < 1e-12)
        }
    }
}
