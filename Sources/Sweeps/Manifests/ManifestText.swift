import Differentiation
import Models
import ProblemFiles

/// A manifest's text as values, with the places and the order of its keys; TOML or JSON.
struct ManifestText {
    let path: String
    let root: [String: TrialValue]
    private(set) var places: [String: SweepError.Place] = [:]
    private var order: [String] = []

    init(_ bytes: [UInt8], path: String) throws(SweepError) {
        self.path = path
        if path.hasSuffix(".json") {
            var marks: [(path: String, offset: Int)] = []
            let value: TrialValue
            do throws(JSONText.Mistake) {
                value = try TrialValue(parsing: bytes) { marks.append(($0, $1)) }
            } catch {
                throw .unreadable(path: path, place: ManifestText.place(of: error.offset, in: bytes), reason: "this is not JSON: \(error.reason)")
            }
            guard let members = value.table else {
                throw .unreadable(path: path, place: SweepError.Place(line: 1, column: 1), reason: "a manifest is an object, not \(value.kind)")
            }
            root = members
            var (line, start, reached) = (1, 0, 0)
            for mark in marks.sorted(by: { $0.offset < $1.offset }) {
                while reached < mark.offset {
                    if bytes[reached] == UInt8(ascii: "\n") { (line, start) = (line + 1, reached + 1) }
                    reached += 1
                }
                if places[mark.path] == nil {
                    places[mark.path] = SweepError.Place(line: line, column: mark.offset - start + 1)
                    order.append(mark.path)
                }
            }
            return
        }
        let document: TOMLDocument
        do {
            document = try TOMLDocument(bytes, path: path, largestSize: Manifest.largestSize, what: "a manifest")
        } catch {
            if case .malformed(_, let line, let column, let reason) = error {
                throw .unreadable(path: path, place: SweepError.Place(line: line, column: column), reason: "this is not TOML: \(reason)")
            }
            throw .unreadable(path: path, place: nil, reason: "\(error)")
        }
        for name in document.places.order {
            let place = document.places.place(of: name)
            places[name] = place.map { SweepError.Place(line: $0.line, column: $0.column) }
        }
        order = document.places.order
        var members: [String: TrialValue] = [:]
        for (key, node) in document.root.sorted(by: { $0.key < $1.key }) {
            members[key] = try ManifestText.value(node, key, path: path, places: places)
        }
        root = members
    }

    private static func value(
        _ node: TOMLNode, _ key: String, path: String, places: [String: SweepError.Place]
    ) throws(SweepError) -> TrialValue {
        switch node {
        case .string(let text): return .text(text)
        case .boolean(let value): return .boolean(value)
        case .number(let number):
            guard number.isFinite, !(number == 0 && number.sign == .minus) else {
                throw Manifest.failure(
                    path, places, key,
                    "\(number == 0 ? "-0" : Wording.number(number)) cannot be used: numbers are finite, and 0 is written without a sign")
            }
            return .number(number)
        case .array(let nodes):
            var values: [TrialValue] = []
            values.reserveCapacity(nodes.count)
            for (index, node) in nodes.enumerated() { values.append(try value(node, "\(key)[\(index)]", path: path, places: places)) }
            return .list(values)
        case .table(let table):
            var members: [String: TrialValue] = [:]
            for (name, node) in table.sorted(by: { $0.key < $1.key }) {
                members[name] = try value(node, "\(key).\(name)", path: path, places: places)
            }
            return .table(members)
        case .other: throw Manifest.failure(path, places, key, "dates and times cannot be used here")
        }
    }

    private static func place(of offset: Int, in bytes: [UInt8]) -> SweepError.Place {
        let before = bytes.prefix(offset)
        let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return SweepError.Place(line: line, column: offset - start + 1)
    }

    /// A table's keys in the order of the text.
    func keys(of table: String, _ members: [String: TrialValue]) -> [String] {
        let prefix = table.isEmpty ? "" : table + "."
        var rank: [String: Int] = [:]
        for (place, name) in order.enumerated() where name.hasPrefix(prefix) && rank[String(name.dropFirst(prefix.count))] == nil {
            rank[String(name.dropFirst(prefix.count))] = place
        }
        return members.keys.sorted { (rank[$0] ?? .max, $0) < (rank[$1] ?? .max, $1) }
    }

    /// The members of one of the manifest's tables, in the order of the text, with those of a family's tables under their full names.
    func members(of table: String, families: [String]) throws(SweepError) -> [(key: String, place: String, value: TrialValue)] {
        let value: TrialValue?
        if table.hasPrefix("zip[") {
            value = root["zip"]?.list.flatMap { list in Int(table.dropFirst(4).dropLast()).map { list[$0] } }
        } else {
            value = root[table]
        }
        guard let value else { return [] }
        guard let members = value.table else { throw Manifest.failure(path, places, table, "a table of keys is needed here, not \(value.kind)") }
        var result: [(key: String, place: String, value: TrialValue)] = []
        for key in keys(of: table, members) {
            guard let member = members[key] else { continue }
            let place = "\(table).\(key)"
            if families.contains(key + "."), let inner = member.table {
                for name in keys(of: place, inner) { if let value = inner[name] { result.append(("\(key).\(name)", "\(place).\(name)", value)) } }
            } else {
                result.append((key, place, member))
            }
        }
        return result
    }
}
