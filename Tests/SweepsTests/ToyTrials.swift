import Compute
import Foundation
import Sweeps

/// Trials that take no time: sums of their settings, failing or diverging when asked to, in groups when they have a size.
struct ToyTrials: TrialKind {
    let name = "toy"
    let schema = 1
    let shown = (x: "sum", y: "product")
    var most = 1

    let keys: [TrialKey] = [
        .integer("seed", "the seed", .absent, in: 0...9_007_199_254_740_992),
        .number("a", "a number", .required, "a finite number") { $0.isFinite },
        .number("b", "another", .derived(from: ["a"]) { .number(2 * ($0["a"]?.number ?? 0)) }, "a finite number") { $0.isFinite },
        .choice("mode", "what happens", .value(.text("work")), of: ["work", "fail", "diverge", "sleep"]),
        .integer("size", "of a group", .absent, in: 1...100),
        .number(
            "depth", "of work alone", .value(.number(3)), "a finite number",
            when: TrialKey.Condition(on: ["mode"], "only work has a depth; leave it out") { $0["mode"]?.text == "work" }
        ) {
            $0.isFinite
        },
        .number("weight.*", "a weight", .absent, "a positive number") { $0 > 0 },
    ]

    let rules = [
        TrialRule(about: ["b", "a"]) { settings, _ throws(TrialRefusal) in
            if settings["b"]?.number == -1, settings["a"]?.number == 1 { throw TrialRefusal("b = -1 does not go with a = 1") }
        }
    ]

    struct Mishap: Error, CustomStringConvertible { let description = "it was asked to fail" }

    func run(_ trial: Trial, in context: TrialContext) throws -> TrialResult {
        let (a, b) = (trial.number("a") ?? 0, trial.number("b") ?? 0)
        switch trial.text("mode") {
        case "fail": throw Mishap()
        case "diverge": return TrialResult(status: .diverged, metrics: [("sum", .number(.nan))])
        case "sleep": Thread.sleep(forTimeInterval: 0.05)
        default: break
        }
        return TrialResult(
            metrics: [("sum", .number(a + b)), ("product", .number(a * b)), ("word", .text("a \"b\""))], series: [("curve", [a, b, .nan, 1e-300])])
    }

    func largestGroup(on device: Device) -> Int { most }

    func shape(of trial: Trial) -> String? { trial.integer("size").map(String.init) }

    func run(group trials: [Trial], in context: TrialContext) -> [TrialResult] {
        trials.map { trial in
            do {
                var result = try run(trial, in: context)
                if trial.integer("size") != nil { result.metrics.append(("together", .number(Double(trials.count)))) }
                return result
            } catch { return .failed("\(error)") }
        }
    }
}

/// A folder of one's own.
final class Scratch {
    let path = NSTemporaryDirectory() + "residua-sweeps-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, _ name: String) throws -> String {
        try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
        return path + "/" + name
    }
}

func toy(_ text: String, path: String = "toy.toml", groups: Int = 1) throws -> Manifest {
    try Manifest(Array(text.utf8), path: path, kinds: [ToyTrials(most: groups), ToyNamesake()])
}

/// A second kind, so that sentences list two.
struct ToyNamesake: TrialKind {
    let name = "other"
    let schema = 1
    let shown = (x: "x", y: "y")
    let keys: [TrialKey] = [.integer("seed", "the seed", .absent, in: 0...10)]
    func run(_ trial: Trial, in context: TrialContext) throws -> TrialResult { TrialResult() }
}
