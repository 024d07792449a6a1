import LinearAlgebra

/// All trials of a manifest, by number; a trial's settings and identity are made when they are asked for.
///
/// Every key's text is made once for each combination of the axes that decide it, so that a trial's canonical configuration is put together from
/// ready pieces.
public struct Expansion: Sendable {
    /// Most trials of a sweep.
    public static let largest = 100_000_000

    public let manifest: Manifest
    /// The product of the axes' lengths, duplicates included.
    public let count: Int

    /// One key's values over the axes that decide it.
    private struct Slot: Sendable {
        let key: String
        private let beginning: [UInt8]
        /// Number of trials from one value of the axis to its next, the axis' length, and the distance in `values`.
        var axes: [(stride: Int, count: Int, step: Int)] = []
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

        func append(_ index: Int, to text: inout [UInt8]) {
            let place = place(of: index)
            let start = place == 0 ? 0 : ends[place - 1]
            bytes.withUnsafeBufferPointer { text.append(contentsOf: UnsafeBufferPointer(rebasing: $0[start..<ends[place]])) }
        }
    }

    private let slots: [Slot]
    /// The pieces of a configuration in order: neighbouring constants joined.
    private let pieces: [Slot]

    /// - Throws: `SweepError.manifest` where a value is missing or several contradict each other.
    public init(_ manifest: Manifest) throws(SweepError) {
        self.manifest = manifest
        var total = 1
        for axis in manifest.axes {
            let (product, overflow) = total.multipliedReportingOverflow(by: axis.count)
            guard !overflow, product <= Expansion.largest else {
                throw manifest.failure(
                    "axes", "these axes make more than \(Expansion.largest) trials, which is the limit; part them into several manifests")
            }
            total = product
        }
        count = total
        let resolver = Resolver(manifest)
        var slots: [Slot] = []
        for key in resolver.names {
            var slot = Slot(key)
            let involved = resolver.axes(of: key)
            slot.axes = Expansion.steps(involved, manifest.axes)
            try resolver.forEachValue(of: key) { slot.append($0) }
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
        var pieces: [Slot] = []
        for slot in slots {
            if slot.axes.isEmpty, let last = pieces.last, last.axes.isEmpty {
                pieces[pieces.count - 1].bytes += slot.bytes
                pieces[pieces.count - 1].ends[0] += slot.bytes.count
            } else {
                pieces.append(slot)
            }
        }
        self.pieces = pieces
    }

    /// For each involved axis its stride among trials, its length, and its step in a table over the involved axes.
    private static func steps(_ involved: [Int], _ axes: [SweepAxis]) -> [(stride: Int, count: Int, step: Int)] {
        var result: [(stride: Int, count: Int, step: Int)] = []
        var step = 1
        for axis in involved.reversed() {
            let stride = axes[(axis + 1)...].reduce(1) { $0 * $1.count }
            result.append((stride, axes[axis].count, step))
            step *= axes[axis].count
        }
        return result
    }

    /// A trial's configuration as canonical JSON.
    ///
    /// - Parameter index: 0…count − 1.
    func canonical(_ index: Int, into text: inout [UInt8]) {
        text.removeAll(keepingCapacity: true)
        text.append(UInt8(ascii: "{"))
        for slot in pieces { slot.append(index, to: &text) }
        text[text.count - 1] = UInt8(ascii: "}")
    }

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
