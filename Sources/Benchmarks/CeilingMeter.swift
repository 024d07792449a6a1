import CCompute

/// Measures the best rates of a device and of OpenBLAS, again and again within a run: a virtual machine's speed changes from one second
/// to the next, so a share of a floor is worth something only if both were measured at the same time.
final class CeilingMeter {
    let setting: Setting
    /// Products on processors are held against OpenBLAS at 2048³, elsewhere against the device's multiply-add peak.
    let onProcessor: Bool
    private let blas: BLASProduct?

    init(_ setting: Setting) throws(BenchmarkError) {
        self.setting = setting
        onProcessor = setting.device.information.type == CC_CPU
        blas = onProcessor ? BLASProduct(setting.precision, m: 2048, n: 2048, k: 2048, threads: setting.threads) : nil
        // Warms up: kernels are compiled and pages touched.
        _ = try sample(FloorTerms(products: 1, elementwise: 1, tanh: 1, bytesWritten: 1))
    }

    var productName: String { onProcessor ? "the best OpenBLAS product at 2048³ (core \(BLASReference.coreName))" : "the device's multiply-add peak" }

    /// The rates that `terms` needs, each the best of about 50 to 100 ms.
    func sample(_ terms: FloorTerms) throws(BenchmarkError) -> CeilingRates {
        var rates = CeilingRates()
        var wanted = 0
        if terms.elementwise > 0 || (terms.products > 0 && !onProcessor) { wanted |= CC_CEILING_FMA }
        if terms.tanh > 0 { wanted |= CC_CEILING_TANH }
        if terms.bytesWritten > 0 { wanted |= CC_CEILING_COPY }
        if wanted != 0 {
            var found = cc_ceilings()
            cc_set_threads(Int32(setting.threads))
            try setting.device.run { cc_measure_ceilings($0, setting.precision.code, UInt32(wanted), 0.05, &found, $1) }
            (rates.fma, rates.tanh, rates.copy) = (found.fma, found.tanh, found.copy)
        }
        if terms.products > 0 {
            rates.product = rates.fma
            if let blas { rates.product = blas.flops / Stopwatch.runs({ blas.run() })[0] * 1e-9 }
        }
        return rates
    }
}
