import Differentiation
import LinearAlgebra
import Problems

/// A multilayer perceptron with its parameters.
public struct Network: Sendable, Equatable {
    public let architecture: NetworkArchitecture
    /// layers.0.weight [out, in] row by row, layers.0.bias, layers.1.weight, …: the order of a PyTorch state dict.
    public var parameters: [Double]
    /// Numbers of the equations that were trained with the network, by name; its file keeps them.
    public var equationParameters: [String: Double] = [:]

    /// - Precondition: as many parameters as the architecture has.
    public init(_ architecture: NetworkArchitecture, parameters: [Double]) {
        precondition(parameters.count == architecture.parameterCount, "the network has \(architecture.parameterCount) parameters")
        self.architecture = architecture
        self.parameters = parameters
    }

    /// Draws the parameters, layer after layer, weights before biases.
    public init(_ architecture: NetworkArchitecture, initialization: Initialization = .glorotUniform, stream: inout RandomStream) {
        var parameters: [Double] = []
        parameters.reserveCapacity(architecture.parameterCount)
        for layer in 0..<architecture.layers {
            initialization.append(layer: layer, of: architecture, to: &parameters, stream: &stream)
        }
        self.init(architecture, parameters: parameters)
    }

    /// A random feature model as a network: one hidden layer, no bias at the output; without coefficients they are zero.
    public init(_ model: RandomFeatureModel) throws(ModelError) {
        let architecture = try NetworkArchitecture(
            widths: [model.dimension, model.features, 1], activation: model.activation, hasBias: [true, false])
        let weights = model.weights.transposed.elements
        self.init(
            architecture, parameters: weights + model.biases + (model.coefficients ?? Array(repeating: 0, count: model.features)))
    }

    /// The fields at points, one row a point, one column a field; the plain way, in float64.
    ///
    /// - Parameter points: M × d.
    public func values(at points: Matrix<Double>) -> Matrix<Double> {
        precondition(points.columns == architecture.dimension, "points have \(architecture.dimension) coordinates")
        var result = Matrix<Double>(rows: points.rows, columns: architecture.fields)
        for i in 0..<points.rows {
            var row = points.row(i)
            if let embedding = architecture.embedding {
                row = (0..<embedding.count).map { e in
                    var z = embedding.phases[e]
                    for k in row.indices { z += embedding.weights[e, k] * row[k] }
                    return embedding.isLinear[e] ? z : Activation.sin.derivative(0, at: z)
                }
            }
            for layer in 0..<architecture.layers {
                let (weight, bias) = architecture.places(ofLayer: layer)
                let inputs = architecture.widths[layer]
                row = (0..<architecture.widths[layer + 1]).map { out in
                    var z = bias.isEmpty ? 0 : parameters[bias.lowerBound + out]
                    for k in 0..<inputs { z += parameters[weight.lowerBound + out * inputs + k] * row[k] }
                    return layer + 1 < architecture.layers ? architecture.activation.derivative(0, at: z) : z
                }
            }
            for (field, value) in row.enumerated() { result[i, field] = value }
        }
        return result
    }

    /// For each axis the size that |∂z/∂x_axis| reaches, z an argument of σ in any layer: exact for the first layer; behind it twice the root of the
    /// sum of squares of what the inputs contribute with σ' = 1, the size of a sum of random signs.
    ///
    /// What finite differences take for the reciprocal of a length when they choose steps and quadratures.
    public var largestSlopes: [Double] {
        (0..<architecture.dimension).map { axis in
            var slopes: [Double]
            if let embedding = architecture.embedding {
                slopes = (0..<embedding.count).map { abs(embedding.weights[$0, axis]) }
            } else {
                slopes = (0..<architecture.dimension).map { $0 == axis ? 1 : 0 }
            }
            var largest = 0.0
            for layer in 0..<(architecture.layers - 1) {
                let (weight, _) = architecture.places(ofLayer: layer)
                let inputs = architecture.widths[layer]
                slopes = (0..<architecture.widths[layer + 1]).map { out in
                    var squares = 0.0
                    for k in 0..<inputs {
                        let part = parameters[weight.lowerBound + out * inputs + k] * slopes[k]
                        squares += part * part
                    }
                    return squares.squareRoot() * (layer == 0 ? 1 : 2)
                }
                largest = max(largest, slopes.max() ?? 0)
            }
            return largest
        }
    }
}
