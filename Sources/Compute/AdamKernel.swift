import CCompute

/// A step of Adam or AdamW over vectors, in the processor's widest registers; the same bits on every instruction set.
///
/// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − η ((m/(1 − β₁ᵗ))/(√(v/(1 − β₂ᵗ)) + ε) + λθ), every operation rounded in the precision.
public struct AdamKernel {
    private var code: cc_optimizer

    /// - Parameter decay: λ.
    public init(beta1: Double, beta2: Double, epsilon: Double, decay: Double) {
        code = cc_optimizer(kind: CC_ADAM, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay)
    }

    /// Step t ≥ 1; `first` and `second` are m and v, zeros before step 1.
    ///
    /// - Parameter precision: of the arithmetic; all numbers are rounded to it first.
    /// - Precondition: as many numbers in all four vectors.
    public func step(
        _ t: Int, rate: Double, along gradient: [Double], _ precision: Precision, _ parameters: inout [Double], first: inout [Double],
        second: inout [Double]
    ) {
        let count = gradient.count
        precondition(parameters.count == count && first.count == count && second.count == count, "vectors of one length")
        withUnsafePointer(to: code) { code in
            cc_adam_step(precision.code, code, rate, Int64(t), Int64(count), gradient, &parameters, &first, &second)
        }
    }
}
