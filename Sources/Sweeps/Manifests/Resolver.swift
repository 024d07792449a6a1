/// Finds every key's value from what a manifest gives, the kind's defaults and its rules.
struct Resolver {
    private let manifest: Manifest
    /// All keys that can have a value, sorted.
    let names: [String]
    private var involved: [String: Set<Int>] = [:]

    init(_ manifest: Manifest) {
        self.manifest = manifest
        var names = Set(manifest.kind.names.filter { !$0.hasSuffix(".*") })
        names.formUnion(manifest.fixed.keys)
        names.formUnion(manifest.axes.flatMap(\.keys))
        self.names = names.sorted(by: TrialValue.precedes)
    }

    private func key(_ name: String) -> TrialKey? { manifest.kind.keys.first { $0.matches(name) } }

    private func given(_ name: String) -> (axis: Int, column: Int)? {
        for (index, axis) in manifest.axes.enumerated() { if let column = axis.keys.firstIndex(of: name) { return (index, column) } }
        return nil
    }

    /// The keys of a family that have a value, and otherwise the key itself.
    private func expanded(_ keys: [String]) -> [String] {
        keys.flatMap { key in key.hasSuffix(".*") ? names.filter { $0.hasPrefix(key.dropLast()) } : [key] }
    }

    /// The axes on which a key's value depends.
    mutating func axes(of name: String) -> Set<Int> {
        if let known = involved[name] { return known }
        var result: Set<Int> = []
        let key = key(name)
        for other in expanded(key?.condition?.keys ?? []) { result.formUnion(axes(of: other)) }
        if let (axis, _) = given(name) {
            result.insert(axis)
        } else if manifest.fixed[name] == nil, case .derived(let others, _) = key?.fallback {
            for other in expanded(others) { result.formUnion(axes(of: other)) }
        }
        involved[name] = result
        return result
    }

    /// A key's value for places on the axes; nil where the key means nothing or is left out.
    func value(of name: String, at choice: [Int: Int]) throws(SweepError) -> TrialValue? {
        let key = key(name)
        if let condition = key?.condition {
            guard condition.holds(try settings(condition.keys, at: choice)) else { return nil }
        }
        if let (axis, column) = given(name) { return manifest.axes[axis].values[choice[axis] ?? 0][column] }
        if let value = manifest.fixed[name] { return value }
        switch key?.fallback {
        case .required: throw manifest.failure("fixed.\(name)", "this key has to be given (\(key?.help ?? "")), under [fixed], [axes] or [[zip]]")
        case .value(let value): return value
        case .derived(let others, let rule): return rule(try settings(others, at: choice))
        case .absent, nil: return nil
        }
    }

    private func settings(_ keys: [String], at choice: [Int: Int]) throws(SweepError) -> TrialSettings {
        var settings: TrialSettings = [:]
        for key in expanded(keys) { if let value = try value(of: key, at: choice) { settings[key] = value } }
        return settings
    }

    /// Applies the kind's rules to every combination of the keys they are about.
    mutating func checkRules() throws(SweepError) {
        for rule in manifest.kind.rules {
            var axes: Set<Int> = []
            for key in expanded(rule.keys) { axes.formUnion(self.axes(of: key)) }
            let involved = axes.sorted()
            for place in 0..<involved.reduce(1, { $0 * manifest.axes[$1].count }) {
                let choice = Expansion.choice(place, involved, manifest.axes)
                do {
                    try rule.check(try settings(rule.keys, at: choice))
                } catch let refusal as TrialRefusal {
                    throw manifest.failure(self.place(of: rule.keys[0], at: choice), refusal.reason)
                } catch let error as SweepError { throw error } catch { throw manifest.failure(rule.keys[0], "\(error)") }
            }
        }
    }

    /// Where a key's value stands in the manifest.
    private func place(of name: String, at choice: [Int: Int]) -> String {
        guard let (axis, _) = given(name) else { return "fixed.\(name)" }
        let part = choice[axis] ?? 0
        for table in ["axes.\(name)"] + (0..<manifest.axes.count).map({ "zip[\($0)].\(name)" }) where manifest.places[table] != nil {
            return manifest.places["\(table)[\(part)]"] == nil ? table : "\(table)[\(part)]"
        }
        return "axes.\(name)"
    }
}
