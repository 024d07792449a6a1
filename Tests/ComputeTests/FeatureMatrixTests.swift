import Compute
import Differentiation
import Foundation
import LinearAlgebra
import Models
import TestSupport
import Testing

@Suite struct FeatureMatrixTests {
    static let devices = DeviceCatalogue.shared.probed().filter(\.usable)

    /// Three features in two dimensions, numbers that single precision holds.
    static let model = RandomFeatureModel(
        weights: Matrix(rows: [[0.5, -1.25], [2, 0.75], [-0.375, 1]]), biases: [0.25, -0.5, 1], activation: .sin)
    static let points = Matrix<Double>(
        rows: (0..<23).map { (i: Int) -> [Double] in
            let remainder = i * i % 13
            return [Double(i) / 16 - 0.5, 1 - Double(remainder) / 8]
        })

    private static func argument(_ i: Int, _ j: Int) -> Double {
        model.weights[j, 0] * points[i, 0] + model.weights[j, 1] * points[i, 1] + model.biases[j]
    }

    private static func squaredWeight(_ j: Int) -> Double { model.weights[j, 0] * model.weights[j, 0] + model.weights[j, 1] * model.weights[j, 1] }

    /// Interior rows as they are, a condition's below them times √weight: for sin, Δσ = −|w|² sin z.
    @Test(arguments: devices) func blocksAreStackedAndScaled(info: DeviceInfo) throws {
        let device = try Device(info)
        let boundary = Matrix<Double>(rows: (0..<5).map { FeatureMatrixTests.points.row(3 * $0) })
        let blocks = [
            FeatureBlock(.laplacian(dimension: 2), method: .automatic, points: FeatureMatrixTests.points),
            FeatureBlock(.identity(dimension: 2), method: .automatic, points: boundary, scale: 3),
        ]
        var expected = Matrix<Double>(rows: 28, columns: 3)
        for j in 0..<3 {
            for i in 0..<23 { expected[i, j] = -FeatureMatrixTests.squaredWeight(j) * sin(FeatureMatrixTests.argument(i, j)) }
            for i in 0..<5 { expected[23 + i, j] = 3 * sin(FeatureMatrixTests.argument(3 * i, j)) }
        }
        for precision in info.fp64 ? [Precision.f32, .f64] : [.f32] {
            let matrix = try device.featureMatrix(blocks, model: FeatureMatrixTests.model, precision: precision)
            #expect(matrix.rows == 28 && matrix.columns == 3)
            #expect(relativeDifference(matrix.elements, expected.elements) < (precision == .f32 ? 1e-6 : 1e-14), "\(precision)")
        }
    }

    /// The exact stencil of sin is an eigenfunction's too: (2 − 2cos(w h))/h² instead of w²; the rounded one is near it.
    @Test(arguments: devices.filter(\.fp64)) func stencilsByBothMethods(info: DeviceInfo) throws {
        let device = try Device(info)
        let h = 0x1p-7
        let operation = LinearOperator.derivative(2, axis: 1, dimension: 2)
        var expected = Matrix<Double>(rows: 23, columns: 3)
        for j in 0..<3 {
            let half = sin(FeatureMatrixTests.model.weights[j, 1] * h / 2)
            for i in 0..<23 { expected[i, j] = -4 * half * half / (h * h) * sin(FeatureMatrixTests.argument(i, j)) }
        }
        func difference(_ method: DerivativeMethod) throws -> Double {
            let block = FeatureBlock(operation, method: method, points: FeatureMatrixTests.points)
            return relativeDifference(try device.featureMatrix([block], model: FeatureMatrixTests.model).elements, expected.elements)
        }
        #expect(try difference(.exactDifference(accuracy: 2, step: .fixed(h))) < 1e-13)
        let rounded = try difference(.finiteDifference(accuracy: 2, step: .fixed(h), precision: nil))
        #expect(rounded < 1e-10 && rounded > 1e-15)
        let single = try difference(.finiteDifference(accuracy: 2, step: .fixed(h), precision: .f32))
        #expect(single < 0.1 && single > 1e-6, "evaluated in single precision: \(single)")
    }

    /// Every device agrees with the native path, for all activations.
    @Test(arguments: devices.filter(\.fp64)) func devicesAgree(info: DeviceInfo) throws {
        let (device, native) = (try Device(info), try Device(.native))
        for activation in [Activation.tanh, .cos, .sigmoid, .softplus, .silu, .gaussian, .gelu, .relu(power: 5)] {
            let model = RandomFeatureModel(weights: FeatureMatrixTests.model.weights, biases: FeatureMatrixTests.model.biases, activation: activation)
            let block = FeatureBlock(.biharmonic(dimension: 2), method: .automatic, points: FeatureMatrixTests.points)
            let matrices = try [device, native].map { try $0.featureMatrix([block], model: model).elements }
            #expect(relativeDifference(matrices[0], matrices[1]) < 1e-14, "\(activation)")
        }
    }

    @Test func otherDimensionsAreRefused() throws {
        let block = FeatureBlock(.identity(dimension: 1), method: .automatic, points: Matrix(rows: [[1], [2]]))
        do {
            _ = try Device(.native).featureMatrix([block], model: FeatureMatrixTests.model)
            Issue.record("points of one coordinate were taken")
        } catch {
            guard case .shape = error as? ComputeError else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test(arguments: devices) func products(info: DeviceInfo) throws {
        let device = try Device(info)
        let a = Matrix<Double>(rows: (0..<7).map { (i: Int) -> [Double] in (0..<5).map { (j: Int) -> Double in Double((i * 5 + j) % 9) - 4 } })
        let b = Matrix<Double>(rows: (0..<6).map { (i: Int) -> [Double] in (0..<5).map { (j: Int) -> Double in Double((i * 3 + j) % 7) - 3 } })
        var expected = Matrix<Double>(rows: 7, columns: 6)
        for i in 0..<7 {
            for j in 0..<6 { expected[i, j] = (0..<5).reduce(0) { $0 + a[i, $1] * b[j, $1] } }
        }
        #expect(try device.multiply(a, transposed: false, b, transposed: true, precision: .f32) == expected)
        #expect(try device.multiply(a.transposed, transposed: true, b.transposed, precision: .f32) == expected)
        if info.fp64 { #expect(try device.multiply(a, transposed: false, b, transposed: true) == expected) }
        #expect(throws: ComputeError.self) { try device.multiply(a, b, precision: .f32) }
    }
}
