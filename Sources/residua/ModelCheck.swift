import Models
import Reports
import Solvers

/// What `check` says of a safetensors file.
struct ModelCheck {
    let result: (members: [(key: String, value: JSONValue)], lines: [String])

    init(path: String) throws {
        let file = try SafeTensors(contentsOf: path)
        if file.metadata["kind"] == "checkpoint" {
            result = try ModelCheck.checkpoint(path)
        } else if file.tensors["features.weight"] != nil {
            result = try ModelCheck.features(path, file)
        } else if file.tensors["interior"] != nil && file.tensors["layers.0.weight"] == nil {
            result = try ModelCheck.points(path)
        } else {
            result = try ModelCheck.network(path, file)
        }
    }

    private static func features(
        _ path: String, _ file: SafeTensors
    ) throws -> (members: [(key: String, value: JSONValue)], lines: [String]) {
        let model = try RandomFeatureModel(contentsOf: path, activation: file.metadata["activation"] == nil ? .tanh : nil)
        let activation = file.metadata["activation"]
        return (
            [
                ("kind", .string("random-features")), ("features", .integer(model.features)), ("dimension", .integer(model.dimension)),
                ("activation", JSONValue(activation)), ("solved", .bool(model.coefficients != nil)),
            ],
            [
                "\(path): random features", "features     \(model.features) in \(NumberText.count(model.dimension, "coordinate"))",
                "activation   \(activation ?? "not named; to be given by --activation")",
                "solved       \(model.coefficients == nil ? "no, there are no coefficients" : "yes")",
            ]
        )
    }

    private static func checkpoint(_ path: String) throws -> (members: [(key: String, value: JSONValue)], lines: [String]) {
        let checkpoint = try Checkpoint(contentsOf: path)
        let identity = checkpoint.identity.sorted { $0.key < $1.key }
        var lines = [
            "\(path): a training's checkpoint after \(NumberText.count(checkpoint.state.step, "step")), to go on with by train --resume",
            "parameters   \(checkpoint.state.parameters.count)", "best loss    \(Display.number(checkpoint.state.bestLoss, digits: 6))",
        ]
        for (key, value) in identity { lines.append(key + String(repeating: " ", count: max(1, 13 - key.count)) + value) }
        return (
            [
                ("kind", .string("checkpoint")), ("step", .integer(checkpoint.state.step)),
                ("parameters", .integer(checkpoint.state.parameters.count)), ("bestLoss", .number(checkpoint.state.bestLoss)),
                ("identity", .object(identity.map { ($0.key, .string($0.value)) })),
            ], lines
        )
    }

    /// What there is to say of an .npy file.
    static func array(_ path: String) throws -> (members: [(key: String, value: JSONValue)], lines: [String]) {
        let array = try NumPyArray(contentsOf: path)
        try array.requireFinite(path: path)
        let shape = array.shape.map(String.init).joined(separator: ", ")
        return (
            [("kind", .string("array")), ("shape", .array(array.shape.map(JSONValue.integer)))],
            ["\(path): an array [\(shape)] of finite numbers"]
        )
    }

    private static func points(_ path: String) throws -> (members: [(key: String, value: JSONValue)], lines: [String]) {
        let data = try CollocationData(contentsOf: path)
        let conditions = data.conditions.sorted { $0.key < $1.key }
        let arrays = data.arrays.sorted { $0.key < $1.key }
        return (
            [
                ("kind", .string("points")), ("dimension", .integer(data.dimension)), ("points", .integer(data.interior.rows)),
                ("conditions", .array(conditions.map { .object([("name", .string($0.key)), ("points", .integer($0.value.rows))]) })),
                ("arrays", .object(arrays.map { ($0.key, .integer($0.value.count)) })),
            ],
            ["\(path): points", "interior     \(data.interior.rows) in \(NumberText.count(data.dimension, "coordinate"))"]
                + conditions.map { "condition    \($0.key): \(NumberText.count($0.value.rows, "point"))" }
                + arrays.map { "data         \($0.key): \($0.value.count)" }
        )
    }

    /// As every verb reads it; the activation may be named on the command line.
    private static func network(
        _ path: String, _ file: SafeTensors
    ) throws -> (members: [(key: String, value: JSONValue)], lines: [String]) {
        let activation = file.metadata["activation"]
        let network = try Network(contentsOf: path, activation: activation == nil ? .tanh : nil)
        let architecture = network.architecture
        let unbiased = architecture.hasBias.indices.filter { !architecture.hasBias[$0] }
        var lines = [
            "\(path): network", "layers       \(architecture.widths.map(String.init).joined(separator: ", "))",
            "parameters   \(architecture.parameterCount)", "activation   \(activation ?? "not named; to be given by --activation")",
        ]
        if let embedding = architecture.embedding {
            lines.append("embedding    \(embedding.isLinear.count) functions of \(NumberText.count(architecture.dimension, "coordinate"))")
        }
        if !unbiased.isEmpty { lines.append("no bias in   layers \(unbiased.map(String.init).joined(separator: ", "))") }
        return (
            [
                ("kind", .string("network")), ("layers", .array(architecture.widths.map(JSONValue.integer))),
                ("dimension", .integer(architecture.dimension)), ("parameters", .integer(architecture.parameterCount)),
                ("activation", JSONValue(activation)), ("embedded", .bool(architecture.embedding != nil)),
                ("bias", .array(architecture.hasBias.map(JSONValue.bool))),
            ], lines
        )
    }
}
