import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems

/// A network in an equation whose loss and gradient are timed.
public struct NetworkWorkload: Sendable {
    /// What peers are told to build.
    public enum Kind: String, Sendable {
        case laplacian, fourth, biharmonic, burgers2
    }

    public let name: String
    public let kind: Kind
    public let widths: [Int]
    /// Interior and boundary points.
    public let points: Int
    public let boundaryPoints: Int
    /// h of the finite-difference form.
    public let step: Double
    /// Networks trained together; nil for one alone.
    public var ensemble: Crowd?

    /// How many networks take how many steps.
    public struct Crowd: Sendable {
        public let members: Int
        public let steps: Int
        /// Else the loss and the gradient alone.
        public let isAdam: Bool
    }

    public static let all = [
        NetworkWorkload(name: "W1", kind: .laplacian, widths: [1, 100, 1], points: 200, boundaryPoints: 2, step: 1e-2),
        NetworkWorkload(name: "W1b", kind: .fourth, widths: [1, 100, 1], points: 200, boundaryPoints: 2, step: 5e-2),
        NetworkWorkload(name: "W2", kind: .laplacian, widths: [2, 64, 64, 64, 1], points: 4096, boundaryPoints: 256, step: 1e-2),
        NetworkWorkload(name: "W3", kind: .laplacian, widths: [2, 128, 128, 128, 128, 1], points: 16384, boundaryPoints: 512, step: 1e-2),
        NetworkWorkload(name: "W4", kind: .biharmonic, widths: [2, 64, 64, 64, 1], points: 2048, boundaryPoints: 128, step: 5e-2),
        NetworkWorkload(name: "W5", kind: .burgers2, widths: [3, 128, 128, 128, 128, 1], points: 16384, boundaryPoints: 512, step: 1e-2),
        NetworkWorkload(name: "W6a", kind: .laplacian, widths: [10, 128, 128, 128, 1], points: 1024, boundaryPoints: 128, step: 1e-2),
        NetworkWorkload(name: "W6b", kind: .laplacian, widths: [100, 128, 128, 128, 1], points: 1024, boundaryPoints: 128, step: 1e-2),
    ]

    /// Many of the first one's shape.
    public static let ensembles = [
        NetworkWorkload(
            name: "ensemble", kind: .laplacian, widths: [1, 100, 1], points: 200, boundaryPoints: 2, step: 1e-2,
            ensemble: Crowd(members: 64, steps: 16, isAdam: true)),
        NetworkWorkload(
            name: "W7", kind: .laplacian, widths: [1, 100, 1], points: 200, boundaryPoints: 2, step: 1e-2,
            ensemble: Crowd(members: 256, steps: 1, isAdam: false)),
    ]

    public static let viscosity = 0.01
    /// Of the boundary's mean squares.
    public static let weight = 10.0

    /// Whether the boundary has the rows u and Δu.
    public var isNavier: Bool { kind == .fourth || kind == .biharmonic }

    public var dimension: Int { widths[0] }

    var coordinates: [String] { kind == .burgers2 ? ["x", "y", "t"] : Vocabulary.standardCoordinates(dimension) }

    var equation: String {
        switch kind {
        case .laplacian: "laplacian(u) - f"
        case .fourth, .biharmonic: "biharmonic(u) - f"
        case .burgers2: "u_t + u*(u_x + u_y) - nu*laplacian(u) - f"
        }
    }

    /// The network, Glorot's law.
    public func network(seed: UInt64 = 0) throws -> Network {
        var stream = RandomStream(seed: seed, name: "network")
        return Network(try NetworkArchitecture(widths: widths, activation: .tanh), initialization: .glorotNormal, stream: &stream)
    }

    /// Points uniform in (−1, 1)^d and on its boundary, f uniform in (−1, 1).
    public func data(seed: UInt64 = 0) -> (interior: Matrix<Double>, f: [Double], boundary: Matrix<Double>) {
        var inside = RandomStream(seed: seed, name: "interior")
        var outside = RandomStream(seed: seed, name: "boundary")
        var interior = Matrix<Double>(rows: points, columns: dimension)
        for i in 0..<points { for k in 0..<dimension { interior[i, k] = inside.symmetric(1) } }
        let f = (0..<points).map { _ in inside.symmetric(1) }
        var boundary = Matrix<Double>(rows: boundaryPoints, columns: dimension)
        for i in 0..<boundaryPoints {
            for k in 0..<dimension { boundary[i, k] = outside.symmetric(1) }
            boundary[i, i % dimension] = (i / dimension).isMultiple(of: 2) ? -1 : 1
        }
        return (interior, f, boundary)
    }

    /// The terms of the loss.
    func terms(method: DerivativeMethod, seed: UInt64 = 0) throws -> [ResidualTerm] {
        let vocabulary = try Vocabulary(coordinates: coordinates, parameters: ["nu"], data: ["f"])
        let (interior, f, boundary) = data(seed: seed)
        var terms = [
            ResidualTerm(
                "interior", .equations([try Expression(equation: equation, in: vocabulary)]), at: PointSet(interior, data: ["f": f]), method: method)
        ]
        // u and Δu at once: one jet carries both.
        let rows = isNavier ? ["u", "laplacian(u)"] : ["u"]
        terms.append(
            ResidualTerm(
                "boundary", .equations(try rows.map { try Expression(equation: $0, in: vocabulary) }), at: PointSet(boundary),
                weight: NetworkWorkload.weight))
        return terms
    }

    /// A plan of it.
    public func plan(
        method: DerivativeMethod = .automatic, precision: Precision, device: Device? = nil, seed: UInt64 = 0
    ) throws -> (plan: ResidualPlan, network: Network) {
        let network = try network(seed: seed)
        let plan = try ResidualPlan(
            network: network, terms: try terms(method: method, seed: seed), parameters: ["nu": NetworkWorkload.viscosity], precision: precision,
            device: device)
        return (plan, network)
    }
}

/// A file for the peers.
public enum PeerFile: Sendable {
    case text(String)
    case tensors(SafeTensors)

    public func write(to path: String) throws {
        switch self {
        case .tensors(let tensors): try tensors.write(to: path)
        case .text(let text): try FileBytes.write(Array(text.utf8), to: path)
        }
    }
}

extension NetworkWorkload {
    /// What the peers' scripts read: workload.json, model.safetensors, data.safetensors, and gradient.safetensors with our float64 gradient.
    public func files(differences: Bool) throws -> [(name: String, file: PeerFile)] {
        let (plan, network) = try plan(method: NetworkBenchmark.method(self, differences: differences), precision: .f64)
        let (loss, gradient) = try plan.gradient(at: network.parameters)
        let (interior, f, boundary) = data()
        let json =
            "{\"name\": \"\(name)\", \"kind\": \"\(kind.rawValue)\", \"weight\": \(NetworkWorkload.weight), \"navier\": \(isNavier), "
            + "\"viscosity\": \(NetworkWorkload.viscosity), \"step\": \(step), \"loss\": \(loss.total), "
            + "\"members\": \(ensemble?.members ?? 1), \"steps\": \(ensemble?.steps ?? 1), \"adam\": \(ensemble?.isAdam ?? false)}\n"
        return [
            ("workload.json", .text(json)), ("model.safetensors", .tensors(network.safeTensors)),
            (
                "data.safetensors",
                .tensors(
                    SafeTensors(tensors: [
                        "interior": SafeTensors.Tensor(interior), "f": SafeTensors.Tensor(f), "boundary": SafeTensors.Tensor(boundary),
                    ]))
            ),
            ("gradient.safetensors", .tensors(SafeTensors(tensors: network.tensors(of: gradient, prefix: "gradient.")))),
        ]
    }
}
