/// Finds every key's value from what a manifest gives, the kind's defaults and its rules.
struct Resolver {
    private let manifest: Manifest
    /// All keys that can have a value, sorted.
    let names: [String]

    /// What decides a key's value.
    private struct Entry {
        let key: TrialKey?
        var given: (axis: Int, column: Int)?
        let fixed: TrialValue?
        /// The keys of its condition, and those it is derived from where nothing is given.
        let conditions: [String]
        let sources: [String]
        /// Sorted.
        var conditionAxes: [Int] = []
        var axes: [Int] = []
    }

    private var entries: [String: Entry] = [:]

    init(_ manifest: Manifest) {
        self.manifest = manifest
        var names = Set(manifest.kind.names.filter { !$0.hasSuffix(".*") })
        names.formUnion(manifest.fixed.keys)
        names.formUnion(manifest.axes.flatMap(\.keys))
        self.names = names.sorted(by: TrialValue.precedes)
        for name in names {
            let key = manifest.kind.keys.first { $0.matches(name) }
            var given: (axis: Int, column: Int)?
            for (index, axis) in manifest.axes.enumerated() { if let column = axis.keys.firstIndex(of: name) { given = (index, column) } }
            var sources: [String] = []
            if given == nil, manifest.fixed[name] == nil { sources = expanded(key?.fallback.sources ?? []) }
            entries[name] = Entry(
                key: key, given: given, fixed: manifest.fixed[name], conditions: expanded(key?.condition?.keys ?? []), sources: sources)
        }
        for name in names { _ = findAxes(of: name) }
    }

    /// The keys of a family that have a value, and otherwise the key itself.
    private func expanded(_ keys: [String]) -> [String] {
        keys.flatMap { key in key.hasSuffix(".*") ? names.filter { $0.hasPrefix(key.dropLast()) } : [key] }
    }

    private mutating func findAxes(of name: String) -> Set<Int> {
        guard let entry = entries[name] else { return [] }
        var condition: Set<Int> = []
        for other in entry.conditions { condition.formUnion(findAxes(of: other)) }
        var all = condition
        if let given = entry.given { all.insert(given.axis) }
        for other in entry.sources { all.formUnion(findAxes(of: other)) }
        entries[name]?.conditionAxes = condition.sorted()
        entries[name]?.axes = all.sorted()
        return all
    }

    /// The axes on which a key's value depends, sorted.
    func axes(of name: String) -> [Int] { entries[name]?.axes ?? [] }

    /// Calls `body` with places on the axes (0 on those that are not named) for every combination of the named ones, the last fastest.
    private func forEachChoice(of axes: [Int], _ body: ([Int]) throws(SweepError) -> Void) throws(SweepError) {
        var choice = [Int](repeating: 0, count: manifest.axes.count)
        while true {
            try body(choice)
            var digit = axes.count - 1
            while digit >= 0 {
                choice[axes[digit]] += 1
                if choice[axes[digit]] < manifest.axes[axes[digit]].count { break }
                choice[axes[digit]] = 0
                digit -= 1
            }
            if digit < 0 { return }
        }
    }

    /// What is to be told of a key that is given and left out of every trial.
    ///
    /// - Throws: the sentence where the key is refused.
    func remark(idle name: String) throws(SweepError) -> String? {
        guard let entry = entries[name], entry.given != nil || entry.fixed != nil, let condition = entry.key?.condition else { return nil }
        let failure = manifest.failure(place(of: name), "this key changes no trial, as \(condition.words)")
        guard condition.isTold, entry.given == nil else { throw failure }
        return "\(failure)"
    }

    /// Calls `body` with a key's value for every combination of its axes, the last fastest.
    func forEachValue(of name: String, _ body: (TrialValue?) -> Void) throws(SweepError) {
        guard let entry = entries[name] else { return }
        // Where only the axis itself is long, its column is walked along once the condition is settled.
        if let (axis, column) = entry.given, entry.axes == [axis], !entry.conditionAxes.contains(axis) {
            let holds = try holds(entry, at: [Int](repeating: 0, count: manifest.axes.count))
            for value in manifest.axes[axis].columns[column] { body(holds ? value : nil) }
            return
        }
        try forEachChoice(of: entry.axes) { choice throws(SweepError) in body(try value(of: name, at: choice)) }
    }

    private func holds(_ entry: Entry, at choice: [Int]) throws(SweepError) -> Bool {
        guard let condition = entry.key?.condition else { return true }
        return condition.holds(try settings(entry.conditions, at: choice))
    }

    /// A key's value for places on the axes; nil where the key means nothing or is left out.
    private func value(of name: String, at choice: [Int]) throws(SweepError) -> TrialValue? {
        guard let entry = entries[name], try holds(entry, at: choice) else { return nil }
        if let (axis, column) = entry.given { return manifest.axes[axis].columns[column][choice[axis]] }
        if let value = entry.fixed { return value }
        switch entry.key?.fallback {
        case .required:
            throw manifest.failure("fixed.\(name)", "this key has to be given (\(entry.key?.help ?? "")), under [fixed], [axes] or [[zip]]")
        case .value(let value): return value
        case .derived(_, let rule): return rule(try settings(entry.sources, at: choice))
        case .found(_, let rule): return rule(try settings(entry.sources, at: choice), manifest.files)
        case .absent, nil: return nil
        }
    }

    private func settings(_ keys: [String], at choice: [Int]) throws(SweepError) -> TrialSettings {
        var settings: TrialSettings = [:]
        for key in keys { if let value = try value(of: key, at: choice) { settings[key] = value } }
        return settings
    }

    /// Applies the kind's rules to every combination of the keys they are about.
    func checkRules() throws(SweepError) {
        for rule in manifest.kind.rules {
            let keys = expanded(rule.keys)
            try forEachChoice(of: Set(keys.flatMap(axes)).sorted()) { choice throws(SweepError) in
                let settings = try settings(keys, at: choice)
                do throws(TrialRefusal) { try rule.check(settings, manifest.files) } catch {
                    throw manifest.failure(place(of: rule.keys[0], at: choice), error.reason)
                }
            }
        }
    }

    /// Where a key's value stands in the manifest.
    private func place(of name: String, at choice: [Int]) -> String {
        let table = place(of: name)
        guard let (axis, _) = entries[name]?.given else { return table }
        let part = "\(table)[\(choice[axis])]"
        return manifest.places[part] == nil ? table : part
    }

    /// Where a key stands in the manifest.
    private func place(of name: String) -> String {
        guard entries[name]?.given != nil else { return "fixed.\(name)" }
        let tables = ["axes.\(name)"] + (0..<manifest.axes.count).map { "zip[\($0)].\(name)" }
        return tables.first { manifest.places[$0] != nil } ?? tables[0]
    }
}
