import CCompute

/// Matrix products of the native path or an OpenCL device beside OpenBLAS and, on processors, beside the native path.
enum ProductBenchmark {
    static let workloads = [(2048, 2048, 2048), (4096, 128, 128), (128, 4096, 128), (128, 128, 4096)].map { workload(m: $0, n: $1, k: $2) }

    /// C ← A·B for m × n × k.
    static func workload(m: Int, n: Int, k: Int) -> Workload {
        Workload("product-\(m)x\(n)x\(k)", family: "product") { setting throws(BenchmarkError) in
            let run = try product(m, n, k, on: setting.device, setting.precision)
            var rivals: [Rival] = []
            if setting.device.information.type == CC_CPU {
                let blas = BLASProduct(setting.precision, m: m, n: n, k: k, threads: setting.threads)
                rivals.append(Rival("blas", run: { () throws(BenchmarkError) in blas.run() }))
            }
            if let native = try setting.nativeDevice() {
                rivals.append(Rival("native", run: try product(m, n, k, on: native, setting.precision)))
            }
            let flops = 2 * Double(m) * Double(n) * Double(k)
            return PreparedWorkload(
                run: run, floor: FloorTerms(products: flops), flops: flops,
                remark: "floor: the best OpenBLAS product at 2048³; on a GPU its multiply-add peak", rivals: rivals)
        }
    }

    private static func product(
        _ m: Int, _ n: Int, _ k: Int, on device: BenchmarkDevice, _ precision: BenchmarkRow.Precision
    ) throws(BenchmarkError) -> () throws(BenchmarkError) -> Void {
        var product = cc_product()
        product.precision = precision.code
        (product.m, product.n, product.k) = (Int64(m), Int64(n), Int64(k))
        product.alpha = 1
        product.a = try device.matrix(precision, count: m * k, stride: m, filled: true)
        product.b = try device.matrix(precision, count: k * n, stride: k, filled: true)
        product.c = try device.matrix(precision, count: m * n, stride: m, filled: false)
        return { [product] () throws(BenchmarkError) in
            var product = product
            try device.run { cc_multiply($0, &product, $1) }
        }
    }
}
