import Differentiation

/// The shape of a multilayer perceptron u = W_L σ(… σ(W_0 e(x) + b_0) …) + b_L.
public struct NetworkArchitecture: Sendable, Hashable {
    /// Inputs, hidden widths, fields; at least three numbers.
    public let widths: [Int]
    public let activation: Activation
    /// [layer]: whether it has a bias.
    public let hasBias: [Bool]
    /// Identity unless given; its inputs are `widths[0]`.
    public let embedding: InputEmbedding?

    /// The limits of every backend.
    public static let largestWidth = 4096
    public static let largestInput = 1024
    public static let largestFields = 64
    public static let largestLayers = 64

    /// - Parameters:
    ///   - widths: such as [2, 64, 64, 1].
    ///   - hasBias: one mark a layer; nil: all have one.
    /// - Throws: `ModelError.architecture` when a width or a count is outside its limits.
    public init(
        widths: [Int], activation: Activation, hasBias: [Bool]? = nil, embedding: InputEmbedding? = nil
    ) throws(ModelError) {
        let text = widths.map(String.init).joined(separator: ",")
        guard widths.count >= 3 else {
            throw .architecture("the layers \(text) have no hidden layer; give at least three numbers such as 2,64,1")
        }
        guard widths.count - 1 <= Self.largestLayers else {
            throw .architecture("the network has \(widths.count - 1) layers; at most \(Self.largestLayers) are possible")
        }
        guard let input = widths.first, let fields = widths.last, widths.allSatisfy({ $0 >= 1 }) else {
            throw .architecture("the layers \(text) have an empty one; give widths of at least 1")
        }
        guard widths.dropFirst().dropLast().allSatisfy({ $0 <= Self.largestWidth }), fields <= Self.largestFields else {
            throw .architecture(
                "the layers \(text) are too wide; hidden layers have at most \(Self.largestWidth) neurons, and there are at most \(Self.largestFields) fields"
            )
        }
        guard input <= (embedding == nil ? Self.largestInput : Self.largestWidth), embedding.map({ $0.count == input }) ?? true else {
            throw .architecture(
                "the first layer has \(input) inputs, \(embedding.map { "and the embedding makes \($0.count)" } ?? "more than \(Self.largestInput)")")
        }
        precondition(hasBias.map { $0.count == widths.count - 1 } ?? true, "one mark a layer")
        self.widths = widths
        self.activation = activation
        self.hasBias = hasBias ?? Array(repeating: true, count: widths.count - 1)
        self.embedding = embedding
    }

    /// The number of coordinates d.
    public var dimension: Int { embedding?.dimension ?? widths[0] }
    /// The number of outputs.
    public var fields: Int { widths[widths.count - 1] }
    /// Affine maps.
    public var layers: Int { widths.count - 1 }

    /// Weights and biases of all layers.
    public var parameterCount: Int {
        (0..<layers).reduce(0) { $0 + widths[$1 + 1] * (widths[$1] + (hasBias[$1] ? 1 : 0)) }
    }

    /// Where a layer's weight [out, in] and bias [out] lie in the vector of parameters.
    public func places(ofLayer layer: Int) -> (weight: Range<Int>, bias: Range<Int>) {
        var start = 0
        for k in 0..<layer { start += widths[k + 1] * (widths[k] + (hasBias[k] ? 1 : 0)) }
        let weight = start..<(start + widths[layer] * widths[layer + 1])
        return (weight, weight.upperBound..<(weight.upperBound + (hasBias[layer] ? widths[layer + 1] : 0)))
    }
}

extension InputEmbedding: Hashable {
    public func hash(into hasher: inout Hasher) {
        hasher.combine(weights.elements)
        hasher.combine(phases)
        hasher.combine(isLinear)
    }
}
