import Models

/// The results of a sweep in one SQLite file: tables `results` (one row a trial), `series` (arrays of numbers as little-endian doubles) and
/// `conflicts`.
public final class MergedResults {
    let database: Database
    private let list: TrialList

    /// What a merge did.
    public struct Summary: Sendable, Equatable {
        public var lines = 0
        public var added = 0
        /// The same result once more.
        public var repeated = 0
        /// Failures in whose place a result of another run came.
        public var replaced = 0
        /// Results that contradict the one that was there first, which is kept.
        public var conflicts: [Conflict] = []
        /// Results of trials that are not in the manifest.
        public var foreign = 0
        public var torn: [String] = []
    }

    public struct Conflict: Sendable, Equatable {
        public let id: TrialID
        /// Where the second result stands.
        public let path: String
        public let line: Int
        /// The metric that differs first, and both values.
        public let difference: String
    }

    /// Opens or makes a store's file.
    ///
    /// - Throws: `SweepError`.
    public init(_ store: Store, of list: TrialList) throws(SweepError) {
        self.list = list
        try store.make()
        database = try Database(store.databasePath)
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS results (
                trial INTEGER PRIMARY KEY, place INTEGER, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL, reason TEXT, config TEXT NOT NULL,
                metrics TEXT NOT NULL, version TEXT, host TEXT, device TEXT, seconds REAL, digest INTEGER NOT NULL);
            CREATE TABLE IF NOT EXISTS series (trial INTEGER NOT NULL, name TEXT NOT NULL, numbers BLOB NOT NULL, PRIMARY KEY (trial, name)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS conflicts (id TEXT NOT NULL, path TEXT NOT NULL, line INTEGER NOT NULL, difference TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)
            """)
        try place()
    }

    /// Gives every row its place in the manifest, if that is another than at the last merge.
    private func place() throws(SweepError) {
        let digest = list.expansion.manifest.digest
        let known = try database.prepare("SELECT value FROM facts WHERE name = 'manifest'")
        let last = try known.step() ? known.text(0) : nil
        known.reset()
        guard last != digest else { return }
        try database.transaction { () throws(SweepError) in
            let rows = try database.prepare("SELECT trial, id FROM results")
            let update = try database.prepare("UPDATE results SET place = ? WHERE trial = ?")
            while try rows.step() {
                update.bind(1, rows.text(1).flatMap { TrialID($0) }.flatMap { list.place(of: $0) })
                update.bind(2, rows.integer(0))
                try update.run()
            }
            let fact = try database.prepare("INSERT OR REPLACE INTO facts VALUES ('manifest', ?)")
            fact.bind(1, digest)
            try fact.run()
        }
    }

    /// Takes in all results of the shards, in their order; the first result of a trial is kept, a failure only until there is another.
    ///
    /// - Throws: `.changed` if a shard belongs to another version of the manifest and that is not accepted, `.damaged` or `.disk`. What was taken in
    ///   before stays.
    public func merge(_ paths: [String], acceptsChanges: Bool = false) throws(SweepError) -> Summary {
        var summary = Summary()
        let digest = list.expansion.manifest.digest
        let writer = try ResultWriter(database, list)
        for path in paths {
            let file = try MappedFile(path)
            if file.bytes.isEmpty { continue }
            let end = file.wholeLines
            if end < file.bytes.count { summary.torn.append(path) }
            let header = try ShardFile.header(of: file)
            if header.digest != digest, !acceptsChanges { throw .changed(store: path, difference: header.difference(to: list.expansion.manifest)) }
            var number = 0
            for chunk in file.chunks(of: 16 << 20) {
                try database.transaction { () throws(SweepError) in
                    try file.lines(chunk) { line throws(SweepError) in
                        number += 1
                        if let flaw = ResultLine.flaw(line) { throw .damaged(path: path, line: number, reason: flaw) }
                        if ShardHeader.isHeader(line) { return }
                        guard let (id, status) = ResultLine.head(line) else {
                            throw .damaged(path: path, line: number, reason: "this is neither a result nor a header")
                        }
                        summary.lines += 1
                        guard let place = list.place(of: id) else {
                            summary.foreign += 1
                            return
                        }
                        do throws(JSONText.Mistake) {
                            let parts = try LineParts(line)
                            switch try writer.take(id, place, status, parts) {
                            case .added: summary.added += 1
                            case .repeated: summary.repeated += 1
                            case .replaced: summary.replaced += 1
                            case .conflict(let difference):
                                summary.conflicts.append(Conflict(id: id, path: path, line: number, difference: difference))
                            case .failed(let error): writer.failure = error
                            }
                        } catch { throw .damaged(path: path, line: number, reason: "this line cannot be read: \(error.reason)") }
                        if let failure = writer.failure { throw failure }
                    }
                }
            }
        }
        try record(summary.conflicts)
        try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return summary
    }

    private func record(_ conflicts: [Conflict]) throws(SweepError) {
        try database.transaction { () throws(SweepError) in
            try database.execute("DELETE FROM conflicts")
            let insert = try database.prepare("INSERT INTO conflicts VALUES (?, ?, ?, ?)")
            for conflict in conflicts {
                insert.bind(1, conflict.id.text)
                insert.bind(2, conflict.path)
                insert.bind(3, conflict.line)
                insert.bind(4, conflict.difference)
                try insert.run()
            }
        }
    }

    /// A row of the table.
    public struct Row: Sendable {
        /// In the manifest's order, from 0.
        public let place: Int
        public let id: String
        public let status: TrialStatus
        public let reason: String?
        public let config: TrialSettings
        public let metrics: TrialSettings
        /// The metrics' names in their order.
        public let names: [String]
        public let device: String
        public let seconds: Double
    }

    /// Calls `body` with every result of the manifest's trials, in the manifest's order.
    public func forEachRow(_ body: (Row) throws -> Void) throws {
        let rows = try database.prepare(
            "SELECT place, id, status, reason, config, metrics, device, seconds FROM results WHERE place IS NOT NULL ORDER BY place")
        while try rows.step() {
            let metrics = Array((rows.text(5) ?? "{}").utf8)
            var names: [String] = []
            let values = try TrialValue(parsing: metrics) { path, _ in if !path.isEmpty, names.last != path { names.append(path) } }
            try body(
                Row(
                    place: rows.integer(0) ?? 0, id: rows.text(1) ?? "", status: rows.text(2).flatMap { TrialStatus(rawValue: $0) } ?? .failed,
                    reason: rows.text(3), config: try TrialValue(parsing: rows.text(4) ?? "{}").table ?? [:], metrics: values.table ?? [:],
                    names: names,
                    device: rows.text(6) ?? "", seconds: rows.number(7) ?? 0))
        }
    }

    /// The arrays of a name, by the trial's place.
    public func forEachSeries(_ name: String, _ body: (Int, [Double]) throws -> Void) throws {
        let rows = try database.prepare(
            "SELECT place, numbers FROM series JOIN results USING (trial) WHERE name = ? AND place IS NOT NULL ORDER BY place")
        rows.bind(1, name)
        while try rows.step() { try body(rows.integer(0) ?? 0, rows.numbers(1)) }
    }

    /// The devices that the manifest's results were computed on, sorted.
    public func devices() throws(SweepError) -> [String] {
        let rows = try database.prepare("SELECT DISTINCT device FROM results WHERE place IS NOT NULL AND device IS NOT NULL ORDER BY device")
        var names: [String] = []
        while try rows.step() { names.append(rows.text(0) ?? "") }
        return names
    }

    /// The names of all series.
    public func seriesNames() throws(SweepError) -> [String] {
        let rows = try database.prepare("SELECT DISTINCT name FROM series ORDER BY name")
        var names: [String] = []
        while try rows.step() { names.append(rows.text(0) ?? "") }
        return names
    }
}
