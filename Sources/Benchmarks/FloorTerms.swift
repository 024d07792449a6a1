/// What a workload must do at least.
///
/// floor = products ÷ product rate + elementwise ÷ (half the multiply-add peak) + tanh ÷ tanh rate + bytes written ÷ copy rate
struct FloorTerms {
    /// Operations done as matrix products.
    var products = 0.0
    /// Other additions and multiplications.
    var elementwise = 0.0
    /// Values of tanh, or of functions that cost as much.
    var tanh = 0.0
    /// Bytes that go to memory.
    var bytesWritten = 0.0

    /// Seconds at the given rates.
    func seconds(_ rates: CeilingRates) -> Double {
        func time(_ work: Double, _ rate: Double) -> Double { work == 0 ? 0 : work / (rate * 1e9) }
        return time(products, rates.product) + time(elementwise, rates.fma / 2) + time(tanh, rates.tanh) + time(bytesWritten, rates.copy)
    }
}

/// Best rates: products, multiply-adds [GFLOP/s], tanh [10⁹ values/s], copying [GB/s, read + written]; those not measured are 0.
struct CeilingRates {
    var product = 0.0
    var fma = 0.0
    var tanh = 0.0
    var copy = 0.0
}
