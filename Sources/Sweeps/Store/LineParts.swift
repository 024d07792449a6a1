import Models

/// The members of a result's line as they are written, found without reading what is inside them.
struct LineParts {
    private(set) var parts: [(key: String, bytes: UnsafeRawBufferPointer)] = []

    /// - Throws: `JSONText.Mistake` where the line is no object.
    init(_ line: UnsafeRawBufferPointer) throws(JSONText.Mistake) {
        let bytes = line.bindMemory(to: UInt8.self)
        var at = 1
        if bytes.count == 2, bytes[0] == UInt8(ascii: "{"), bytes[1] == UInt8(ascii: "}") { return }
        func mistake(_ reason: String) -> JSONText.Mistake { JSONText.Mistake(offset: at, reason: reason) }
        while at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
            let start = at + 1
            guard let end = LineParts.endOfString(bytes, at), end + 1 < bytes.count, bytes[end] == UInt8(ascii: ":") else {
                throw mistake("a key is expected")
            }
            let key = String(decoding: bytes[start..<end - 1], as: UTF8.self)
            at = end + 1
            let value = at
            var depth = 0
            while at < bytes.count {
                let byte = bytes[at]
                if byte == UInt8(ascii: "\"") {
                    guard let end = LineParts.endOfString(bytes, at) else { throw mistake("a text does not end") }
                    at = end
                    continue
                }
                if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
                if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                    if depth == 0 { break }
                    depth -= 1
                }
                if byte == UInt8(ascii: ","), depth == 0 { break }
                at += 1
            }
            parts.append((key, UnsafeRawBufferPointer(rebasing: line[value..<at])))
            guard at < bytes.count else { throw mistake("the object does not end") }
            if bytes[at] == UInt8(ascii: "}") { return }
            at += 1
        }
        throw mistake("a key is expected")
    }

    /// The place behind a string that begins at `start`.
    private static func endOfString(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
        var at = start + 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\"") { return at + 1 }
            at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    /// Refuses a result whose configuration, metrics or circumstances are not what a result has.
    func requireResult() throws(JSONText.Mistake) {
        for key in ["config", "metrics"] {
            guard let bytes = self[key], bytes.first == UInt8(ascii: "{") else {
                throw mistake("a result has its configuration and its metrics")
            }
            if LineParts.isPlain(bytes) { continue }
            for (name, value) in try LineParts(bytes).parts {
                do { _ = try TrialValue(parsing: Array(value)) } catch { throw mistake("the value of \"\(name)\": \(error.reason)") }
            }
        }
        for key in ["reason", "version", "host", "device"] {
            guard let bytes = self[key] else { continue }
            let mark = UInt8(ascii: "\"")
            let isText =
                bytes.count >= 2 && bytes.first == mark && bytes.last == mark
                && bytes[1..<bytes.count - 1].allSatisfy { $0 >= 0x20 && $0 != mark && $0 != UInt8(ascii: "\\") }
            if !isText, try value(key)?.text == nil { throw mistake("\"\(key)\" is no text") }
        }
    }

    /// Whether an object holds numbers and texts without anything to unescape alone, which is seen without taking it apart.
    private static func isPlain(_ object: UnsafeRawBufferPointer) -> Bool {
        let bytes = object.bindMemory(to: UInt8.self)
        var at = 1
        func text() -> Bool {
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return false }
            at += 1
            while at < bytes.count, bytes[at] >= 0x20, bytes[at] < 0x7F, bytes[at] != UInt8(ascii: "\\"), bytes[at] != UInt8(ascii: "\"") { at += 1 }
            at += 1
            return at <= bytes.count && bytes[at - 1] == UInt8(ascii: "\"")
        }
        func digits() -> Int {
            let start = at
            while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 { at += 1 }
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
            guard text(), at < bytes.count, bytes[at] == UInt8(ascii: ":") else { return false }
            at += 1
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") ? text() : number(), at < bytes.count else { return false }
            at += 1
            if bytes[at - 1] == UInt8(ascii: "}") { return at == bytes.count }
            guard bytes[at - 1] == UInt8(ascii: ",") else { return false }
        }
    }

    func mistake(_ reason: String) -> JSONText.Mistake { JSONText.Mistake(offset: 0, reason: reason) }

    subscript(key: String) -> UnsafeRawBufferPointer? { parts.first { $0.key == key }?.bytes }

    /// A member's value; nil where it is not there.
    func value(_ key: String) throws(JSONText.Mistake) -> TrialValue? {
        guard let bytes = self[key] else { return nil }
        return try TrialValue(parsing: Array(bytes))
    }

    func text(_ key: String) throws(JSONText.Mistake) -> String? { try value(key)?.text }
}
