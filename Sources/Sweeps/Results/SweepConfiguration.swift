/// The trials that differ in nothing but their seed.
struct SweepConfiguration {
    let label: String
    let settings: TrialSettings
    /// How many there are to be.
    var trials: Int
    private(set) var done = 0
    private(set) var failed = 0
    private(set) var diverged = 0
    /// Two metrics of the trials that are done, in the manifest's order; NaN where there is none.
    private(set) var x: [Double] = []
    private(set) var y: [Double] = []

    init(label: String, settings: TrialSettings, trials: Int) {
        self.label = label
        self.settings = settings
        self.trials = trials
    }

    var missing: Int { trials - done - failed - diverged }

    mutating func add(_ status: TrialStatus, x: Double, y: Double) {
        switch status {
        case .failed: failed += 1
        case .diverged: diverged += 1
        case .done:
            done += 1
            self.x.append(x)
            self.y.append(y)
        }
    }

    /// Both metrics where both are finite.
    var pairs: (x: [Double], y: [Double]) {
        let places = x.indices.filter { x[$0].isFinite && y[$0].isFinite }
        return (places.map { x[$0] }, places.map { y[$0] })
    }

    /// `key = value` for the keys that vary, one left out if wanted.
    static func label(_ settings: TrialSettings, without key: String? = nil, of varying: [String]) -> String {
        varying.filter { $0 != key }.compactMap { name in settings[name].map { "\(name) \($0.shown)" } }.joined(separator: ", ")
    }

    /// In the order of the manifest, with the number of the configuration of each trial by its place.
    static func all(_ list: TrialList, varying: [String]) -> (configurations: [SweepConfiguration], numbers: [Int32]) {
        var numbers: [[UInt8]: Int] = [:]
        var all: [SweepConfiguration] = []
        var places: [Int32] = []
        places.reserveCapacity(list.count)
        var canonical: [UInt8] = []
        for index in 0..<list.count {
            list.canonical(index, into: &canonical)
            let key = withoutSeed(canonical)
            let number = numbers[key] ?? all.count
            if number == all.count {
                numbers[key] = number
                var settings = list[index].settings
                settings["seed"] = nil
                let label = label(settings, of: varying)
                all.append(SweepConfiguration(label: label.isEmpty ? "the only one" : label, settings: settings, trials: 0))
            }
            all[number].trials += 1
            places.append(Int32(number))
        }
        return (all, places)
    }

    /// A canonical configuration without its seed. Quotation marks within texts follow a backslash, so that these bytes can be nothing else.
    private static func withoutSeed(_ canonical: [UInt8]) -> [UInt8] {
        let mark = Array(",\"seed\":".utf8)
        guard canonical.count > mark.count else { return canonical }
        for start in stride(from: canonical.count - mark.count, through: 0, by: -1) where canonical[start] == mark[0] {
            guard canonical[start + 1] == mark[1], canonical[start..<start + mark.count].elementsEqual(mark) else { continue }
            var end = start + mark.count
            while end < canonical.count, canonical[end] != UInt8(ascii: ","), canonical[end] != UInt8(ascii: "}") { end += 1 }
            return Array(canonical[..<start] + canonical[end...])
        }
        return canonical
    }

    /// Counts and values of all together.
    static func total(_ all: [SweepConfiguration]) -> SweepConfiguration {
        var total = SweepConfiguration(label: "all", settings: [:], trials: all.reduce(0) { $0 + $1.trials })
        for part in all {
            total.done += part.done
            total.failed += part.failed
            total.diverged += part.diverged
            total.x += part.x
            total.y += part.y
        }
        return total
    }
}
