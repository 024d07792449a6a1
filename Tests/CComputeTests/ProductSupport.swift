import CCompute

/// One product C ← α op(A) op(B) + β C, with strides larger than the rows by a margin.
struct ProductCase {
    var m: Int
    var n: Int
    var k: Int
    var transposeA = false
    var transposeB = false
    var alpha = 1.0
    var beta = 0.0
    var margin = 0

    var strideA: Int { max(1, transposeA ? k : m) + margin }
    var strideB: Int { max(1, transposeB ? n : k) + margin }
    var strideC: Int { max(1, m) + margin }
    var sizeA: Int { strideA * max(1, transposeA ? m : k) }
    var sizeB: Int { strideB * max(1, transposeB ? k : n) }
    var sizeC: Int { strideC * max(1, n) }

    /// Element-wise by the definition, in double precision; also Σ |α a b| + |β c| for bounds.
    func reference(_ a: [Double], _ b: [Double], _ c: [Double]) -> (values: [Double], sizes: [Double]) {
        var values = c
        var sizes = c.map { abs($0) }
        for j in 0..<n {
            for i in 0..<m {
                var sum = 0.0
                var size = 0.0
                for p in 0..<k {
                    let term = a[transposeA ? p + i * strideA : i + p * strideA] * b[transposeB ? j + p * strideB : p + j * strideB]
                    sum += term
                    size += abs(term)
                }
                let at = i + j * strideC
                values[at] = alpha * sum + (beta == 0 ? 0 : beta * c[at])
                sizes[at] = abs(alpha) * size + abs(beta * c[at])
            }
        }
        return (values, sizes)
    }

    func run<Real: BinaryFloatingPoint>(_ a: [Real], _ b: [Real], _ c: [Real]) -> [Real] {
        var result = c
        let precision = MemoryLayout<Real>.size == 8 ? CC_F64 : CC_F32
        let status = result.withUnsafeMutableBytes { to in
            a.withUnsafeBytes { left in
                b.withUnsafeBytes { right in
                    cc_native_multiply(
                        precision, transposeA, transposeB, Int64(m), Int64(n), Int64(k), alpha, left.baseAddress, Int64(strideA),
                        right.baseAddress, Int64(strideB), beta, to.baseAddress, Int64(strideC), nil)
                }
            }
        }
        return status == CC_OK ? result : []
    }
}

/// Numbers from a 64-bit linear congruence, the same on every machine.
struct Congruence {
    var state: UInt64

    init(_ seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

    mutating func bits() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
    /// An integer in −range…range.
    mutating func integer(_ range: Int) -> Double { Double(Int(bits() % UInt64(2 * range + 1)) - range) }
    /// A multiple of 2⁻²⁰ in (−1, 1).
    mutating func fraction() -> Double { integer((1 << 20) - 1) * 0x1p-20 }

    mutating func integers(_ count: Int, _ range: Int) -> [Double] { (0..<count).map { _ in integer(range) } }
    mutating func fractions(_ count: Int) -> [Double] { (0..<count).map { _ in fraction() } }
}

/// Runs `body` with each instruction set this processor has, on the calling thread.
func withEachInstructionSet(_ body: (String) -> Void) {
    defer { _ = cc_native_select_isa_here(nil) }
    for label in ["avx512", "avx2", "generic"] where cc_native_select_isa_here(label) { body(label) }
}
