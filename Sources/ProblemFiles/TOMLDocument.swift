import TOMLKit

/// A TOML text with the places of its keys.
package struct TOMLDocument: Sendable {
    package let root: [String: TOMLNode]
    package let places: TOMLPlaces

    /// - Parameters:
    ///   - path: the file, as errors shall name it.
    ///   - largestSize: most bytes.
    ///   - what: what the file should be, for a sentence: "a problem file".
    /// - Throws: `ProblemFileError.malformed`.
    package init(_ bytes: [UInt8], path: String, largestSize: Int, what: String) throws(ProblemFileError) {
        guard bytes.count <= largestSize else {
            throw .malformed(path: path, line: 1, reason: "\(what) has at most \(largestSize) bytes, and this one has \(bytes.count)")
        }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            let line = 1 + bytes.prefix { $0 != 0 }.filter { $0 == UInt8(ascii: "\n") }.count
            throw .malformed(path: path, line: bytes.contains(0) ? line : 1, reason: "it is not a text in UTF-8")
        }
        let places = TOMLPlaces(text)
        if let flaw = places.flaw { throw .malformed(path: path, line: flaw.line, reason: flaw.reason) }
        do {
            let table = try TOMLTable(string: text)
            guard case .table(let members) = TOMLNode(table: table) else {
                throw ProblemFileError.malformed(path: path, line: 1, reason: "it is no table")
            }
            root = members
        } catch let error as TOMLParseError {
            let place = error.source.begin
            throw .malformed(path: path, line: place.line, column: max(place.column, 1), reason: TOMLDocument.reason(error.description))
        } catch {
            throw .malformed(path: path, line: 1, reason: "\(error)")
        }
        self.places = places
    }

    /// The parser's words as part of a sentence.
    private static func reason(_ text: String) -> String {
        let line = text.split(separator: "\n").first.map(String.init) ?? "it cannot be read"
        let plain = line.hasSuffix(".") ? String(line.dropLast()) : line
        return plain.prefix(1).lowercased() + plain.dropFirst()
    }
}
