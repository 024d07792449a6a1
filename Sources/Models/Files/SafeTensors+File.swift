extension SafeTensors {
    /// The longest header that is read, as in the format's own implementation.
    static let longestHeader = 100_000_000

    /// Whether a file begins as one of this format does: the header's length, and an opening brace.
    package static func isBeginning(of path: String) -> Bool {
        let bytes = FileBytes.beginning(of: path, count: 9)
        return bytes.count == 9 && bytes[8] == UInt8(ascii: "{") && bytes[4..<8].allSatisfy { $0 == 0 }
    }

    /// Reads a file; it is refused unless every rule of the format is kept.
    ///
    /// - Throws: `ModelError.cannotRead`, `malformed`, `elementType` or `tooLarge`.
    public init(contentsOf path: String) throws(ModelError) {
        try self.init(bytes: try FileBytes.read(path), path: path)
    }

    /// Reads a file's bytes; `path` names it in errors.
    package init(bytes: [UInt8], path: String) throws(ModelError) {
        func malformed(_ reason: String) -> ModelError { .malformed(path: path, reason: reason) }
        guard bytes.count >= 8 else { throw malformed("a safetensors file has at least 8 bytes, and this one has \(bytes.count)") }
        let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
        guard length <= UInt64(bytes.count - 8) else {
            throw malformed("the header is said to have \(length) bytes, and only \(bytes.count - 8) follow")
        }
        guard length <= UInt64(SafeTensors.longestHeader) else { throw malformed("the header has \(length) bytes, more than 100 MB") }
        let start = 8 + Int(length)
        guard length > 0, bytes[8] == UInt8(ascii: "{") else { throw malformed("the header does not begin with '{'") }

        let header: JSONText
        do {
            header = try JSONText.parse(bytes[8..<start])
        } catch {
            throw malformed("the header is no JSON object: \(error.reason) at byte \(8 + error.offset)")
        }
        guard case .object(let members) = header else { throw malformed("the header is no JSON object") }

        var metadata: [String: String] = [:]
        var entries: [Entry] = []
        for (name, value) in members {
            guard case .object(let fields) = value else { throw malformed("the entry \"\(name)\" is no object") }
            if name == "__metadata__" {
                for (key, value) in fields {
                    guard case .string(let text) = value else { throw malformed("the metadata \"\(key)\" is no string") }
                    metadata[key] = text
                }
            } else {
                entries.append(try Entry(name: name, fields: fields, path: path))
            }
        }
        try SafeTensors.checkLayout(entries, dataBytes: bytes.count - start, path: path)

        var tensors: [String: Tensor] = [:]
        for entry in entries {
            let data = Array(bytes[(start + entry.begin)..<(start + entry.end)])
            tensors[entry.name] = Tensor(type: entry.type, shape: entry.shape, bytes: data)
        }
        self.init(tensors: tensors, metadata: metadata)
    }

    /// Writes the file beside and renames it; arrays lie in the order of their types, then of their names, as the format's own library lays them.
    ///
    /// - Throws: `ModelError.cannotWrite`.
    public func write(to path: String) throws(ModelError) {
        try FileBytes.write(encoded(), to: path)
    }

    /// The file's bytes, its header padded with spaces to a multiple of 8.
    package func encoded() -> [UInt8] {
        let order = ElementType.allCases.flatMap { type in tensors.filter { $0.value.type == type }.sorted { $0.key < $1.key } }
        var items: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
            items.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for (name, tensor) in order {
            let end = offset + tensor.bytes.count
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            items.append("\(JSONText.quoted(name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var header = Array("{\(items.joined(separator: ","))}".utf8)
        while header.count % 8 != 0 { header.append(0x20) }
        var bytes = littleEndian([UInt64(header.count)])
        bytes.reserveCapacity(8 + header.count + offset)
        bytes += header
        for (_, tensor) in order { bytes += tensor.bytes }
        return bytes
    }

    /// What the header says of one array.
    private struct Entry {
        let name: String
        let type: ElementType
        let shape: [Int]
        let begin: Int
        let end: Int

        init(name: String, fields: [(key: String, value: JSONText)], path: String) throws(ModelError) {
            func malformed(_ reason: String) -> ModelError { .malformed(path: path, reason: "the array \"\(name)\" \(reason)") }
            var type: ElementType?
            var shape: [Int]?
            var offsets: [Int]?
            for (key, value) in fields {
                switch (key, value) {
                case ("dtype", .string(let text)):
                    guard let known = ElementType(rawValue: text) else { throw .elementType(path: path, array: name, found: text) }
                    type = known
                case ("shape", .array(let elements)), ("data_offsets", .array(let elements)):
                    guard let numbers = Entry.integers(elements) else {
                        throw malformed("has a \(key) that is no list of whole numbers from 0 to \(Int.max)")
                    }
                    if key == "shape" { shape = numbers } else { offsets = numbers }
                default: throw malformed("has an entry \"\(key)\" that the format does not know")
                }
            }
            guard let type, let shape, let offsets, offsets.count == 2 else {
                throw malformed("lacks a dtype, a shape or a pair of data_offsets")
            }
            var size = type.size
            for length in shape {
                let (product, overflow) = size.multipliedReportingOverflow(by: length)
                guard !overflow else { throw malformed("has the absurd shape \(shape)") }
                size = product
            }
            guard offsets[0] <= offsets[1], offsets[1] - offsets[0] == size else {
                throw malformed("of shape \(shape) and type \(type.rawValue) needs \(size) bytes, and its offsets are \(offsets)")
            }
            (self.name, self.type, self.shape) = (name, type, shape)
            (begin, end) = (offsets[0], offsets[1])
        }

        private static func integers(_ elements: [JSONText]) -> [Int]? {
            let values = elements.compactMap { if case .integer(let value) = $0, value >= 0 { value } else { nil } }
            return values.count == elements.count ? values : nil
        }
    }

    /// The arrays have to follow each other without holes or overlaps and to end with the file.
    private static func checkLayout(_ entries: [Entry], dataBytes: Int, path: String) throws(ModelError) {
        var covered = 0
        for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            guard entry.begin == covered else {
                let what = entry.begin < covered ? "overlaps another" : "leaves a hole before it"
                throw .malformed(path: path, reason: "the array \"\(entry.name)\" \(what) at byte \(entry.begin) of the data")
            }
            guard entry.end <= dataBytes else {
                throw .malformed(
                    path: path, reason: "the array \"\(entry.name)\" ends at byte \(entry.end) of the data, and the file has only \(dataBytes)")
            }
            covered = entry.end
        }
        guard covered == dataBytes else {
            throw .malformed(path: path, reason: "the arrays cover \(covered) bytes of data, and the file has \(dataBytes)")
        }
    }
}
