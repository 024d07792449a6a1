extension Activation {
    /// Every name `init(name:)` knows.
    public static let allNames: [String] = smooth.map(\.name) + (1...9).map { Activation.relu(power: $0).name }

    /// The activations without a kink.
    public static let smooth: [Activation] = [.tanh, .sin, .cos, .sigmoid, .softplus, .silu, .gaussian, .gelu]

    /// The activation called `name`: "tanh", "sin", "cos", "sigmoid", "softplus", "silu", "gaussian", "gelu", "relu" or
    /// "relu2" … "relu9" (max(z, 0) to that power); nil for any other name.
    public init?(name: String) {
        guard let match = (Activation.smooth + (1...9).map { Activation.relu(power: $0) }).first(where: { $0.name == name }) else { return nil }
        self = match
    }

    /// The name `init(name:)` takes.
    public var name: String {
        switch self {
        case .tanh: "tanh"
        case .sin: "sin"
        case .cos: "cos"
        case .sigmoid: "sigmoid"
        case .softplus: "softplus"
        case .silu: "silu"
        case .gaussian: "gaussian"
        case .gelu: "gelu"
        case .relu(1): "relu"
        case .relu(let power): "relu\(power)"
        }
    }

    /// Whether all derivatives exist everywhere.
    public var isSmooth: Bool {
        if case .relu = self { false } else { true }
    }
}

extension Activation: CustomStringConvertible {
    public var description: String { name }
}
