import CCompute

/// The best rates of a device and of OpenBLAS, measured at the start of a run; floors are made of them.
public struct Ceilings: Sendable {
    public let precision: BenchmarkRow.Precision
    public let threads: Int
    /// GFLOP/s of fused multiply-adds in registers.
    public let fma: Double
    /// GB/s, read + written.
    public let copy: Double
    /// 10⁹ values a second of the vector tanh, data in cache.
    public let tanh: Double
    /// GFLOP/s of OpenBLAS at 2048³, the best run.
    public let blas: Double
    let onProcessor: Bool

    /// The rate that products are held against: OpenBLAS on processors, the multiply-add peak elsewhere.
    var product: Double { onProcessor ? blas : fma }
    var productName: String { onProcessor ? "the best OpenBLAS product at 2048³" : "the device's multiply-add peak" }

    init(device: BenchmarkDevice, precision: BenchmarkRow.Precision, threads: Int) throws(BenchmarkError) {
        cc_set_threads(Int32(threads))
        var rates = cc_ceilings()
        try device.run { cc_measure_ceilings($0, precision.code, 0.5, &rates, $1) }
        self.precision = precision
        self.threads = threads
        onProcessor = device.information.type == CC_CPU
        (fma, copy, tanh) = (rates.fma, rates.copy, rates.tanh)
        blas = BLASReference.product(precision, m: 2048, n: 2048, k: 2048, threads: threads).best
    }

    func rows(device: String) -> [BenchmarkRow] {
        func row(_ name: String, _ gflops: Double?, _ remark: String, _ figures: [(name: String, value: Double)] = []) -> BenchmarkRow {
            BenchmarkRow(
                workload: "ceiling-\(name)", device: device, precision: precision, threads: threads, gflops: gflops, remark: remark, figures: figures)
        }
        return [
            row("fma", fma, "fused multiply-adds in registers"),
            row("copy", nil, "copying memory, read + written", [("gigabytesPerSecond", copy)]),
            row("tanh", nil, "vector tanh, data in cache", [("gigavaluesPerSecond", tanh)]),
            row("blas", blas, "OpenBLAS product 2048³, core \(BLASReference.coreName)"),
        ]
    }
}
