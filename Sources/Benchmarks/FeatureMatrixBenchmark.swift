import CCompute

/// Assembly of a random-feature matrix: 4000 points, 1000 features, the Laplacian in two dimensions.
enum FeatureMatrixBenchmark {
    static let points = 4000
    static let features = 1000

    static let workloads = [
        workload("assembly-tanh-laplacian", stencil: false), workload("assembly-tanh-laplacian-fd", stencil: true),
    ]

    private static func workload(_ name: String, stencil: Bool) -> Workload {
        Workload(name, family: "assembly") { setting throws(BenchmarkError) in
            let run = try assembly(stencil: stencil, on: setting.device, setting.precision)
            var rivals: [Rival] = []
            if let native = try setting.nativeDevice() {
                rivals.append(Rival("native", run: try assembly(stencil: stencil, on: native, setting.precision)))
            }
            let values = Double(points) * Double(features)
            return PreparedWorkload(
                run: run, floor: FloorTerms(tanh: values * (stencil ? 5 : 1), bytesWritten: values * Double(setting.precision.bytes)),
                remark: "floor: values ÷ vector tanh rate + bytes written ÷ copy rate", rivals: rivals)
        }
    }

    /// The Laplacian of tanh, by its second derivative or by the five-point stencil.
    private static func assembly(
        stencil: Bool, on device: BenchmarkDevice, _ precision: BenchmarkRow.Precision
    ) throws(BenchmarkError) -> () throws(BenchmarkError) -> Void {
        var set = cc_feature_set()
        set.precision = precision.code
        set.activation = CC_TANH
        set.dimension = 2
        (set.points, set.features) = (Int64(points), Int64(features))
        set.point_coordinates = try device.matrix(precision, count: 2 * points, stride: points, filled: true)
        set.weights = try device.matrix(precision, count: 2 * features, stride: 2, filled: true, scale: 9)
        set.biases = try device.matrix(precision, count: features, stride: features, filled: true, scale: 3)
        set.result = try device.matrix(precision, count: points * features, stride: points, filled: false)
        let coefficients = try device.matrix(precision, count: features, stride: features, filled: true, scale: 9)
        let h = precision == .f64 ? 1e-3 : 3e-2
        return { [set] () throws(BenchmarkError) in
            var set = set
            try device.run { handle, error in
                guard stencil else {
                    return [Int32(2)].withUnsafeBufferPointer { orders in
                        var sum = cc_node_sum(nodes: 1, orders: orders.baseAddress, coefficients: coefficients, shifts: cc_matrix())
                        return cc_features_by_nodes(handle, &set, &sum, error)
                    }
                }
                // Offsets of the five points, their weights, and the scale of the one group.
                let table = [0, 0, h, 0, -h, 0, 0, h, 0, -h, -4, 1, 1, 1, 1, 1 / (h * h)]
                return table.withUnsafeBufferPointer { table in
                    guard let start = table.baseAddress else { return CC_BAD_ARGUMENT }
                    var sum = cc_stencil_sum(stencil_points: 5, groups: 1, offsets: start, weights: start + 10, scales: start + 15, exact: false)
                    return cc_features_by_stencil(handle, &set, &sum, error)
                }
            }
        }
    }
}
