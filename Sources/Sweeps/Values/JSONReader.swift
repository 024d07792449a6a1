#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reads JSON (RFC 8259) into values; a table's key may stand once.
struct JSONReader {
    struct Mistake: Error {
        let offset: Int
        let reason: String
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var at: Int
    /// Gets the path and the offset of every key and value, where places are wanted.
    private var note: ((String, Int) -> Void)?

    static let deepest = 64

    init(_ bytes: UnsafeBufferPointer<UInt8>, at: Int = 0, note: ((String, Int) -> Void)? = nil) {
        self.bytes = bytes
        self.at = at
        self.note = note
    }

    /// One value and nothing after it.
    static func parse(_ bytes: [UInt8], note: ((String, Int) -> Void)? = nil) throws(Mistake) -> TrialValue {
        let result: Result<TrialValue, Mistake> = bytes.withUnsafeBytes { buffer in
            do throws(Mistake) { return .success(try parse(buffer, note: note)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    static func parse(_ bytes: UnsafeRawBufferPointer, note: ((String, Int) -> Void)? = nil) throws(Mistake) -> TrialValue {
        let buffer = UnsafeBufferPointer(start: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        var reader = JSONReader(buffer, note: note)
        let value = try reader.value(path: "")
        reader.skipBlanks()
        if reader.at < buffer.count { throw reader.mistake("something follows the end") }
        return value
    }

    static func parse(_ text: String) throws(Mistake) -> TrialValue { try parse(Array(text.utf8)) }

    func mistake(_ reason: String) -> Mistake { Mistake(offset: at, reason: reason) }

    var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func word(_ text: StaticString, _ value: TrialValue) throws(Mistake) -> TrialValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard next == text.utf8Start[index] else { throw mistake("a value is expected") }
            at += 1
        }
        return value
    }

    mutating func value(path: String, depth: Int = 0) throws(Mistake) -> TrialValue {
        guard depth < JSONReader.deepest else { throw mistake("there are more than \(JSONReader.deepest) levels") }
        skipBlanks()
        note?(path, at)
        switch next {
        case UInt8(ascii: "{"):
            at += 1
            var members: [String: TrialValue] = [:]
            skipBlanks()
            if take("}") { return .table([:]) }
            repeat {
                skipBlanks()
                let start = at
                let key = try string()
                skipBlanks()
                guard take(":") else { throw mistake("a colon is missing") }
                let inner = note == nil ? "" : path.isEmpty ? key : path + "." + key
                note?(inner, start)
                guard members.updateValue(try value(path: inner, depth: depth + 1), forKey: key) == nil else {
                    throw Mistake(offset: start, reason: "the key \"\(key)\" stands twice")
                }
                skipBlanks()
            } while take(",")
            guard take("}") else { throw mistake("a comma or a closing brace is missing") }
            return .table(members)
        case UInt8(ascii: "["):
            at += 1
            var values: [TrialValue] = []
            skipBlanks()
            if take("]") { return .list([]) }
            repeat {
                values.append(try value(path: note == nil ? "" : "\(path)[\(values.count)]", depth: depth + 1))
                skipBlanks()
            } while take(",")
            guard take("]") else { throw mistake("a comma or a closing bracket is missing") }
            return .list(values)
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some(let byte) where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return .number(try number())
        default: throw mistake("a value is expected")
        }
    }

    mutating func number() throws(Mistake) -> Double {
        let start = at
        var isWhole = true
        while let byte = next {
            if (0x30...0x39).contains(byte) || (byte == UInt8(ascii: "-") && at == start) {
            } else if ".eE+-".utf8.contains(byte) {
                isWhole = false
            } else {
                break
            }
            at += 1
        }
        if isWhole, at - start <= 16 {
            var value: Int64 = 0
            for place in start..<at where bytes[place] != UInt8(ascii: "-") { value = value * 10 + Int64(bytes[place] - 0x30) }
            guard bytes[at - 1] != UInt8(ascii: "-") else { throw mistake("a value is expected") }
            return bytes[start] == UInt8(ascii: "-") ? -Double(value) : Double(value)
        }
        guard let value = Double(String(decoding: bytes[start..<at], as: UTF8.self)), value.isFinite else {
            throw Mistake(offset: start, reason: "this is no finite number")
        }
        return value
    }

    mutating func string() throws(Mistake) -> String {
        guard take("\"") else { throw mistake("a text in quotation marks is expected") }
        let start = at
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { at += 1 }
        if next == UInt8(ascii: "\"") {
            at += 1
            guard let text = String(validating: bytes[start..<at - 1], as: UTF8.self) else { throw mistake("a text is not UTF-8") }
            return text
        }
        var text = Array(bytes[start..<at])
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw mistake("a text is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): text += try escaped()
            case 0..<0x20: throw mistake("a control character stands in a text")
            default: text.append(byte)
            }
        }
        throw mistake("a text does not end")
    }

    private mutating func escaped() throws(Mistake) -> [UInt8] {
        guard let byte = next else { throw mistake("a text does not end") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw mistake("half a character") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw mistake("half a character") }
            return Array(String(Character(scalar)).utf8)
        default: throw mistake("this escape is not known")
        }
    }

    private mutating func hexadecimal() throws(Mistake) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw mistake("four hexadecimal digits are expected")
            }
            code = code << 4 | UInt32(digit)
            at += 1
        }
        return code
    }
}
