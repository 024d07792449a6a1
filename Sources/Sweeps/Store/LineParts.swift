import Models

/// The members of an object as they are written, found without reading what is inside them.
struct LineParts {
    private(set) var parts: [(key: String, bytes: UnsafeRawBufferPointer)] = []

    /// - Throws: `JSONText.Mistake` where the line is no object.
    init(_ line: UnsafeRawBufferPointer) throws(JSONText.Mistake) {
        parts.reserveCapacity(16)
        var reader = MemberReader(line)
        while let member = try reader.next() { parts.append((String(decoding: member.key, as: UTF8.self), member.value)) }
    }

    subscript(key: String) -> UnsafeRawBufferPointer? { parts.first { $0.key == key }?.bytes }

    /// A member's value; nil where it is not there.
    func value(_ key: String) throws(JSONText.Mistake) -> TrialValue? {
        guard let bytes = self[key] else { return nil }
        return try TrialValue(parsing: Array(bytes))
    }

    func text(_ key: String) throws(JSONText.Mistake) -> String? { try value(key)?.text }
}
