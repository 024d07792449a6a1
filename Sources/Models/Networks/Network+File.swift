import Differentiation
import LinearAlgebra

extension Network {
    /// The value of the metadata's `kind`.
    static let kind = "network"

    /// Reads a network: `layers.K.weight` [out, in] and `layers.K.bias` [out], PyTorch's state dict of a Sequential, or a random feature model.
    ///
    /// The numbers K need not be consecutive, as activations take numbers of their own in a Sequential; layers follow each other by number, and the prefix
    /// may be another than "layers". A missing bias means none. `embedding.weight` [E, d], `embedding.phase` [E] and `embedding.linear` [E]
    /// (zero or one) hold a fixed map of the inputs. An entry `parameter.NAME` of the metadata is a number of the equations trained with the network.
    /// - Parameters:
    ///   - path: the file.
    ///   - activation: to be used if the metadata names none.
    /// - Throws: `ModelError`.
    public init(contentsOf path: String, activation: Activation? = nil) throws(ModelError) {
        let file = try SafeTensors(contentsOf: path)
        if file.metadata["kind"] == RandomFeatureModel.kind || file.metadata["kind"] == nil && file.tensors["features.weight"] != nil {
            try self.init(RandomFeatureModel(contentsOf: path, activation: activation))
            return
        }
        if let kind = file.metadata["kind"], kind != Network.kind {
            throw .metadata(path: path, reason: "the kind is \"\(kind)\", and \"\(Network.kind)\" is needed")
        }
        let layers = try Network.layers(of: file, path: path)
        var widths: [Int] = []
        var hasBias: [Bool] = []
        var parameters: [Double] = []
        for (name, weightName) in layers {
            let matrix = try file.matrix(
                weightName, columns: widths.last, expected: widths.last.map { "[out, \($0)]" } ?? "[out, in]", path: path)
            if widths.isEmpty { widths.append(matrix.columns) }
            widths.append(matrix.rows)
            parameters += matrix.transposed.elements
            let biasName = "\(name).bias"
            hasBias.append(file.tensors[biasName] != nil)
            if hasBias.last == true { parameters += try file.vector(biasName, count: matrix.rows, path: path) }
        }
        let used: Activation
        if let name = file.metadata["activation"] {
            guard let known = Activation(name: name) else { throw .unknownActivation(path: path, name: name) }
            used = known
        } else if let activation {
            used = activation
        } else {
            throw .metadata(path: path, reason: "no activation is named; add the entry \"activation\" or give --activation")
        }
        let embedding = try Network.embedding(of: file, inputs: widths[0], path: path)
        do {
            self.init(try NetworkArchitecture(widths: widths, activation: used, hasBias: hasBias, embedding: embedding), parameters: parameters)
        } catch ModelError.architecture(let reason) { throw .malformed(path: path, reason: reason) }
        for (key, text) in file.metadata where key.hasPrefix(Network.parameterPrefix) {
            guard let value = Double(text), value.isFinite else {
                throw .metadata(path: path, reason: "\"\(key)\" is \"\(text)\", and a finite number is needed")
            }
            equationParameters[String(key.dropFirst(Network.parameterPrefix.count))] = value
        }
    }

    /// The network as a file, in 64-bit numbers.
    public var safeTensors: SafeTensors { SafeTensors(tensors: tensors(of: parameters), metadata: metadata) }

    /// Numbers in the order of the parameters as arrays by layer: `layers.K.weight`, `layers.K.bias`.
    ///
    /// - Parameter prefix: before each name.
    public func tensors(of values: [Double], prefix: String = "") -> [String: SafeTensors.Tensor] {
        var result: [String: SafeTensors.Tensor] = [:]
        for layer in 0..<architecture.layers {
            let (weight, bias) = architecture.places(ofLayer: layer)
            result["\(prefix)layers.\(layer).weight"] = SafeTensors.Tensor(
                Array(values[weight]), shape: [architecture.widths[layer + 1], architecture.widths[layer]])
            if !bias.isEmpty { result["\(prefix)layers.\(layer).bias"] = SafeTensors.Tensor(Array(values[bias])) }
        }
        if prefix.isEmpty, let embedding = architecture.embedding {
            result["embedding.weight"] = SafeTensors.Tensor(embedding.weights)
            result["embedding.phase"] = SafeTensors.Tensor(embedding.phases)
            result["embedding.linear"] = SafeTensors.Tensor(embedding.isLinear.map { $0 ? 1.0 : 0.0 })
        }
        return result
    }

    /// Writes the network, beside and renamed.
    ///
    /// - Throws: `ModelError.cannotWrite`.
    public func write(to path: String) throws(ModelError) { try safeTensors.write(to: path) }

    private static let parameterPrefix = "parameter."

    private var metadata: [String: String] {
        var entries = ["kind": Network.kind, "activation": architecture.activation.name]
        for (name, value) in equationParameters { entries[Network.parameterPrefix + name] = "\(value)" }
        return entries
    }

    /// Names of the layers and their weights, by number.
    private static func layers(of file: SafeTensors, path: String) throws(ModelError) -> [(name: String, weight: String)] {
        var numbered: [(prefix: String, number: Int, name: String)] = []
        for name in file.tensors.keys where name.hasSuffix(".weight") && name != "embedding.weight" {
            let layer = String(name.dropLast(".weight".count))
            let parts = layer.split(separator: ".", omittingEmptySubsequences: false)
            guard let last = parts.last, let number = Int(last), number >= 0 else { continue }
            numbered.append((parts.dropLast().joined(separator: "."), number, layer))
        }
        let prefixes = Set(numbered.map(\.prefix))
        let prefix = prefixes.contains("layers") ? "layers" : prefixes.sorted().first
        guard prefixes.count <= 1 || prefixes.contains("layers"), let prefix else {
            throw .missing(path: path, array: "layers.0.weight", present: Array(file.tensors.keys))
        }
        let chosen = numbered.filter { $0.prefix == prefix }.sorted { $0.number < $1.number }
        guard chosen.count >= 2 else {
            throw .malformed(path: path, reason: "a network has at least two layers, and only \(chosen[0].name).weight is there")
        }
        return chosen.map { ($0.name, "\($0.name).weight") }
    }

    private static func embedding(of file: SafeTensors, inputs: Int, path: String) throws(ModelError) -> InputEmbedding? {
        guard file.tensors["embedding.weight"] != nil else { return nil }
        let weights = try file.matrix("embedding.weight", expected: "[E, d]", path: path)
        guard weights.rows == inputs else {
            throw .shape(path: path, array: "embedding.weight", expected: "[\(inputs), d]", found: [weights.rows, weights.columns])
        }
        let phases =
            file.tensors["embedding.phase"] == nil
            ? Array(repeating: 0, count: inputs) : try file.vector("embedding.phase", count: inputs, path: path)
        let linear =
            file.tensors["embedding.linear"] == nil
            ? Array(repeating: 0, count: inputs) : try file.vector("embedding.linear", count: inputs, path: path)
        return InputEmbedding(weights: weights, phases: phases, isLinear: linear.map { $0 != 0 })
    }
}
