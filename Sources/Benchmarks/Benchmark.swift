import CCompute

/// The benchmark: workloads against the ceilings of the same moment, on one device after another.
public enum Benchmark {
    /// All workloads, in the order they are measured.
    static let catalogue: [Workload] =
        ProductBenchmark.workloads + FeatureMatrixBenchmark.workloads + NetworkBenchmark.workloads + EnsembleBenchmark.workloads
        + StepBenchmark.workloads + LeastSquaresBenchmark.workloads

    /// What can be asked for by name: families of rows.
    public static let workloads: [String] = catalogue.reduce(into: ["ceilings"]) { names, workload in
        if names.last != workload.family { names.append(workload.family) }
    }

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

    /// One product of the given size on a device, against the ceilings of the same moment.
    public static func product(m: Int, n: Int, k: Int, device index: Int, precision: BenchmarkRow.Precision, threads: Int) throws -> BenchmarkRow {
        defer { cc_set_threads(0) }
        let setting = Setting(device: try BenchmarkDevice(index: Int32(index)), precision: precision, threads: threads)
        return try PairedMeasurement.row(ProductBenchmark.workload(m: m, n: n, k: k), meter: CeilingMeter(setting))
    }

    /// Runs what is asked for and hands over each row as soon as it is there.
    ///
    /// Devices other than the native path use all their units whatever `threads` says and are measured once.
    /// - Throws: `BenchmarkError` for an unknown workload or a device that fails.
    public static func run(_ request: Request, row: (BenchmarkRow) throws -> Void) throws {
        for name in request.workloads where !workloads.contains(name) { throw BenchmarkError.unknownWorkload(name) }
        defer { cc_set_threads(0) }
        for index in request.devices {
            let device = try BenchmarkDevice(index: Int32(index))
            for threads in device.isNative ? request.threads : [device.units] {
                for precision in request.precisions where precision == .f32 || device.information.fp64 {
                    let setting = Setting(device: device, precision: precision, threads: threads)
                    let chosen = catalogue.filter { request.workloads.contains($0.family) && $0.applies(setting) }
                    let ceilings = request.workloads.contains("ceilings")
                    guard ceilings || !chosen.isEmpty else { continue }
                    let meter = try CeilingMeter(setting)
                    if ceilings { for line in try PairedMeasurement.ceilingRows(meter) { try row(line) } }
                    for workload in chosen { try row(try PairedMeasurement.row(workload, meter: meter)) }
                }
            }
        }
    }
}
