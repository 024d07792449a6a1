import Models

/// Lines of a shard that follow one another, read as far as that can be done without knowing what else is stored.
struct PreparedChunk: @unchecked Sendable {
    /// What the tables take; each with its line within the chunk, from 1.
    private(set) var results: [(line: Int, result: PreparedResult)] = []
    private(set) var lines = 0
    /// Results of trials that are not in the manifest.
    private(set) var strangers = 0
    /// The first line that is not as it was written; those behind it are not read.
    private(set) var flaw: (line: Int, reason: String)?
    /// Of all series, little-endian doubles.
    private(set) var numbers: [UInt64] = []
    private(set) var series: [PreparedSeries] = []
    private(set) var digest = ShardDigest()

    /// What is prepared points into the file's memory, which must outlive it.
    init(_ file: MappedFile, _ range: Range<Int>, of list: TrialList) {
        var next = 0
        file.lines(range) { line in
            guard flaw == nil else { return }
            lines += 1
            if let flaw = ResultLine.flaw(line) {
                self.flaw = (lines, flaw)
                return
            }
            digest.add(line)
            if let (id, status) = ResultLine.head(line) {
                guard let place = list.place(of: id, near: next) else {
                    strangers += 1
                    return
                }
                next = place + 1
                do throws(JSONText.Mistake) {
                    if results.isEmpty { results.reserveCapacity(range.count / line.count + 16) }
                    results.append((lines, try PreparedResult(id, place, status, line, &series, &numbers)))
                } catch { flaw = (lines, ResultLine.unreadable(error)) }
            } else if !ShardHeader.isHeader(line) {
                flaw = (lines, "this is neither a result nor a header")
            }
        }
    }
}

/// The numbers of a name, in their chunk.
struct PreparedSeries {
    /// As it stands in its line.
    let name: UnsafeRawBufferPointer
    let numbers: Range<Int>
}

/// A text as it stands in a line, or as it was read where there is something to unescape.
enum PreparedText {
    case standing(UnsafeRawBufferPointer)
    case read(String)

    /// - Throws: where the value is no text; `key` is named then.
    init(_ value: UnsafeRawBufferPointer, _ key: String) throws(JSONText.Mistake) {
        if PlainObject.isText(value) {
            self = .standing(PreparedText.unquoted(value))
        } else {
            guard let text = try TrialValue(parsing: Array(value)).text else { throw JSONText.Mistake(offset: 0, reason: "\"\(key)\" is no text") }
            self = .read(text)
        }
    }

    static func unquoted(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: value[1..<value.count - 1]) }

    var text: String {
        switch self {
        case .standing(let bytes): String(decoding: bytes, as: UTF8.self)
        case .read(let text): text
        }
    }
}

/// What the tables take of a result. The bytes lie in the shard's memory, which must outlive it.
struct PreparedResult {
    let id: TrialID
    /// Of its identity, as it stands there.
    let idText: UnsafeRawBufferPointer
    let place: Int
    let status: TrialStatus
    private(set) var reason: PreparedText?
    private(set) var device: PreparedText?
    private(set) var version: PreparedText?
    private(set) var host: PreparedText?
    private(set) var seconds: Double?
    let config: UnsafeRawBufferPointer
    let metrics: UnsafeRawBufferPointer
    /// Those of its chunk that are this result's.
    let series: Range<Int>
    /// Of everything in which two results of a trial on one device have to agree.
    let digest: Int
    /// By which a row of the table is known to be as it was written.
    let checkSum: Int

    /// - Throws: where configuration, metrics, series or circumstances are not what a result has.
    init(
        _ id: TrialID, _ place: Int, _ status: TrialStatus, _ line: UnsafeRawBufferPointer, _ allSeries: inout [PreparedSeries],
        _ numbers: inout [UInt64]
    ) throws(JSONText.Mistake) {
        var (config, metrics, series): (MemberReader.Member?, MemberReader.Member?, MemberReader.Member?)
        var (reason, version, host, device): (UnsafeRawBufferPointer?, UnsafeRawBufferPointer?, UnsafeRawBufferPointer?, UnsafeRawBufferPointer?)
        var seconds: UnsafeRawBufferPointer?
        var reader = MemberReader(line)
        while let member = try reader.next() {
            // The first of a name counts.
            if member.key.spells("config") {
                config = config ?? member
            } else if member.key.spells("metrics") {
                metrics = metrics ?? member
            } else if member.key.spells("series") {
                series = series ?? member
            } else if member.key.spells("reason") {
                reason = reason ?? member.value
            } else if member.key.spells("version") {
                version = version ?? member.value
            } else if member.key.spells("host") {
                host = host ?? member.value
            } else if member.key.spells("device") {
                device = device ?? member.value
            } else if member.key.spells("seconds") {
                seconds = seconds ?? member.value
            }
        }
        guard let config, let metrics, config.value.first == UInt8(ascii: "{"), metrics.value.first == UInt8(ascii: "{") else {
            throw JSONText.Mistake(offset: 0, reason: "a result has its configuration and its metrics")
        }
        for object in [config, metrics] where !object.isPlainObject { try PreparedResult.check(object.value) }
        (self.id, self.place, self.status, self.config, self.metrics) = (id, place, status, config.value, metrics.value)
        idText = UnsafeRawBufferPointer(rebasing: line[7..<39])
        if let reason { self.reason = try PreparedText(reason, "reason") }
        if let version { self.version = try PreparedText(version, "version") }
        if let host { self.host = try PreparedText(host, "host") }
        if let device { self.device = try PreparedText(device, "device") }
        if let seconds {
            self.seconds = if let known = SeriesReader.number(seconds) { known } else { try TrialValue(parsing: Array(seconds)).number }
        }
        let before = allSeries.count
        if let series {
            var reader = MemberReader(series.value)
            while let member = try reader.next() {
                let start = numbers.count
                try SeriesReader.numbers(member.value, &numbers)
                allSeries.append(PreparedSeries(name: member.key, numbers: start..<numbers.count))
            }
        }
        self.series = before..<allSeries.count
        let factor: UInt64 = 0x9e37_79b9_7f4a_7c15
        let metricsSum = ResultLine.checksum(metrics.value)
        var sum = UInt64(status.rawValue.utf8.count) &* factor ^ metricsSum
        if let series { sum = sum &* factor ^ ResultLine.checksum(series.value) }
        digest = Int(truncatingIfNeeded: sum)
        checkSum = PreparedResult.checkSum(id, status, config: ResultLine.checksum(config.value), metrics: metricsSum)
    }

    private static func check(_ object: UnsafeRawBufferPointer) throws(JSONText.Mistake) {
        var reader = MemberReader(object)
        while let member = try reader.next() {
            do { _ = try TrialValue(parsing: Array(member.value)) } catch {
                throw JSONText.Mistake(offset: 0, reason: "the value of \"\(String(decoding: member.key, as: UTF8.self))\": \(error.reason)")
            }
        }
    }

    static func checkSum(_ id: TrialID, _ status: TrialStatus, config: UInt64, metrics: UInt64) -> Int {
        let sum = config &* 0x9e37_79b9_7f4a_7c15 ^ metrics
        return Int(truncatingIfNeeded: (sum ^ id.high ^ id.low) &+ UInt64(status.rawValue.utf8.count))
    }
}
