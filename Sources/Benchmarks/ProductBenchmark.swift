import CCompute

/// Matrix products of the native path or an OpenCL device beside OpenBLAS.
enum ProductBenchmark {
    static let shapes: [(m: Int, n: Int, k: Int)] = [(2048, 2048, 2048), (4096, 128, 128), (128, 4096, 128), (128, 128, 4096)]

    static func name(_ shape: (m: Int, n: Int, k: Int)) -> String { "product-\(shape.m)x\(shape.n)x\(shape.k)" }

    static func rows(device: BenchmarkDevice, ceilings: Ceilings) throws(BenchmarkError) -> [BenchmarkRow] {
        var rows: [BenchmarkRow] = []
        for shape in shapes { rows.append(try row(shape, device: device, ceilings: ceilings)) }
        return rows
    }

    static func row(_ shape: (m: Int, n: Int, k: Int), device: BenchmarkDevice, ceilings: Ceilings) throws(BenchmarkError) -> BenchmarkRow {
        cc_set_threads(Int32(ceilings.threads))
        let precision = ceilings.precision
        var product = cc_product()
        product.precision = precision.code
        (product.m, product.n, product.k) = (Int64(shape.m), Int64(shape.n), Int64(shape.k))
        product.alpha = 1
        product.a = try device.matrix(precision, count: shape.m * shape.k, stride: shape.m, filled: true)
        product.b = try device.matrix(precision, count: shape.k * shape.n, stride: shape.k, filled: true)
        product.c = try device.matrix(precision, count: shape.m * shape.n, stride: shape.m, filled: false)
        defer { device.releaseBuffers() }
        let timing = try Timing.measure { () throws(BenchmarkError) in
            try device.run { cc_multiply($0, &product, $1) }
        }
        let flops = 2 * Double(shape.m) * Double(shape.n) * Double(shape.k)
        let rate = flops / timing.median * 1e-9
        let blas = BLASReference.product(precision, m: shape.m, n: shape.n, k: shape.k, threads: ceilings.threads)
        return BenchmarkRow(
            workload: name(shape), device: device.name, precision: precision, threads: ceilings.threads,
            milliseconds: timing.median * 1e3, gflops: rate, floorShare: rate / ceilings.product, remark: "floor: \(ceilings.productName)",
            figures: [("blasGflops", blas.median), ("ofBlas", rate / blas.median)])
    }
}
