import Differentiation
import Models
import ProblemFiles

extension Manifest {
    /// Longer files are no manifests.
    static let largestSize = 64 << 20

    static let keys = ["name", "kind", "seed", "replicates", "series", "fixed", "axes", "zip"]

    /// Reads a manifest: JSON if the file's name ends in `.json`, else TOML.
    ///
    /// - Parameter kinds: those it may name.
    /// - Throws: `SweepError.unreadable` or `.manifest`, with line and column.
    public init(contentsOf path: String, kinds: [any TrialKind] = TrialKinds.all) throws(SweepError) {
        let bytes: [UInt8]
        do { bytes = try FileBytes.read(path) } catch { throw .unreadable(path: path, place: nil, reason: Manifest.reason(error)) }
        try self.init(bytes, path: path, kinds: kinds)
    }

    /// Whether a file can be read and has a manifest's `kind` at its top, which a problem file has not.
    public static func isManifest(_ path: String) -> Bool {
        guard let bytes = try? FileBytes.read(path), let text = try? ManifestText(bytes, path: path) else { return false }
        return text.root["kind"] != nil
    }

    /// Why a file cannot be read, without its name.
    private static func reason(_ error: ModelError) -> String {
        if case .cannotRead(_, let reason) = error { return "the manifest cannot be read: \(reason)" }
        return "\(error)"
    }

    /// - Parameter path: the file, as errors shall name it; files that the manifest names lie beside it.
    public init(_ bytes: [UInt8], path: String, kinds: [any TrialKind] = TrialKinds.all) throws(SweepError) {
        let text = try ManifestText(bytes, path: path)
        let (root, places) = (text.root, text.places)
        func failure(_ key: String, _ reason: String) -> SweepError { Manifest.failure(path, places, key, reason) }
        if let key = text.keys(of: "", root).first(where: { !Manifest.keys.contains($0) }) {
            throw failure(key, "this key is not known; a manifest has \(Manifest.keys.joined(separator: ", "))")
        }
        func whole(_ key: String, _ fallback: Int, in range: ClosedRange<Int>) throws(SweepError) -> Int {
            guard let value = root[key] else { return fallback }
            guard let number = value.integer, range.contains(number) else {
                throw failure(key, "a whole number from \(range.lowerBound) to \(range.upperBound) is needed here")
            }
            return number
        }
        let stem = path.split(separator: "/").last.map(String.init) ?? "sweep"
        var name = stem.lastIndex(of: ".").map { String(stem[..<$0]) } ?? stem
        if let given = root["name"] {
            guard let text = given.text, !text.isEmpty else { throw failure("name", "a text in quotation marks is needed here") }
            name = text
        }
        guard let kindName = root["kind"]?.text else {
            throw failure("kind", "a manifest says what its trials are: one of \(kinds.map { "\"\($0.name)\"" }.joined(separator: ", "))")
        }
        guard let kind = kinds.first(where: { $0.name == kindName }) else {
            throw failure("kind", "\"\(kindName)\" is none of \(kinds.map { "\"\($0.name)\"" }.joined(separator: ", "))")
        }
        var keepsSeries = true
        if let series = root["series"] {
            guard case .boolean(let value) = series else { throw failure("series", "true or false is needed here, not \(series.kind)") }
            keepsSeries = value
        }
        let seed = UInt64(try whole("seed", 0, in: 0...9_007_199_254_740_992))
        let replicates = try whole("replicates", 1, in: 1...Expansion.largest)
        let files = TrialFiles(folder: path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "")
        var given: [String: String] = [:]
        /// Refuses keys that the kind does not have, and those that stand twice.
        func admit(_ key: String, at place: String) throws(SweepError) {
            guard kind.keys.contains(where: { $0.matches(key) }) else {
                let nearest = NearestName.of(key, among: kind.names)
                throw failure(
                    place,
                    "this key is not known; " + (nearest.map { "the nearest of \(kind.name)'s is \"\($0)\" of" } ?? "\(kind.name) has")
                        + " \(kind.names.joined(separator: ", "))")
            }
            if let other = given[key] { throw failure(place, "this key stands already at \(other); each may stand once") }
            given[key] = place
        }
        func check(_ value: TrialValue, _ key: String, at place: String) throws(SweepError) -> TrialValue {
            guard let known = kind.keys.first(where: { $0.matches(key) }) else { return value }
            do { return try known.check(value, files) } catch { throw failure(place, error.reason) }
        }
        var fixed: TrialSettings = [:]
        for (key, place, value) in try text.members(of: "fixed", families: kind.families) {
            try admit(key, at: place)
            fixed[key] = try check(value, key, at: place)
        }
        // Refused before they are made: values of axes take memory.
        var axes: [SweepAxis] = []
        var total = replicates
        func add(_ axis: SweepAxis) throws(SweepError) {
            guard axis.count <= Expansion.largest / total else { throw failure("axes", Expansion.excess) }
            total *= axis.count
            axes.append(axis)
        }
        /// The values of a list or a range.
        func values(_ value: TrialValue, _ key: String, at place: String) throws(SweepError) -> [TrialValue] {
            var list: [TrialValue]
            var isRange = false
            switch value {
            case .list(let values): list = values
            case .table(let members):
                isRange = true
                do { list = try SweepAxis.range(members, most: Expansion.largest / total) } catch {
                    throw failure(error.reason == Expansion.excess ? "axes" : place, error.reason)
                }
            default: throw failure(place, "a list, or a range such as { from = 1, to = 10, count = 4 }, is needed here, not \(value.kind)")
            }
            if list.isEmpty { throw failure(place, "the list is empty; give at least one value") }
            for index in list.indices { list[index] = try check(list[index], key, at: isRange ? place : "\(place)[\(index)]") }
            return list
        }
        for (key, place, value) in try text.members(of: "axes", families: kind.families) {
            try admit(key, at: place)
            try add(SweepAxis(keys: [key], columns: [try values(value, key, at: place)]))
        }
        var tables: [TrialValue] = []
        if let zip = root["zip"] {
            guard let list = zip.list else { throw failure("zip", "lists that vary together are written as tables under [[zip]]") }
            tables = list
        }
        for index in tables.indices {
            var keys: [String] = []
            var columns: [[TrialValue]] = []
            for (key, place, value) in try text.members(of: "zip[\(index)]", families: kind.families) {
                try admit(key, at: place)
                let list = try values(value, key, at: place)
                if let first = columns.first, first.count != list.count {
                    throw failure(
                        place,
                        "the list has \(Wording.count(list.count, "value")) and \"\(keys[0])\" has \(first.count); lists that vary together are equally long"
                    )
                }
                keys.append(key)
                columns.append(list)
            }
            guard !columns.isEmpty else { throw failure("zip[\(index)]", "the table is empty; give at least one list") }
            try add(SweepAxis(keys: keys, columns: columns))
        }
        if let place = given["seed"] {
            if root["replicates"] != nil {
                throw failure(place, "give replicates, from which the seeds follow, or seeds, not both")
            }
        } else {
            axes.append(SweepAxis(keys: ["seed"], columns: [Manifest.seeds(seed, replicates: replicates)]))
        }
        self.path = path
        self.name = name
        self.kind = kind
        self.seed = seed
        self.replicates = replicates
        self.keepsSeries = keepsSeries
        self.fixed = fixed
        self.axes = axes
        self.files = files
        self.places = places
        hasDerivedSeeds = given["seed"] == nil
        digest = Manifest.digest(of: Manifest.definition(kind, seed, replicates, keepsSeries, fixed, axes, hasDerivedSeeds))
    }
}

extension TrialKind {
    /// The beginnings of open families of keys: "parameters." for "parameters.*".
    var families: [String] { names.filter { $0.hasSuffix(".*") }.map { String($0.dropLast()) } }
}
