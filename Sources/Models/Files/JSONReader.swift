/// Reads JSON from bytes, from the beginning to the end.
struct JSONReader {
    typealias Mistake = JSONText.Mistake

    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0
    /// Gets the path and the offset of every key and value, where places are wanted.
    private let note: ((String, Int) -> Void)?

    private static let deepest = 64

    init(_ bytes: UnsafeBufferPointer<UInt8>, note: ((String, Int) -> Void)?) {
        self.bytes = bytes
        self.note = note
    }

    /// One value and nothing after it.
    mutating func whole() throws(Mistake) -> JSONText {
        let value = try value(path: "", depth: 0)
        skipBlanks()
        if at < bytes.count { throw mistake("something follows the end") }
        return value
    }

    private func mistake(_ reason: String) -> Mistake { Mistake(offset: at, reason: reason) }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func word(_ text: StaticString, _ value: JSONText) throws(Mistake) -> JSONText {
        for index in 0..<text.utf8CodeUnitCount {
            guard next == text.utf8Start[index] else { throw mistake("a value is expected") }
            at += 1
        }
        return value
    }

    private mutating func value(path: String, depth: Int) throws(Mistake) -> JSONText {
        guard depth < Self.deepest else { throw mistake("there are more than \(Self.deepest) levels") }
        skipBlanks()
        note?(path, at)
        switch next {
        case UInt8(ascii: "{"): return .object(try members(path: path, depth: depth))
        case UInt8(ascii: "["): return .array(try elements(path: path, depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some(let byte) where byte == UInt8(ascii: "-") || Self.isDigit(byte): return try number()
        default: throw mistake("a value is expected")
        }
    }

    private mutating func members(path: String, depth: Int) throws(Mistake) -> [(key: String, value: JSONText)] {
        at += 1
        var members: [(key: String, value: JSONText)] = []
        var seen: Set<String> = []
        skipBlanks()
        if take("}") { return [] }
        repeat {
            skipBlanks()
            let start = at
            let key = try string()
            guard seen.insert(key).inserted else { throw Mistake(offset: start, reason: "the key \"\(key)\" stands twice") }
            skipBlanks()
            guard take(":") else { throw mistake("a colon is missing") }
            let inner = note == nil ? "" : path.isEmpty ? key : path + "." + key
            note?(inner, start)
            members.append((key, try value(path: inner, depth: depth + 1)))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw mistake("a comma or a closing brace is missing") }
        return members
    }

    private mutating func elements(path: String, depth: Int) throws(Mistake) -> [JSONText] {
        at += 1
        var values: [JSONText] = []
        skipBlanks()
        if take("]") { return [] }
        repeat {
            values.append(try value(path: note == nil ? "" : "\(path)[\(values.count)]", depth: depth + 1))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw mistake("a comma or a closing bracket is missing") }
        return values
    }

    // MARK: Numbers

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private mutating func digits() throws(Mistake) {
        let start = at
        while let byte = next, Self.isDigit(byte) { at += 1 }
        if at == start { throw mistake("a digit is expected") }
    }

    private mutating func number() throws(Mistake) -> JSONText {
        let start = at
        let isNegative = take("-")
        let first = at
        try digits()
        if at - first > 1, bytes[first] == 0x30 { throw Mistake(offset: start, reason: "a number begins with 0") }
        var isWhole = true
        if take(".") {
            isWhole = false
            try digits()
        }
        if take("e") || take("E") {
            isWhole = false
            _ = take("+") || take("-")
            try digits()
        }
        // The zero that keeps its sign is no integer, and nor is one of more digits than an Int has.
        if isWhole, at - first <= 18, !(isNegative && bytes[first] == 0x30) {
            var value = 0
            for place in first..<at { value = value * 10 + Int(bytes[place] - 0x30) }
            return .integer(isNegative ? -value : value)
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isWhole, !(isNegative && bytes[first] == 0x30), let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw Mistake(offset: start, reason: "this is no finite number") }
        return .number(value)
    }

    // MARK: Texts

    private mutating func string() throws(Mistake) -> String {
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
                guard (0xDC00..<0xE000).contains(low) else { throw mistake("half a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw mistake("half a surrogate pair") }
            return Array(String(Character(scalar)).utf8)
        default: throw mistake("an unknown escape")
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
