import CCompute
import TestSupport
import Testing

@Suite struct FeatureMatrixTests {
    static func tolerance<T: TestScalar>(_ type: T.Type) -> Double { T.precision == CC_F64 ? 1e-14 : 1e-6 }
    static let names: [(name: String, activation: cc_activation, power: Int32)] = [
        ("tanh", CC_TANH, 0), ("sin", CC_SIN, 0), ("cos", CC_COS, 0), ("sigmoid", CC_SIGMOID, 0), ("softplus", CC_SOFTPLUS, 0),
        ("silu", CC_SILU, 0), ("gaussian", CC_GAUSSIAN, 0), ("relu3", CC_RELU, 3), ("gelu", CC_GELU, 0),
    ]

    // MARK: Against mpmath

    @Test(arguments: DeviceRig.usable) func sumsOverNodesAgainstReferences(device: Int32) throws {
        let rig = try DeviceRig(device)
        let references = try ReferenceNumbers("Functions/features.txt")
        for (seed, entry) in FeatureMatrixTests.names.enumerated() {
            var shifted = FeatureCase(activation: entry.activation, power: entry.power, seed: UInt64(seed))
            (shifted.dimension, shifted.scale, shifted.orders, shifted.shift) = (3, 4, [0, 2, 4, 1, 3], 0.25)
            var wide = FeatureCase(activation: entry.activation, power: entry.power, seed: UInt64(seed))
            wide.dimension = 100
            var mixed = FeatureCase(activation: entry.activation, power: entry.power, seed: UInt64(seed))
            (mixed.scale, mixed.orders) = (8, [4, 0, 2, 2])
            for (name, c) in [("shifted", shifted), ("wide", wide), ("mixed", mixed)] {
                let expected = references.values("\(entry.name).\(name)")
                #expect(expected.count == 15)
                #expect(normwiseError(try c.matrix(rig, as: Float.self), expected) <= 1e-6, "\(c)")
                if rig.info.fp64 { #expect(normwiseError(try c.matrix(rig, as: Double.self), expected) <= 1e-14, "\(c)") }
            }
        }
    }

    // MARK: Against a plain evaluation in extended precision

    #if arch(x86_64)
        static let sizes = [(1, 1), (1, 5), (7, 1), (16, 4), (33, 5), (131, 37), (300, 33)]

        @Test(arguments: DeviceRig.usable) func allShapesAndActivations(device: Int32) throws {
            let rig = try DeviceRig(device)
            for (number, entry) in FeatureMatrixTests.names.enumerated() {
                for (size, dimension) in zip(FeatureMatrixTests.sizes, [1, 2, 3, 100, 5, 2, 1]) {
                    for (orders, shift) in [([2], 0), ([0], 0), ([4], 0), ([1, 3], 0), ([0, 1, 2, 3, 4], 0.0), ([2, 2, 0], 0.5)] {
                        let c = FeatureCase(
                            activation: entry.activation, power: entry.power, dimension: dimension, points: size.0, features: size.1,
                            scale: dimension == 100 ? 1 : 4, orders: orders.map(Int32.init), shift: shift, seed: UInt64(100 + number))
                        try compare(c, rig, Float.self)
                        if rig.info.fp64 { try compare(c, rig, Double.self) }
                    }
                }
            }
        }

        @Test(arguments: DeviceRig.usable) func largeArgumentsAndDimensions(device: Int32) throws {
            let rig = try DeviceRig(device)
            for entry in FeatureMatrixTests.names {
                for (dimension, scale) in [(2, 16.0), (100, 8.0), (1024, 1.0), (1, 128.0)] {
                    let c = FeatureCase(
                        activation: entry.activation, power: entry.power, dimension: dimension, points: 40, features: 6, scale: scale, seed: 7)
                    try compare(c, rig, Float.self)
                    if rig.info.fp64 { try compare(c, rig, Double.self) }
                }
            }
        }

        /// Norm-wise relative to what the sum's terms weigh: a sum of several terms may cancel. A single entry, which no larger one
        /// outweighs, may lie beside a root of a derivative: there errors are counted in ulps of σ's size, three times as many.
        private func compare<T: TestScalar>(_ c: FeatureCase, _ rig: DeviceRig, _ type: T.Type) throws {
            let (expected, weight) = PlainFeatures.matrix(c)
            let result = try c.matrix(rig, as: type)
            let error = zip(result, expected).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
            let allowance = c.points * c.features == 1 ? 3.0 : 1.0
            #expect(error.squareRoot() <= allowance * FeatureMatrixTests.tolerance(type) * weight + 1e-30, "\(c) as \(T.self)")
        }
    #endif

    // MARK: Bits

    @Test func bitsDoNotDependOnThreads() throws {
        let rig = try DeviceRig()
        defer { cc_set_threads(0) }
        for activation in [CC_TANH, CC_SIN] {
            let c = FeatureCase(activation: activation, points: 1003, features: 71, orders: [2, 0], seed: 3)
            cc_set_threads(1)
            let one = try c.matrix(rig, as: Double.self).map(\.bits)
            let fd = try c.stencil(rig, offsets: [0, 0, 0.01, 0, -0.01, 0], weights: [-2, 1, 1], scales: [1e4], as: Double.self).map(\.bits)
            for threads in 2...4 {
                cc_set_threads(Int32(threads))
                #expect(try c.matrix(rig, as: Double.self).map(\.bits) == one)
                let again = try c.stencil(rig, offsets: [0, 0, 0.01, 0, -0.01, 0], weights: [-2, 1, 1], scales: [1e4], as: Double.self)
                #expect(again.map(\.bits) == fd)
            }
        }
    }

    @Test func bitsDoNotDependOnTheInstructionSet() throws {
        let rig = try DeviceRig()
        defer { cc_native_select_isa_here(nil) }
        for entry in FeatureMatrixTests.names {
            for shift in [0, 0.25] {
                let c = FeatureCase(
                    activation: entry.activation, power: entry.power, dimension: 3, points: 77, features: 9, orders: [2, 0, 1], shift: shift, seed: 4)
                #expect(cc_native_select_isa_here("generic"))
                let generic = (try c.matrix(rig, as: Float.self).map(\.bits), try c.matrix(rig, as: Double.self).map(\.bits))
                for label in ["avx2", "avx512"] where cc_native_select_isa_here(label) {
                    #expect(try c.matrix(rig, as: Float.self).map(\.bits) == generic.0, "\(label), \(c)")
                    #expect(try c.matrix(rig, as: Double.self).map(\.bits) == generic.1, "\(label), \(c)")
                }
            }
        }
    }

    /// A point's row is the same in any matrix: alone, in a tail, or inside a block.
    @Test(arguments: DeviceRig.usable) func bitsDoNotDependOnTheOtherPoints(device: Int32) throws {
        let rig = try DeviceRig(device)
        for activation in [CC_TANH, CC_COS] {
            let whole = FeatureCase(activation: activation, dimension: 1, points: 150, features: 5, seed: 5)
            let all = try whole.matrix(rig, as: Float.self)
            let inputs = whole.inputs()
            for count in [1, 2, 3, 7, 8, 9, 15, 17, 31, 33, 64, 65, 127, 129, 149] {
                let part = try PartialSet(whole, first: 150 - count, count: count, inputs).matrix(rig)
                for j in 0..<5 {
                    let column = all[(150 * j + 150 - count)..<(150 * (j + 1))]
                    #expect(part[(count * j)..<(count * (j + 1))].map(\.bits) == column.map(\.bits), "\(count) points")
                }
            }
        }
    }

    /// Offsets into larger buffers and strides beyond the sizes; what lies between is left alone.
    @Test(arguments: DeviceRig.usable) func offsetsAndStrides(device: Int32) throws {
        let rig = try DeviceRig(device)
        let c = FeatureCase(dimension: 2, points: 21, features: 4, seed: 6)
        let plain = try c.matrix(rig, as: Float.self)
        let inputs = c.inputs()
        func padded(_ values: [Double], rows: Int, stride: Int, offset: Int) -> [Float] {
            var spread = [Float](repeating: .nan, count: offset + stride * (values.count / rows))
            for (i, v) in values.enumerated() { spread[offset + (i / rows) * stride + i % rows] = Float(v) }
            return spread
        }
        var (set, _) = try c.featureSet(rig, inputs, as: Float.self)
        set.point_coordinates = cc_matrix(buffer: try rig.buffer(padded(inputs.x, rows: 21, stride: 30, offset: 5)), offset: 5, stride: 30)
        set.weights = cc_matrix(buffer: try rig.buffer(padded(inputs.w, rows: 2, stride: 3, offset: 1)), offset: 1, stride: 3)
        set.biases = cc_matrix(buffer: try rig.buffer(padded(inputs.b, rows: 4, stride: 4, offset: 2)), offset: 2, stride: 4)
        set.result = cc_matrix(buffer: try rig.buffer([Float](repeating: -7, count: 9 + 25 * 4)), offset: 9, stride: 25)
        let coefficients = cc_matrix(buffer: try rig.buffer(padded(inputs.c, rows: 4, stride: 6, offset: 3)), offset: 3, stride: 6)
        try c.orders.withUnsafeBufferPointer { orders in
            var sum = cc_node_sum(nodes: 1, orders: orders.baseAddress, coefficients: coefficients, shifts: cc_matrix())
            try rig.check { cc_features_by_nodes(rig.device, &set, &sum, $0) }
        }
        let spread = try rig.read(set.result, count: 9 + 25 * 4, as: Float.zero)
        for (i, value) in spread.enumerated() {
            let (row, column) = ((i - 9) % 25, (i - 9) / 25)
            #expect(value == (i >= 9 && row < 21 ? plain[21 * column + row] : -7))
        }
    }
}

/// Some consecutive points of a case.
private struct PartialSet {
    let whole: FeatureCase
    let first, count: Int
    let inputs: FeatureCase.Inputs

    init(_ whole: FeatureCase, first: Int, count: Int, _ inputs: FeatureCase.Inputs) {
        (self.whole, self.first, self.count, self.inputs) = (whole, first, count, inputs)
    }

    func matrix(_ rig: DeviceRig) throws -> [Float] {
        var c = whole
        c.points = count
        var part = inputs
        part.x = (0..<whole.dimension).flatMap { k in inputs.x[(k * whole.points + first)..<(k * whole.points + first + count)] }
        var (set, result) = try c.featureSet(rig, part, as: Float.self)
        let coefficients = try rig.matrix(part.c.map { Float($0) }, stride: c.features)
        try c.orders.withUnsafeBufferPointer { orders in
            var sum = cc_node_sum(nodes: Int32(c.orders.count), orders: orders.baseAddress, coefficients: coefficients, shifts: cc_matrix())
            try rig.check { cc_features_by_nodes(rig.device, &set, &sum, $0) }
        }
        result = set.result
        return try rig.read(result, count: count * c.features, as: Float.zero)
    }
}
