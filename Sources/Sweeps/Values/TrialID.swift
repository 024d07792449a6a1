import CCompute

/// What a trial is known by: the first 128 bits of the SHA-256 of its canonical configuration.
public struct TrialID: Sendable, Hashable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter canonical: The configuration as canonical JSON.
    public init(ofCanonical canonical: String) {
        var digest = Digest()
        self = digest.id(of: Array(canonical.utf8))
    }

    /// 32 hexadecimal digits, lower case.
    public var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func append(to bytes: inout [UInt8]) {
        for word in [high, low] {
            for shift in stride(from: 60, through: 0, by: -4) { bytes.append(TrialID.digits[Int(word >> UInt64(shift) & 15)]) }
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// - Parameter text: 32 hexadecimal digits; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 32, let id = bytes.withUnsafeBufferPointer({ TrialID($0.baseAddress!) }) else { return nil }
        self = id
    }

    /// Reads 32 digits.
    init?(_ digits: UnsafePointer<UInt8>) {
        let raw = UnsafeRawPointer(digits)
        func part(_ place: Int) -> UInt64? { TrialID.value(ofDigits: raw.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self)) }
        guard let first = part(0), let second = part(1), let third = part(2), let fourth = part(3) else { return nil }
        high = first << 32 | second
        low = third << 32 | fourth
    }

    /// Eight hexadecimal digits at once, as they lie in memory; nil where one is none.
    private static func value(ofDigits text: UInt64) -> UInt64? {
        let text = UInt64(littleEndian: text)
        let ones: UInt64 = 0x0101_0101_0101_0101
        // A letter has bit 6, and its low half is 9 less than its value.
        let nibbles = text & (0x0F * ones) &+ 9 &* (text >> 6 & ones)
        guard nibbles & (0xF0 * ones) == 0 else { return nil }
        let letters = (nibbles &+ 6 &* ones) >> 4 & ones
        guard nibbles &+ 0x30 &* ones &+ 0x27 &* letters == text else { return nil }
        var packed = nibbles.byteSwapped
        packed = (packed | packed >> 4) & 0x00FF_00FF_00FF_00FF
        packed = (packed | packed >> 8) & 0x0000_FFFF_0000_FFFF
        return (packed | packed >> 16) & 0xFFFF_FFFF
    }

    /// The shard of `count` that the trial belongs to.
    public func shard(of count: Int) -> Int { Int(high % UInt64(count)) }
}

/// SHA-256 of one text after another; what two successive texts begin with in common is digested once.
struct Digest {
    private var last: [UInt8] = []
    /// The states after each of the last text's whole blocks.
    private var states: [cc_sha256] = []

    private mutating func state(of text: [UInt8]) -> cc_sha256 {
        let blocks = text.count / 64
        return text.withUnsafeBufferPointer { new in
            var common = 0
            last.withUnsafeBufferPointer { old in
                let most = min(blocks, states.count)
                while common < most, Digest.isSame(new.baseAddress! + 64 * common, old.baseAddress! + 64 * common) { common += 1 }
            }
            states.removeLast(states.count - common)
            var state = states.last ?? cc_sha256_start()
            var block = common
            while block < blocks {
                cc_sha256_blocks(&state, new.baseAddress! + 64 * block, 1)
                states.append(state)
                block += 1
            }
            last.removeAll(keepingCapacity: true)
            last.append(contentsOf: new)
            cc_sha256_end(&state, new.baseAddress.map { $0 + 64 * blocks }, UInt64(new.count))
            return state
        }
    }

    mutating func id(of text: [UInt8]) -> TrialID {
        let words = state(of: text).words
        return TrialID(high: UInt64(words.0) << 32 | UInt64(words.1), low: UInt64(words.2) << 32 | UInt64(words.3))
    }

    /// The whole digest in hexadecimal.
    static func hexadecimal(of bytes: [UInt8]) -> String {
        var digest = Digest()
        let state = digest.state(of: bytes)
        let result = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            withUnsafePointer(to: state) { cc_sha256_digest($0, buffer.baseAddress) }
            count = 32
        }
        return result.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// 64 bytes at each.
    private static func isSame(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>) -> Bool {
        let (a, b) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
        var offset = 0
        while offset < 64 {
            if a.loadUnaligned(fromByteOffset: offset, as: UInt64.self) != b.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
            offset += 8
        }
        return true
    }
}
