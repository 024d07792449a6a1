import Models

/// A line of a shard, read as far as that can be done without knowing what else is stored.
enum PreparedLine: Sendable {
    case header
    case result(PreparedResult)
    /// A result of a trial that is not in the manifest.
    case stranger
    case damaged(String)

    /// - Parameter line: without its line feed; the prepared result points into it.
    init(_ line: UnsafeRawBufferPointer, of list: TrialList) {
        if let flaw = ResultLine.flaw(line) {
            self = .damaged(flaw)
        } else if ShardHeader.isHeader(line) {
            self = .header
        } else if let (id, status) = ResultLine.head(line) {
            guard let place = list.place(of: id) else {
                self = .stranger
                return
            }
            do throws(JSONText.Mistake) {
                self = .result(try PreparedResult(id, place, status, LineParts(line)))
            } catch { self = .damaged(ResultLine.unreadable(error)) }
        } else {
            self = .damaged("this is neither a result nor a header")
        }
    }
}

/// What the tables take of a result. The bytes lie in the shard's memory, which must outlive it.
struct PreparedResult: @unchecked Sendable {
    let id: TrialID
    let place: Int
    let status: TrialStatus
    let reason: String?
    let device: String?
    let seconds: Double?
    let config: UnsafeRawBufferPointer
    let metrics: UnsafeRawBufferPointer
    let version: UnsafeRawBufferPointer?
    let host: UnsafeRawBufferPointer?
    /// Little-endian doubles.
    let series: [(name: String, numbers: [UInt64])]
    /// Of everything in which two results of a trial on one device have to agree.
    let digest: Int
    /// By which a row of the table is known to be as it was written.
    let checkSum: Int

    init(_ id: TrialID, _ place: Int, _ status: TrialStatus, _ parts: LineParts) throws(JSONText.Mistake) {
        try parts.requireResult()
        guard let config = parts["config"], let metrics = parts["metrics"] else {
            throw parts.mistake("a result has its configuration and its metrics")
        }
        (self.id, self.place, self.status, self.config, self.metrics) = (id, place, status, config, metrics)
        reason = try parts.text("reason")
        device = try parts.text("device")
        seconds = try parts.value("seconds")?.number
        version = parts["version"].map(PreparedResult.unquoted)
        host = parts["host"].map(PreparedResult.unquoted)
        var series: [(name: String, numbers: [UInt64])] = []
        if let bytes = parts["series"] {
            for (name, values) in try LineParts(bytes).parts { series.append((name, try SeriesReader.numbers(values))) }
        }
        self.series = series
        var sum = UInt64(status.rawValue.utf8.count)
        for bytes in [metrics, parts["series"]] {
            if let bytes { sum = sum &* 0x9e37_79b9_7f4a_7c15 ^ ResultLine.checksum(bytes) }
        }
        digest = Int(bitPattern: UInt(truncatingIfNeeded: sum))
        checkSum = PreparedResult.checkSum(id, status, config: config, metrics: metrics)
    }

    static func checkSum(_ id: TrialID, _ status: TrialStatus, config: UnsafeRawBufferPointer, metrics: UnsafeRawBufferPointer) -> Int {
        let sum = ResultLine.checksum(config) &* 0x9e37_79b9_7f4a_7c15 ^ ResultLine.checksum(metrics)
        return Int(truncatingIfNeeded: (sum ^ id.high ^ id.low) &+ UInt64(status.rawValue.utf8.count))
    }

    /// What stands between the quotation marks, which for these members needs no reading.
    private static func unquoted(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[1..<max(bytes.count - 1, 1)])
    }
}
