import Compute
import Foundation
import Sweeps
import Testing

@Suite struct StoreTests {
    private let text = "kind = \"toy\"\n[axes]\na = { from = 1, to = 20, step = 1 }\n"

    private func filled(_ scratch: Scratch, _ name: String = "s", _ text: String? = nil) throws -> (manifest: Manifest, store: Store, shard: String) {
        let manifest = try toy(text ?? self.text)
        let store = Store(folder: scratch.path + "/" + name)
        _ = try LocalEngine(TrialList(manifest), store: store, devices: [Device(.native)]).run()
        return (manifest, store, try #require(store.shardPaths().first))
    }

    private func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func write(_ lines: [String], _ path: String, torn: String = "") throws {
        try (lines.joined(separator: "\n") + "\n" + torn).write(toFile: path, atomically: false, encoding: .utf8)
    }

    @Test func aTornLastLineIsCutOffAndItsTrialRunAgain() throws {
        let scratch = try Scratch()
        let (manifest, store, shard) = try filled(scratch)
        let all = try lines(shard)
        for length in [1, 40, 200, all[20].utf8.count] {
            try write(Array(all[..<20]), shard, torn: String(all[20].prefix(length)))
            let list = try TrialList(manifest)
            let scan = try StoreScan([shard], of: list)
            #expect(scan.torn == [shard] && scan.count(.done) == 19 && scan.count(nil) == 1)
            let summary = try LocalEngine(list, store: store, devices: [Device(.native)]).run()
            #expect(summary.torn == length && summary.before == 19 && summary.done == 1)
            #expect(try StoreScan([shard], of: list).count(.done) == 20)
        }
    }

    @Test func damageIsFoundInEveryByte() throws {
        let scratch = try Scratch()
        let (manifest, store, shard) = try filled(scratch)
        let list = try TrialList(manifest)
        let good = try #require(FileManager.default.contents(atPath: shard))
        let starts = good.indices.filter { $0 == 0 || good[$0 - 1] == 0x0A }
        // The eleventh line: byte by byte another letter.
        for offset in stride(from: starts[10], to: starts[11] - 1, by: 7) {
            var bad = good
            bad[offset] = bad[offset] == 0x37 ? 0x38 : 0x37
            try bad.write(to: URL(fileURLWithPath: shard))
            let error = #expect(throws: SweepError.self) { _ = try StoreScan([shard], of: list) }
            #expect("\(error!)".hasPrefix("\(shard):11: ") && "\(error!)".contains("run again"), "byte \(offset - starts[10]): \(error!)")
        }
        let merge = #expect(throws: SweepError.self) { _ = try MergedResults(store, of: list).merge([shard]) }
        #expect("\(merge!)".hasPrefix("\(shard):11: "))
        try good[starts[1]...].write(to: URL(fileURLWithPath: shard))
    }

    @Test func aChangedManifestIsNoticedAndCanBeAccepted() throws {
        let scratch = try Scratch()
        let (_, store, shard) = try filled(scratch)
        let longer = try toy("kind = \"toy\"\n[axes]\na = { from = 11, to = 30, step = 1 }\n")
        let list = try TrialList(longer)
        let error = #expect(throws: SweepError.self) { _ = try LocalEngine(list, store: store, devices: [Device(.native)]).run() }
        #expect("\(error!)".contains("the values of a are others") && "\(error!)".contains("--accept-changes"))
        #expect(throws: SweepError.self) { _ = try MergedResults(store, of: list).merge([shard]) }
        #expect(try StoreScan([shard], of: list).changed.count == 1)
        var options = LocalEngine.Options()
        options.acceptsChanges = true
        let summary = try LocalEngine(list, store: store, devices: [Device(.native)], options: options).run()
        #expect(summary.before == 10 && summary.done == 10)
        let scan = try StoreScan([shard], of: list)
        #expect(scan.count(.done) == 20 && scan.foreign == 10 && scan.changed.isEmpty)
        let results = try MergedResults(store, of: list)
        #expect(try results.merge([shard]).added == 20)
        #expect(try ResultTable(results).rows.map { $0.config["a"]?.number } == (11...30).map { Double($0) })
    }

    @Test func overlappingShardsAreMergedOnce() throws {
        let scratch = try Scratch()
        let (manifest, store, first) = try filled(scratch)
        let (_, _, second) = try filled(scratch, "other")
        let results = try MergedResults(store, of: TrialList(manifest))
        let summary = try results.merge([first, second])
        #expect(summary.added == 20 && summary.repeated == 20 && summary.conflicts.isEmpty)
        #expect(try results.merge([second, first]).repeated == 40)
    }

    @Test func ofConflictingShardsTheFirstIsKept() throws {
        let scratch = try Scratch()
        let (manifest, store, first) = try filled(scratch)
        let other = try toy(text.replacingOccurrences(of: "toy\"", with: "toy\""), path: "x.toml")
        #expect(other.digest == manifest.digest)
        // The same trials by a kind that finds other sums.
        let skewed = try Manifest(Array(text.utf8), path: "x.toml", kinds: [SkewedToys()])
        let second = Store(folder: scratch.path + "/second")
        _ = try LocalEngine(TrialList(skewed), store: second, devices: [Device(.native)]).run()
        let results = try MergedResults(store, of: TrialList(manifest))
        let summary = try results.merge([first] + second.shardPaths())
        #expect(summary.added == 20 && summary.conflicts.count == 1)
        #expect(summary.conflicts.first?.difference == "sum is 21 and 22" && summary.conflicts.first?.line ?? 0 > 1)
        #expect(try ResultTable(results).rows[6].metrics["sum"] == .number(21))
    }

    @Test func aResultTakesThePlaceOfAFailure() throws {
        let scratch = try Scratch()
        let manifest = try Manifest(Array(text.utf8), path: "x.toml", kinds: [SkewedToys(failing: true)])
        let store = Store(folder: scratch.path + "/s")
        #expect(try LocalEngine(TrialList(manifest), store: store, devices: [Device(.native)]).run().failed == 1)
        let results = try MergedResults(store, of: TrialList(manifest))
        #expect(try results.merge(store.shardPaths()).added == 20)
        let mended = try toy(text)
        var options = LocalEngine.Options()
        options.retriesFailed = true
        #expect(try LocalEngine(TrialList(mended), store: store, devices: [Device(.native)], options: options).run().done == 1)
        let summary = try results.merge(store.shardPaths())
        #expect(summary.replaced == 1 && summary.conflicts.isEmpty)
        #expect(try ResultTable(results).rows.allSatisfy { $0.status == .done })
    }

    @Test func seriesAreKeptToTheBit() throws {
        let scratch = try Scratch()
        let (manifest, store, shard) = try filled(scratch)
        let results = try MergedResults(store, of: TrialList(manifest))
        _ = try results.merge([shard])
        var count = 0
        try results.forEachSeries("curve") { place, values in
            count += 1
            let a = Double(place + 1)
            #expect(values[0] == a && values[1] == 2 * a && values[2].isNaN && values[3] == 1e-300)
        }
        #expect(count == 20)
        let array = try ResultTable(results).array(series: "curve", of: results)
        #expect(array.shape == [20, 4])
        let numbers = try ResultTable(results).array(columns: ["a", "sum"])
        #expect(numbers.shape == [20, 2] && numbers.values[3] == 6)
        #expect(throws: SweepError.self) { _ = try ResultTable(results).array(columns: ["word"]) }
        #expect(throws: SweepError.self) { _ = try ResultTable(results).array(series: "none", of: results) }
        let (plain, without, other) = try filled(scratch, "plain", "series = false\n" + text)
        let bare = try MergedResults(without, of: TrialList(plain))
        _ = try bare.merge([other])
        #expect(try bare.seriesNames().isEmpty)
    }

    @Test func aBrokenDatabaseIsASentence() throws {
        let scratch = try Scratch()
        let (manifest, store, _) = try filled(scratch)
        try "this is no database, however long one looks at it".write(toFile: store.databasePath, atomically: true, encoding: .utf8)
        let error = #expect(throws: SweepError.self) { _ = try MergedResults(store, of: TrialList(manifest)) }
        #expect("\(error!)".hasPrefix(store.databasePath) && "\(error!)".contains("remove this file"))
    }
}

/// Toys under the same identities, of which the seventh finds another sum or fails.
private struct SkewedToys: TrialKind {
    var failing = false
    let name = "toy"
    let schema = 1
    let shown = (x: "sum", y: "product")
    let keys = ToyTrials().keys

    func run(_ trial: Trial, in context: TrialContext) throws -> TrialResult {
        if failing, trial.number("a") == 7 { throw ToyTrials.Mishap() }
        var result = try ToyTrials().run(trial, in: context)
        if !failing, trial.number("a") == 7 { result.metrics[0].value = .number(22) }
        return result
    }
}
