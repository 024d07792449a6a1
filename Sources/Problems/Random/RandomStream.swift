/// A stream of random numbers: the same on every platform, for any number of threads, and after a resume.
///
/// The numbers are a function of (seed, name, position) alone: Philox4x32-10 with the seed as key and the counter
/// made of the position (low half) and the 64-bit FNV-1a hash of the name (high half). Streams of one seed under
/// different names are therefore independent, and drawing from one never moves another.
/// Only IEEE additions, multiplications, divisions and square roots are used on the way to a number.
public struct RandomStream: Sendable, Hashable, RandomNumberGenerator {
    public let seed: UInt64
    public let name: String
    /// How many 64-bit words have been drawn; setting it moves the stream there.
    public var position: UInt64 {
        didSet { cached = nil }
    }

    private let hash: UInt64
    /// The second word of the block the last draw came from.
    private var cached: UInt64?

    /// - Parameters:
    ///   - seed: One for a whole run.
    ///   - name: What the numbers are for, such as "features" or "test".
    public init(seed: UInt64, name: String) {
        self.seed = seed
        self.name = name
        self.position = 0
        self.hash = RandomStream.hash(of: name)
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        if position & 1 == 1, let word = cached {
            position &+= 1
            return word
        }
        let index = position >> 1
        let block = Philox4x32.block(
            counter: SIMD4(UInt32(truncatingIfNeeded: index), UInt32(index >> 32), UInt32(truncatingIfNeeded: hash), UInt32(hash >> 32)),
            key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)))
        let first = UInt64(block.x) | UInt64(block.y) << 32
        let second = UInt64(block.z) | UInt64(block.w) << 32
        let isOdd = position & 1 == 1
        position &+= 1
        if isOdd { return second }
        cached = second
        return first
    }

    /// 64-bit FNV-1a of the name's UTF-8.
    package static func hash(of name: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }

    public static func == (a: RandomStream, b: RandomStream) -> Bool {
        a.seed == b.seed && a.name == b.name && a.position == b.position
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(seed)
        hasher.combine(name)
        hasher.combine(position)
    }
}
