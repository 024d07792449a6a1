/// The trials that differ in nothing but their seed.
struct SweepConfiguration {
    let label: String
    let settings: TrialSettings
    /// How many there are to be.
    var trials: Int
    /// Those with a result.
    var rows: [MergedResults.Row]

    func count(_ status: TrialStatus) -> Int { rows.filter { $0.status == status }.count }

    /// A metric of the trials that are done, where it is finite.
    func values(_ metric: String) -> [Double] {
        rows.filter { $0.status == .done }.compactMap { ResultTable.value(metric, in: $0)?.number }.filter(\.isFinite)
    }

    /// Two metrics of the trials that are done, where both are finite.
    func pairs(_ x: String, _ y: String) -> (x: [Double], y: [Double]) {
        var pairs: (x: [Double], y: [Double]) = ([], [])
        for row in rows where row.status == .done {
            guard let a = ResultTable.value(x, in: row)?.number, let b = ResultTable.value(y, in: row)?.number, a.isFinite, b.isFinite else {
                continue
            }
            pairs.x.append(a)
            pairs.y.append(b)
        }
        return pairs
    }

    /// `key = value` for the keys that vary, one left out if wanted.
    static func label(_ settings: TrialSettings, without key: String? = nil, of varying: [String]) -> String {
        varying.filter { $0 != key }.compactMap { name in settings[name].map { "\(name) \($0.shown)" } }.joined(separator: ", ")
    }

    /// In the order of the manifest.
    static func all(_ list: TrialList, _ rows: [MergedResults.Row], varying: [String]) -> [SweepConfiguration] {
        var byPlace: [Int: MergedResults.Row] = [:]
        for row in rows { byPlace[row.place] = row }
        var places: [TrialSettings: Int] = [:]
        var all: [SweepConfiguration] = []
        for index in 0..<list.count {
            var settings = list[index].settings
            settings["seed"] = nil
            let place = places[settings] ?? all.count
            if place == all.count {
                places[settings] = place
                let label = label(settings, of: varying)
                all.append(SweepConfiguration(label: label.isEmpty ? "the only one" : label, settings: settings, trials: 0, rows: []))
            }
            all[place].trials += 1
            if let row = byPlace[index] { all[place].rows.append(row) }
        }
        return all
    }

    static func total(_ all: [SweepConfiguration]) -> SweepConfiguration {
        SweepConfiguration(label: "all", settings: [:], trials: all.reduce(0) { $0 + $1.trials }, rows: all.flatMap(\.rows))
    }
}
