import Compute
import Foundation
import Sweeps
import Synchronization
import Testing

@Suite struct EngineTests {
    private static let mixed = """
        kind = "toy"
        [axes]
        a = { from = 1, to = 40, step = 1 }
        mode = ["work", "fail", "diverge"]
        """

    private func run(
        _ manifest: Manifest, _ store: Store, shard: Shard = .whole, _ change: (inout LocalEngine.Options) -> Void = { _ in },
        isStopped: () -> Bool = { false }
    ) throws -> LocalEngine.Summary {
        var options = LocalEngine.Options()
        options.workers = 3
        change(&options)
        return try LocalEngine(TrialList(manifest), store: store, shard: shard, devices: [Device(.native)], options: options).run(
            isStopped: isStopped)
    }

    private func table(_ manifest: Manifest, _ store: Store, acceptsChanges: Bool = false) throws -> String {
        let results = try MergedResults(store, of: TrialList(manifest))
        _ = try results.merge(store.shardPaths(), acceptsChanges: acceptsChanges)
        return try ResultTable(results).csv()
    }

    @Test func runsEverythingOnceAndRecordsFailures() throws {
        let scratch = try Scratch()
        let manifest = try toy(Self.mixed)
        let store = Store(folder: scratch.path + "/s")
        let first = try run(manifest, store)
        #expect(first.done == 40 && first.failed == 40 && first.diverged == 40 && first.missing == 0 && !first.isStopped)
        let second = try run(manifest, store)
        #expect(second.before == 120 && second.done + second.failed + second.diverged == 0 && second.failedInAll == 40)
        let again = try run(manifest, store) { $0.retriesFailed = true }
        #expect(again.before == 80 && again.failed == 40)
        let scan = try StoreScan(store.shardPaths(), of: TrialList(manifest))
        #expect(scan.count(.done) == 40 && scan.count(.failed) == 40 && scan.count(.diverged) == 40 && scan.count(nil) == 0 && scan.repeated == 40)
        let csv = try table(manifest, store)
        #expect(csv.split(separator: "\n").count == 121)
        #expect(csv.contains("it was asked to fail") && csv.contains("\"a \"\"b\"\"\""))
    }

    @Test func shardsAndWorkersMakeTheSameTable() throws {
        let scratch = try Scratch()
        let manifest = try toy(Self.mixed)
        let whole = Store(folder: scratch.path + "/whole")
        _ = try run(manifest, whole)
        let expected = try table(manifest, whole)
        for parts in [2, 5] {
            let store = Store(folder: scratch.path + "/of\(parts)")
            var trials = 0
            for index in (0..<parts).reversed() {
                trials += try run(manifest, store, shard: #require(Shard(index: index, count: parts))) { $0.workers = index + 1 }.trials
            }
            #expect(trials == 120)
            #expect(try table(manifest, store) == expected)
        }
    }

    @Test func stopsAndGoesOn() throws {
        let scratch = try Scratch()
        let manifest = try toy("kind = \"toy\"\n[fixed]\nmode = \"sleep\"\n[axes]\na = { from = 1, to = 30, step = 1 }\n")
        let store = Store(folder: scratch.path + "/s")
        let start = Date()
        let stopped = try run(manifest, store, isStopped: { Date().timeIntervalSince(start) > 0.1 })
        #expect(stopped.isStopped && stopped.done >= 3 && stopped.missing > 0)
        let rest = try run(manifest, store) { $0.workers = 8 }
        #expect(rest.before == stopped.done && rest.missing == 0)
        let scan = try StoreScan(store.shardPaths(), of: TrialList(manifest))
        #expect(scan.count(.done) == 30 && scan.repeated == 0)
    }

    @Test func failFastStopsAtTheFirstFailure() throws {
        let scratch = try Scratch()
        let manifest = try toy("kind = \"toy\"\n[axes]\na = { from = 1, to = 1000, step = 1 }\nmode = [\"work\", \"fail\"]\n")
        let summary = try run(manifest, Store(folder: scratch.path + "/s")) {
            $0.failFast = true
            $0.workers = 1
        }
        #expect(summary.isStopped && summary.failed == 1 && summary.done == 1)
    }

    @Test func trialsOfOneShapeAreRunTogether() throws {
        let scratch = try Scratch()
        let text = "kind = \"toy\"\n[axes]\na = { from = 1, to = 10, step = 1 }\nsize = [2, 7]\n"
        let manifest = try toy(text, groups: 4)
        let store = Store(folder: scratch.path + "/s")
        #expect(try run(manifest, store).done == 20)
        let results = try MergedResults(store, of: TrialList(manifest))
        _ = try results.merge(store.shardPaths())
        let together = try ResultTable(results).rows.compactMap { $0.metrics["together"]?.number }
        #expect(together.filter { $0 == 4 }.count == 16 && together.filter { $0 == 2 }.count == 4, "10 of each shape in groups of 4, 4 and 2")
    }

    @Test func twoProcessesOnOneShardAreRefused() throws {
        let scratch = try Scratch()
        let manifest = try toy(Self.mixed)
        let store = Store(folder: scratch.path + "/s")
        _ = try run(manifest, store)
        // A lock of another open file, as another process would have it.
        let descriptor = open(try #require(store.shardPaths().first), O_RDWR)
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let error = #expect(throws: SweepError.self) { _ = try run(manifest, store) }
        #expect("\(error!)".contains("another process"))
        close(descriptor)
        #expect(try run(manifest, store).before == 120)
    }
}
