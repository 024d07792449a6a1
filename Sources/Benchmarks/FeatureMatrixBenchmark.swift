import CCompute

/// Assembly of a random-feature matrix: 4000 points, 1000 features, the Laplacian in two dimensions.
enum FeatureMatrixBenchmark {
    static let points = 4000
    static let features = 1000

    static func rows(device: BenchmarkDevice, ceilings: Ceilings) throws(BenchmarkError) -> [BenchmarkRow] {
        [
            try row("assembly-tanh-laplacian", CC_TANH, stencil: false, device: device, ceilings: ceilings),
            try row("assembly-tanh-laplacian-fd", CC_TANH, stencil: true, device: device, ceilings: ceilings),
        ]
    }

    private static func row(
        _ workload: String, _ activation: cc_activation, stencil: Bool, device: BenchmarkDevice, ceilings: Ceilings
    ) throws(BenchmarkError) -> BenchmarkRow {
        cc_set_threads(Int32(ceilings.threads))
        let precision = ceilings.precision
        var set = cc_feature_set()
        set.precision = precision.code
        set.activation = activation
        set.dimension = 2
        (set.points, set.features) = (Int64(points), Int64(features))
        set.point_coordinates = try device.matrix(precision, count: 2 * points, stride: points, filled: true)
        set.weights = try device.matrix(precision, count: 2 * features, stride: 2, filled: true, scale: 3)
        set.biases = try device.matrix(precision, count: features, stride: features, filled: true, scale: 3)
        set.result = try device.matrix(precision, count: points * features, stride: points, filled: false)
        let coefficients = try device.matrix(precision, count: features, stride: features, filled: true, scale: 9)
        defer { device.releaseBuffers() }
        let timing: Timing
        if stencil {
            let h = precision == .f64 ? 1e-3 : 3e-2
            let offsets = [0, 0, h, 0, -h, 0, 0, h, 0, -h]
            let weights = [-4.0, 1, 1, 1, 1]
            let scales = [1 / (h * h)]
            timing = try Timing.measure { () throws(BenchmarkError) in
                try device.run { handle, error in
                    offsets.withUnsafeBufferPointer { offsets in
                        weights.withUnsafeBufferPointer { weights in
                            scales.withUnsafeBufferPointer { scales in
                                var sum = cc_stencil_sum(
                                    stencil_points: 5, groups: 1, offsets: offsets.baseAddress, weights: weights.baseAddress,
                                    scales: scales.baseAddress, exact: false)
                                return cc_features_by_stencil(handle, &set, &sum, error)
                            }
                        }
                    }
                }
            }
        } else {
            timing = try Timing.measure { () throws(BenchmarkError) in
                try device.run { handle, error in
                    [Int32(2)].withUnsafeBufferPointer { orders in
                        var sum = cc_node_sum(nodes: 1, orders: orders.baseAddress, coefficients: coefficients, shifts: cc_matrix())
                        return cc_features_by_nodes(handle, &set, &sum, error)
                    }
                }
            }
        }
        let values = Double(points) * Double(features)
        let evaluations = stencil ? 5.0 : 1.0
        let floor = values * evaluations / (ceilings.tanh * 1e9) + values * Double(precision.bytes) / (ceilings.copy * 1e9)
        return BenchmarkRow(
            workload: workload, device: device.name, precision: precision, threads: ceilings.threads, milliseconds: timing.median * 1e3,
            floorShare: floor / timing.median, remark: "floor: values ÷ vector tanh rate + bytes written ÷ copy rate",
            figures: [("floorMilliseconds", floor * 1e3)])
    }
}
