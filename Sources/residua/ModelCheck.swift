import Differentiation
import Models
import Reports

/// What `check` says of a safetensors file.
struct ModelCheck {
    let result: (members: [(key: String, value: JSONValue)], lines: [String])

    init(path: String) throws {
        let file = try SafeTensors(contentsOf: path)
        if file.tensors["features.weight"] != nil {
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
                "\(path): random features", "features     \(model.features) in \(model.dimension) coordinates",
                "activation   \(activation ?? "not named; to be given by --activation")",
                "solved       \(model.coefficients == nil ? "no, there are no coefficients" : "yes")",
            ]
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
            ["\(path): points", "interior     \(data.interior.rows) in \(data.dimension) coordinates"]
                + conditions.map { "condition    \($0.key): \($0.value.rows) points" } + arrays.map { "data         \($0.key): \($0.value.count)" }
        )
    }

    /// layers.K.weight [out, in] and layers.K.bias [out], K with or without gaps, as a state dict of a Sequential has them.
    private static func network(
        _ path: String, _ file: SafeTensors
    ) throws -> (members: [(key: String, value: JSONValue)], lines: [String]) {
        let places = file.tensors.keys.compactMap { name -> Int? in
            guard name.hasPrefix("layers."), name.hasSuffix(".weight") else { return nil }
            return Int(name.dropFirst(7).dropLast(7))
        }.sorted()
        guard !places.isEmpty else { throw ModelError.missing(path: path, array: "layers.0.weight", present: Array(file.tensors.keys)) }
        var widths: [Int] = []
        var parameters = 0
        for place in places {
            let name = "layers.\(place).weight"
            let weight = try file.matrix(name, columns: widths.last, expected: "[out, \(widths.last.map(String.init) ?? "in")]", path: path)
            if widths.isEmpty { widths.append(weight.columns) }
            widths.append(weight.rows)
            parameters += weight.rows * weight.columns
            if file.tensors["layers.\(place).bias"] != nil {
                parameters += try file.vector("layers.\(place).bias", count: weight.rows, path: path).count
            }
        }
        let activation = file.metadata["activation"]
        if let activation, Activation(name: activation) == nil { throw ModelError.unknownActivation(path: path, name: activation) }
        return (
            [
                ("kind", .string("network")), ("layers", .array(widths.map(JSONValue.integer))), ("parameters", .integer(parameters)),
                ("activation", JSONValue(activation)),
            ],
            [
                "\(path): network", "layers       \(widths.map(String.init).joined(separator: ", "))", "parameters   \(parameters)",
                "activation   \(activation ?? "not named; to be given by --activation")",
            ]
        )
    }
}
