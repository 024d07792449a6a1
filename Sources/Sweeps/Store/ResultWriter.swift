import Models

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Puts results into the tables, and compares those that are there already.
final class ResultWriter {
    enum Outcome {
        case added, repeated, replaced
        case conflict(String)
        case failed(SweepError)
    }

    /// The database's refusal, which ends the merge.
    var failure: SweepError?

    private let tolerance: Double
    private let insert: Statement
    private let find: Statement
    private let remove: Statement
    private let removeSeries: Statement
    private let insertSeries: Statement
    private let database: Database

    init(_ database: Database, _ list: TrialList) throws(SweepError) {
        self.database = database
        tolerance = list.expansion.manifest.kind.deviceTolerance
        insert = try database.prepare(
            """
            INSERT OR IGNORE INTO results (place, id, status, reason, config, metrics, version, host, device, seconds, digest, check_sum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        find = try database.prepare("SELECT trial, status, metrics, device, digest FROM results WHERE id = ?")
        remove = try database.prepare("DELETE FROM results WHERE trial = ?")
        removeSeries = try database.prepare("DELETE FROM series WHERE trial = ?")
        insertSeries = try database.prepare("INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?)")
    }

    func take(_ id: TrialID, _ place: Int, _ status: TrialStatus, _ parts: LineParts) throws(JSONText.Mistake) -> Outcome {
        do {
            if try add(id, place, status, parts) { return .added }
            find.bind(1, id.text)
            defer { find.reset() }
            guard try find.step(), let trial = find.integer(0) else { return .repeated }
            let old = find.text(1).flatMap { TrialStatus(rawValue: $0) } ?? .failed
            if find.integer(4) == digest(status, parts) || status == .failed { return .repeated }
            if old == .failed {
                find.reset()
                for statement in [remove, removeSeries] {
                    statement.bind(1, trial)
                    try statement.run()
                }
                _ = try add(id, place, status, parts)
                return .replaced
            }
            let device = try parts.text("device") ?? ""
            let isSameDevice = device == find.text(3)
            let metrics = (try TrialValue(parsing: find.text(2) ?? "{}").table ?? [:], try parts.value("metrics")?.table ?? [:])
            if let difference = difference(metrics.0, metrics.1, tolerance: isSameDevice ? 0 : tolerance) { return .conflict(difference) }
            if old != status { return .conflict("\(old.rawValue) and \(status.rawValue)") }
            return isSameDevice ? .conflict("the series differ") : .repeated
        } catch let error as JSONText.Mistake {
            throw error
        } catch let error as SweepError { return .failed(error) } catch { return .failed(.database(path: database.path, reason: "\(error)")) }
    }

    /// - Returns: false when the trial has a result already.
    private func add(_ id: TrialID, _ place: Int, _ status: TrialStatus, _ parts: LineParts) throws -> Bool {
        insert.bind(1, place)
        insert.bind(2, id.text)
        insert.bind(3, status.rawValue)
        insert.bind(4, try parts.text("reason"))
        insert.bind(5, text: parts["config"])
        insert.bind(6, text: parts["metrics"])
        insert.bind(7, text: parts["version"].map(unquoted))
        insert.bind(8, text: parts["host"].map(unquoted))
        insert.bind(9, try parts.text("device"))
        insert.bind(10, try parts.value("seconds")?.number)
        insert.bind(11, digest(status, parts))
        if let config = parts["config"], let metrics = parts["metrics"] {
            insert.bind(12, ResultWriter.checkSum(id, status, config: config, metrics: metrics))
        } else {
            throw parts.mistake("a result has its configuration and its metrics")
        }
        try insert.run()
        guard database.changes > 0 else { return false }
        guard let bytes = parts["series"] else { return true }
        let trial = Int(database.lastRow)
        for (name, values) in try LineParts(bytes).parts {
            let numbers = try SeriesReader.numbers(values)
            insertSeries.bind(1, trial)
            insertSeries.bind(2, name)
            try numbers.withUnsafeBytes { blob in
                insertSeries.bind(3, blob: blob)
                insertSeries.bind(4, Int(truncatingIfNeeded: ResultLine.checksum(blob)))
                try insertSeries.run()
            }
        }
        return true
    }

    /// What stands between the quotation marks, which for these members needs no reading.
    private func unquoted(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[1..<max(bytes.count - 1, 1)])
    }

    /// By which a row of the table is known to be as it was written.
    static func checkSum(_ id: TrialID, _ status: TrialStatus, config: UnsafeRawBufferPointer, metrics: UnsafeRawBufferPointer) -> Int {
        let sum = ResultLine.checksum(config) &* 0x9e37_79b9_7f4a_7c15 ^ ResultLine.checksum(metrics)
        return Int(truncatingIfNeeded: (sum ^ id.high ^ id.low) &+ UInt64(status.rawValue.utf8.count))
    }

    /// Of everything in which two results of a trial on one device have to agree.
    private func digest(_ status: TrialStatus, _ parts: LineParts) -> Int {
        var sum = UInt64(status.rawValue.utf8.count)
        for key in ["metrics", "series"] { if let bytes = parts[key] { sum = sum &* 0x9e37_79b9_7f4a_7c15 ^ ResultLine.checksum(bytes) } }
        return Int(bitPattern: UInt(truncatingIfNeeded: sum))
    }

    /// The first metric that differs by more than a relative tolerance.
    private func difference(_ a: TrialSettings, _ b: TrialSettings, tolerance: Double) -> String? {
        for name in Set(a.keys).union(b.keys).sorted() where a[name] != b[name] {
            if let x = a[name]?.number, let y = b[name]?.number, abs(x - y) <= tolerance * max(abs(x), abs(y)) { continue }
            return "\(name) is \(a[name]?.shown ?? "absent") and \(b[name]?.shown ?? "absent")"
        }
        return nil
    }
}

/// Arrays of numbers as they stand in a line.
enum SeriesReader {
    /// - Returns: little-endian doubles; NaN for null.
    static func numbers(_ bytes: UnsafeRawBufferPointer) throws(JSONText.Mistake) -> [UInt64] {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count >= 2, bytes[0] == UInt8(ascii: "["),
            bytes[bytes.count - 1] == UInt8(ascii: "]")
        else { throw JSONText.Mistake(offset: 0, reason: "a series is no list") }
        var numbers: [UInt64] = []
        var at = 1
        while at < bytes.count - 1 {
            var end = at
            var value = Double.nan
            if bytes[at] == UInt8(ascii: "n") {
                end = at + 4
            } else {
                // It stops at the comma or the bracket behind the number.
                var stop: UnsafeMutablePointer<CChar>?
                value = strtod(base + at, &stop)
                end = stop.map { UnsafePointer($0) - base } ?? at
            }
            guard end > at, end < bytes.count, bytes[end] == UInt8(ascii: ",") || end == bytes.count - 1 else {
                throw JSONText.Mistake(offset: at, reason: "a series has something that is no number")
            }
            numbers.append(value.bitPattern.littleEndian)
            at = end + 1
        }
        return numbers
    }
}
