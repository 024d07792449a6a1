/// A value as JSON (RFC 8259) writes it: objects keep the order of their keys, and whole numbers are exact.
package enum JSONText: Sendable, Equatable {
    case null
    case boolean(Bool)
    /// A number without point and exponent that an Int can hold.
    case integer(Int)
    /// Any other, which is finite.
    case number(Double)
    case string(String)
    case array([JSONText])
    case object([(key: String, value: JSONText)])

    /// Why a text is no such value: at which byte, and what.
    package struct Mistake: Error, Equatable {
        package let offset: Int
        package let reason: String

        package init(offset: Int, reason: String) {
            self.offset = offset
            self.reason = reason
        }
    }

    /// Reads one value and nothing after it but white space.
    ///
    /// Keys that occur twice, numbers that are not finite, escapes that are no character and nesting deeper than 64 are mistakes.
    /// - Parameter note: gets the path (`a.b[2]`) and the offset of every key and value.
    package static func parse(_ bytes: ArraySlice<UInt8>, note: ((String, Int) -> Void)? = nil) throws(Mistake) -> JSONText {
        let result: Result<JSONText, Mistake> = bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer, note: note)
            do throws(Mistake) { return .success(try reader.whole()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    package static func == (a: JSONText, b: JSONText) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.boolean(let x), .boolean(let y)): x == y
        case (.integer(let x), .integer(let y)): x == y
        case (.number(let x), .number(let y)): x == y
        case (.string(let x), .string(let y)): x == y
        case (.array(let x), .array(let y)): x == y
        case (.object(let x), .object(let y)): x.count == y.count && zip(x, y).allSatisfy { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    /// A number of either form.
    package var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
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
