import Compute
import Reports
import Sweeps

/// What `check` says of a manifest.
struct SweepCheck {
    private let list: TrialList

    init(path: String) throws { list = try TrialList(Manifest(contentsOf: path), threads: Device.threads) }

    /// Whether a file's text looks like a manifest's: a problem file has no `kind` at its top.
    static func isManifest(_ path: String) -> Bool { path.hasSuffix(".json") || Manifest.isManifest(path) }

    var result: (members: [(key: String, value: JSONValue)], lines: [String]) {
        let manifest = list.expansion.manifest
        let axes = manifest.axes.map { (keys: $0.keys.joined(separator: ", "), count: $0.count) }
        let members: [(key: String, value: JSONValue)] = [
            ("kind", .string("manifest")), ("name", .string(manifest.name)), ("trialKind", .string(manifest.kind.name)),
            ("trials", .integer(list.count)), ("duplicates", .integer(list.duplicates)),
            ("axes", .array(axes.map { .object([("keys", .string($0.keys)), ("count", .integer($0.count))]) })),
            ("store", .string(Store(of: manifest).folder)), ("warnings", .array(list.expansion.remarks.map(JSONValue.string))),
        ]
        var lines = ["\(manifest.name): a sweep of \(NumberText.count(list.count, "trial")) of kind \(manifest.kind.name)"]
        for axis in axes { lines.append("axis         \(axis.keys): \(NumberText.count(axis.count, "value"))") }
        for remark in list.expansion.remarks { lines.append("warning: \(remark)") }
        if list.duplicates > 0 {
            lines.append(
                "warning: of \(NumberText.count(list.count + list.duplicates, "trial")) \(list.duplicates) would be the same once more; each is run once."
            )
        }
        lines.append("store        \(Store(of: manifest).folder)")
        lines.append("the first    \(list.canonical(0))")
        return (members, lines)
    }
}
