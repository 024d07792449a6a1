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

    func mistake(_ reason: String) -> JSONText.Mistake { JSONText.Mistake(offset: 0, reason: reason) }

    subscript(key: String) -> UnsafeRawBufferPointer? { parts.first { $0.key == key }?.bytes }

    /// A member's value; nil where it is not there.
    func value(_ key: String) throws(JSONText.Mistake) -> TrialValue? {
        guard let bytes = self[key] else { return nil }
        return try TrialValue(parsing: Array(bytes))
    }

    func text(_ key: String) throws(JSONText.Mistake) -> String? { try value(key)?.text }
}
