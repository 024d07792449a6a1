import Compute
import Foundation
import Sweeps
import Testing

/// Stores whose files were cut, changed or made by others.
@Suite struct DamagedStoreTests {
    private func filled(_ scratch: Scratch, _ name: String = "s") throws -> (list: TrialList, store: Store, shard: String) {
        let list = try TrialList(try toy("kind = \"toy\"\n[axes]\na = { from = 1, to = 20, step = 1 }\n"))
        let store = Store(folder: scratch.path + "/" + name)
        _ = try LocalEngine(list, store: store, devices: [Device(.native)]).run()
        return (list, store, try #require(store.shardPaths().first))
    }

    private func bytes(_ path: String) throws -> Data { try #require(FileManager.default.contents(atPath: path)) }

    private func write(_ bytes: Data, _ path: String) throws { try bytes.write(to: URL(fileURLWithPath: path)) }

    @Test func aShardOfATornHeaderIsEmpty() throws {
        let scratch = try Scratch()
        let (list, store, shard) = try filled(scratch)
        try write(bytes(shard).prefix(60), shard)
        let summary = try MergedResults(store, of: list).merge([shard])
        #expect(summary.torn == [shard] && summary.lines == 0)
        #expect(try StoreScan([shard], of: list).count(nil) == 20)
        #expect(try LocalEngine(list, store: store, devices: [Device(.native)]).run().done == 20)
        try write(Data(), shard)
        #expect(try MergedResults(store, of: list).merge([shard]).lines == 0)
    }

    @Test func aShardWithoutItsHeaderGoesOnWhenThatIsAccepted() throws {
        let scratch = try Scratch()
        let (list, store, shard) = try filled(scratch)
        let all = try bytes(shard)
        var damaged = all
        damaged[20] ^= 1
        try write(damaged, shard)
        let attempts: [() throws -> Void] = [
            { _ = try StoreScan([shard], of: list) }, { _ = try MergedResults(store, of: list).merge([shard]) },
            { _ = try LocalEngine(list, store: store, devices: [Device(.native)]).run() },
        ]
        for attempt in attempts {
            let error = #expect(throws: SweepError.self) { try attempt() }
            #expect("\(error!)".hasPrefix("\(shard):1: ") && "\(error!)".contains("--accept-changes"))
        }
        let end = try #require(all.firstIndex(of: 0x0A))
        try write(Data(all[(end + 1)...]), shard)
        let scan = try StoreScan([shard], of: list)
        #expect(scan.count(.done) == 20 && scan.changed.count == 1)
        let error = #expect(throws: SweepError.self) { _ = try MergedResults(store, of: list).merge([shard]) }
        #expect("\(error!)".contains("is missing") && "\(error!)".contains("--accept-changes"))
        var options = LocalEngine.Options()
        options.acceptsChanges = true
        #expect(try LocalEngine(list, store: store, devices: [Device(.native)], options: options).run().before == 20)
        #expect(try StoreScan([shard], of: list).changed.isEmpty)
        #expect(try MergedResults(store, of: list).merge([shard]).added == 20)
    }

    /// Results of a time when the same settings meant something else are kept, and are none of this sweep.
    @Test func aStoreOfAnotherSchemaIsToldApart() throws {
        let scratch = try Scratch()
        let (list, store, _) = try filled(scratch)
        let later = try TrialList(
            Manifest(Array("kind = \"toy\"\n[axes]\na = { from = 1, to = 20, step = 1 }\n".utf8), path: "toy.toml", kinds: [Later()]))
        #expect(Set(later.ids).isDisjoint(with: list.ids) && later.count == 20)
        let error = #expect(throws: SweepError.self) { _ = try LocalEngine(later, store: store, devices: [Device(.native)]).run() }
        #expect("\(error!)".contains("is of another version of residua, for which the same settings mean something else"), "\(error!)")
        var options = LocalEngine.Options()
        options.acceptsChanges = true
        let summary = try LocalEngine(later, store: store, devices: [Device(.native)], options: options).run()
        #expect(summary.before == 0 && summary.done == 20)
    }

    /// What was taken in before is passed over only as long as it is the same.
    @Test func ofAShardThatHasGrownTheRestIsTakenIn() throws {
        let scratch = try Scratch()
        let (list, store, shard) = try filled(scratch)
        let all = try bytes(shard)
        let ends = all.indices.filter { all[$0] == 0x0A }
        try write(all[...ends[12]] + Data("{\"id\":\"to".utf8), shard)
        #expect(try MergedResults(store, of: list).merge([shard]).added == 12)
        try write(all, shard)
        let results = try MergedResults(store, of: list)
        let summary = try results.merge([shard], threads: 2)
        #expect(summary.lines == 20 && summary.added == 8 && summary.repeated == 12 && summary.torn.isEmpty)
        #expect(try results.merge([shard]).repeated == 20 && ResultTable(results).count == 20)
        var changed = all
        changed[ends[5] + 100] ^= 1
        try write(changed, shard)
        let error = #expect(throws: SweepError.self) { _ = try results.merge([shard]) }
        #expect("\(error!)".hasPrefix("\(shard):7: "))
        // Another shard in its place: the same trials in another order.
        try write(all[...ends[0]] + all[(ends[10] + 1)...] + all[(ends[0] + 1)...ends[10]], shard)
        #expect(try results.merge([shard]).repeated == 20)
    }

    @Test func aChangedDigitInTheTableIsNoticed() throws {
        let scratch = try Scratch()
        let (list, store, shard) = try filled(scratch)
        _ = try MergedResults(store, of: list).merge([shard])
        let good = try bytes(store.databasePath)
        let number = withUnsafeBytes(of: (17.0).bitPattern.littleEndian) {
            Data($0) + withUnsafeBytes(of: (34.0).bitPattern.littleEndian) { Data($0) }
        }
        for (mark, offset) in [(Data("\"sum\":51".utf8), 7), (Data("\"a\":17,".utf8), 4), (number, 3)] {
            var bad = good
            let place = try #require(bad.range(of: mark)).lowerBound + offset
            bad[place] ^= 1
            try write(bad, store.databasePath)
            let error = #expect(throws: SweepError.self) {
                let results = try MergedResults(store, of: list)
                _ = try results.merge([shard])
                _ = try ResultTable(results).csv()
                try results.forEachSeries("curve") { _, _ in }
            }
            #expect("\(error!)".contains("of trial 16 is not as it was written") && "\(error!)".contains("remove this file"), "\(error!)")
        }
    }

    @Test func tablesOfAnotherVersionAreRefused() throws {
        let scratch = try Scratch()
        let (list, store, shard) = try filled(scratch)
        _ = try MergedResults(store, of: list).merge([shard])
        var bytes = try bytes(store.databasePath)
        // The user version of an SQLite file.
        bytes[63] = 1
        try write(bytes, store.databasePath)
        let error = #expect(throws: SweepError.self) { _ = try MergedResults(store, of: list) }
        #expect("\(error!)".contains("another version") && "\(error!)".contains("remove this file"))
    }

    @Test func aConflictStaysOne() throws {
        let scratch = try Scratch()
        let (list, store, shard) = try filled(scratch)
        let (_, _, other) = try filled(scratch, "other")
        // A result with another sum and the checksum that belongs to it, written by the kind that finds it.
        let skewed = try TrialList(
            Manifest(Array("kind = \"toy\"\n[axes]\na = { from = 1, to = 20, step = 1 }\n".utf8), path: "toy.toml", kinds: [Off()]))
        try FileManager.default.removeItem(atPath: other)
        _ = try LocalEngine(skewed, store: Store(folder: scratch.path + "/other"), devices: [Device(.native)]).run()
        let results = try MergedResults(store, of: list)
        let first = try results.merge([shard, other])
        #expect(first.added == 20 && first.conflicts.count == 20 && first.repeated == 0)
        let second = try results.merge([shard, other])
        #expect(second.conflicts == first.conflicts && second.repeated == 20 && second.added == 0)
        #expect(try results.merge([shard]).conflicts.isEmpty)
    }
}

/// Toys under the same identities whose sums are one too large.
private struct Off: TrialKind {
    let name = "toy"
    let schema = 1
    let shown = (x: "sum", y: "product")
    let keys = ToyTrials().keys

    func run(_ trial: Trial, in context: TrialContext) throws -> TrialResult {
        var result = try ToyTrials().run(trial, in: context)
        result.metrics[0].value = .number((result.metrics[0].value.number ?? 0) + 1)
        return result
    }
}

/// Toys whose settings have come to mean something else.
private struct Later: TrialKind {
    let name = "toy"
    let schema = 2
    let shown = (x: "sum", y: "product")
    let keys = ToyTrials().keys

    func run(_ trial: Trial, in context: TrialContext) throws -> TrialResult { try ToyTrials().run(trial, in: context) }
}
