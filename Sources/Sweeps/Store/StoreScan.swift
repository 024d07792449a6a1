import LinearAlgebra

/// What is recorded of a manifest's trials: one pass over the bytes of the shards.
public struct StoreScan: Sendable {
    /// [place in the list]; nil for a trial without a result.
    public private(set) var statuses: [TrialStatus?]
    /// Results of trials that do not belong to the manifest.
    public private(set) var foreign = 0
    /// Results that are there more than once.
    public private(set) var repeated = 0
    /// Shards that end in a torn line.
    public private(set) var torn: [String] = []
    /// Shards that were made from another version of the manifest, with the first difference.
    public private(set) var changed: [(path: String, difference: String)] = []

    /// The devices that the results were computed on, sorted.
    public private(set) var devices: [String] = []

    /// What a chunk of a shard holds.
    private struct Part: Sendable {
        var places: [Int32] = []
        var statuses: [UInt8] = []
        var foreign = 0
        var lines = 0
        /// Line within the chunk, from 1.
        var flaw: (line: Int, reason: String)?
        var header: ShardHeader?
        var devices: Set<String> = []
    }

    private static let codes: [TrialStatus] = [.done, .diverged, .failed]

    /// - Parameters:
    ///   - paths: shards, in an order of one's own: the first result of a trial counts, and a failure only where there is nothing else.
    ///   - threads: on which chunks are read.
    /// - Throws: `.damaged` at the first line that is not as it was written.
    public init(_ paths: [String], of list: TrialList, threads: Int = 1) throws(SweepError) {
        statuses = [TrialStatus?](repeating: nil, count: list.count)
        let digest = list.expansion.manifest.digest
        var devices: Set<String> = []
        for path in paths {
            let file = try MappedFile(path)
            let end = file.wholeLines
            if end < file.bytes.count { torn.append(path) }
            let chunks = file.chunks(of: 4 << 20)
            let parts = concurrently(chunks, threads: threads) { chunk in StoreScan.read(file, chunk, list) }
            var header: ShardHeader?
            var before = 0
            for part in parts {
                if let flaw = part.flaw { throw .damaged(path: path, line: before + flaw.line, reason: flaw.reason) }
                before += part.lines
                if let found = part.header { header = found }
                foreign += part.foreign
                devices.formUnion(part.devices)
                for (place, code) in zip(part.places, part.statuses) {
                    let (index, status) = (Int(place), StoreScan.codes[Int(code)])
                    if let known = statuses[index] {
                        repeated += 1
                        if known == .failed { statuses[index] = status }
                    } else {
                        statuses[index] = status
                    }
                }
            }
            if end > 0 {
                if let header, header.digest == digest { continue }
                changed.append((path, header?.difference(to: list.expansion.manifest) ?? ShardHeader.missing))
            }
        }
        self.devices = devices.sorted()
    }

    private static func read(_ file: MappedFile, _ chunk: Range<Int>, _ list: TrialList) -> Part {
        var part = Part()
        // Neighbours mostly come from one device, whose name is made once.
        var last = UnsafeRawBufferPointer(start: nil, count: 0)
        var next = 0
        defer { file.release(chunk) }
        file.lines(chunk) { line in
            part.lines += 1
            guard part.flaw == nil else { return }
            if let flaw = ResultLine.flaw(line) {
                part.flaw = (part.lines, flaw)
            } else if let (id, status) = ResultLine.head(line) {
                guard let place = list.place(of: id, near: next) else {
                    part.foreign += 1
                    return
                }
                next = place + 1
                part.places.append(Int32(place))
                part.statuses.append(UInt8(codes.firstIndex(of: status) ?? 0))
                guard let device = ResultLine.device(line), !device.elementsEqual(last) else { return }
                last = device
                if let name = (try? TrialValue(parsing: Array(device)))?.text { part.devices.insert(name) }
            } else if ShardHeader.isHeader(line) {
                do throws(TrialRefusal) { part.header = try ShardHeader(line) } catch { part.flaw = (part.lines, error.reason) }
            } else {
                part.flaw = (part.lines, "this is neither a result nor a header")
            }
        }
        return part
    }

    public func count(_ status: TrialStatus?) -> Int { statuses.reduce(0) { $1 == status ? $0 + 1 : $0 } }
}
