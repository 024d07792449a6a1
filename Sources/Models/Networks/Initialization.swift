import Differentiation
import Problems

#if canImport(Glibc)
    import Glibc
#endif

/// The law by which a network's parameters are drawn. n_in and n_out are a layer's inputs and outputs.
public enum Initialization: Sendable, Hashable {
    /// Weights uniform in ±√(6/(n_in + n_out)), biases 0 (Glorot and Bengio, 2010).
    case glorotUniform
    /// Weights normal with variance 2/(n_in + n_out), biases 0.
    case glorotNormal
    /// Weights normal with variance 2/n_in, biases 0 (He et al., 2015).
    case heNormal
    /// Weights normal with variance 1/n_in, biases 0 (LeCun et al., 1998).
    case lecunNormal
    /// Weights and biases uniform in ±1/√n_in, what PyTorch's Linear does.
    case pytorch
    /// For sine networks: first layer uniform in ±ω/n_in, then ±√(6/n_in), biases uniform in ±1/√n_in (Sitzmann et al., 2020).
    case siren(frequency: Double)
    /// First layer's weights and biases uniform in (−R, R), so that its units bend all over a domain of size about one; the other weights normal
    /// with variance 2/(n_in + n_out), their biases 0. What second-order methods start from best.
    case spread(range: Double)
    /// Hidden weights and biases uniform in (−R, R), output weights uniform in ±1/√n_in, output bias 0: a random feature model to start from.
    case uniform(range: Double)

    /// The names `init(name:range:)` knows.
    public static let allNames = ["glorot-uniform", "glorot-normal", "he-normal", "lecun-normal", "pytorch", "siren", "spread", "uniform"]

    /// Those for which `range` means something.
    public static let namesWithRange = ["siren", "spread", "uniform"]

    /// R of `uniform` and `spread`, ω of `siren`; nil for the others.
    public var range: Double? {
        switch self {
        case .siren(let frequency): frequency
        case .spread(let range), .uniform(let range): range
        default: nil
        }
    }

    /// - Parameter range: R of `uniform` and `spread`, ω of `siren`; 1, 2 and 30 by default.
    public init?(name: String, range: Double? = nil) {
        switch name {
        case "glorot-uniform": self = .glorotUniform
        case "glorot-normal": self = .glorotNormal
        case "he-normal": self = .heNormal
        case "lecun-normal": self = .lecunNormal
        case "pytorch": self = .pytorch
        case "siren": self = .siren(frequency: range ?? 30)
        case "spread": self = .spread(range: range ?? 2)
        case "uniform": self = .uniform(range: range ?? 1)
        default: return nil
        }
    }

    func append(layer: Int, of architecture: NetworkArchitecture, to parameters: inout [Double], stream: inout RandomStream) {
        let (inputs, outputs) = (Double(architecture.widths[layer]), Double(architecture.widths[layer + 1]))
        let isLast = layer + 1 == architecture.layers
        let weights = architecture.widths[layer] * architecture.widths[layer + 1]
        let biases = architecture.hasBias[layer] ? architecture.widths[layer + 1] : 0
        func normal(_ deviation: Double) { for _ in 0..<weights { parameters.append(stream.normal() * deviation) } }
        func uniform(_ range: Double, _ count: Int) { for _ in 0..<count { parameters.append(stream.symmetric(range)) } }
        func zeros() { parameters.append(contentsOf: repeatElement(0, count: biases)) }
        switch self {
        case .glorotUniform:
            uniform((6 / (inputs + outputs)).squareRoot(), weights)
            zeros()
        case .glorotNormal:
            normal((2 / (inputs + outputs)).squareRoot())
            zeros()
        case .heNormal:
            normal((2 / inputs).squareRoot())
            zeros()
        case .lecunNormal:
            normal((1 / inputs).squareRoot())
            zeros()
        case .pytorch:
            uniform(1 / inputs.squareRoot(), weights)
            uniform(1 / inputs.squareRoot(), biases)
        case .siren(let frequency):
            uniform(layer == 0 ? frequency / inputs : (6 / inputs).squareRoot(), weights)
            uniform(1 / inputs.squareRoot(), biases)
        case .spread(let range):
            if layer == 0 {
                uniform(range, weights)
                uniform(range, biases)
            } else {
                normal((2 / (inputs + outputs)).squareRoot())
                zeros()
            }
        case .uniform(let range):
            uniform(isLast ? 1 / inputs.squareRoot() : range, weights)
            if isLast { zeros() } else { uniform(range, biases) }
        }
    }
}
