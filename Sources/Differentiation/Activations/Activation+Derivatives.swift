#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Activation {
    /// σ⁽ⁿ⁾(z), the derivative of order n at z, by closed forms.
    ///
    /// The relative error is a few ulps also in the tails, except beside the derivative's own zeros. A derivative of max(z, 0)^k of
    /// order n ≥ k takes the value from the left at the kink, and none of the point masses there is counted.
    ///
    /// - Parameters:
    ///   - order: n, 0…6.
    ///   - z: any finite number.
    public func derivative(_ order: Int, at z: Double) -> Double {
        precondition((0...6).contains(order), "derivatives of activations are known to order 6")
        switch self {
        case .tanh: return Activation.tanhDerivative(order, z)
        case .sin: return Activation.sineDerivative(order, z)
        case .cos: return Activation.sineDerivative(order + 1, z)
        case .sigmoid: return Activation.sigmoidDerivative(order, z)
        case .softplus: return order == 0 ? max(z, 0) + log1p(exp(-abs(z))) : Activation.sigmoidDerivative(order - 1, z)
        case .silu:
            let own = z * Activation.sigmoidDerivative(order, z)
            return order == 0 ? own : own + Double(order) * Activation.sigmoidDerivative(order - 1, z)
        case .gaussian: return Activation.gaussianDerivative(order, z)
        case .gelu: return Activation.geluDerivative(order, z)
        case .relu(let power): return Activation.powerDerivative(order, z, power: power)
        }
    }

    /// The n-th derivative of sin turns it by n quarters.
    private static func sineDerivative(_ order: Int, _ z: Double) -> Double {
        switch order % 4 {
        case 0: sine(z)
        case 1: cosine(z)
        case 2: -sine(z)
        default: -cosine(z)
        }
    }

    /// tanh⁽ⁿ⁾ = s·Qₙ(t) with t = tanh z, s = 1 − t² = 4q/(1+q)², q = e^(−2|z|), Q₁ = 1, Qₙ₊₁ = −2t Qₙ + (1 − t²) Qₙ′;
    /// written in both s and t² so that neither at the origin nor in the tails large terms cancel.
    private static func tanhDerivative(_ order: Int, _ z: Double) -> Double {
        let t = hyperbolicTangent(z)
        let q = exp(-2 * abs(z))
        let s = 4 * q / ((1 + q) * (1 + q))
        let u = t * t
        switch order {
        case 0: return t
        case 1: return s
        case 2: return -2 * t * s
        case 3: return s * (4 * u - 2 * s)
        case 4: return 8 * s * t * (2 * s - u)
        case 5: return s * (16 - 120 * u * s)
        default: return s * t * (720 * u * s - 240 * s - 32)
        }
    }

    /// 1/(1 + e^−z) = ½ + ½ tanh(z/2).
    private static func sigmoidDerivative(_ order: Int, _ z: Double) -> Double {
        guard order == 0 else { return tanhDerivative(order, z / 2) / Double(2 << order) }
        let q = exp(-abs(z))
        return z < 0 ? q / (1 + q) : 1 / (1 + q)
    }

    /// (−1)ⁿ Hₙ(z) exp(−z²), the square carried in two parts so that far tails keep their digits.
    private static func gaussianDerivative(_ order: Int, _ z: Double) -> Double {
        let square = z * z
        let rest = (-square).addingProduct(z, z)
        // Far out the square overflows; the function has long been zero there.
        let value = square < 800 ? exp(-square) * (1 - rest) : 0
        let u = square < 800 ? square : 0
        switch order {
        case 0: return value
        case 1: return -2 * z * value
        case 2: return (4 * u - 2) * value
        case 3: return -z * (8 * u - 12) * value
        case 4: return (u * (16 * u - 48) + 12) * value
        case 5: return -z * (u * (32 * u - 160) + 120) * value
        default: return (u * (u * (64 * u - 480) + 720) - 120) * value
        }
    }

    /// zΦ, Φ + zφ, then (−1)ⁿ(Heₙ₋₂ − Heₙ) φ with φ = exp(−z²/2)/√(2π) and Hermite's polynomials; the squares and z/√2 carried in two parts.
    private static func geluDerivative(_ order: Int, _ z: Double) -> Double {
        let square = z * z
        let rest = (-square).addingProduct(z, z)
        let density = square < 1600 ? exp(-square / 2) * (1 - rest / 2) * 0.3989422804014327 : 0
        let u = square < 1600 ? square : 0
        switch order {
        case 0: return z * distribution(z, density)
        case 1: return density == 0 ? (z < 0 ? 0 : 1) : distribution(z, density) + z * density
        case 2: return (2 - u) * density
        case 3: return z * (u - 4) * density
        case 4: return (u * (7 - u) - 4) * density
        case 5: return z * (u * (u - 11) + 18) * density
        default: return (u * (u * (16 - u) - 51) + 18) * density
        }
    }

    /// Φ(z) = ½ erfc(x), x = −z/√2, with its slope φ making up for what rounding x lost.
    private static func distribution(_ z: Double, _ density: Double) -> Double {
        guard abs(z) < 40 else { return z < 0 ? 0 : 1 }
        let root = 1.4142135623730951
        let rootRest = -9.667293313452913e-17
        let x = -z / root
        let lost = z.addingProduct(x, root) + x * rootRest
        return 0.5 * erfc(x) + lost * density
    }

    private static func powerDerivative(_ order: Int, _ z: Double, power: Int) -> Double {
        guard z > 0, order <= power else { return 0 }
        var value = 1.0
        for factor in 0..<order { value *= Double(power - factor) }
        for _ in order..<power { value *= z }
        return value
    }
}

// Inside `Activation` the cases hide the library's functions of the same names.
private func sine(_ z: Double) -> Double { sin(z) }
private func cosine(_ z: Double) -> Double { cos(z) }
private func hyperbolicTangent(_ z: Double) -> Double { tanh(z) }
