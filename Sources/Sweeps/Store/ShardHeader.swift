import Models
import Reports

/// The first line of a shard: which manifest it was made from. A later one, after the manifest was changed, takes its place.
struct ShardHeader: Equatable, Sendable {
    static let beginning = Array("{\"sweep\":".utf8)
    static let format = 1
    /// What is said of a shard without one.
    /// What is said of a header that this program does not know.
    static let foreign = "this shard was written by another version of residua; use that version, or another --store"
    static let missing = "its first line, which says which manifest it belongs to, is missing"

    let name: String
    /// Of the manifest.
    let digest: String
    /// To tell what was changed; absent where it is long.
    let definition: TrialValue?

    init(_ manifest: Manifest) {
        name = manifest.name
        digest = manifest.digest
        let definition = manifest.definition
        self.definition = definition.canonical.utf8.count < 1 << 16 ? definition : nil
    }

    /// - Throws: a sentence's end where the line is no header that can be read.
    init(_ line: UnsafeRawBufferPointer) throws(TrialRefusal) {
        do {
            let parts = try LineParts(line)
            guard try parts.value("format")?.integer == ShardHeader.format else { throw TrialRefusal(ShardHeader.foreign) }
            name = try parts.text("sweep") ?? ""
            digest = try parts.text("manifest") ?? ""
            definition = try parts.value("definition")
        } catch let error as JSONText.Mistake {
            throw TrialRefusal("the shard's header cannot be read: \(error.reason)")
        } catch let error as TrialRefusal { throw error } catch { throw TrialRefusal("the shard's header cannot be read: \(error)") }
    }

    static func isHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        line.count > beginning.count && line.prefix(beginning.count).elementsEqual(beginning)
    }

    var line: [UInt8] {
        var line = Array("{\"sweep\":\(JSONValue.string(name).text),\"format\":\(ShardHeader.format),\"manifest\":\"\(digest)\"".utf8)
        if let definition { line += ",\"definition\":\(definition.canonical)".utf8 }
        ResultLine.close(&line)
        return line
    }

    /// The first difference from another definition, for a sentence.
    func difference(to manifest: Manifest) -> String {
        guard let old = definition?.table, let new = manifest.definition.table else { return "its trials are others" }
        if old["kind"] == new["kind"], old["schema"] != new["schema"] {
            return "the store is of another version of residua, for which the same settings mean something else"
        }
        for key in ["kind", "seed", "replicates", "series"] where old[key] != new[key] {
            return "\(key) was \(old[key]?.shown ?? "absent") and is now \(new[key]?.shown ?? "absent")"
        }
        let (before, after) = (old["fixed"]?.table ?? [:], new["fixed"]?.table ?? [:])
        for key in Set(before.keys).union(after.keys).sorted() where before[key] != after[key] {
            return "\(key) was \(before[key]?.shown ?? "not given") and is now \(after[key]?.shown ?? "not given")"
        }
        func flattened(_ axes: TrialValue?) -> [String: TrialValue] {
            var values: [String: TrialValue] = [:]
            for axis in axes?.list ?? [] { for (key, value) in axis.table ?? [:] { values[key] = value } }
            return values
        }
        let (first, second) = (flattened(old["axes"]), flattened(new["axes"]))
        for key in Set(first.keys).union(second.keys).sorted() where first[key] != second[key] {
            func count(_ value: TrialValue?) -> String { value?.list.map { $0.count == 1 ? "1 value" : "\($0.count) values" } ?? "no axis" }
            let (a, b) = (count(first[key]), count(second[key]))
            return a == b ? "the values of \(key) are others" : "\(key) had \(a) and now has \(b)"
        }
        return "the order of the axes is another"
    }
}
