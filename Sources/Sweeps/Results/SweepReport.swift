import Reports

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A sweep as a page: counts, medians with bands over the replicates, two metrics against each other with their rank correlation.
public struct SweepReport {
    private let list: TrialList
    private let results: MergedResults
    private let x: String
    private let y: String
    /// Keys that vary, the seeds aside.
    private let varying: [String]
    private let configurations: [SweepConfiguration]
    /// The configuration of each trial, by its place.
    private let numbers: [Int32]
    /// Reasons of failures, and how often each.
    private let failures: [String: Int]

    /// Most curves in one panel, and most points of a scatter.
    private static let mostCurves = 6
    private static let mostPoints = 6000
    /// Most configurations of which a table has a row.
    private static let mostRows = 500

    /// - Parameters:
    ///   - x: a metric, shown against `y`; the kind's choice if nil.
    public init(_ list: TrialList, _ results: MergedResults, x: String? = nil, y: String? = nil) throws {
        self.list = list
        self.results = results
        let table = try ResultTable(results)
        let kind = list.expansion.manifest.kind
        for name in [x, y].compactMap({ $0 }) { try table.require(name) }
        let missing = [x == nil ? kind.shown.x : nil, y == nil ? kind.shown.y : nil].compactMap { $0 }.filter { !table.metrics.contains($0) }
        let numbersThere = missing.isEmpty ? [] : try Self.varying(table.metrics, in: results)
        /// The kind's choice, else a metric that tells trials apart.
        func first(_ wanted: String, besides other: String?) -> String {
            table.metrics.contains(wanted) ? wanted : numbersThere.first { $0 != other } ?? other ?? wanted
        }
        let upward = y ?? first(kind.shown.y, besides: x ?? kind.shown.x)
        (self.x, self.y) = (x ?? first(kind.shown.x, besides: upward), upward)
        varying = list.expansion.manifest.axes.flatMap(\.keys).filter { $0 != "seed" }
        var (configurations, numbers) = SweepConfiguration.all(list, varying: varying)
        var failures: [String: Int] = [:]
        var (right, up) = (ColumnFinder(self.x), ColumnFinder(self.y))
        try results.forEachStoredRow { row in
            if let reason = row.reason { failures[reason, default: 0] += 1 }
            let (across, upward) = (try right.value(row), try up.value(row))
            for (name, value) in [(x, across), (y, upward)] where name != nil && value?.text != nil {
                throw SweepError.usage("The column \"\(name ?? "")\" has texts, and only numbers can be drawn: name another with --x and --y.")
            }
            configurations[Int(numbers[row.place])].add(row.status, x: across?.number ?? .nan, y: upward?.number ?? .nan)
        }
        self.configurations = configurations
        self.numbers = numbers
        self.failures = failures
    }

    /// The metrics that are numbers, and not the same in all trials that are done.
    private static func varying(_ metrics: [String], in results: MergedResults) throws -> [String] {
        var finders = metrics.map(ColumnFinder.init)
        var first = [Double?](repeating: nil, count: metrics.count)
        var varies = [Bool](repeating: false, count: metrics.count)
        try results.forEachStoredRow { row in
            guard row.status == .done else { return }
            for place in metrics.indices where !varies[place] {
                guard let value = try finders[place].value(row)?.number, value.isFinite else { continue }
                if let known = first[place] { varies[place] = known != value } else { first[place] = value }
            }
        }
        return metrics.indices.filter { varies[$0] }.map { metrics[$0] }
    }

    private func values(_ metric: String, _ configuration: SweepConfiguration) -> [Double] {
        (metric == x ? configuration.x : configuration.y).filter(\.isFinite)
    }

    /// - Parameter facts: what the command knows: version, device, ….
    public func write(to folder: String, facts: [(name: String, value: String)], gnuplot: Gnuplot? = Gnuplot()) throws -> WrittenReport {
        try page(facts).write(to: folder, gnuplot: gnuplot)
    }

    private func page(_ facts: [(name: String, value: String)]) throws -> Report {
        let manifest = list.expansion.manifest
        // Where there is one metric alone, nothing can be shown against it.
        var sections = [counts(), medians(), x == y ? nil : scatter()].compactMap { $0 }
        if let curves = try curves() { sections.append(curves) }
        let (total, done) = configurations.reduce((0, 0)) { ($0.0 + $1.trials, $0.1 + $1.done) }
        return Report(
            title: "Sweep \(manifest.name)",
            lead:
                "\(done) of \(NumberText.count(total, "trial")) of kind `\(manifest.kind.name)` in \(NumberText.count(configurations.count, "configuration")); a configuration is everything "
                + "but the seed.",
            facts: facts + [
                ("manifest", "\(manifest.path) (\(manifest.digest))"),
                ("seed", "\(manifest.seed), \(NumberText.count(manifest.replicates, "replicate"))"),
            ],
            sections: sections)
    }

    // MARK: Counts

    private func counts() -> Report.Section {
        let metrics = Array(Set([x, y])).sorted()
        var shown = Table(
            columns: ["configuration", "trials", "done", "failed", "diverged", "missing"]
                + metrics.flatMap { ["median \($0)", "lower quartile \($0)", "upper quartile \($0)"] })
        for configuration in Array(configurations.prefix(Self.mostRows)) + [SweepConfiguration.total(configurations)] {
            var row: [Table.Cell] = [
                .text(configuration.label), .count(configuration.trials), .count(configuration.done), .count(configuration.failed),
                .count(configuration.diverged), .count(configuration.missing),
            ]
            for metric in metrics {
                let quartiles = Statistics.quartiles(values(metric, configuration))
                row += [.optional(quartiles?.median), .optional(quartiles?.low), .optional(quartiles?.high)]
            }
            shown.append(row)
        }
        var blocks: [Report.Block] = [
            .table(shown, name: "configurations", caption: "Medians and quartiles are over the replicates that are done." + more)
        ]
        let failures = failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if !failures.isEmpty {
            var reasons = Table(columns: ["reason", "trials"])
            for (reason, count) in failures.prefix(20) { reasons.append([.text(reason), .count(count)]) }
            blocks.append(.table(reasons, name: "failures", caption: "Why trials failed; they are run again by `--retry failed`."))
        }
        return Report.Section("Trials", blocks)
    }

    /// Said of tables that have not all configurations.
    private var more: String {
        let rest = configurations.count - Self.mostRows
        return rest > 0 ? " The first \(Self.mostRows) of \(configurations.count) configurations; `sweep export` has every trial." : ""
    }

    // MARK: Medians

    /// For each axis of numbers: medians of y with quartiles over the replicates, a curve for each combination of the others.
    private func medians() -> Report.Section? {
        var figures: [Report.Block] = []
        for key in varying {
            let places = configurations.compactMap { $0.settings[key]?.number }
            guard Set(places).count >= 2, places.count == configurations.count else { continue }
            let others = Dictionary(grouping: configurations) { configuration in
                SweepConfiguration.label(configuration.settings, without: key, of: varying)
            }
            let isPooled = others.count > Self.mostCurves
            let groups = isPooled ? [("all", configurations)] : others.sorted { $0.key < $1.key }
            var curves: [Curve] = []
            for (index, (name, members)) in groups.enumerated() {
                var (xs, middle, low, high): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
                for (place, list) in Dictionary(grouping: members, by: { $0.settings[key]?.number ?? .nan }).sorted(by: { $0.key < $1.key }) {
                    guard let quartiles = Statistics.quartiles(list.flatMap { values(y, $0) }) else { continue }
                    xs.append(place)
                    middle.append(quartiles.median)
                    low.append(quartiles.low)
                    high.append(quartiles.high)
                }
                guard !xs.isEmpty else { continue }
                var style = CurveStyle.layered(index, of: groups.count)
                style.mark = .disc
                curves.append(
                    Curve(
                        name.isEmpty ? "median" : name, x: xs, y: middle, band: (low, high),
                        style: style))
            }
            guard !curves.isEmpty else { continue }
            let panel = Panel(title: "", x: Axis(key, Self.spacing(places)), y: Axis(y, scale(curves.flatMap(\.y))), curves: curves)
            figures.append(
                .figure(
                    Figure(
                        name: "medians-" + String(key.map { $0.isLetter && $0.isASCII || $0.isNumber ? $0 : "-" }), title: "\(y) against \(key)",
                        caption: "Medians; bands between the quartiles over the replicates" + (isPooled ? " and all other settings." : "."),
                        panels: [panel], columns: 1, panelWidth: 640, panelHeight: 380)))
        }
        return figures.isEmpty ? nil : Report.Section("Medians", figures)
    }

    /// Logarithmic where an axis' values lie more evenly by their ratios than by their differences.
    package static func spacing(_ values: [Double]) -> Axis.Scale {
        let sorted = Set(values).sorted()
        guard let low = sorted.first, let high = sorted.last, low > 0 else { return .linear }
        guard sorted.count > 2 else { return high / low >= 10 ? .logarithmic : .linear }
        /// How far gaps are from equal: the largest by the mean.
        func unevenness(_ gaps: [Double]) -> Double { (gaps.max() ?? 0) * Double(gaps.count) / gaps.reduce(0, +) }
        let pairs = zip(sorted, sorted.dropFirst())
        return unevenness(pairs.map { log($1 / $0) }) < unevenness(pairs.map { $1 - $0 }) ? .logarithmic : .linear
    }

    private func scale(_ values: [Double]) -> Axis.Scale {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max(), low > 0 else { return .linear }
        return high / low > 50 ? .logarithmic : .linear
    }

    // MARK: Scatter

    private func scatter() -> Report.Section {
        var (pooled, within): ((x: [Double], y: [Double]), [(name: String, count: Int, rho: Double?)]) = (([], []), [])
        var groups: [(name: String, x: [Double], y: [Double])] = []
        for configuration in configurations {
            let pairs = configuration.pairs
            guard !pairs.x.isEmpty else { continue }
            pooled.x += pairs.x
            pooled.y += pairs.y
            within.append((configuration.label, pairs.x.count, Statistics.rankCorrelation(pairs.x, pairs.y)))
            groups.append((configuration.label, pairs.x, pairs.y))
        }
        let all = Statistics.rankCorrelation(pooled.x, pooled.y)
        let each = within.compactMap(\.rho)
        var sentences = [
            "Spearman's rank correlation of \(x) and \(y), \(NumberText.count(pooled.x.count, "trial")) pooled: \(all.map { NumberText.fixed($0, decimals: 3) } ?? "not defined")."
        ]
        if let quartiles = Statistics.quartiles(each) {
            sentences.append(
                "Within configurations, over \(each.count) of them: median \(NumberText.fixed(quartiles.median, decimals: 3)), quartiles "
                    + "\(NumberText.fixed(quartiles.low, decimals: 3)) and \(NumberText.fixed(quartiles.high, decimals: 3)); positive in "
                    + "\(each.filter { $0 > 0 }.count).")
        } else {
            sentences.append("Within configurations it is not defined: that takes three replicates that differ.")
        }
        var table = Table(columns: ["configuration", "trials", "rank correlation"])
        table.append([.text("all, pooled"), .count(pooled.x.count), .optional(all)])
        for (name, count, rho) in within.prefix(Self.mostRows) { table.append([.text(name), .count(count), .optional(rho)]) }
        var blocks: [Report.Block] = [.list(sentences)]
        if groups.count > Self.mostCurves { groups = [("all trials", pooled.x, pooled.y)] }
        let step = max(1, (pooled.x.count + Self.mostPoints - 1) / Self.mostPoints)
        let curves = groups.enumerated().map { index, group in
            let chosen = stride(from: 0, to: group.x.count, by: step).map { $0 }
            return Curve(
                group.name, x: Self.distinct(chosen.map { group.x[$0] }), y: chosen.map { group.y[$0] },
                style: CurveStyle(Colour.cycle[index % Colour.cycle.count], mark: .disc, marksOnly: true))
        }
        if !pooled.x.isEmpty {
            let panel = Panel(title: "", x: Axis(x, scale(pooled.x)), y: Axis(y, scale(pooled.y)), curves: curves)
            blocks.append(
                .figure(
                    Figure(
                        name: "scatter", title: "\(y) against \(x)",
                        caption: step > 1 ? "Every \(step)th trial; the correlations are over all." : "A point a trial.", panels: [panel], columns: 1,
                        panelWidth: 640, panelHeight: 420)))
        }
        blocks.append(.table(table, name: "correlations", caption: String(more.dropFirst())))
        return Report.Section("\(x) and \(y)", blocks)
    }

    /// The values with equal ones moved by the last bit, as a curve's places have to differ.
    private static func distinct(_ values: [Double]) -> [Double] {
        var seen: Set<Double> = []
        return values.map { value in
            var moved = value
            while !seen.insert(moved).inserted { moved = moved.nextUp }
            return moved
        }
    }

    // MARK: Curves

    /// The values of all lines at every step that any of them has, and at the last; a line that ends before keeps its last value.
    ///
    /// - Parameter lines: each by ascending steps.
    package static func carriedForward(_ lines: [[(step: Double, value: Double)]], to last: Double?) -> [(step: Double, values: [Double])] {
        let lines = lines.map { line in line.filter { $0.value.isFinite } }.filter { !$0.isEmpty }
        var all = Set(lines.flatMap { $0.map(\.step) })
        if let last, let longest = all.max(), last > longest { all.insert(last) }
        var places = lines.map { _ in 0 }
        return all.sorted().map { step in
            var values: [Double] = []
            for (index, line) in lines.enumerated() {
                while places[index] + 1 < line.count, line[places[index] + 1].step <= step { places[index] += 1 }
                if line[places[index]].step <= step { values.append(line[places[index]].value) }
            }
            return (step, values)
        }
    }

    /// Medians of the loss over the replicates, step by step.
    private func curves() throws -> Report.Section? {
        let names = try results.seriesNames()
        guard names.contains("step"), names.contains("loss"), configurations.count <= 24 else { return nil }
        let shown = configurations.prefix(Self.mostCurves)
        var done: Set<Int> = []
        try results.forEachStoredRow { if $0.status == .done, Int(numbers[$0.place]) < shown.count { done.insert($0.place) } }
        var steps: [Int: [Double]] = [:]
        try results.forEachSeries("step") { if done.contains($0) { steps[$0] = $1 } }
        var lines = shown.map { _ in [[(step: Double, value: Double)]]() }
        try results.forEachSeries("loss") { place, values in
            if let places = steps[place] { lines[Int(numbers[place])].append(zip(places, values).map { (step: $0, value: $1) }) }
        }
        var curves: [Curve] = []
        for (index, configuration) in shown.enumerated() {
            var (xs, middle, low, high): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
            for (step, list) in Self.carriedForward(lines[index], to: configuration.settings["steps"]?.number) {
                guard let quartiles = Statistics.quartiles(list) else { continue }
                xs.append(step)
                middle.append(quartiles.median)
                low.append(quartiles.low)
                high.append(quartiles.high)
            }
            guard !xs.isEmpty else { continue }
            curves.append(
                Curve(configuration.label, x: xs, y: middle, band: (low, high), style: .layered(index, of: shown.count)))
        }
        guard !curves.isEmpty else { return nil }
        let panel = Panel(title: "", x: Axis("step"), y: Axis("loss", scale(curves.flatMap(\.y))), curves: curves)
        let more = configurations.count - shown.count
        return Report.Section(
            "Loss",
            [
                .figure(
                    Figure(
                        name: "loss", title: "Loss by steps",
                        caption: "Medians; bands between the quartiles over the replicates that are done; one that ends early keeps its last loss."
                            + (more > 0 ? " The first of \(configurations.count) configurations." : ""),
                        panels: [panel], columns: 1, panelWidth: 640, panelHeight: 420))
            ])
    }
}
