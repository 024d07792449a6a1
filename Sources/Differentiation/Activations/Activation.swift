/// An activation function σ.
public enum Activation: Hashable, Sendable {
    case tanh
    case sin
    case cos
    /// 1/(1 + e^−z)
    case sigmoid
    /// ln(1 + e^z)
    case softplus
    /// z/(1 + e^−z)
    case silu
    /// exp(−z²)
    case gaussian
    /// zΦ(z), Φ(z) = ½ erfc(−z/√2) the normal distribution function
    case gelu
    /// max(z, 0)^power, power 1…9
    case relu(power: Int)
}
