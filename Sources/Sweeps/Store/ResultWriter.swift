import Models

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
    /// [place]: the rows of those that have a result, 0 for the others; nil where there were rows before, among which an index finds them.
    private var trials: [Int32]?
    private let insert: Statement
    private let find: Statement
    private let look: Statement
    private let remove: Statement
    private let removeSeries: Statement
    private let insertSeries: Statement
    private let database: Database

    /// - Parameter isFirst: whether there are no rows and no indices yet.
    init(_ database: Database, _ list: TrialList, isFirst: Bool = false) throws(SweepError) {
        self.database = database
        tolerance = list.expansion.manifest.kind.deviceTolerance
        trials = isFirst ? [Int32](repeating: 0, count: list.count) : nil
        insert = try database.prepare(
            """
            INSERT OR IGNORE INTO results (place, id, status, reason, config, metrics, version, host, device, seconds, digest, check_sum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        find = try database.prepare("SELECT trial FROM results WHERE id = ?")
        look = try database.prepare("SELECT status, metrics, device, digest FROM results WHERE trial = ?")
        remove = try database.prepare("DELETE FROM results WHERE trial = ?")
        removeSeries = try database.prepare("DELETE FROM series WHERE trial = ?")
        insertSeries = try database.prepare("INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?)")
    }

    /// - Parameter chunk: the result's.
    func take(_ result: PreparedResult, of chunk: PreparedChunk) throws(JSONText.Mistake) -> Outcome {
        do {
            guard let trial = try known(result, chunk) else { return .added }
            look.bind(1, trial)
            defer { look.reset() }
            guard try look.step() else { return .repeated }
            let old = look.text(0).flatMap { TrialStatus(rawValue: $0) } ?? .failed
            if look.integer(3) == result.digest || result.status == .failed { return .repeated }
            if old == .failed {
                look.reset()
                for statement in [remove, removeSeries] {
                    statement.bind(1, trial)
                    try statement.run()
                }
                _ = try add(result, chunk)
                return .replaced
            }
            let isSameDevice = (result.device?.text ?? "") == look.text(2)
            let metrics = (try TrialValue(parsing: look.text(1) ?? "{}").table ?? [:], try TrialValue(parsing: Array(result.metrics)).table ?? [:])
            if let difference = difference(metrics.0, metrics.1, tolerance: isSameDevice ? 0 : tolerance) { return .conflict(difference) }
            if old != result.status { return .conflict("\(old.rawValue) and \(result.status.rawValue)") }
            return isSameDevice ? .conflict("the series differ") : .repeated
        } catch let error as JSONText.Mistake {
            throw error
        } catch let error as SweepError { return .failed(error) } catch { return .failed(.database(path: database.path, reason: "\(error)")) }
    }

    /// The row of a result's trial; nil if that had none and the result has been added.
    private func known(_ result: PreparedResult, _ chunk: PreparedChunk) throws(SweepError) -> Int? {
        if let trial = trials?[result.place], trial > 0 { return Int(trial) }
        if try add(result, chunk) { return nil }
        find.bind(1, result.id.text)
        defer { find.reset() }
        return try find.step() ? find.integer(0) : 0
    }

    /// - Returns: false when the trial has a result already.
    private func add(_ result: PreparedResult, _ chunk: PreparedChunk) throws(SweepError) -> Bool {
        insert.bind(1, result.place)
        insert.bind(2, text: result.idText)
        insert.bind(3, text: result.status.stored)
        insert.bind(4, result.reason)
        insert.bind(5, text: result.config)
        insert.bind(6, text: result.metrics)
        insert.bind(7, result.version)
        insert.bind(8, result.host)
        insert.bind(9, result.device)
        insert.bind(10, result.seconds)
        insert.bind(11, result.digest)
        insert.bind(12, result.checkSum)
        try insert.run()
        guard database.changes > 0 else { return false }
        let trial = Int(database.lastRow)
        trials?[result.place] = Int32(trial)
        for series in chunk.series[result.series] {
            insertSeries.bind(1, trial)
            insertSeries.bind(2, text: series.name)
            let refusal: SweepError? = chunk.numbers.withUnsafeBytes { numbers in
                let blob = UnsafeRawBufferPointer(rebasing: numbers[8 * series.numbers.lowerBound..<8 * series.numbers.upperBound])
                insertSeries.bind(3, blob: blob)
                insertSeries.bind(4, Int(truncatingIfNeeded: ResultLine.checksum(blob)))
                do throws(SweepError) { try insertSeries.run() } catch { return error }
                return nil
            }
            if let refusal { throw refusal }
        }
        return true
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

extension TrialStatus {
    /// As the tables have it, for as long as the program runs.
    fileprivate var stored: UnsafeRawBufferPointer {
        let text: StaticString =
            switch self {
            case .done: "done"
            case .diverged: "diverged"
            case .failed: "failed"
            }
        return UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }
}

extension Statement {
    fileprivate func bind(_ index: Int32, _ text: PreparedText?) {
        switch text {
        case .standing(let bytes): bind(index, text: bytes)
        case .read(let text): bind(index, text)
        case nil: bind(index, text: nil)
        }
    }
}
