#if arch(x86_64)
    import CCompute
    import Foundation

    /// Feature matrices in 80-bit arithmetic with the C library's functions and textbook formulas in t = tanh z, s = sigmoid z.
    enum PlainFeatures {
        /// The matrix, column-major, and the norm of the matrix of Σ |terms|.
        static func matrix(_ c: FeatureCase) -> (values: [Double], weight: Double) {
            let inputs = c.inputs()
            var values = [Double](repeating: 0, count: c.points * c.features)
            var weight = 0.0
            for j in 0..<c.features {
                for i in 0..<c.points {
                    var z = Float80(inputs.b[j])
                    for k in 0..<c.dimension { z += Float80(inputs.w[j * c.dimension + k]) * Float80(inputs.x[k * c.points + i]) }
                    var sum: Float80 = 0
                    var terms: Float80 = 0
                    for (q, order) in c.orders.enumerated() {
                        let shift = c.shift == 0 ? 0 : Float80(inputs.s[q * c.features + j])
                        let term = Float80(inputs.c[q * c.features + j]) * derivative(c.activation, Int(c.power), Int(order), z + shift)
                        sum += term
                        terms += abs(term)
                    }
                    values[j * c.points + i] = Double(sum)
                    weight += Double(terms * terms)
                }
            }
            return (values, weight.squareRoot())
        }

        static func derivative(_ activation: cc_activation, _ power: Int, _ order: Int, _ z: Float80) -> Float80 {
            switch activation {
            case CC_TANH:
                let e = exp(-2 * abs(z))
                let d = 4 * e / ((1 + e) * (1 + e))
                let t = tanh(z)
                return [t, d, -2 * t * d, (6 * t * t - 2) * d, 8 * t * d * (2 - 3 * t * t)][order]
            case CC_SIN: return [sin(z), cos(z), -sin(z), -cos(z), sin(z)][order]
            case CC_COS: return [cos(z), -sin(z), -cos(z), sin(z), cos(z)][order]
            case CC_SIGMOID: return sigmoid(order, z)
            case CC_SOFTPLUS: return order == 0 ? max(z, 0) + log1p(exp(-abs(z))) : sigmoid(order - 1, z)
            case CC_SILU: return z * sigmoid(order, z) + (order > 0 ? Float80(order) * sigmoid(order - 1, z) : 0)
            case CC_GAUSSIAN:
                let g = exp(-z * z)
                return [g, -2 * z * g, (4 * z * z - 2) * g, (12 - 8 * z * z) * z * g, (16 * z * z * z * z - 48 * z * z + 12) * g][order]
            case CC_GELU:
                let f = exp(-z * z / 2) / (2 * Float80.pi).squareRoot()
                let p = erfc(-z / Float80(2).squareRoot()) / 2
                return [z * p, p + z * f, (2 - z * z) * f, (z * z - 4) * z * f, (7 * z * z - 4 - z * z * z * z) * f][order]
            default:
                guard order <= power, z > 0 else { return 0 }
                return (0..<order).reduce(1) { $0 * Float80(power - $1) } * (0..<(power - order)).reduce(1) { y, _ in y * z }
            }
        }

        private static func sigmoid(_ order: Int, _ z: Float80) -> Float80 {
            let e = exp(-abs(z))
            let s = z > 0 ? 1 / (1 + e) : e / (1 + e)
            let r = z > 0 ? e / (1 + e) : 1 / (1 + e)  // 1 - s
            let d = s * r
            return [s, d, d * (r - s), d * (1 - 6 * d), d * (r - s) * (1 - 12 * d)][order]
        }
    }
#endif
