import CCompute

/// A product C ← α op(A) op(B) + β C somewhere inside larger buffers, with entries that are small integers, so that every device
/// must give the exact result.
struct DeviceProduct: CustomStringConvertible {
    var m: Int
    var n: Int
    var k: Int
    var transposeA = false
    var transposeB = false
    var alpha = 1.0
    var beta = 0.0

    var description: String { "\(m) × \(n) × \(k) \(transposeA ? "T" : "N")\(transposeB ? "T" : "N"), α \(alpha), β \(beta)" }

    /// Sizes around the edges of register tiles, local tiles and depth blocks.
    static let sizes = [
        (1, 1, 1), (2, 3, 4), (16, 12, 5), (17, 13, 1), (33, 25, 70), (64, 24, 128), (100, 1, 64), (1, 100, 64), (131, 129, 67), (64, 64, 0),
        (260, 70, 1030),
    ]
    static let factors = [(1.0, 0.0), (-0.5, 2.0), (0.0, 0.25), (2.0, 1.0)]

    private var strideA: Int { (transposeA ? k : m) + 3 }
    private var strideB: Int { (transposeB ? n : k) + 1 }
    private var strideC: Int { m + 2 }
    private static let offsets = (a: 5, b: 1, c: 3)

    /// The entries that differ from the exact result, or that were written outside it.
    func wrongEntries<Scalar: BinaryFloatingPoint>(on device: OpenedDevice, _ zero: Scalar) throws -> Int {
        let offsets = DeviceProduct.offsets
        var state = UInt64(truncatingIfNeeded: m &* 31 &+ n &* 17 &+ k)
        func integers(_ count: Int) -> [Scalar] {
            (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Scalar(Int(state >> 33) % 9 - 4)
            }
        }
        let a = integers(offsets.a + strideA * (transposeA ? m : k) + 1)
        let b = integers(offsets.b + strideB * (transposeB ? k : n) + 1)
        let before = integers(offsets.c + strideC * n + 2)
        // What β = 0 does not read may be anything.
        let start = beta == 0 ? [Scalar](repeating: .nan, count: before.count) : before
        let c = try device.buffer(start)
        var call = cc_product(
            precision: MemoryLayout<Scalar>.size == 8 ? CC_F64 : CC_F32, transpose_a: transposeA, transpose_b: transposeB, m: Int64(m), n: Int64(n),
            k: Int64(k), alpha: alpha, beta: beta,
            a: cc_matrix(buffer: try device.buffer(a), offset: Int64(offsets.a), stride: Int64(strideA)),
            b: cc_matrix(buffer: try device.buffer(b), offset: Int64(offsets.b), stride: Int64(strideB)),
            c: cc_matrix(buffer: c, offset: Int64(offsets.c), stride: Int64(strideC)))
        try device.check { cc_multiply(device.handle, &call, $0) }
        let result = try device.read(c, start.count, zero)

        var expected = start
        for j in 0..<n {
            for i in 0..<m {
                var sum: Scalar = 0
                for p in 0..<k {
                    let left = a[offsets.a + (transposeA ? p + i * strideA : i + p * strideA)]
                    sum += left * b[offsets.b + (transposeB ? j + p * strideB : p + j * strideB)]
                }
                let at = offsets.c + i + j * strideC
                expected[at] = Scalar(alpha) * sum + (beta == 0 ? 0 : Scalar(beta) * before[at])
            }
        }
        return zip(result, expected).count { !($0 == $1 || ($0.isNaN && $1.isNaN)) }
    }
}
