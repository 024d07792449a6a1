import Foundation
import Testing

/// A trial of kind `train` ends with the bits of `residua train` with the same options, what is not given included.
@Suite struct TrainParityTests {
    struct Sweep: Sendable, CustomTestStringConvertible {
        let problem: String
        let layers: String
        let steps: Int
        /// Keys that are the same in all trials, as options of the verb too.
        var fixed: [(key: String, value: String)] = []
        /// Values of the keys that vary.
        var axes: [(key: String, values: [String])] = []

        var testDescription: String { "\(problem), \(layers), \(fixed.map { "\($0.key) \($0.value)" }.joined(separator: ", "))" }
    }

    static let every = ["gd", "adam", "adamw", "lbfgs", "bfgs", "ssbroyden", "lm", "gn"]

    static let sweeps: [Sweep] = [
        Sweep(
            problem: "poisson1d", layers: "1,7,1", steps: 6, fixed: [("derivative", "fd:4:auto")],
            axes: [("optimizer", every), ("precision", ["f64", "f32"])]),
        Sweep(
            problem: "heat", layers: "2,6,1", steps: 12,
            axes: [("optimizer", ["lm", "gn", "ssbroyden", "lbfgs", "adam"]), ("precision", ["f64", "f32"])]),
        Sweep(
            problem: "poisson1d", layers: "1,7,5,1", steps: 5, fixed: [("derivative", "fd:2:auto"), ("precision", "f32")],
            axes: [("optimizer", ["adam", "lm", "bfgs"]), ("initialization", ["spread", "siren", "uniform", "pytorch"])]),
        Sweep(
            problem: "burgers", layers: "2,6,1", steps: 8, fixed: [("points", "50"), ("weights", "ntk:3"), ("derivative", "fd:2:auto")],
            axes: [("optimizer", ["adam", "lbfgs", "lm"]), ("resample", ["rad:3", "rar:2:5", "uniform:4", "never"])]),
        Sweep(
            problem: "poisson1d", layers: "1,7,1", steps: 9,
            axes: [("optimizer", ["adam", "lm"]), ("weights", ["fixed:1,30", "gradient-norm:2", "self-adaptive:0.3"])]),
        Sweep(
            problem: "poisson1d", layers: "1,9,1", steps: 9, fixed: [("optimizer", "gn")], axes: [("optimizer-cut", ["1e-2", "1e-6"])]),
        Sweep(
            problem: "poisson1d", layers: "1,9,1", steps: 40, fixed: [("optimizer", "adamw"), ("decay-factor", "0.5"), ("decay-steps", "9")],
            axes: [("weight-decay", ["0", "0.1"]), ("precision", ["f64", "f32"])]),
        Sweep(problem: "poisson5d", layers: "5,6,1", steps: 4, axes: [("optimizer", ["adam", "lm"])]),
        Sweep(
            problem: "heat-inverse", layers: "2,5,1", steps: 4, fixed: [("precision", "f32"), ("derivative", "fd:2:auto")],
            axes: [("optimizer", ["adam", "lbfgs", "gn"])]),
        Sweep(problem: "kovasznay", layers: "2,5,3", steps: 3, fixed: [("derivative", "fd:2:auto")], axes: [("optimizer", ["gd", "bfgs"])]),
    ]

    private static let numbers: Set<String> = [
        "points", "optimizer-cut", "decay-factor", "decay-steps", "weight-decay", "learning-rate", "history",
    ]

    private static func line(_ key: String, _ value: String) -> String { "\(key) = \(numbers.contains(key) ? value : "\"\(value)\"")" }

    private static func manifest(_ sweep: Sweep) -> String {
        var lines = [
            "kind = \"train\"", "[fixed]", "problem = \"\(sweep.problem)\"", "layers = [\(sweep.layers)]", "steps = \(sweep.steps)", "seed = 5",
        ]
        lines += sweep.fixed.map { line($0.key, $0.value) }
        lines.append("[axes]")
        for (key, values) in sweep.axes {
            lines.append("\(key) = [\(values.map { numbers.contains(key) ? $0 : "\"\($0)\"" }.joined(separator: ", "))]")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Every combination, the last axis fastest, as the manifest's order is.
    private static func options(_ axes: [(key: String, values: [String])]) -> [[String]] {
        axes.reduce([[]]) { list, axis in list.flatMap { start in axis.values.map { start + ["--" + axis.key, $0] } } }
    }

    @Test(arguments: sweeps) func aTrialEndsAsTheVerb(_ sweep: Sweep) throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.manifest(sweep))
        let run = try Program(["sweep", "run", path, "--quiet", "--device", "native"])
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        let names = ["loss", "bestLoss", "trueResidual", "error", "step"]
        let table = try Program(["sweep", "export", path, "--columns", names.joined(separator: ",")]).output
        let rows = table.split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        let all = Self.options(sweep.axes)
        try #require(rows.count == all.count, "\(table)")
        for (row, options) in zip(rows, all) {
            let verb = try Program(
                ["train", sweep.problem, "--layers", sweep.layers, "--steps", "\(sweep.steps)", "--seed", "5", "--json", "--device", "native"]
                    + sweep.fixed.flatMap { ["--" + $0.key, $0.value] } + options)
            #expect(verb.status == 0, "\(options): \(verb.errors)")
            let last = try #require(verb.output.split(separator: "\n").last)
            // As texts, which have all digits.
            for (name, value) in zip(names, row) { #expect(last.contains("\"\(name)\":\(value),"), "\(options), \(name) \(value): \(last)") }
        }
    }

    /// The points and the network of a method of second order stand in the configuration.
    @Test func configurationsHoldWhatTheVerbTakes() throws {
        let folder = try Folder()
        let text = """
            kind = "train"
            [fixed]
            problem = "heat"
            layers = [2, 200, 1]
            [axes]
            optimizer = ["adam", "lm", "gd"]
            """
        let path = try folder.manifest(text)
        let lines = try Program(["sweep", "run", path, "--dry-run"]).output.split(separator: "\n")
        try #require(lines.count == 4)
        for part in ["\"points\":400,", "\"sampling\":\"grid\"", "\"initialization\":\"glorot-normal\"", "\"resample\":\"never\""] {
            #expect(lines[1].contains(part) && lines[3].contains(part), "\(lines)")
        }
        for part in [
            "\"points\":1201,", "\"sampling\":\"sobol\"", "\"initialization\":\"spread\"", "\"init-range\":2,", "\"resample\":\"rar:10\"",
        ] { #expect(lines[2].contains(part), "\(part): \(lines[2])") }
    }

    /// One rule, however it is written, is one trial.
    @Test func rulesHaveOneForm() throws {
        let folder = try Folder()
        func trials(_ axis: String) throws -> Int? {
            let text = "kind = \"train\"\n[fixed]\nproblem = \"heat\"\nlayers = [2, 4, 1]\n[axes]\n\(axis)\n"
            return try Program(["sweep", "run", folder.manifest(text), "--dry-run", "--json"]).json()["trials"] as? Int
        }
        #expect(try trials("weights = [\"ntk\", \"ntk:100\", \"fixed:1,2\", \"fixed:1.0,2.0\"]") == 2)
        #expect(try trials("resample = [\"rar\", \"rar:100\", \"never\", \"rar:100:7\"]") == 3)
        #expect(try trials("optimizer-cut = [1e-4, 1e-3]\noptimizer = [\"gn\", \"lm\"]") == 3, "of gn alone")
        func refuse(_ lines: String, _ words: String) throws {
            let text = "kind = \"train\"\n[fixed]\nproblem = \"poisson1d\"\nlayers = [1, 4, 1]\n\(lines)\n"
            try expectRefusal(["check", folder.manifest(text, "n.toml")], 65, words)
        }
        try refuse("weights = \"fixed:1,-2\"", "n.toml:5:1: fixed.weights: \"fixed:1,-2\": write positive numbers")
        try refuse("weights = \"causal\"", "no coordinate t")
        try refuse("weights = \"fixed:1,2,3\"", "has 2 terms")
        try refuse("weights = 3", "a text")
        try refuse("resample = \"rar:0\"", "whole numbers of at least 1")
        try refuse("resample = \"often\"", "choose uniform:K")
        try refuse("optimizer = \"gn\"\noptimizer-cut = 2", "between 0 and 1")
        let multiple = "spectra are taken at logged steps, so give a multiple of log-every"
        try refuse("spectrum-every = 15\nlog-every = 10", "n.toml:5:1: fixed.spectrum-every: \(multiple) (10), not 15")
        try refuse("[axes]\nspectrum-every = [20, 30]\nlog-every = [10, 20]", "n.toml:6:23: axes.spectrum-every[1]: \(multiple) (20), not 30")
        #expect(try trials("spectrum-every = [0, 7, 200]") == 3, "records follow the spectra where nothing else is said")
        try refuse("resample = \"rad:10\"\ndata = \"\(reference("line-data.safetensors"))\"", "no others can be taken")
    }

    static let idle: [(lines: String, place: String, words: String)] = [
        (
            "[axes]\noptimizer = [\"lm\"]\nlearning-rate = [1e-2, 1e-3]", "7:1: axes.learning-rate",
            "only gd, adam and adamw read it; leave it out or give optimizer = \"gd\""
        ),
        ("optimizer = \"gd\"\ndecay-factor = 0.5\ndecay-steps = 3", "6:1: fixed.decay-factor", "only adam and adamw read it"),
        ("decay-steps = 3", "5:1: fixed.decay-steps", "without decay-factor the rate does not fall"),
        ("optimizer-cut = 1e-3", "5:1: fixed.optimizer-cut", "only gn reads it; leave it out or give optimizer = \"gn\""),
        ("[axes]\noptimizer = [\"adam\", \"lm\"]\nhistory = [5, 10]", "7:1: axes.history", "only lbfgs reads it"),
        ("[[zip]]\noptimizer = [\"gd\", \"adam\"]\nweight-decay = [1e-2, 1e-3]", "7:1: zip[0].weight-decay", "only adamw reads it"),
        ("cut = 1e-8", "5:1: fixed.cut", "give spectrum-every"),
        ("initialization = \"glorot-normal\"\ninit-range = 2", "6:1: fixed.init-range", "only the laws siren, spread, uniform have a range"),
        ("parameters.k = 2", "5:1: fixed.parameters.k", "goes with equations, and a problem has its own"),
        ("conditions = \"boundary: u\"", "5:1: fixed.conditions", "goes with equations"),
        ("data = \"DATA\"\npoints = 30", "6:1: fixed.points", "no points are laid where data brings them"),
        ("data = \"DATA\"\nsampling = \"grid\"", "6:1: fixed.sampling", "no points are laid where data brings them"),
    ]

    /// What is given changes some trial, or is refused as by the verb.
    @Test(arguments: idle.indices) func keysWithoutEffectAreRefused(_ index: Int) throws {
        let (lines, place, words) = Self.idle[index]
        let folder = try Folder()
        let text =
            "kind = \"train\"\n[fixed]\nproblem = \"poisson1d\"\nlayers = [1, 4, 1]\n"
            + lines.replacingOccurrences(of: "DATA", with: reference("line-data.safetensors")) + "\n"
        let path = try folder.manifest(text)
        try expectRefusal(["check", path], 65, "m.toml:\(place): ")
        try expectRefusal(["sweep", "run", path, "--dry-run"], 65, words)
    }

    /// As by the verb.
    @Test func aFixedRateWithoutEffectIsTold() throws {
        let folder = try Folder()
        let path = try folder.manifest(
            "kind = \"train\"\n[fixed]\nproblem = \"poisson1d\"\nlayers = [1, 4, 1]\noptimizer = \"lm\"\nlearning-rate = 1e-2\n")
        let words = "m.toml:6:1: fixed.learning-rate: this key changes no trial, as only gd, adam and adamw read it"
        let check = try Program(["check", path])
        #expect(check.status == 0 && check.output.contains("warning: ") && check.output.contains(words), "\(check.output)")
        let run = try Program(["sweep", "run", path, "--dry-run"])
        #expect(run.status == 0 && run.errors.contains(words), "\(run.errors)")
    }

    @Test func aNetworkOfAFileIsNotDrawn() throws {
        let folder = try Folder()
        #expect(try Program(["train", "poisson1d", "--layers", "1,3,1", "--steps", "1", "--out", folder.path("net.safetensors")]).status == 0)
        func check(_ lines: String, _ kind: String = "train") throws -> Program {
            let text = "kind = \"\(kind)\"\n[fixed]\nproblem = \"poisson1d\"\nmodel = \"net.safetensors\"\n\(lines)\n"
            return try Program(["check", folder.manifest(text)])
        }
        for line in ["layers = [1, 3, 1]", "initialization = \"spread\"", "initialization = \"spread\"\ninit-range = 2"] {
            let run = try check(line)
            #expect(run.status == 65 && run.errors.contains("drawn only where no model is given"), "\(line): \(run.errors)")
        }
        for line in ["features = 5", "range = 2", "law = \"normal\""] {
            let run = try check(line, "spectrum")
            #expect(run.status == 65 && run.errors.contains("drawn only where no model is given"), "\(line): \(run.errors)")
        }
        #expect(try check("optimizer = \"adam\"").status == 0)
    }
}
