import Differentiation
import LinearAlgebra
import Models
import Problems
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct NetworkTests {
    static let points = Matrix<Double>(rows: [[0.3, -0.7], [0.9, 0.1], [-0.5, 0.4]])

    /// Values from Tests/Reference/Models/networks.py.
    @Test(arguments: [
        (
            "torch-tanh", Activation?.none, 1e-15,
            [[-0.2079018085354628, 0.3253381376375638], [-0.23765413247540615, 0.3407623441480348], [-0.09459309412537115, 0.3036141438384633]]
        ),
        (
            "torch-silu", Activation?.none, 1e-15,
            [[-0.3761696506118284, -0.3569832609466208], [-0.42750653333669697, -0.3422752027681454], [-0.3775292115539335, -0.3628970541041657]]
        ),
        (
            "torch-sigmoid", Activation?.some(.sigmoid), 1e-15,
            [[-0.47139458714179355, 0.24314744625128443], [-0.47440758382641474, 0.24113789830169818], [-0.4523526428085307, 0.2357675664521356]]
        ),
    ]) func readsWhatPyTorchWrites(_ name: String, _ activation: Activation?, _ tolerance: Double, _ exact: [[Double]]) throws {
        let network = try Network(contentsOf: reference("\(name).safetensors"), activation: activation)
        #expect(network.architecture.widths == [2, 7, 5, 2])
        #expect(network.architecture.hasBias == [true, activation == nil, activation == nil])
        let values = network.values(at: Self.points)
        for (i, row) in exact.enumerated() {
            for (j, value) in row.enumerated() { #expect(abs(values[i, j] - value) <= tolerance) }
        }
    }

    @Test func writesWhatItReads() throws {
        var stream = RandomStream(seed: 3, name: "network")
        let embedding = InputEmbedding.periodic(axis: 0, period: 2, harmonics: 2, dimension: 2)
        let architecture = try NetworkArchitecture(
            widths: [5, 6, 4, 1], activation: .relu(power: 3), hasBias: [true, true, false], embedding: embedding)
        let network = Network(architecture, initialization: .pytorch, stream: &stream)
        let path = "/tmp/residua-network-\(getpid()).safetensors"
        defer { unlink(path) }
        try network.write(to: path)
        #expect(try Network(contentsOf: path) == network)
    }

    @Test func aPeriodicInputMakesThePeriodicNetwork() throws {
        var stream = RandomStream(seed: 3, name: "network")
        let embedding = InputEmbedding.periodic(axis: 0, period: 2, harmonics: 3, dimension: 2)
        let network = Network(try NetworkArchitecture(widths: [7, 8, 1], activation: .tanh, embedding: embedding), stream: &stream)
        let a = network.values(at: Matrix(rows: [[-0.6, 0.2]]))[0, 0]
        let b = network.values(at: Matrix(rows: [[1.4, 0.2]]))[0, 0]
        #expect(abs(a - b) <= 1e-14)
    }

    @Test func aRandomFeatureModelIsANetwork() throws {
        var stream = RandomStream(seed: 1, name: "features")
        var model = RandomFeatureModel(features: 9, dimension: 2, range: 2, activation: .sin, stream: &stream)
        model.coefficients = (0..<9).map { Double($0) - 4 }
        let network = try Network(model)
        let exact = model.values(at: Self.points)
        for i in 0..<3 { #expect(abs(network.values(at: Self.points)[i, 0] - exact[i]) <= 1e-13) }
    }

    static let laws: [(Initialization, Double)] = [
        (.glorotUniform, 0.017857142857142856), (.glorotNormal, 0.017857142857142856), (.heNormal, 0.03125), (.lecunNormal, 0.015625),
        (.pytorch, 0.005208333333333333), (.siren(frequency: 30), 0.03125), (.uniform(range: 1.5), 0.75),
    ]

    /// Variances: 2/(64 + 48), 2/64, 1/64, 1/(3·64), 6/64/3, 1.5²/3.
    @Test(arguments: laws.indices) func lawsHaveTheirVariances(_ index: Int) throws {
        let (law, variance) = Self.laws[index]
        var stream = RandomStream(seed: 5, name: "network")
        let network = Network(try NetworkArchitecture(widths: [8, 64, 48, 1], activation: .tanh), initialization: law, stream: &stream)
        let weights = network.parameters[network.architecture.places(ofLayer: 1).weight]
        let mean = weights.reduce(0, +) / Double(weights.count)
        let spread = weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(weights.count)
        // 3072 numbers: six standard deviations of the variance of uniform and normal numbers.
        #expect(abs(spread / variance - 1) < 6 * (2.0 / 3072).squareRoot())
        #expect(abs(mean) < 6 * (variance / 3072).squareRoot())
    }

    @Test func refusesWhatIsNoNetwork() {
        #expect(throws: ModelError.self) { try NetworkArchitecture(widths: [2, 1], activation: .tanh) }
        #expect(throws: ModelError.self) { try NetworkArchitecture(widths: [2, 0, 1], activation: .tanh) }
        #expect(throws: ModelError.self) { try NetworkArchitecture(widths: [2, 5000, 1], activation: .tanh) }
        #expect(throws: ModelError.self) { try Network(contentsOf: reference("data.safetensors"), activation: .tanh) }
        #expect(throws: ModelError.self) { try Network(contentsOf: reference("torch-sigmoid.safetensors")) }
    }
}
