/// The counter-based generator Philox4x32 with ten rounds: a bijection of 128-bit counters for each 64-bit key.
///
/// Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC11.
package enum Philox4x32 {
    /// The four random words that belong to a counter under a key.
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var c = counter
        var k = key
        for round in 0..<10 {
            if round > 0 { k &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
            let even = c.x.multipliedFullWidth(by: 0xD251_1F53)
            let odd = c.z.multipliedFullWidth(by: 0xCD9E_8D57)
            c = SIMD4(odd.high ^ c.y ^ k.x, odd.low, even.high ^ c.w ^ k.y, even.low)
        }
        return c
    }
}
