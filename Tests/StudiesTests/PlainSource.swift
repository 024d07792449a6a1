import Differentiation
import Foundation
import LinearAlgebra
import Studies

/// Matrices entry by entry from the activations' closed forms and the planned sums: slow, plain, and without any device.
struct PlainSource: StudySource {
    func prepare(_ setting: StudySetting, seed: UInt64) throws(StudyError) -> any PreparedSetting { PlainSetting(setting, seed: seed) }
}

struct PlainSetting: PreparedSetting {
    let setting: StudySetting
    let weights: Matrix<Double>
    let biases: [Double]
    let interior: [[Double]]
    let boundary: [[Double]]

    init(_ setting: StudySetting, seed: UInt64) {
        self.setting = setting
        var generator = SplitMix(state: seed &+ UInt64(setting.replicate))
        let d = setting.dimension
        var weights = Matrix<Double>(rows: setting.features, columns: d)
        var biases: [Double] = []
        for j in 0..<setting.features {
            for k in 0..<d { weights[j, k] = generator.symmetric(setting.range) }
            biases.append(generator.symmetric(setting.range))
        }
        self.weights = weights
        self.biases = biases
        let side = d == 1 ? setting.points : Int(Double(setting.points).squareRoot())
        let inner = (1...side).map { -1 + 2 * Double($0) / Double(side + 1) }
        let edge = (0...(side + 1)).map { -1 + 2 * Double($0) / Double(side + 1) }
        interior = d == 1 ? inner.map { [$0] } : inner.flatMap { x in inner.map { [x, $0] } }
        boundary =
            d == 1 ? [[-1], [1]] : edge.flatMap { [[$0, -1], [$0, 1]] } + inner.flatMap { [[-1, $0], [1, $0]] }
    }

    var interiorRows: Int { interior.count }
    var linear: LinearOperator { setting.equation == .poisson ? .laplacian(dimension: setting.dimension) : .biharmonic(dimension: setting.dimension) }

    var rightHandSide: [Double] {
        let eigenvalue = -Double(setting.dimension) * Double.pi * Double.pi
        let factor = setting.equation == .poisson ? eigenvalue : eigenvalue * eigenvalue
        let zeros = boundary.count * (setting.equation == .poisson ? 1 : 2)
        return interior.map { factor * Self.exact($0) } + Array(repeating: 0, count: zeros)
    }

    static func exact(_ x: [Double]) -> Double { x.reduce(1) { $0 * sin(Double.pi * $1) } }

    var test: (values: Matrix<Double>, exact: [Double]) {
        var generator = SplitMix(state: 7)
        let points = (0..<(setting.dimension == 1 ? 301 : 1000)).map { _ in (0..<setting.dimension).map { _ in generator.symmetric(1) } }
        return (rows(points, .identity(dimension: setting.dimension), .automatic), points.map(Self.exact))
    }

    func matrix(_ method: DerivativeMethod) throws(StudyError) -> Matrix<Double> {
        let identity = LinearOperator.identity(dimension: setting.dimension)
        var blocks = [rows(interior, linear, method), rows(boundary, identity, .automatic)]
        if setting.equation == .biharmonic { blocks.append(rows(boundary, .laplacian(dimension: setting.dimension), .automatic)) }
        var result = Matrix<Double>(rows: blocks.reduce(0) { $0 + $1.rows }, columns: setting.features)
        for j in 0..<result.columns {
            var first = 0
            for block in blocks {
                for i in 0..<block.rows { result[first + i, j] = block[i, j] }
                first += block.rows
            }
        }
        return result
    }

    func roundingNorm(_ method: DerivativeMethod) -> Double? {
        guard case .stencil(let sum, _) = plan(linear, method), !sum.exact else { return nil }
        return sum.roundingNorm
    }

    private func plan(_ linear: LinearOperator, _ method: DerivativeMethod) -> DerivativeSum {
        let largest = (0..<setting.dimension).map { k in weights.column(k).map(abs).max() ?? 0 }
        do {
            return try DerivativeSum(operator: linear, method: method, activation: setting.activation, largestWeights: largest, precision: .f64)
        } catch { fatalError("\(error)") }
    }

    private func rows(_ points: [[Double]], _ linear: LinearOperator, _ method: DerivativeMethod) -> Matrix<Double> {
        let (d, n, act) = (setting.dimension, setting.features, setting.activation)
        var result = Matrix<Double>(rows: points.count, columns: n)
        switch plan(linear, method) {
        case .nodes(let sum):
            let tables = sum.tables(weights: weights.transposed.elements)
            for j in 0..<n {
                for (i, x) in points.enumerated() {
                    let z = (0..<d).reduce(biases[j]) { $0 + weights[j, $1] * x[$1] }
                    result[i, j] = sum.orders.indices.reduce(0) { total, q in
                        total + tables.coefficients[q * n + j] * act.derivative(sum.orders[q], at: z + (tables.shifts?[q * n + j] ?? 0))
                    }
                }
            }
        case .stencil(let sum, .f32): fill(&result, points, sum, Float.self) { Float(act.derivative(0, at: Double($0))) }
        case .stencil(let sum, .f64) where sum.exact: fill(&result, points, sum, Float80.self) { Self.relu($0, act) }
        case .stencil(let sum, .f64): fill(&result, points, sum, Double.self) { act.derivative(0, at: $0) }
        }
        return result
    }

    private static func relu(_ z: Float80, _ activation: Activation) -> Float80 {
        guard case .relu(let power) = activation, z > 0 else { return 0 }
        return (0..<power).reduce(1) { product, _ in product * z }
    }

    private func fill<Scalar: BinaryFloatingPoint>(
        _ result: inout Matrix<Double>, _ points: [[Double]], _ sum: StencilSum, _: Scalar.Type, _ value: (Scalar) -> Scalar
    ) {
        for j in 0..<result.columns {
            for (i, x) in points.enumerated() {
                let values = sum.offsets.map { offset in
                    value(x.indices.reduce(Scalar(0)) { $0 + Scalar(weights[j, $1]) * (Scalar(x[$1]) + Scalar(offset[$1])) } + Scalar(biases[j]))
                }
                var total = Scalar(0)
                for (scale, row) in zip(sum.scales, sum.weights) {
                    total += Scalar(scale) * zip(row, values).reduce(Scalar(0)) { $0 + Scalar($1.0) * $1.1 }
                }
                result[i, j] = Double(total)
            }
        }
    }
}

/// Steele, Lea and Flood's generator.
struct SplitMix {
    var state: UInt64

    mutating func symmetric(_ range: Double) -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return range * (2 * Double(z >> 11) * 0x1p-53 - 1)
    }
}
