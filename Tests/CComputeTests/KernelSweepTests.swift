import CCompute
import Foundation
import TestSupport
import Testing

/// Every kernel once, at small odd sizes, on the first OpenCL device, beside the native path: what scripts/oclgrind runs in the
/// simulator, for both shapes of the kernels. In ordinary runs the tests of the single kernels are the thorough ones.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["RESIDUA_KERNEL_SWEEP"] != nil, "run by scripts/oclgrind"))
struct KernelSweepTests {
    private let device: OpenedDevice
    private let native: OpenedDevice

    init() throws {
        device = try OpenedDevice(#require(OpenedDevice.firstOpenCL))
        native = try OpenedDevice(0)
    }

    /// Runs `body` on both devices in both precisions; the results must agree norm-wise.
    private func compare(_ what: String, _ body: (OpenedDevice, cc_precision, Packing) throws -> [Double]) throws {
        for precision in [CC_F32, CC_F64] {
            let packing = Packing(precision: precision)
            let difference = try relativeDifference(body(device, precision, packing), body(native, precision, packing))
            #expect(difference < (precision == CC_F32 ? 1e-6 : 1e-14), "\(what), \(precision == CC_F32 ? "f32" : "f64")")
        }
    }

    @Test func ensembles() throws {
        let cases: [EnsembleCase] = [
            .line(order: 2, stencil: false, widths: [1, 20, 1], points: 11), .line(order: 4, stencil: true, widths: [1, 5, 1], points: 5),
            .plane(widths: [2, 9, 1]),
        ]
        for test in cases {
            func check<Scalar: BinaryFloatingPoint & BitwiseCopyable & SIMDScalar>(_ type: Scalar.Type, _ smooth: Double) throws {
                let tolerance = max(smooth, Double(Scalar.ulpOfOne) * test.amplification)
                let members = test.members(2, as: Scalar.self, rate: 1e-6)
                let there = try test.ensemble(Scalar.self, on: device).run(members, stops: [2, 3], adam: true)
                let here = try test.ensemble(Scalar.self).run(members, stops: [2, 3], adam: true)
                for member in members.indices {
                    for (a, b) in zip(there.losses[member], here.losses[member]) { #expect(abs(a / b - 1) < tolerance, "\(test), \(type)") }
                }
            }
            try check(Float.self, 1e-5)
            try check(Double.self, 1e-12)
        }
    }

    @Test func products() throws {
        for (number, size) in [(1, 1, 1), (37, 3, 17), (9, 35, 5)].enumerated() {
            for transposition in 0..<4 {
                let product = DeviceProduct(
                    m: size.0, n: size.1, k: size.2, transposeA: transposition & 1 == 1, transposeB: transposition & 2 == 2, alpha: 2,
                    beta: number == 1 ? 1 : 0)
                #expect(try product.wrongEntries(on: device, Float.zero) == 0, "f32 \(product)")
                #expect(try product.wrongEntries(on: device, Double.zero) == 0, "f64 \(product)")
            }
        }
    }

    @Test func functions() throws {
        let count = 21
        let functions = [CC_FN_EXP, CC_FN_EXPM1, CC_FN_LOG1P, CC_FN_TANH, CC_FN_SIN, CC_FN_COS, CC_FN_ACTIVATION]
        for function in functions {
            try compare("function \(function.rawValue)") { device, precision, packing in
                let x = try packing.buffer((0..<count).map { Double($0) * 0.171875 - (function == CC_FN_LOG1P ? 0.5 : 2) }, on: device)
                let y = try packing.buffer([Double](repeating: 0, count: count), on: device)
                var map = cc_map(
                    precision: precision, function: function, activation: CC_SILU, power: 0, order: 3, count: Int64(count),
                    x: cc_matrix(buffer: x, offset: 0, stride: Int64(count)), y: cc_matrix(buffer: y, offset: 0, stride: Int64(count)))
                try device.check { cc_map_values(device.handle, &map, $0) }
                return try packing.read(y, count, on: device)
            }
        }
    }

    /// How the entries of a feature matrix are made.
    private enum Sum { case nodes, shiftedNodes, stencil, exactStencil }

    private func features(_ activation: cc_activation, _ sum: Sum, dimension d: Int, points m: Int, features n: Int) throws {
        try compare("features: activation \(activation.rawValue), \(sum), d = \(d)") { device, precision, packing in
            func spread(_ count: Int, _ step: Int) -> [Double] {
                (0..<count).map { (i: Int) -> Double in
                    let residue: Int = (i * step + 5) % 64
                    return Double(residue) / 32 - 1
                }
            }
            func matrix(_ values: [Double], _ stride: Int) throws -> cc_matrix {
                cc_matrix(buffer: try packing.buffer(values, on: device), offset: 0, stride: Int64(stride))
            }
            let result = try matrix([Double](repeating: 0, count: m * n), m)
            var set = cc_feature_set(
                precision: precision, activation: activation, power: 3, dimension: Int32(d), points: Int64(m), features: Int64(n),
                point_coordinates: try matrix(spread(m * d, 19), m), weights: try matrix(spread(d * n, 23), d), biases: try matrix(spread(n, 29), n),
                result: result)
            switch sum {
            case .nodes, .shiftedNodes:
                let orders: [Int32] = [2, 0, 1]
                let coefficients = try matrix(spread(3 * n, 31), n)
                let shifts = sum == .nodes ? cc_matrix() : try matrix(spread(3 * n, 37).map { $0 / 16 }, n)
                try orders.withUnsafeBufferPointer { orders in
                    var call = cc_node_sum(nodes: 3, orders: orders.baseAddress, coefficients: coefficients, shifts: shifts)
                    try device.check { cc_features_by_nodes(device.handle, &set, &call, $0) }
                }
            case .stencil, .exactStencil:
                var offsets = [Double](repeating: 0, count: 3 * d)
                for point in 0..<3 { offsets[point * d] = Double(point - 1) / 64 }
                let (weights, scales) = ([1.0, -2, 1, -0.5, 0, 0.5], [4096.0, 64])
                try offsets.withUnsafeBufferPointer { offsets in
                    try weights.withUnsafeBufferPointer { weights in
                        try scales.withUnsafeBufferPointer { scales in
                            var call = cc_stencil_sum(
                                stencil_points: 3, groups: 2, offsets: offsets.baseAddress, weights: weights.baseAddress, scales: scales.baseAddress,
                                exact: sum == .exactStencil)
                            try device.check { cc_features_by_stencil(device.handle, &set, &call, $0) }
                        }
                    }
                }
            }
            return try packing.read(result.buffer, m * n, on: device)
        }
    }

    @Test func sumsOverNodes() throws {
        for activation in [CC_TANH, CC_SIN, CC_COS, CC_SIGMOID, CC_SOFTPLUS, CC_SILU, CC_GAUSSIAN, CC_RELU, CC_GELU] {
            try features(activation, .nodes, dimension: 2, points: 21, features: 5)
        }
        try features(CC_TANH, .nodes, dimension: 1, points: 1, features: 1)
        try features(CC_TANH, .shiftedNodes, dimension: 5, points: 3, features: 2)
    }

    @Test func descents() throws {
        var numbers = NetworkNumbers(seed: 5)
        let source = numbers.list(9)
        var terms = [
            NetworkTerm.laplacian(2, of: 2, points: numbers.points(9, dimension: 2), source: source),
            NetworkTerm.values(points: numbers.points(3, dimension: 2), source: numbers.list(3), weight: 2),
        ]
        for index in terms.indices { terms[index].program = .quadratic(linear: [1], products: [], source: terms[index].source) }
        let widths: [Int32] = [2, 5, 1]
        let start = numbers.parameters(widths)
        for kind in [CC_DESCENT, CC_ADAM] {
            func end<Scalar: BinaryFloatingPoint & BitwiseCopyable>(_ type: Scalar.Type, on device: OpenedDevice?) throws -> [Double] {
                let plan = try NetworkPlan<Scalar>(widths: widths, activation: CC_TANH, terms: terms, on: device)
                var rows = [start, start.map { _ in 0 }, start.map { _ in 0 }, start]
                var losses = [0.0, 0, 0], error = cc_error()
                let rates = [1e-3, 1e-3, 1e-4], count = start.count
                var status = CC_OK, taken: Int64 = 0
                rows.withUnsafeMutableBufferPointer { rows in
                    let memory = UnsafeMutablePointer<Double>.allocate(capacity: 4 * count)
                    defer { memory.deallocate() }
                    for k in 0..<4 { for i in 0..<count { memory[k * count + i] = rows[k][i] } }
                    rates.withUnsafeBufferPointer { rates in
                        losses.withUnsafeMutableBufferPointer { losses in
                            var descent = cc_descent()
                            descent.optimizer = cc_optimizer(kind: kind, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 1e-3)
                            (descent.steps, descent.rates, descent.enough) = (3, rates.baseAddress, -1)
                            (descent.parameters, descent.best, descent.best_loss) = (memory, memory + 3 * count, .infinity)
                            if kind == CC_ADAM { (descent.moments, descent.squares) = (memory + count, memory + 2 * count) }
                            descent.losses = losses.baseAddress
                            status = cc_plan_descend(plan.plan, &descent, &error)
                            taken = descent.taken
                        }
                    }
                    for k in 0..<4 { for i in 0..<count { rows[k][i] = memory[k * count + i] } }
                }
                #expect(status == CC_OK && taken == 3)
                return rows.flatMap { $0 } + losses
            }
            #expect(try relativeDifference(end(Double.self, on: device), end(Double.self, on: nil)) < 1e-12)
            #expect(try relativeDifference(end(Float.self, on: device), end(Float.self, on: nil)) < 1e-4)
        }
    }

    @Test func plans() throws {
        var numbers = NetworkNumbers(seed: 71)
        // A set of jets a plan, for it is interpreted for every neuron.
        var fields = NetworkProgramTests.everything(&numbers, points: 3)
        fields.weight = 2
        let kinds = NetworkPlanTests.kinds(&numbers, points: 3)
        for (index, terms) in [[kinds[0], fields], [kinds[1]], [kinds[2], kinds[4]]].enumerated() {
            let widths: [Int32] = index == 2 ? [2, 6, 5, 1] : [2, 3, 1]
            let parameters = numbers.parameters(widths) + [0.5, 0.25]
            let exact = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, parameters: 2, terms: terms).gradient(parameters)
            let double = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, parameters: 2, terms: terms, on: device).gradient(parameters)
            let single = try NetworkPlan<Float>(widths: widths, activation: CC_TANH, parameters: 2, terms: terms, on: device).gradient(parameters)
            #expect(relativeDifference(double.gradient, exact.gradient) < 1e-12, "plan \(index)")
            #expect(relativeDifference(single.gradient.map(Double.init), exact.gradient) < 2e-4, "plan \(index)")
        }
    }

    @Test func sumsOverStencils() throws {
        try features(CC_SIN, .stencil, dimension: 1, points: 19, features: 6)
        try features(CC_TANH, .stencil, dimension: 3, points: 2, features: 1)
        try features(CC_RELU, .exactStencil, dimension: 2, points: 17, features: 5)
    }
}

/// Numbers on a device in one precision.
private struct Packing {
    let precision: cc_precision

    func buffer(_ values: [Double], on device: OpenedDevice) throws -> OpaquePointer {
        precision == CC_F64 ? try device.buffer(values) : try device.buffer(values.map(Float.init))
    }

    func read(_ buffer: OpaquePointer, _ count: Int, on device: OpenedDevice) throws -> [Double] {
        precision == CC_F64 ? try device.read(buffer, count, 0.0) : try device.read(buffer, count, Float.zero).map(Double.init)
    }
}
