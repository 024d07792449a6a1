import Foundation
import Sweeps
import Testing

@Suite struct ManifestTests {
    private static let product = """
        kind = "toy"
        [fixed]
        mode = "work"
        [axes]
        a = [1, 2.0, 3e0]
        b = { from = 0.1, to = 0.3, step = 0.1 }
        [[zip]]
        depth = [4, 5]
        weight.first = [1, 2]
        """

    @Test func axesMakeAProductAndZipsGoTogether() throws {
        let list = try TrialList(toy(Self.product))
        #expect(list.count == 3 * 3 * 2)
        let trials = list.ids.indices.map { list[$0].settings }
        #expect(trials[0]["a"] == .number(1) && trials[1]["a"] == .number(1) && trials[6]["a"] == .number(2))
        #expect(trials[2]["b"] == .number(0.2) && trials[4]["b"] == .number(0.3), "0.1 + 2 · 0.1 is written 0.3")
        #expect(trials.allSatisfy { ($0["depth"] == .number(4)) == ($0["weight.first"] == .number(1)) })
        #expect(Set(list.ids).count == 18)
    }

    @Test func identitiesDoNotDependOnTheWriting() throws {
        let plain = try TrialList(toy("kind = \"toy\"\n[axes]\na = [1, 2]\n"))
        let written = try TrialList(
            toy("# a comment\nkind='toy'\nseed = 0\nreplicates = 1\naxes = { a = [1.0, 2e0] }\nfixed = { mode = \"work\", depth = 3.0 }\n"))
        #expect(plain.ids == written.ids)
        let json = try TrialList(toy("{\"kind\":\"toy\",\"axes\":{\"a\":[1,2.0]},\"fixed\":{\"depth\":3}}", path: "toy.json"))
        #expect(plain.ids == json.ids)
        #expect(try toy("kind = \"toy\"\n[axes]\na = [1, 2]\n").digest != toy("kind = \"toy\"\n[axes]\na = [1, 3]\n").digest)
    }

    @Test func theIdentityIsTheDigestOfCanonicalJSON() throws {
        let list = try TrialList(toy("kind = \"toy\"\n[fixed]\na = 0.5\nseed = 7\n"))
        #expect(list.canonical(0) == #"{"a":0.5,"b":1,"depth":3,"kind":"toy","mode":"work","schema":1,"seed":7}"#)
        // printf '%s' '{"a":0.5,…}' | sha256sum
        #expect(list.ids[0].text == "94179614ae3f05e6586581a02c9fa116")
        #expect(TrialID(list.ids[0].text) == list.ids[0] && TrialID("xyz") == nil)
    }

    @Test func keysThatMeanNothingAreLeftOut() throws {
        let list = try TrialList(toy("kind = \"toy\"\n[fixed]\na = 1\n[axes]\nmode = [\"work\", \"fail\"]\ndepth = [1, 2, 3]\n"))
        #expect(list.count == 4 && list.duplicates == 2, "depth means nothing for trials that fail")
        #expect(list[3].settings["depth"] == nil && list[3].settings["mode"] == .text("fail"))
        let zipped = try TrialList(toy("kind = \"toy\"\n[fixed]\na = 1\ndepth = 7\n[[zip]]\nmode = [\"fail\", \"work\"]\nb = [1, 2]\n"))
        #expect(zipped.count == 2 && zipped[0].settings["depth"] == nil && zipped[1].settings["depth"] == .number(7))
    }

    @Test func seedsFollowFromSeedAndReplicate() throws {
        func seeds(_ seed: Int, _ replicates: Int) throws -> [UInt64] {
            let list = try TrialList(toy("kind = \"toy\"\nseed = \(seed)\nreplicates = \(replicates)\n[fixed]\na = 1\n"))
            return list.ids.indices.map { list[$0].seed }
        }
        let (first, more, other) = (try seeds(0, 3), try seeds(0, 5), try seeds(1, 5))
        #expect(Array(more[..<3]) == first, "replicates can be added")
        #expect(Set(more + other).count == 10)
        #expect(more.allSatisfy { $0 < 1 << 48 })
    }

    @Test func logarithmicRanges() throws {
        let list = try TrialList(toy("kind = \"toy\"\n[axes]\na = { from = 1e-4, to = 1e-1, count = 4, scale = \"log\" }\n"))
        #expect(list.ids.indices.map { list[$0].settings["a"]?.number } == [1e-4, 1e-3, 1e-2, 1e-1])
    }

    static let ranges: [(text: String, values: [Double])] = [
        ("from = 1e-3, to = 1e3, count = 7, scale = \"log\"", [0.001, 0.01, 0.1, 1, 10, 100, 1000]),
        ("from = 1e3, to = 1e-3, count = 7, scale = \"log\"", [1000, 100, 10, 1, 0.1, 0.01, 0.001]),
        ("from = 1, to = 1000000, count = 7, scale = \"log\"", [1, 10, 100, 1000, 10000, 100_000, 1_000_000]),
        ("from = 1e-300, to = 1e300, count = 7, scale = \"log\"", [1e-300, 1e-200, 1e-100, 1, 1e100, 1e200, 1e300]),
        ("from = 1, to = 4, count = 3, scale = \"log\"", [1, 2, 4]),
        ("from = 1, to = 2, count = 3, scale = \"log\"", [1, 2.0.squareRoot(), 2]),
        ("from = 0.16666666666666666, to = 0.8333333333333334, count = 2", [0.16666666666666666, 0.8333333333333334]),
        ("from = 0.16666666666666666, to = 1.1666666666666667, count = 3", [0.16666666666666666, 0.6666666666666667, 1.1666666666666667]),
        ("from = 0.30000000000000004, to = 0.7, step = 0.1", [0.30000000000000004, 0.4, 0.5, 0.6, 0.7]),
        ("from = 0.1, to = 0.30000000000000004, step = 0.1", [0.1, 0.2, 0.30000000000000004]),
        ("from = -0.3, to = 0.3, step = 0.1", [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]),
        ("from = 1, to = 0, count = 6", [1, 0.8, 0.6, 0.4, 0.2, 0]), ("from = -1e308, to = 1e308, count = 3", [-1e308, 0, 1e308]),
    ]

    /// Ends are what is given to the bit, and between them no digit comes from rounding.
    @Test(arguments: ranges.indices) func rangesHaveRoundValues(_ index: Int) throws {
        let (text, values) = Self.ranges[index]
        let list = try TrialList(toy("kind = \"toy\"\n[fixed]\nb = 1\n[axes]\na = { \(text) }\n"))
        let found = list.ids.indices.compactMap { list[$0].settings["a"]?.number }
        #expect(found.count == values.count)
        for (a, b) in zip(found, values) {
            #expect(abs(a - b) <= (text.contains("0.1666") || text.contains("to = 2,") ? 8 * b.ulp : 0), "\(a), not \(b)")
        }
        #expect(found.first == values.first && found.last == values.last)
    }

    @Test func tooManyTrialsAreRefusedBeforeTheyAreMade() throws {
        for text in [
            "[axes]\na = [1, 2]\n", "[axes]\na = { from = 1, to = 2, count = 100000000 }\n", "[[zip]]\na = { from = 1, to = 1e8, step = 1 }\n",
        ] {
            let clock = ContinuousClock.now
            let error = #expect(throws: SweepError.self) { _ = try toy("kind = \"toy\"\nreplicates = 100000000\n\(text)") }
            #expect("\(error!)".contains("make more than 100000000 trials"))
            #expect(clock.duration(to: .now) < .seconds(3), "they were made first")
        }
    }

    @Test func mistakesAreShownWithLineAndColumn() throws {
        let cases: [(String, String, String)] = [
            ("kind = \"toy\"\n[fixed]\na = 1\ndepht = 2\n", "toy.toml:4:1: fixed.depht: ", "nearest of toy's is \"depth\""),
            ("kind = \"toy\"\n[axes]\na = [1,\n  \"x\"]\n", "toy.toml:4:3: axes.a[1]: ", "not a text"),
            ("kind = \"toy\"\n[axes]\na = []\n", "toy.toml:3:1: axes.a: ", "at least one"),
            ("kind = \"toy\"\n[axes]\na = 1\n", "toy.toml:3:1: axes.a: ", "a list, or a range"),
            ("kind = \"toy\"\n[axes]\na = { from = 1, to = 2 }\n", "toy.toml:3:1: axes.a: ", "\"count\""),
            ("kind = \"toy\"\n[axes]\na = { from = 1, to = 2, count = 2, by = 1 }\n", "toy.toml:3:1: axes.a: ", "\"by\""),
            ("kind = \"toy\"\n[axes]\na = { from = 0, to = 2, count = 3, scale = \"log\" }\n", "toy.toml:3:1: axes.a: ", "positive ends"),
            ("kind = \"toy\"\n[[zip]]\na = [1, 2]\nb = [1]\n", "toy.toml:4:1: zip[0].b: ", "equally long"),
            ("kind = \"toy\"\n[fixed]\na = 1\n[axes]\na = [2]\n", "toy.toml:5:1: axes.a: ", "already at fixed.a"),
            ("kind = \"toy\"\nreplicates = 2\n[fixed]\na = 1\nseed = 3\n", "toy.toml:5:1: fixed.seed: ", "not both"),
            ("kind = \"toy\"\nreplicates = 0\n", "toy.toml:2:1: replicates: ", "whole number"),
            ("kind = \"toi\"\n", "toy.toml:1:1: kind: ", "\"toy\", \"other\""),
            ("kind = \"toy\"\nkeys = 1\n", "toy.toml:2:1: keys: ", "not known"),
            ("kind = \"toy\"\n[fixed]\nmode = \"work\"\n", "toy.toml:2:1: fixed.a: ", "has to be given"),
            ("kind = \"toy\"\n[fixed]\na = 1\nb = nan\n", "toy.toml:4:1: fixed.b: ", "finite"),
            ("kind = \"toy\"\n[fixed]\na = -0.0\n", "toy.toml:3:1: fixed.a: ", "without a sign"),
            ("kind = \"toy\"\n[axes]\na = [0, 1]\nb = [2, -1]\n", "toy.toml:4:9: axes.b[1]: ", "does not go with"),
            ("kind = \"toy\"\n[axes\na = 1\n", "toy.toml:", "not TOML"),
            (
                "kind = \"toy\"\n[fixed]\na = 1\nmode = \"fail\"\ndepth = 2\n", "toy.toml:5:1: fixed.depth: ",
                "changes no trial, as only work has a depth; leave it out"
            ),
            ("kind = \"toy\"\n[fixed]\na = 1\nmode = \"fail\"\n[axes]\ndepth = [1, 2]\n", "toy.toml:6:1: axes.depth: ", "only work"),
            (
                "kind = \"toy\"\n[fixed]\na = 1\n[[zip]]\nmode = [\"fail\", \"diverge\"]\ndepth = [1, 2]\n", "toy.toml:6:1: zip[0].depth: ",
                "only work"
            ),
            (
                "kind = \"toy\"\n[axes]\na = { from = 1, to = 1e6, count = 1000000 }\nb = { from = 1, to = 1e6, count = 1000000 }\n",
                "toy.toml:2:1: axes: ", "limit"
            ),
        ]
        for (text, place, words) in cases {
            let error = #expect(throws: SweepError.self, "\(text)") { _ = try TrialList(toy(text)) }
            #expect("\(error!)".hasPrefix(place) && "\(error!)".contains(words), "\(text)\n\(error!)")
        }
        let error = #expect(throws: SweepError.self) { _ = try toy("{\"kind\": \"toy\",\n  \"fixed\": {\"a\": tru}}", path: "toy.json") }
        #expect("\(error!)".hasPrefix("toy.json:2:") && "\(error!)".contains("not JSON"))
    }
}
