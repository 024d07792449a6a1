import Models

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reads the members of an object one after another, as they stand there, without reading what is inside them.
struct MemberReader {
    struct Member {
        /// Between its quotation marks.
        let key: UnsafeRawBufferPointer
        let value: UnsafeRawBufferPointer
        /// Whether the value is an object of numbers and texts without anything to unescape.
        let isPlainObject: Bool
    }

    private let bytes: UnsafeRawBufferPointer
    private var at = 1
    private var isOver: Bool

    init(_ object: UnsafeRawBufferPointer) {
        bytes = object
        isOver = object.count == 2 && object[0] == UInt8(ascii: "{") && object[1] == UInt8(ascii: "}")
    }

    /// - Returns: nil behind the last.
    mutating func next() throws(JSONText.Mistake) -> Member? {
        if isOver { return nil }
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw mistake("a key is expected") }
        let start = at + 1
        guard let end = endOfString(at), end + 1 < bytes.count, bytes[end] == UInt8(ascii: ":") else { throw mistake("a key is expected") }
        let key = UnsafeRawBufferPointer(rebasing: bytes[start..<end - 1])
        at = end + 1
        let value = at
        let plain = bytes[at] == UInt8(ascii: "{") ? PlainObject.end(bytes, at) : nil
        if let plain { at = plain }
        try skip()
        guard at < bytes.count else { throw mistake("the object does not end") }
        isOver = bytes[at] == UInt8(ascii: "}")
        defer { at += 1 }
        return Member(key: key, value: UnsafeRawBufferPointer(rebasing: bytes[value..<at]), isPlainObject: at == plain)
    }

    /// Goes on to the comma or the bracket behind a value.
    private mutating func skip() throws(JSONText.Mistake) {
        var depth = 0
        while at < bytes.count {
            if depth > 0 {
                while at + 8 <= bytes.count, !MemberReader.hasMark(bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) { at += 8 }
                guard at < bytes.count else { return }
            }
            switch bytes[at] {
            case UInt8(ascii: "\""):
                guard let end = endOfString(at) else { throw mistake("a text does not end") }
                at = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return }
                depth -= 1
            case UInt8(ascii: ",") where depth == 0: return
            default: break
            }
            at += 1
        }
    }

    /// Whether one of eight bytes may be a bracket or a quotation mark.
    private static func hasMark(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        func hasZero(_ word: UInt64) -> Bool { (word &- ones) & ~word & (0x80 &* ones) != 0 }
        // All four brackets are 0x79 but for bits 1, 2 and 5.
        return hasZero((word | 0x20 &* ones) & (0xF9 &* ones) ^ (0x79 &* ones)) || hasZero(word ^ (0x22 &* ones))
    }

    /// The place behind a string that begins at `start`.
    private func endOfString(_ start: Int) -> Int? {
        var at = start + 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\"") { return at + 1 }
            at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    private func mistake(_ reason: String) -> JSONText.Mistake { JSONText.Mistake(offset: at, reason: reason) }
}

/// An object that holds numbers and texts without anything to unescape alone, which is seen without taking it apart.
enum PlainObject {
    /// - Returns: the place behind one that begins at `start`; nil for any other.
    static func end(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        var at = start + 1
        func text() -> Bool {
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return false }
            at += 1
            while at < bytes.count, isPlain(bytes[at]) { at += 1 }
            at += 1
            return at <= bytes.count && bytes[at - 1] == UInt8(ascii: "\"")
        }
        func digits() -> Int {
            let start = at
            while at < bytes.count, bytes[at] &- 0x30 < 10 { at += 1 }
            return at - start
        }
        func number() -> Bool {
            if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
            let isZero = at < bytes.count && bytes[at] == 0x30
            let whole = digits()
            guard whole == 1 || (whole > 1 && whole < 17 && !isZero) else { return false }
            if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
                at += 1
                guard digits() > 0 else { return false }
            }
            guard at < bytes.count, bytes[at] == UInt8(ascii: "e") else { return true }
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
            return (1...2).contains(digits())
        }
        while true {
            guard text(), at < bytes.count, bytes[at] == UInt8(ascii: ":") else { return nil }
            at += 1
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") ? text() : number(), at < bytes.count else { return nil }
            at += 1
            if bytes[at - 1] == UInt8(ascii: "}") { return at }
            guard bytes[at - 1] == UInt8(ascii: ",") else { return nil }
        }
    }

    /// Whether a value is a text, in its quotation marks, without anything to unescape.
    static func isText(_ value: UnsafeRawBufferPointer) -> Bool {
        let mark = UInt8(ascii: "\"")
        return value.count >= 2 && value[0] == mark && value[value.count - 1] == mark && value[1..<value.count - 1].allSatisfy(isPlain)
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "\"") }
}

extension UnsafeRawBufferPointer {
    func spells(_ name: StaticString) -> Bool { count == name.utf8CodeUnitCount && memcmp(baseAddress!, name.utf8Start, count) == 0 }
}
