import Differentiation
import LinearAlgebra

extension RandomFeatureModel {
    /// The value of the metadata's `kind`.
    static let kind = "random-features"

    /// Reads `features.weight` [N, d], `features.bias` [N] and `coefficients` [N] from a safetensors file.
    ///
    /// A missing bias means none; missing coefficients mean a model that is not solved. The metadata holds `kind`, "random-features",
    /// and `activation`.
    /// - Parameters:
    ///   - path: The file.
    ///   - activation: To be used if the metadata names none.
    /// - Throws: `ModelError`.
    public init(contentsOf path: String, activation: Activation? = nil) throws(ModelError) {
        let file = try SafeTensors(contentsOf: path)
        if let kind = file.metadata["kind"], kind != RandomFeatureModel.kind {
            throw .metadata(path: path, reason: "the kind is \"\(kind)\", and \"\(RandomFeatureModel.kind)\" is needed")
        }
        let weights = try file.matrix("features.weight", expected: "[N, d] with N, d ≥ 1", path: path)
        let biases =
            file.tensors["features.bias"] == nil
            ? Array(repeating: 0, count: weights.rows) : try file.vector("features.bias", count: weights.rows, path: path)
        let coefficients = file.tensors["coefficients"] == nil ? nil : try file.vector("coefficients", count: weights.rows, path: path)
        let used: Activation
        if let name = file.metadata["activation"] {
            guard let known = Activation(name: name) else { throw .unknownActivation(path: path, name: name) }
            used = known
        } else if let activation {
            used = activation
        } else {
            throw .metadata(path: path, reason: "no activation is named; add the entry \"activation\" or give --activation")
        }
        self.init(weights: weights, biases: biases, coefficients: coefficients, activation: used)
    }

    /// The model as a file, in 64-bit numbers.
    public var safeTensors: SafeTensors {
        var tensors = ["features.weight": SafeTensors.Tensor(weights), "features.bias": SafeTensors.Tensor(biases)]
        if let coefficients { tensors["coefficients"] = SafeTensors.Tensor(coefficients) }
        return SafeTensors(tensors: tensors, metadata: ["kind": RandomFeatureModel.kind, "activation": activation.name])
    }

    /// Writes the model, beside and renamed.
    ///
    /// - Throws: `ModelError.cannotWrite`.
    public func write(to path: String) throws(ModelError) {
        try safeTensors.write(to: path)
    }
}
