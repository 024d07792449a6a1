import Compute
import Foundation
import Sweeps
import Testing

/// The first results of a store, which are taken in at once, beside those that come to others.
@Suite struct FirstMergeTests {
    private static let text = "kind = \"toy\"\nreplicates = 3\n[axes]\na = { from = 1, to = 60, step = 1 }\nmode = [\"work\", \"diverge\"]\n"

    private func shards(_ scratch: Scratch, _ count: Int) throws -> (list: TrialList, paths: [String]) {
        let list = try TrialList(toy(FirstMergeTests.text))
        let store = Store(folder: scratch.path + "/of-\(count)")
        for index in 0..<count {
            let shard = try #require(Shard(index: index, count: count))
            _ = try LocalEngine(list, store: store, shard: shard, devices: [Device(.native)]).run()
        }
        return (list, try store.shardPaths())
    }

    /// All that does not tell which run a result came from.
    private func table(_ results: MergedResults) throws -> [String] {
        var rows: [String] = []
        try results.forEachRow { row in
            let settings = row.config.map { "\($0.key)=\($0.value.shown)" }.sorted() + row.metrics.map { "\($0.key)=\($0.value.shown)" }.sorted()
            rows.append("\(row.place) \(row.id) \(row.status) \(settings.joined(separator: " "))")
        }
        try results.forEachSeries("curve") { place, values in rows.append("\(place) \(values.map(\.bitPattern))") }
        return rows
    }

    @Test func theTableIsTheSameForAnyShardingNumberOfThreadsAndOrder() throws {
        let scratch = try Scratch()
        var first: [String]?
        for count in [1, 3, 7] {
            let (list, paths) = try shards(scratch, count)
            for (number, (threads, paths)) in [(1, paths), (2, paths), (5, Array(paths.reversed()))].enumerated() {
                let results = try MergedResults(Store(folder: "\(scratch.path)/\(count)-\(number)"), of: list)
                let summary = try results.merge(paths, threads: threads)
                #expect(summary.added == 360 && summary.lines == 360 && summary.repeated == 0 && summary.conflicts.isEmpty)
                let rows = try table(results)
                #expect(rows == first ?? rows)
                first = rows
                // A second time and with another sharding's: nothing is new, and each is found.
                #expect(try results.merge(paths, threads: threads).repeated == 360)
                #expect(try results.merge(shards(scratch, 3).paths + shards(scratch, 1).paths, threads: threads).added == 0)
            }
            // Shard after shard instead of all at once.
            let store = Store(folder: "\(scratch.path)/\(count)-one-by-one")
            for path in paths { #expect(try MergedResults(store, of: list).merge([path]).added > 0) }
            #expect(try table(MergedResults(store, of: list)) == first)
        }
    }

    @Test func whatIsThereTwiceIsFoundWithinTheFirstMerge() throws {
        let scratch = try Scratch()
        let (list, paths) = try shards(scratch, 2)
        let (_, whole) = try shards(scratch, 1)
        let results = try MergedResults(Store(folder: scratch.path + "/s"), of: list)
        let summary = try results.merge(paths + whole, threads: 2)
        #expect(summary.added == 360 && summary.repeated == 360 && summary.lines == 720)
        #expect(try results.merge(paths + whole).repeated == 720)
    }

    /// Results before the shard that cannot be read stay, and are found again.
    @Test func aDamagedShardLeavesThoseBeforeIt() throws {
        let scratch = try Scratch()
        let (list, paths) = try shards(scratch, 2)
        let good = try #require(FileManager.default.contents(atPath: paths[1]))
        var bad = good
        bad[good.count - 100] ^= 1
        try bad.write(to: URL(fileURLWithPath: paths[1]))
        let results = try MergedResults(Store(folder: scratch.path + "/s"), of: list)
        let error = #expect(throws: SweepError.self) { _ = try results.merge(paths) }
        #expect("\(error!)".hasPrefix(paths[1] + ":"))
        try good.write(to: URL(fileURLWithPath: paths[1]))
        let summary = try results.merge(paths)
        #expect(summary.repeated > 100 && summary.added > 100 && summary.added + summary.repeated == 360)
        #expect(try table(results).count == 360 + 180)
    }

    /// Where others look into the file it cannot be written at once; the outcome is the same.
    @Test func anotherReaderIsNoHindrance() throws {
        let scratch = try Scratch()
        let (list, paths) = try shards(scratch, 1)
        let store = Store(folder: scratch.path + "/s")
        let (one, other) = (try MergedResults(store, of: list), try MergedResults(store, of: list))
        #expect(try one.merge(paths).added == 360)
        #expect(try other.merge(paths).repeated == 360)
        #expect(try table(one) == table(other))
        let alone = try MergedResults(Store(folder: scratch.path + "/t"), of: list)
        #expect(try alone.merge(paths).added == 360)
        #expect(try table(alone) == table(one))
    }
}

/// Numbers as shards have them, beside the system's reading.
@Suite struct DecimalReaderTests {
    private func read(_ text: String) -> Double? {
        Array(text.utf8).withUnsafeBytes { bytes in DecimalReader.number(bytes, 0).flatMap { $0.end == bytes.count ? $0.value : nil } }
    }

    @Test func everyNumberIsTheNearest() {
        var random = SystemRandomNumberGenerator()
        var count = 0
        for _ in 0..<100_000 {
            let value =
                Double(sign: Bool.random(using: &random) ? .plus : .minus, exponent: Int.random(in: -150...170, using: &random), significand: 1)
                * Double(Double.random(in: 1..<2, using: &random))
            let digits = UInt64.random(in: 0...UInt64.max / 2, using: &random) / [1, 10, 100_000, 10_000_000_000].randomElement()!
            for text in ["\(value)", "\(digits)e\(Int.random(in: -60...60, using: &random))", "\(digits % 1000).\(digits)"] {
                guard let found = read(text) else { continue }
                count += 1
                let known = Double(text)
                if found.bitPattern != known?.bitPattern { Issue.record("\(text): \(found)") }
            }
        }
        #expect(count > 150_000)
    }

    /// Halfway between two doubles and next to it, where rounding is decided by the last digit.
    @Test func tiesGoToTheEvenNeighbour() {
        for power in 0..<62 {
            for base: UInt64 in [1 << 53, (1 << 53) + 2, (1 << 54) - 2, 0x1A_BCDE_F012_3456] {
                for half: Int64 in [-1, 0, 1, 2, 3] {
                    let whole = UInt64(Int64(base) + half)
                    let (scaled, overflow) = whole.multipliedReportingOverflow(by: 1 << UInt64(power))
                    guard !overflow, scaled < 10_000_000_000_000_000_000 else { continue }
                    #expect(read("\(scaled)")?.bitPattern == Double("\(scaled)")?.bitPattern, "\(scaled)")
                    for exponent in [-27, -5, -4, -1, 1, 3, 22, 23, 24] {
                        #expect(read("\(scaled)e\(exponent)")?.bitPattern == Double("\(scaled)e\(exponent)")?.bitPattern, "\(scaled)e\(exponent)")
                    }
                }
            }
        }
        // Halves with fractions: 9007199254740993 / 2^k as decimals are exact ties.
        for text in ["4503599627370496.5", "4503599627370497.5", "2251799813685248.25", "2251799813685248.75", "9007199254740993", "-0", "0e5"] {
            #expect(read(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }

    @Test func whatIsWrittenInAnotherWayIsLeftToOthers() {
        for text in ["", "-", ".5", "1.", "1e", "1e+", "0x1p3", "nan", "inf", "1E5", "12345678901234567890", "1e300", "1e1000", "+1"] {
            #expect(read(text) == nil, "\(text)")
        }
    }
}
