/// Where the keys and values of a TOML text stand, by their paths such as `conditions[1].equation`.
///
/// The parser keeps neither places nor the order of a table's keys. This looks at the text before it does; of what breaks the rules of TOML it finds
/// some, the rest it walks over.
package struct TOMLPlaces: Sendable {
    /// The line, from 1, by path.
    package private(set) var lines: [String: Int] = [:]
    /// The column of its first byte, from 1, by path.
    package private(set) var columns: [String: Int] = [:]
    /// All paths in the order of the text.
    package private(set) var order: [String] = []
    /// The first place where a key or a value does not begin as one can, which the parser does not survive everywhere.
    package private(set) var flaw: (line: Int, reason: String)?

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var lineStart = 0
    private var counts: [String: Int] = [:]

    package init(_ text: String) {
        bytes = Array(text.utf8)
        document()
    }

    /// The line of a path, or of the nearest one above it.
    package func line(of path: String) -> Int? {
        var path = Substring(path)
        while true {
            if let line = lines[String(path)] { return line }
            guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
            path = path[..<cut]
        }
    }

    /// The line and column of a path, or of the nearest one above it.
    package func place(of path: String) -> (line: Int, column: Int)? {
        var path = Substring(path)
        while true {
            if let line = lines[String(path)] { return (line, columns[String(path)] ?? 1) }
            guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
            path = path[..<cut]
        }
    }

    /// The keys of a table, in the order of the text.
    package func keys(of table: String) -> [String] {
        order.filter { $0.hasPrefix(table + ".") }.map { String($0.dropFirst(table.count + 1)) }.filter { !$0.contains(".") && !$0.contains("[") }
    }

    private mutating func note(_ path: String) {
        guard lines[path] == nil else { return }
        lines[path] = line
        columns[path] = position - lineStart + 1
        order.append(path)
    }

    // MARK: Reading

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func advance() {
        position += 1
        if position <= bytes.count, bytes[position - 1] == UInt8(ascii: "\n") {
            line += 1
            lineStart = position
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        advance()
        return true
    }

    /// Steps over blanks and, across lines, comments.
    private mutating func skip(lines: Bool) {
        while let byte = next {
            if byte == UInt8(ascii: "#"), lines {
                while let byte = next, byte != UInt8(ascii: "\n") { advance() }
            } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || (lines && (byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")))
            {
                advance()
            } else {
                return
            }
        }
    }

    private mutating func document() {
        var prefix = ""
        while true {
            skip(lines: true)
            guard let byte = next else { return }
            let start = position
            if byte == UInt8(ascii: "[") {
                advance()
                let column = start - lineStart + 1
                let isArray = take("[")
                prefix = current(key())
                if isArray {
                    let count = counts[prefix, default: 0]
                    counts[prefix] = count + 1
                    note(prefix)
                    prefix += "[\(count)]"
                }
                note(prefix)
                if lines[prefix] == line { columns[prefix] = column }
                while let byte = next, byte != UInt8(ascii: "\n") { advance() }
            } else {
                pair(in: prefix)
            }
            if position == start { advance() }
        }
    }

    /// A header's path with the last index of every array of tables on it.
    private func current(_ keys: [String]) -> String {
        var path = ""
        for (index, key) in keys.enumerated() {
            path += (path.isEmpty ? "" : ".") + key
            if index + 1 < keys.count, let count = counts[path] { path += "[\(count - 1)]" }
        }
        return path
    }

    private mutating func key() -> [String] {
        var keys: [String] = []
        repeat {
            skip(lines: false)
            if !(next.map { isBare($0) || isQuote($0) } ?? false) { complain("a key is missing") }
            if let byte = next, isQuote(byte) {
                keys.append(string())
            } else {
                let start = position
                while let byte = next, isBare(byte) { position += 1 }
                keys.append(String(decoding: bytes[start..<position], as: UTF8.self))
            }
            skip(lines: false)
        } while take(".")
        return keys
    }

    private func isBare(_ byte: UInt8) -> Bool {
        let scalar = Unicode.Scalar(byte)
        return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "-"
    }

    private func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    private mutating func pair(in prefix: String) {
        let (line, column) = (line, position - lineStart + 1)
        let keys = key()
        var path = prefix
        for key in keys {
            path += (path.isEmpty ? "" : ".") + key
            note(path)
        }
        lines[path] = line
        columns[path] = column
        guard take("=") else { return }
        value(path, depth: 0)
    }

    private mutating func complain(_ reason: String) {
        if flaw == nil { flaw = (line, reason) }
    }

    private mutating func value(_ path: String, depth: Int) {
        skip(lines: false)
        guard let byte = next, isQuote(byte) || isBare(byte) || "[{+.".utf8.contains(byte) else {
            complain("a value is missing")
            return
        }
        guard depth < 300 else { return }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = string()
        case UInt8(ascii: "["):
            advance()
            var index = 0
            while true {
                skip(lines: true)
                if next == nil || take("]") { return }
                let start = position
                note("\(path)[\(index)]")
                value("\(path)[\(index)]", depth: depth + 1)
                skip(lines: true)
                _ = take(",")
                index += 1
                if position == start { advance() }
            }
        case UInt8(ascii: "{"):
            advance()
            while true {
                skip(lines: true)
                if next == nil || take("}") { return }
                let start = position
                inline(path, depth: depth)
                skip(lines: true)
                _ = take(",")
                if position == start { advance() }
            }
        default:
            while let byte = next, !",]}\n#".utf8.contains(byte) { advance() }
        }
    }

    private mutating func inline(_ prefix: String, depth: Int) {
        var path = prefix
        let column = position - lineStart + 1
        for key in key() {
            path += "." + key
            note(path)
        }
        columns[path] = column
        guard take("=") else { return }
        value(path, depth: depth + 1)
    }

    /// The contents of a string as they are written, the quotation marks left out.
    private mutating func string() -> String {
        guard let quote = next else { return "" }
        let isTriple = position + 2 < bytes.count && bytes[position + 1] == quote && bytes[position + 2] == quote
        let length = isTriple ? 3 : 1
        for _ in 0..<length { advance() }
        let start = position
        while let byte = next {
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                advance()
                if next != nil { advance() }
                continue
            }
            let isEnd = byte == quote && (!isTriple || (position + 2 < bytes.count && bytes[position + 1] == quote && bytes[position + 2] == quote))
            if isEnd { break }
            advance()
        }
        let contents = String(decoding: bytes[min(start, bytes.count)..<min(position, bytes.count)], as: UTF8.self)
        for _ in 0..<length where next != nil { advance() }
        // Up to two quotation marks may stand before the closing three.
        if isTriple { while next == quote { advance() } }
        return contents
    }
}
