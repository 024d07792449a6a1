/// A JSON value, as safetensors headers need it: numbers are the non-negative integers, an object keeps its order.
package enum JSONText: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case array([JSONText])
    case object([(key: String, value: JSONText)])

    /// Why a text is no such value: at which byte, and what.
    package struct Mistake: Error, Equatable {
        package let offset: Int
        package let reason: String
    }

    /// Reads one value and nothing after it but white space.
    ///
    /// Keys that occur twice, numbers beyond Int, escapes that are no character and nesting deeper than 16 are mistakes.
    package static func parse(_ bytes: ArraySlice<UInt8>) throws(Mistake) -> JSONText {
        var parser = Parser(bytes: bytes, at: bytes.startIndex)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        if parser.at != bytes.endIndex { throw parser.mistake("something follows the end") }
        return value
    }

    package static func == (a: JSONText, b: JSONText) -> Bool {
        switch (a, b) {
        case (.string(let x), .string(let y)): x == y
        case (.integer(let x), .integer(let y)): x == y
        case (.array(let x), .array(let y)): x == y
        case (.object(let x), .object(let y)): x.count == y.count && zip(x, y).allSatisfy { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    /// The text of a string, quoted and escaped.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

private struct Parser {
    let bytes: ArraySlice<UInt8>
    var at: Int

    func mistake(_ reason: String) -> JSONText.Mistake {
        JSONText.Mistake(offset: at - bytes.startIndex, reason: reason)
    }

    var current: UInt8? { at < bytes.endIndex ? bytes[at] : nil }

    mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    mutating func expect(_ character: Character) throws(JSONText.Mistake) {
        skipSpace()
        guard current == character.asciiValue else { throw mistake("'\(character)' is missing") }
        at += 1
    }

    mutating func take(_ character: Character) -> Bool {
        skipSpace()
        guard current == character.asciiValue else { return false }
        at += 1
        return true
    }

    mutating func value(depth: Int) throws(JSONText.Mistake) -> JSONText {
        guard depth < 16 else { throw mistake("too many levels") }
        skipSpace()
        switch current {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"):
            at += 1
            return .object(try members(depth: depth))
        case UInt8(ascii: "["):
            at += 1
            var elements: [JSONText] = []
            if take("]") { return .array([]) }
            repeat { elements.append(try value(depth: depth + 1)) } while take(",")
            try expect("]")
            return .array(elements)
        case .some(let byte) where (0x30...0x39).contains(byte): return .integer(try integer())
        default: throw mistake("a string, a list, an object or an integer ≥ 0 is expected")
        }
    }

    mutating func members(depth: Int) throws(JSONText.Mistake) -> [(key: String, value: JSONText)] {
        var members: [(key: String, value: JSONText)] = []
        var seen: Set<String> = []
        if take("}") { return [] }
        repeat {
            skipSpace()
            let key = try string()
            guard seen.insert(key).inserted else { throw mistake("the key \"\(key)\" occurs twice") }
            try expect(":")
            members.append((key, try value(depth: depth + 1)))
        } while take(",")
        try expect("}")
        return members
    }

    mutating func integer() throws(JSONText.Mistake) -> Int {
        let start = at
        var number = 0
        while let byte = current, (0x30...0x39).contains(byte) {
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, more) = tens.addingReportingOverflow(Int(byte - 0x30))
            if overflow || more { throw mistake("the number is too large") }
            number = sum
            at += 1
        }
        if at - start > 1, bytes[start] == 0x30 { throw mistake("a number begins with 0") }
        if let byte = current, byte == UInt8(ascii: ".") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            throw mistake("the number is no integer")
        }
        return number
    }

    mutating func string() throws(JSONText.Mistake) -> String {
        guard current == UInt8(ascii: "\"") else { throw mistake("a string is expected") }
        at += 1
        var text: [UInt8] = []
        while let byte = current {
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw mistake("a string is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): text += try escape()
            case 0..<0x20: throw mistake("a control character stands in a string")
            default: text.append(byte)
            }
        }
        throw mistake("a string does not end")
    }

    mutating func escape() throws(JSONText.Mistake) -> [UInt8] {
        guard let byte = current else { throw mistake("a string does not end") }
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
            if (0xD800..<0xDC00).contains(code) {
                guard current == UInt8(ascii: "\\") else { throw mistake("half a surrogate pair") }
                at += 1
                guard current == UInt8(ascii: "u") else { throw mistake("half a surrogate pair") }
                at += 1
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw mistake("half a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw mistake("\\u\(String(code, radix: 16)) is no character") }
            return Array(String(Character(scalar)).utf8)
        default: throw mistake("an unknown escape")
        }
    }

    mutating func hexadecimal() throws(JSONText.Mistake) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw mistake("four hexadecimal digits are expected")
            }
            code = code << 4 | UInt32(digit)
            at += 1
        }
        return code
    }
}
