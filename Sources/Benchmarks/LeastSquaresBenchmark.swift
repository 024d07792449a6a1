import CCompute

/// Random features assembled and solved in the least-squares sense: the Laplacian of sines in two dimensions, the rank decided on
/// the way, the solution of minimum norm; beside it LAPACK's unpivoted factorisation alone.
struct LeastSquaresBenchmark {
    let workload: String
    let points: Int
    let features: Int
    /// Weights are drawn from (−range, range): wide ones make a matrix of full numerical rank, narrow ones do not.
    let range: Double
    let repetitions: Int

    static let small = [
        LeastSquaresBenchmark(workload: "W8a", points: 4000, features: 1000, range: 60, repetitions: 5),
        LeastSquaresBenchmark(workload: "W8a-low-rank", points: 4000, features: 1000, range: 6, repetitions: 5),
    ]
    static let large = [
        LeastSquaresBenchmark(workload: "W8b", points: 10_000, features: 4000, range: 120, repetitions: 2),
        LeastSquaresBenchmark(workload: "W8b-low-rank", points: 10_000, features: 4000, range: 12, repetitions: 2),
    ]

    func row(device: BenchmarkDevice, ceilings: Ceilings) throws(BenchmarkError) -> BenchmarkRow {
        cc_set_threads(Int32(ceilings.threads))
        var set = cc_feature_set()
        set.precision = CC_F64
        set.activation = CC_SIN
        set.dimension = 2
        (set.points, set.features) = (Int64(points), Int64(features))
        set.point_coordinates = try device.matrix(.f64, count: 2 * points, stride: points, filled: true)
        set.weights = try device.matrix(.f64, count: 2 * features, stride: 2, filled: true, scale: range)
        set.biases = try device.matrix(.f64, count: features, stride: features, filled: true, scale: 3)
        set.result = try device.matrix(.f64, count: points * features, stride: points, filled: false)
        let coefficients = try device.matrix(.f64, count: features, stride: features, filled: true, scale: 1)
        defer { device.releaseBuffers() }
        var matrix = [Double](repeating: 0, count: points * features)
        var rank = 0
        func assemble() throws(BenchmarkError) {
            try device.run { handle, error in
                [Int32(2)].withUnsafeBufferPointer { orders in
                    var sum = cc_node_sum(nodes: 1, orders: orders.baseAddress, coefficients: coefficients, shifts: cc_matrix())
                    return cc_features_by_nodes(handle, &set, &sum, error)
                }
            }
            try device.run { _, error in
                matrix.withUnsafeMutableBytes { cc_buffer_read(set.result.buffer, 0, $0.count, $0.baseAddress, error) }
            }
        }
        let timing = try Timing.measure(budget: 0, least: repetitions) { () throws(BenchmarkError) in
            try assemble()
            rank = try solve(&matrix, device: device)
        }
        try assemble()
        let lapack = try BLASReference.factorization(matrix, m: points, n: features, threads: ceilings.threads, repetitions: min(repetitions, 3))
        let (m, n) = (Double(points), Double(features))
        let floor = (2 * m * n * n - 2 / 3 * n * n * n) / (ceilings.blas * 1e9)
        return BenchmarkRow(
            workload: workload, device: device.name, precision: .f64, threads: ceilings.threads, milliseconds: timing.median * 1e3,
            floorShare: floor / timing.median,
            remark: "\(points) × \(features), sines of range \(range); floor: a Householder QR at the rate of the best OpenBLAS product",
            figures: [("rank", Double(rank)), ("lapackMilliseconds", lapack * 1e3), ("ofLapack", timing.median / lapack)])
    }

    /// Solves for a right-hand side of ones in place.
    ///
    /// - Returns: the numerical rank.
    private func solve(_ matrix: inout [Double], device: BenchmarkDevice) throws(BenchmarkError) -> Int {
        var right = [Double](repeating: 1, count: points)
        var solution = [Double](repeating: 0, count: features)
        var rank = 0
        try device.run { _, error in
            matrix.withUnsafeMutableBufferPointer { elements in
                var options = cc_factor_options()
                options.pivot = true
                options.tolerance = 1e-13
                var factor: OpaquePointer?
                var status = cc_factor_create(Int64(points), Int64(features), elements.baseAddress, Int64(points), &options, &factor, error)
                guard status == CC_OK, let factor else { return status }
                defer { cc_factor_release(factor) }
                rank = Int(cc_factor_describe(factor).pointee.rank)
                status = cc_factor_complete(factor, error)
                guard status == CC_OK else { return status }
                return cc_factor_solve(factor, 1, &right, Int64(points), &solution, Int64(features), error)
            }
        }
        return rank
    }
}
