import CCompute

/// Random features assembled and solved in the least-squares sense: the Laplacian of sines in two dimensions, the rank decided on
/// the way, the solution of minimum norm; beside it LAPACK's unpivoted factorisation alone. Weights are drawn from (−range, range):
/// wide ones make a matrix of full numerical rank, narrow ones do not.
final class LeastSquaresBenchmark {
    static let workloads = [
        workload("W8a", points: 4000, features: 1000, range: 60, rounds: 7),
        workload("W8a-low-rank", family: "W8a", points: 4000, features: 1000, range: 6, rounds: 7),
        workload("W8b", points: 10_000, features: 4000, range: 120, rounds: 3),
        workload("W8b-low-rank", family: "W8b", points: 10_000, features: 4000, range: 12, rounds: 3),
    ]

    private static func workload(_ name: String, family: String? = nil, points: Int, features: Int, range: Double, rounds: Int) -> Workload {
        Workload(
            name, family: family ?? name, rounds: rounds, applies: { $0.isNative && $0.precision == .f64 }
        ) { setting throws(BenchmarkError) in
            let problem = try LeastSquaresBenchmark(points: points, features: features, range: range, device: setting.device)
            let (m, n) = (Double(points), Double(features))
            let flops = 2 * m * n * n - 2 / 3 * n * n * n
            let lapack = Rival(
                "lapack",
                seconds: { () throws(BenchmarkError) in
                    try problem.assemble()
                    return try BLASReference.factorization(problem.matrix, m: points, n: features, threads: setting.threads)
                })
            return PreparedWorkload(
                run: { () throws(BenchmarkError) in
                    try problem.assemble()
                    try problem.solve()
                }, floor: FloorTerms(products: flops), flops: flops,
                remark: "\(points) × \(features), sines of range \(range); floor: a Householder QR at the rate of the best OpenBLAS product",
                rivals: [lapack], figures: { [("rank", Double(problem.rank))] })
        }
    }

    private let device: BenchmarkDevice
    private let points: Int
    private let features: Int
    private let set: cc_feature_set
    private let coefficients: cc_matrix
    private var matrix: [Double]
    private var rank = 0

    private init(points: Int, features: Int, range: Double, device: BenchmarkDevice) throws(BenchmarkError) {
        self.device = device
        (self.points, self.features) = (points, features)
        var set = cc_feature_set()
        set.precision = CC_F64
        set.activation = CC_SIN
        set.dimension = 2
        (set.points, set.features) = (Int64(points), Int64(features))
        set.point_coordinates = try device.matrix(.f64, count: 2 * points, stride: points, filled: true)
        set.weights = try device.matrix(.f64, count: 2 * features, stride: 2, filled: true, scale: range)
        set.biases = try device.matrix(.f64, count: features, stride: features, filled: true, scale: 3)
        set.result = try device.matrix(.f64, count: points * features, stride: points, filled: false)
        coefficients = try device.matrix(.f64, count: features, stride: features, filled: true, scale: 1)
        self.set = set
        matrix = [Double](repeating: 0, count: points * features)
    }

    private func assemble() throws(BenchmarkError) {
        var set = set
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

    /// Solves for a right-hand side of ones in place and notes the numerical rank.
    private func solve() throws(BenchmarkError) {
        var right = [Double](repeating: 1, count: points)
        var solution = [Double](repeating: 0, count: features)
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
    }
}
