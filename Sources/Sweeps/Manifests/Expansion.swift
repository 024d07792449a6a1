import LinearAlgebra

/// All trials of a manifest, by number; a trial's settings and identity are made when they are asked for.
///
/// Every key's text is made once for each combination of the axes that decide it, so that a trial's canonical configuration is put together from
/// ready pieces.
public struct Expansion: Sendable {
    /// Most trials of a sweep.
    public static let largest = 100_000_000
    static let excess = "these axes make more than \(largest) trials, which is the limit; part them into several manifests"

    public let manifest: Manifest
    /// The product of the axes' lengths, duplicates included.
    public let count: Int
    /// Sentences on keys that change no trial.
    public let remarks: [String]

    /// One key's values over the axes that decide it.
    private struct Slot: Sendable {
        let key: String
        private let beginning: [UInt8]
        /// The axes that choose among `values`.
        var axes: [PieceTable.Step] = []
        /// nil where the key means nothing.
        var values: [TrialValue?] = []
        /// `"key":value,` or nothing for each value, one behind the other, and where each ends.
        var bytes: [UInt8] = []
        var ends: [Int] = []

        init(_ key: String) {
            self.key = key
            beginning = Array("\(TrialValue.text(key).canonical):".utf8)
        }

        mutating func append(_ value: TrialValue?) {
            values.append(value)
            if let value {
                bytes += beginning
                value.append(to: &bytes)
                bytes.append(UInt8(ascii: ","))
            }
            ends.append(bytes.count)
        }

        func place(of index: Int) -> Int {
            var place = 0
            for axis in axes { place += index / axis.stride % axis.count * axis.step }
            return place
        }
    }

    private let slots: [Slot]
    /// Neighbouring constants are joined.
    private let pieces: PieceTable

    /// - Throws: `SweepError.manifest` where a value is missing or several contradict each other.
    public init(_ manifest: Manifest) throws(SweepError) {
        self.manifest = manifest
        var total = 1
        for axis in manifest.axes {
            let (product, overflow) = total.multipliedReportingOverflow(by: axis.count)
            guard !overflow, product <= Expansion.largest else {
                throw manifest.failure("axes", Expansion.excess)
            }
            total = product
        }
        count = total
        let resolver = Resolver(manifest)
        var slots: [Slot] = []
        var remarks: [String] = []
        for key in resolver.names {
            var slot = Slot(key)
            let involved = resolver.axes(of: key)
            slot.axes = Expansion.steps(involved, manifest.axes)
            try resolver.forEachValue(of: key) { slot.append($0) }
            if slot.values.allSatisfy({ $0 == nil }), let remark = try resolver.remark(idle: key) { remarks.append(remark) }
            slots.append(slot)
        }
        try resolver.checkRules()
        for (key, value) in [("kind", TrialValue.text(manifest.kind.name)), ("schema", .number(Double(manifest.kind.schema)))] {
            var slot = Slot(key)
            slot.append(value)
            slots.append(slot)
        }
        slots.sort { TrialValue.precedes($0.key, $1.key) }
        self.slots = slots
        self.remarks = remarks
        var pieces: [(steps: [PieceTable.Step], bytes: [UInt8], ends: [Int])] = []
        for slot in slots {
            if slot.axes.isEmpty, let last = pieces.last, last.steps.isEmpty {
                pieces[pieces.count - 1].bytes += slot.bytes
                pieces[pieces.count - 1].ends[0] += slot.bytes.count
            } else {
                pieces.append((slot.axes, slot.bytes, slot.ends))
            }
        }
        self.pieces = PieceTable(pieces)
    }

    /// For each involved axis its stride among trials, its length, and its step in a table over the involved axes.
    private static func steps(_ involved: [Int], _ axes: [SweepAxis]) -> [PieceTable.Step] {
        var result: [PieceTable.Step] = []
        var step = 1
        for axis in involved.reversed() {
            let stride = axes[(axis + 1)...].reduce(1) { $0 * $1.count }
            result.append(PieceTable.Step(stride: stride, count: axes[axis].count, step: step))
            step *= axes[axis].count
        }
        return result
    }

    /// A trial's configuration as canonical JSON, in place of what `text` holds.
    ///
    /// - Parameter index: 0…count − 1.
    func canonical(_ index: Int, into text: inout [UInt8]) { pieces.write(index, into: &text) }

    /// A trial's configuration as canonical JSON.
    public func canonical(_ index: Int) -> String {
        var text: [UInt8] = []
        canonical(index, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    public func settings(_ index: Int) -> TrialSettings {
        var settings: TrialSettings = [:]
        for slot in slots { if let value = slot.values[slot.place(of: index)] { settings[slot.key] = value } }
        return settings
    }

    /// The values that a key has in any trial, each once, in the manifest's order.
    public func values(of key: String) -> [TrialValue] {
        var values: [TrialValue] = []
        for value in slots.first(where: { $0.key == key })?.values ?? [] {
            if let value, !values.contains(value) { values.append(value) }
        }
        return values
    }

    /// The identities of all trials, made on up to `threads` threads.
    public func ids(threads: Int = 1) -> [TrialID] {
        let size = 1 << 14
        let chunks = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
        return concurrently(chunks, threads: threads) { chunk in
            var digest = Digest()
            var text: [UInt8] = []
            var ids: [TrialID] = []
            ids.reserveCapacity(chunk.count)
            for index in chunk {
                canonical(index, into: &text)
                ids.append(digest.id(of: text))
            }
            return ids
        }.flatMap { $0 }
    }
}
