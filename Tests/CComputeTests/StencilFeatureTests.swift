import CCompute
import TestSupport
import Testing

@Suite struct StencilFeatureTests {
    /// Central differences as flat arrays: offsets [S][d], weights [G][S], scales [G].
    struct Stencil {
        var offsets: [Double]
        var weights: [Double]
        var scales: [Double]
        var points: Int { weights.count / scales.count }
    }

    /// Second differences along each axis, a group an axis, sharing the centre.
    static func laplacian(dimension: Int, step: Double) -> Stencil {
        var offsets = [Double](repeating: 0, count: dimension)
        var weights = [[Double]](repeating: [-2], count: dimension)
        for axis in 0..<dimension {
            for sign in [1.0, -1] {
                offsets += (0..<dimension).map { $0 == axis ? sign * step : 0 }
                for g in 0..<dimension { weights[g].append(g == axis ? 1 : 0) }
            }
        }
        return Stencil(offsets: offsets, weights: weights.flatMap { $0 }, scales: [Double](repeating: 1 / (step * step), count: dimension))
    }

    /// The thirteen points of Δ² at accuracy 2.
    static func biharmonic(step: Double) -> Stencil {
        var table: [(Double, Double, Double)] = [(0, 0, 20)]
        for s in [1.0, -1] { table += [(s, 0, -8), (0, s, -8), (2 * s, 0, 1), (0, 2 * s, 1), (s, 1, 2), (s, -1, 2)] }
        return Stencil(offsets: table.flatMap { [$0.0 * step, $0.1 * step] }, weights: table.map(\.2), scales: [1 / (step * step * step * step)])
    }

    /// Every operation of the definition rounded one by one, over the device's own activation: the kernel has the same bits.
    @Test(arguments: DeviceRig.usable) func evaluatedAsWritten(device: Int32) throws {
        let rig = try DeviceRig(device)
        for (activation, power) in [(CC_TANH, 0), (CC_SIN, 0), (CC_GAUSSIAN, 0), (CC_SOFTPLUS, 0), (CC_RELU, 3)] as [(cc_activation, Int32)] {
            for (dimension, points, features) in [(1, 1, 1), (2, 37, 5), (3, 130, 6), (20, 9, 3)] {
                let c = FeatureCase(
                    activation: activation, power: power, dimension: dimension, points: points, features: features, scale: 4, seed: 21)
                let stencil = StencilFeatureTests.laplacian(dimension: min(dimension, 16), step: 1e-3)
                if dimension <= 16 {
                    try compareAsWritten(c, stencil, rig, Float.self)
                    if rig.info.fp64 { try compareAsWritten(c, stencil, rig, Double.self) }
                }
                var one = StencilFeatureTests.laplacian(dimension: dimension, step: 0.05)
                let count = one.points
                one.weights = (0..<count).map { s in s == 0 ? Double(-2 * dimension) : 1 }
                one.scales = [400]
                try compareAsWritten(c, one, rig, Float.self)
                if rig.info.fp64 { try compareAsWritten(c, one, rig, Double.self) }
            }
        }
    }

    private func compareAsWritten<T: TestScalar>(_ c: FeatureCase, _ stencil: Stencil, _ rig: DeviceRig, _ type: T.Type) throws {
        let result = try c.stencil(rig, offsets: stencil.offsets, weights: stencil.weights, scales: stencil.scales, as: type)
        let inputs = c.inputs()
        let (x, w, b) = (inputs.x.map { T($0) }, inputs.w.map { T($0) }, inputs.b.map { T($0) })
        let count = stencil.points
        var z: [T] = []
        for j in 0..<c.features {
            for i in 0..<c.points {
                for s in 0..<count {
                    var dot: T = 0
                    for k in 0..<c.dimension {
                        let moved = x[k * c.points + i] + T(stencil.offsets[s * c.dimension + k])
                        let product = w[j * c.dimension + k] * moved
                        dot = k == 0 ? product : dot + product
                    }
                    z.append(dot + b[j])
                }
            }
        }
        let values = try rig.map(CC_FN_ACTIVATION, z, activation: c.activation, power: c.power)
        for element in 0..<result.count {
            var total: T = 0
            for (g, scale) in stencil.scales.enumerated() {
                var sum: T = 0
                for s in 0..<count {
                    let weight = T(stencil.weights[g * count + s])
                    if weight != 0 {
                        let term = weight * values[element * count + s]
                        sum = sum + term
                    }
                }
                let scaled = T(scale) * sum
                total = g == 0 ? scaled : total + scaled
            }
            #expect(result[element] == total, "\(c) as \(T.self), element \(element)")
        }
    }

    #if arch(x86_64)
        /// Against the exact value of the stencil: rounding costs no more than 3 eps ‖stencil‖₁ / h^p times the function's size.
        @Test(arguments: DeviceRig.usable) func roundingIsAsLargeAsItMustBe(device: Int32) throws {
            let rig = try DeviceRig(device)
            for entry in FeatureMatrixTests.names where entry.name != "relu3" {
                for (stencil, step) in [
                    (StencilFeatureTests.laplacian(dimension: 2, step: 0x1p-8), 0x1p-8), (StencilFeatureTests.biharmonic(step: 0x1p-4), 0x1p-4),
                ] {
                    let c = FeatureCase(activation: entry.activation, dimension: 2, points: 65, features: 7, scale: 2, seed: 22)
                    let expected = exactValues(c, stencil)
                    try compareRounding(c, stencil, expected, step, rig, Float.self)
                    if rig.info.fp64 { try compareRounding(c, stencil, expected, step, rig, Double.self) }
                }
            }
        }

        private func exactValues(_ c: FeatureCase, _ stencil: Stencil) -> [Double] {
            let inputs = c.inputs()
            return (0..<c.points * c.features).map { element in
                let (i, j) = (element % c.points, element / c.points)
                var total: Float80 = 0
                for s in 0..<stencil.points {
                    var z = Float80(inputs.b[j])
                    for k in 0..<c.dimension {
                        z +=
                            Float80(inputs.w[j * c.dimension + k])
                            * (Float80(inputs.x[k * c.points + i]) + Float80(stencil.offsets[s * c.dimension + k]))
                    }
                    let value = PlainFeatures.derivative(c.activation, 0, 0, z)
                    for (g, scale) in stencil.scales.enumerated() { total += Float80(scale * stencil.weights[g * stencil.points + s]) * value }
                }
                return Double(total)
            }
        }

        private func compareRounding<T: TestScalar>(
            _ c: FeatureCase, _ stencil: Stencil, _ expected: [Double], _ step: Double, _ rig: DeviceRig, _ type: T.Type
        ) throws {
            let result = try c.stencil(rig, offsets: stencil.offsets, weights: stencil.weights, scales: stencil.scales, as: type)
            let size = zip(stencil.weights, stencil.weights.indices).reduce(0) { $0 + abs($1.0) * stencil.scales[$1.1 / stencil.points] }
            // |σ| and |z σ'| are below 6 for these weights: the function's size.
            let bound = 3 * 2 * T.unitRoundoff * size * 6
            let largest = zip(result, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
            #expect(largest <= bound, "\(c) as \(T.self): \(largest) > \(bound)")
        }
    #endif

    @Test(arguments: DeviceRig.usable) func exactStencilsOfReLU(device: Int32) throws {
        let rig = try DeviceRig(device)
        let references = try ReferenceNumbers("Functions/features.txt")
        for power in [1, 2, 3, 5] {
            let c = FeatureCase(activation: CC_RELU, power: Int32(power), scale: 2, seed: UInt64(50 + power))
            for (name, stencil) in [
                ("laplacian", StencilFeatureTests.laplacian(dimension: 2, step: 0x1p-10)),
                ("biharmonic", StencilFeatureTests.biharmonic(step: 0x1p-6)),
            ] {
                let expected = references.values("relu\(power).\(name)")
                #expect(expected.count == 15)
                let single = try c.stencil(
                    rig, offsets: stencil.offsets, weights: stencil.weights, scales: stencil.scales, exact: true, as: Float.self)
                // Twice single precision leaves eps² ‖stencil‖₁/hᵖ, here 64 · 2²⁴ · 2⁻⁴⁸ for the biharmonic.
                #expect(normwiseError(single, expected) <= 1e-6 + 0x1p-18, "relu\(power) \(name)")
                if rig.info.fp64 {
                    let double = try c.stencil(
                        rig, offsets: stencil.offsets, weights: stencil.weights, scales: stencil.scales, exact: true, as: Double.self)
                    #expect(normwiseError(double, expected) <= 1e-14, "relu\(power) \(name)")
                }
            }
        }
    }

    /// Where no kink lies within the stencil the second difference of max(z, 0)³ is its derivative, and float-float keeps it.
    @Test(arguments: DeviceRig.usable) func exactStencilHasNoCancellation(device: Int32) throws {
        let rig = try DeviceRig(device)
        let c = FeatureCase(activation: CC_RELU, power: 3, dimension: 1, points: 200, features: 4, scale: 4, seed: 23)
        let step = 0x1p-12
        let inputs = c.inputs()
        let result = try c.stencil(rig, offsets: [0, step, -step], weights: [-2, 1, 1], scales: [1 / (step * step)], exact: true, as: Float.self)
        for (element, value) in result.enumerated() {
            let (i, j) = (element % c.points, element / c.points)
            let z = inputs.w[j] * inputs.x[i] + inputs.b[j]
            guard abs(z) > 0.01 else { continue }
            let derivative = z > 0 ? 6 * z * inputs.w[j] * inputs.w[j] : 0
            // Pairs of floats carry 2⁻⁴⁸ of |z|³; four of them are multiplied by 1/h².
            let rounding = 32 * 0x1p-48 * abs(z * z * z) / (step * step)
            #expect(abs(Double(value) - derivative) <= 1e-6 * abs(derivative) + rounding)
        }
    }
}
