/// The trials of a manifest, each once, in its order, found by their identities.
public struct TrialList: Sendable {
    public let expansion: Expansion
    public let ids: [TrialID]
    /// How many trials the manifest describes more than once.
    public let duplicates: Int
    /// Their numbers in the expansion; nil where they are the same.
    private let indices: [Int32]?
    private let table: IDTable

    /// - Parameter threads: on which identities are made.
    public init(_ expansion: Expansion, threads: Int = 1) {
        self.expansion = expansion
        let all = expansion.ids(threads: threads)
        var table = IDTable(capacity: all.count)
        for (index, id) in all.enumerated() { _ = table.insert(id, among: all, Int32(index)) }
        // A second pass only where there are duplicates.
        if table.count == all.count {
            ids = all
            indices = nil
            duplicates = 0
            self.table = table
        } else {
            let kept = all.indices.filter { table.find(all[$0], among: all) == $0 }
            ids = kept.map { all[$0] }
            indices = kept.map(Int32.init)
            duplicates = all.count - kept.count
            var again = IDTable(capacity: kept.count)
            for (place, id) in ids.enumerated() { _ = again.insert(id, among: ids, Int32(place)) }
            self.table = again
        }
    }

    public init(_ manifest: Manifest, threads: Int = 1) throws(SweepError) { self.init(try Expansion(manifest), threads: threads) }

    public var count: Int { ids.count }

    /// A trial's place in the list, nil for one that does not belong to it.
    public func place(of id: TrialID) -> Int? { table.find(id, among: ids) }

    /// A trial's place, looked for at a guess and shortly behind it first: results stand in a shard nearly in the manifest's order.
    func place(of id: TrialID, near guess: Int) -> Int? {
        for place in guess..<max(guess, min(guess + 6, ids.count)) where ids[place] == id { return place }
        return place(of: id)
    }

    private func index(_ place: Int) -> Int { indices.map { Int($0[place]) } ?? place }

    public subscript(place: Int) -> Trial { Trial(index: place, id: ids[place], settings: expansion.settings(index(place))) }

    /// A trial's configuration as canonical JSON.
    public func canonical(_ place: Int) -> String { expansion.canonical(index(place)) }

    func canonical(_ place: Int, into text: inout [UInt8]) { expansion.canonical(index(place), into: &text) }
}

/// Places by identity: open addressing over 32-bit places, half full at most.
private struct IDTable: Sendable {
    private var slots: [Int32]
    private let mask: Int
    private(set) var count = 0

    init(capacity: Int) {
        var size = 16
        while size < 2 * capacity { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        mask = size - 1
    }

    /// - Returns: false when the identity is there already.
    mutating func insert(_ id: TrialID, among ids: [TrialID], _ place: Int32) -> Bool {
        var slot = Int(truncatingIfNeeded: id.low) & mask
        while slots[slot] >= 0 {
            if ids[Int(slots[slot])] == id { return false }
            slot = (slot + 1) & mask
        }
        slots[slot] = place
        count += 1
        return true
    }

    func find(_ id: TrialID, among ids: [TrialID]) -> Int? {
        var slot = Int(truncatingIfNeeded: id.low) & mask
        while slots[slot] >= 0 {
            if ids[Int(slots[slot])] == id { return Int(slots[slot]) }
            slot = (slot + 1) & mask
        }
        return nil
    }
}
