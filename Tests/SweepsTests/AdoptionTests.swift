import Compute
import Foundation
import Sweeps
import Testing

/// Results that come from another host's store.
@Suite struct AdoptionTests {
    private let text = "kind = \"toy\"\n[axes]\na = { from = 1, to = 40, step = 1 }\n"

    /// The shards `parts` of three, in a store of their own.
    private func filled(_ scratch: Scratch, _ name: String, _ parts: [Int]) throws -> (list: TrialList, store: Store) {
        let list = try TrialList(try toy(text))
        let store = Store(folder: scratch.path + "/" + name)
        for part in parts {
            _ = try LocalEngine(list, store: store, shard: try #require(Shard(index: part, count: 3)), devices: [Device(.native)]).run()
        }
        return (list, store)
    }

    @Test func whatIsTakenOverStaysInTheStore() throws {
        let scratch = try Scratch()
        let (list, store) = try filled(scratch, "one", [0])
        let (_, other) = try filled(scratch, "two", [0, 1, 2])
        let own = try StoreScan(store.shardPaths(), of: list).count(.done)
        #expect(own > 0 && own < 40)
        #expect(try store.adopt(other.shardPaths(), of: list) == 40 - own)
        #expect(try store.adopt(other.shardPaths() + store.shardPaths(), of: list) == 0)
        let scan = try StoreScan(store.shardPaths(), of: list)
        #expect(scan.count(.done) == 40 && scan.repeated == 0 && scan.changed.isEmpty)
        #expect(try LocalEngine(list, store: store, devices: [Device(.native)]).run().done == 0)
        let fresh = try MergedResults(store, of: list)
        #expect(try fresh.merge(store.shardPaths()).added == 40)
        let whole = try MergedResults(other, of: list)
        _ = try whole.merge(other.shardPaths())
        #expect(try ResultTable(fresh).csv() == ResultTable(whole).csv())
    }

    @Test func aTornOrDamagedShardBringsNothingUnsound() throws {
        let scratch = try Scratch()
        let (list, other) = try filled(scratch, "two", [0, 1, 2])
        let store = Store(folder: scratch.path + "/one")
        let shard = try #require(try other.shardPaths().first)
        var bytes = try #require(FileManager.default.contents(atPath: shard))
        try bytes.dropLast(5).write(to: URL(fileURLWithPath: shard))
        let count = try StoreScan([shard], of: list).count(.done)
        #expect(try store.adopt([shard], of: list) == count)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: shard))
        #expect(throws: SweepError.self) { try Store(folder: scratch.path + "/three").adopt([shard], of: list) }
        let changed = try TrialList(try toy(text.replacingOccurrences(of: "40", with: "39")))
        #expect(throws: SweepError.self) { try store.adopt(other.shardPaths().suffix(1), of: changed) }
        #expect(try StoreScan(store.shardPaths(), of: list).count(.done) == count)
    }

    /// Lines with a checksum that belongs to them and a value that is none.
    static let forgeries = [
        ("\"sum\":51", "\"sum\":5x"), ("\"sum\":51", "\"sum\":1.2.3"), ("\"sum\":51", "\"sum\":05"), ("\"sum\":51", "\"sum\":"),
        ("\"a\":17", "\"a\":[1"), ("\"word\":\"a", "\"word\":\"\\u00ZZa"), ("\"device\":\"", "\"device\":1,\"was\":\""),
        ("\"sum\":51", "\"sum\":1e999"), ("\"seconds\":", "\"seconds\":x"), ("\"curve\":[", "\"curve\":[z"),
    ]

    @Test(arguments: forgeries) func aForgedLineIsASentence(_ from: String, _ to: String) throws {
        let scratch = try Scratch()
        let (list, store) = try filled(scratch, "one", [0, 1, 2])
        for shard in try store.shardPaths() {
            var lines = try String(contentsOfFile: shard, encoding: .utf8).split(separator: "\n").map(String.init)
            guard let place = lines.firstIndex(where: { $0.contains("\"sum\":51,") }) else { continue }
            let body = lines[place].dropLast(28).replacingOccurrences(of: from, with: to)
            lines[place] = body + ",\"check\":\"" + Self.checksum(Array(body.utf8)) + "\"}"
            try (lines.joined(separator: "\n") + "\n").write(toFile: shard, atomically: true, encoding: .utf8)
            #expect(try StoreScan([shard], of: list).count(.done) > 0, "the checksum is the right one")
            let attempts: [() throws -> Void] = [
                { _ = try MergedResults(store, of: list).merge(store.shardPaths()) },
                { _ = try Store(folder: scratch.path + "/new").adopt([shard], of: list) },
            ]
            for attempt in attempts {
                let error = #expect(throws: SweepError.self) { try attempt() }
                #expect(error.map { "\($0)".hasPrefix("\(shard):\(place + 1): this line cannot be read") } == true, "\(error.map { "\($0)" } ?? "")")
            }
        }
    }

    private static func checksum(_ bytes: [UInt8]) -> String {
        var hash = 0x9e37_79b9_7f4a_7c15 ^ UInt64(bytes.count)
        var at = 0
        while at + 8 <= bytes.count {
            let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
            hash = (hash ^ word) &* 0xff51_afd7_ed55_8ccd
            hash ^= hash >> 32
            at += 8
        }
        let rest = bytes[at...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        hash = (hash ^ rest) &* 0xc4ce_b9fe_1a85_ec53
        hash ^= hash >> 33
        let text = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
