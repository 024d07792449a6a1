import CCompute
import Differentiation

/// The arithmetic of a computation.
public typealias Precision = DerivativeMethod.Precision

extension DerivativeMethod.Precision {
    var code: cc_precision { self == .f32 ? CC_F32 : CC_F64 }

    /// Bytes of a number.
    public var bytes: Int { self == .f32 ? 4 : 8 }
}

extension Activation {
    var code: (activation: cc_activation, power: Int32) {
        switch self {
        case .tanh: (CC_TANH, 0)
        case .sin: (CC_SIN, 0)
        case .cos: (CC_COS, 0)
        case .sigmoid: (CC_SIGMOID, 0)
        case .softplus: (CC_SOFTPLUS, 0)
        case .silu: (CC_SILU, 0)
        case .gaussian: (CC_GAUSSIAN, 0)
        case .gelu: (CC_GELU, 0)
        case .relu(let power): (CC_RELU, Int32(power))
        }
    }
}
