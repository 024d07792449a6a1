import CCompute

/// The benchmark: ceilings first, then each workload against its floor, on one device after another.
public enum Benchmark {
    /// What can be asked for by name: families of rows.
    public static let workloads = ["ceilings", "product", "assembly", "W8a", "W8b"]

    public struct Request: Sendable {
        public var workloads: [String]
        /// Positions in the device catalogue; 0 is the native path.
        public var devices: [Int]
        public var precisions: [BenchmarkRow.Precision]
        public var threads: [Int]

        public init(workloads: [String], devices: [Int], precisions: [BenchmarkRow.Precision], threads: [Int]) {
            self.workloads = workloads
            self.devices = devices
            self.precisions = precisions
            self.threads = threads
        }
    }

    /// One product of the given size on a device, against the ceilings of the same run.
    public static func product(m: Int, n: Int, k: Int, device index: Int, precision: BenchmarkRow.Precision, threads: Int) throws -> BenchmarkRow {
        let device = try BenchmarkDevice(index: Int32(index))
        let ceilings = try Ceilings(device: device, precision: precision, threads: threads)
        return try ProductBenchmark.row((m, n, k), device: device, ceilings: ceilings)
    }

    /// Runs what is asked for and hands over each row as soon as it is there.
    ///
    /// Devices other than the native path use all their cores whatever `threads` says and are measured once.
    /// - Throws: `BenchmarkError` for an unknown workload or a device that fails.
    public static func run(_ request: Request, row: (BenchmarkRow) throws -> Void) throws {
        for name in request.workloads where !workloads.contains(name) { throw BenchmarkError.unknownWorkload(name) }
        defer { cc_set_threads(0) }
        for index in request.devices {
            let device = try BenchmarkDevice(index: Int32(index))
            let isNative = device.information.backend == CC_NATIVE
            for threads in isNative ? request.threads : [request.threads.max() ?? 1] {
                for precision in request.precisions where precision == .f32 || device.information.fp64 {
                    let ceilings = try Ceilings(device: device, precision: precision, threads: threads)
                    if request.workloads.contains("ceilings") { for line in ceilings.rows(device: device.name) { try row(line) } }
                    if request.workloads.contains("product") {
                        for line in try ProductBenchmark.rows(device: device, ceilings: ceilings) { try row(line) }
                    }
                    if request.workloads.contains("assembly") {
                        for line in try FeatureMatrixBenchmark.rows(device: device, ceilings: ceilings) { try row(line) }
                    }
                    guard isNative && precision == .f64 else { continue }
                    for (name, cases) in [("W8a", LeastSquaresBenchmark.small), ("W8b", LeastSquaresBenchmark.large)]
                    where request.workloads.contains(name) {
                        for benchmark in cases { try row(try benchmark.row(device: device, ceilings: ceilings)) }
                    }
                }
            }
        }
    }
}
