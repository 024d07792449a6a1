import Models

extension MergedResults {
    /// A row of the table.
    public struct Row: Sendable {
        /// In the manifest's order, from 0.
        public let place: Int
        public let id: String
        public let status: TrialStatus
        public let reason: String?
        public let config: TrialSettings
        public let metrics: TrialSettings
        public let device: String
        public let seconds: Double
    }

    /// A row as it lies in the store; valid while it is being looked at.
    struct StoredRow {
        let place: Int
        let id: TrialID
        let status: TrialStatus
        let reason: String?
        let config: LineParts
        let metrics: LineParts
        let device: String
        let seconds: Double
    }

    /// Calls `body` with every result of the manifest's trials, in the manifest's order.
    ///
    /// - Throws: `SweepError.database` at a row that is not as it was written; what `body` throws.
    public func forEachRow(_ body: (Row) throws -> Void) throws {
        try forEachStoredRow { row in
            func table(_ parts: LineParts) throws -> TrialSettings {
                var settings: TrialSettings = [:]
                for (key, bytes) in parts.parts { settings[key] = try TrialValue(parsing: Array(bytes)) }
                return settings
            }
            try body(
                Row(
                    place: row.place, id: row.id.text, status: row.status, reason: row.reason, config: table(row.config),
                    metrics: table(row.metrics), device: row.device, seconds: row.seconds))
        }
    }

    func forEachStoredRow(_ body: (StoredRow) throws -> Void) throws {
        let rows = try database.prepare(
            "SELECT place, id, status, reason, config, metrics, device, seconds, check_sum FROM results WHERE place IS NOT NULL ORDER BY place")
        while try rows.step() {
            let (config, metrics) = (rows.bytes(4), rows.bytes(5))
            guard let place = rows.integer(0), let id = rows.text(1).flatMap({ TrialID($0) }),
                let status = rows.text(2).flatMap({ TrialStatus(rawValue: $0) }),
                rows.integer(8) == PreparedResult.checkSum(id, status, config: ResultLine.checksum(config), metrics: ResultLine.checksum(metrics))
            else { throw damaged("the result of trial \(rows.integer(0) ?? 0)") }
            let parts: (LineParts, LineParts)
            do { parts = (try LineParts(config), try LineParts(metrics)) } catch { throw damaged("the result of trial \(place)") }
            do {
                try body(
                    StoredRow(
                        place: place, id: id, status: status, reason: rows.text(3), config: parts.0, metrics: parts.1,
                        device: rows.text(6) ?? "", seconds: rows.number(7) ?? 0))
            } catch is JSONText.Mistake { throw damaged("the result of trial \(place)") }
        }
    }

    /// The places of the trials that have a result, rising.
    func forEachPlace(_ body: (Int) -> Void) throws(SweepError) {
        let rows = try database.prepare("SELECT place FROM results WHERE place IS NOT NULL ORDER BY place")
        while try rows.step() { body(rows.integer(0) ?? 0) }
    }

    /// The arrays of a name, by the trial's place, in the manifest's order.
    public func forEachSeries(_ name: String, _ body: (Int, [Double]) throws -> Void) throws {
        let rows = try database.prepare(
            """
            SELECT place, numbers, series.check_sum FROM results CROSS JOIN series USING (trial)
            WHERE name = ? AND place IS NOT NULL ORDER BY place
            """)
        rows.bind(1, name)
        while try rows.step() {
            let place = rows.integer(0) ?? 0
            guard rows.integer(2) == Int(truncatingIfNeeded: ResultLine.checksum(rows.bytes(1))) else { throw damaged("\(name) of trial \(place)") }
            try body(place, rows.numbers(1))
        }
    }

    private func damaged(_ what: String) -> SweepError { .database(path: database.path, reason: "\(what) is not as it was written") }

    /// The names of all series.
    public func seriesNames() throws(SweepError) -> [String] {
        let rows = try database.prepare("SELECT DISTINCT name FROM series ORDER BY name")
        var names: [String] = []
        while try rows.step() { names.append(rows.text(0) ?? "") }
        return names
    }
}
