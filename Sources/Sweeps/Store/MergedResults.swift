import Models

/// The results of a sweep in one SQLite file: tables `results` (one row a trial), `series` (arrays of numbers as little-endian doubles) and
/// `conflicts`.
public final class MergedResults {
    let database: Database
    let list: TrialList
    /// Of the tables.
    private static let format = 2

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
    /// - Parameter onlyForReading: of a store that cannot be written the results then come into a temporary file.
    /// - Throws: `SweepError`.
    public init(_ store: Store, of list: TrialList, onlyForReading: Bool = false) throws(SweepError) {
        self.list = list
        if onlyForReading, !store.canBeWritten {
            database = try Database(store.databasePath, isTemporary: true)
        } else {
            try store.make()
            database = try Database(store.databasePath)
        }
        try database.require(version: MergedResults.format)
        try database.execute(MergedResults.resultsTable)
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS series (
                trial INTEGER NOT NULL, name TEXT NOT NULL, numbers BLOB NOT NULL, check_sum INTEGER NOT NULL, PRIMARY KEY (trial, name)
            ) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS shards (
                path TEXT PRIMARY KEY, manifest TEXT NOT NULL, bytes INTEGER NOT NULL, digest INTEGER NOT NULL, lines INTEGER NOT NULL,
                results INTEGER NOT NULL, strangers INTEGER NOT NULL);
            CREATE TABLE IF NOT EXISTS conflicts (id TEXT NOT NULL, path TEXT NOT NULL, line INTEGER NOT NULL, difference TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)
            """)
        try makeIndices()
        try place()
    }

    static let resultsTable = """
        CREATE TABLE IF NOT EXISTS results (
            trial INTEGER PRIMARY KEY, place INTEGER, id TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, config TEXT NOT NULL,
            metrics TEXT NOT NULL, version TEXT, host TEXT, device TEXT, seconds REAL, digest INTEGER NOT NULL, check_sum INTEGER NOT NULL)
        """

    /// What finds a result by its identity, which stands once, and by its place.
    func makeIndices() throws(SweepError) {
        // Older files have the first within the table.
        let unique = try database.prepare("SELECT 1 FROM pragma_index_list('results') WHERE \"unique\"")
        let isThere = try unique.step()
        unique.reset()
        if !isThere { try database.execute("CREATE UNIQUE INDEX IF NOT EXISTS ids ON results (id)") }
        try database.execute("CREATE INDEX IF NOT EXISTS places ON results (place)")
    }

    func isEmpty() throws(SweepError) -> Bool {
        let rows = try database.prepare("SELECT 1 FROM results LIMIT 1")
        return try !rows.step()
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

    /// The devices that the manifest's results were computed on, sorted.
    public func devices() throws(SweepError) -> [String] {
        let rows = try database.prepare("SELECT DISTINCT device FROM results WHERE place IS NOT NULL AND device IS NOT NULL ORDER BY device")
        var names: [String] = []
        while try rows.step() { names.append(rows.text(0) ?? "") }
        return names
    }
}
