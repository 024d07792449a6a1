import Foundation
import TestSupport
import Testing

@Suite struct SweepTests {
    /// Eighteen trials.
    private static let small = small(replicates: 3)

    private static func small(replicates: Int) -> String {
        SmallSweep.spectra(replicates: replicates, axes: SmallSweep.bothDerivatives + "\n" + SmallSweep.threeRanges)
    }

    /// The identities in a store's shards, in their order, by whole lines.
    private func ids(_ store: String) -> [String] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: store)) ?? []).filter { $0.hasSuffix(".jsonl") }.sorted()
        return names.flatMap { name -> [String] in
            guard let text = try? String(contentsOfFile: store + "/" + name, encoding: .utf8) else { return [] }
            return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().filter { $0.hasPrefix("{\"id\":\"") }.map {
                String($0.dropFirst(7).prefix(32))
            }
        }
    }

    /// The command, begun and not waited for.
    private func begin(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = try Program.executable()
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    @Test func runStatusExportAndReport() throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.small)
        let dry = try Program(["sweep", "run", path, "--dry-run", "--json"]).json()
        #expect(dry["trials"] as? Int == 18 && !folder.contents.contains("m.sweep"))
        let run = try Program(["sweep", "run", path, "--json"])
        #expect(run.status == 0)
        let lines = try run.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(
            lines.count == 19 && lines[0]["entropy"] is Double && lines[18]["done"] as? Int == 18 && lines[18]["outcome"] as? String == "complete")
        let again = try Program(["sweep", "run", path])
        #expect(again.output.hasPrefix("18 trials: 18 recorded before, 0 done"))
        let fresh = try Program(["sweep", "status", try folder.manifest(Self.small, "fresh.toml"), "--json"]).json()
        #expect(fresh["device"] == nil && fresh["precision"] as? String == "f64", "nothing was computed yet")
        for verb in ["status", "merge", "report"] {
            let device = try Program(["sweep", verb, path, "--json"]).json()["device"] as? String
            #expect(device?.hasPrefix("native (") == true, "what the results were computed on")
        }
        let status = try Program(["sweep", "status", path, "--json"]).json()
        #expect(status["done"] as? Int == 18 && status["missing"] as? Int == 0)
        let object = try Program(["sweep", "export", path, "--json"]).json()
        #expect((object["rows"] as? [[String: Any]])?.count == 18 && object["seed"] as? Int == 0)
        try expectRefusal(["sweep", "report", path, "--x", "law"], 64, "texts")
        let csv = try Program(["sweep", "export", path])
        let rows = csv.output.split(separator: "\n")
        #expect(rows.count == 19 && rows[0].hasPrefix("id,status,reason,activation,cut,derivative,"))
        #expect(try Program(["sweep", "export", path, "--out", folder.path("a.npy"), "--series", "singularValues"]).status == 0)
        let report = try Program(["sweep", "report", path, "--json"]).json()
        let page = try String(contentsOfFile: try #require(report["report"] as? String), encoding: .utf8)
        #expect(page.contains("Spearman") && page.contains("<table") && !page.contains("<script"))
    }

    /// The recorded seed gives the same numbers to the verb of that name.
    @Test func aTrialIsWhatTheVerbDoes() throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.small)
        #expect(try Program(["sweep", "run", path, "--quiet"]).status == 0)
        let text = try Program(["sweep", "export", path, "--columns", "seed,range,derivative,entropy,error,count"]).output
        let row = try #require(text.split(separator: "\n").last).split(separator: ",").map(String.init)
        let verb = try Program([
            "spectrum", "poisson1d", "--features", "12", "--seed", row[0], "--range", row[1], "--derivative", row[2], "--json",
        ])
        // The texts, as reading JSON may move the last bit.
        for (name, value) in zip(["entropy", "error", "count"], row[3...]) {
            #expect(verb.output.contains("\"\(name)\":\(value),"), "\(verb.output)")
        }
        // What neither is given: more features in the plane than on a line.
        let plane = try folder.manifest("kind = \"spectrum\"\n[fixed]\nproblem = \"poisson2d\"\nseed = 3\n", "plane.toml")
        #expect(try Program(["sweep", "run", plane, "--quiet", "--device", "native"]).status == 0)
        let all = try Program(["sweep", "export", plane, "--columns", "entropy,count"]).output
        let own = try Program(["spectrum", "poisson2d", "--seed", "3", "--json", "--device", "native"]).output
        for (name, value) in zip(["entropy", "count"], try #require(all.split(separator: "\n").last).split(separator: ",")) {
            #expect(own.contains("\"\(name)\":\(value),"), "\(own)")
        }
    }

    @Test func trainingsAreTrialsToo() throws {
        let folder = try Folder()
        let path = try folder.manifest(
            SmallSweep.trainings(
                "steps = 5\nlog-every = 1\nseed = 4\nspectrum-every = 5", width: 6,
                axes: "optimizer = [\"adam\", \"gd\", \"lm\"]\nlearning-rate = [1e-3, 1e300]"))
        let run = try Program(["sweep", "run", path])
        #expect(run.status == 0 && run.output.contains("5 trials") && run.errors.contains("described more than once"), "\(run.errors)")
        let text = try Program(["sweep", "export", path, "--columns", "optimizer,learning-rate,status,loss,initialEntropy"]).output
        let rows = text.split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        #expect(rows.count == 5 && rows.filter { $0[2] == "diverged" }.count >= 1)
        let verb = try Program([
            "train", "poisson1d", "--layers", "1,6,1", "--points", "20", "--steps", "5", "--optimizer", "adam", "--learning-rate", "1e-3", "--seed",
            "4",
            "--json",
        ])
        let last = try #require(verb.output.split(separator: "\n").last)
        // As text, which has all digits: not every reader of JSON keeps the last bit.
        #expect(last.contains("\"loss\":\(rows[0][3]),"), "\(last)")
    }

    @Test func shardsMergeToTheSameTable() throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.small)
        #expect(try Program(["sweep", "run", path, "--shard", "1/1", "--quiet"]).status == 0)
        let whole = try Program(["sweep", "export", path]).output
        for index in 0..<4 {
            let run = try Program(["sweep", "run", path, "--store", folder.path("four"), "--shard", "\(index)/4", "--workers", "\(index + 1)"])
            #expect(run.status == 0 && run.errors.contains("shard \(index)/4, by --shard"))
        }
        #expect(try Program(["sweep", "export", path, "--store", folder.path("four")]).output == whole)
        let slurm: [String: String?] = ["SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "0"]
        let run = try Program(["sweep", "run", path, "--store", folder.path("two")], environment: slurm)
        #expect(run.errors.contains("shard 1/2, by the Slurm array"))
        #expect(try Program(["sweep", "run", path, "--store", folder.path("two"), "--shard", "0/2"]).status == 0)
        #expect(try Program(["sweep", "merge", path, "--store", folder.path("two"), folder.path("four"), "--strict"]).status == 0)
        #expect(try Program(["sweep", "export", path, "--store", folder.path("two")]).output == whole)
    }

    @Test func killedTwentyTimesNothingIsLostAndNothingTwice() throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.small(replicates: 150))
        let store = folder.path("m.sweep")
        var known: [String] = []
        var stream = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            let process = try begin(["sweep", "run", path, "--quiet", "--workers", "2"])
            usleep(UInt32.random(in: 5_000...90_000, using: &stream))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let now = ids(store)
            #expect(Array(now.prefix(known.count)) == known, "what was recorded stays")
            known = now
        }
        let rest = try Program(["sweep", "run", path, "--json"])
        #expect(rest.status == 0)
        let all = ids(store)
        #expect(all.count == 900 && Set(all).count == 900)
        #expect(rest.output.split(separator: "\n").count - 1 == 900 - known.count, "exactly the missing ones were run")
        #expect(try Program(["sweep", "status", path, "--json"]).json()["done"] as? Int == 900)
    }

    @Test func aPoliteEndFinishesTheTrialsInHand() throws {
        let folder = try Folder()
        let path = try folder.manifest(SmallSweep.trainings("steps = 3000\nlog-every = 3000", width: 20, points: 100, replicates: 60))
        let process = try begin(["sweep", "run", path, "--quiet", "--workers", "2"])
        let start = Date()
        while ids(folder.path("m.sweep")).isEmpty, Date().timeIntervalSince(start) < 20 { usleep(2000) }
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 75)
        let done = ids(folder.path("m.sweep"))
        #expect(!done.isEmpty && done.count < 60)
        let status = try Program(["sweep", "status", path]).output
        #expect(status.contains("\(done.count) done") && status.contains("\(60 - done.count) missing"))
        let rest = try begin(["sweep", "run", path, "--quiet"])
        while ids(folder.path("m.sweep")).count == done.count, Date().timeIntervalSince(start) < 40 { usleep(2000) }
        rest.interrupt()
        rest.waitUntilExit()
        let more = ids(folder.path("m.sweep"))
        #expect(rest.terminationStatus == 75 && Array(more.prefix(done.count)) == done && Set(more).count == more.count && more.count > done.count)
    }

    @Test func aFullDiskIsASentenceAndLosesNothing() throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.small(replicates: 20))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        let errors = folder.path("errors")
        process.arguments = [
            "-c", "ulimit -f 16; exec \"$0\" sweep run \"$1\" --quiet 2>\"$2\"", try Program.executable().path, path, errors,
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let text = try String(contentsOfFile: errors, encoding: .utf8)
        #expect(process.terminationReason == .exit && process.terminationStatus == 70, "\(text)")
        #expect(text.contains("cannot be written") && text.contains("make room") && text.split(separator: "\n").count == 1, "\(text)")
        let kept = ids(folder.path("m.sweep"))
        #expect(!kept.isEmpty && kept.count < 120)
        #expect(try Program(["sweep", "run", path, "--quiet"]).status == 0)
        let all = ids(folder.path("m.sweep"))
        #expect(Array(all.prefix(kept.count)) == kept && all.count == 120 && Set(all).count == 120)
    }

    @Test func failuresHaveTheirExitCodes() throws {
        let folder = try Folder()
        for (name, problem, layers) in [("two.safetensors", "poisson2d-unit", "2,3,1"), ("one.safetensors", "poisson1d", "1,3,1")] {
            #expect(try Program(["train", problem, "--layers", layers, "--steps", "1", "--out", folder.path(name)]).status == 0)
        }
        let text = "kind = \"train\"\n[fixed]\nproblem = \"poisson1d\"\nsteps = 1\n[axes]\nmodel = [\"two.safetensors\", \"one.safetensors\"]\n"
        let path = try folder.manifest(text)
        let run = try Program(["sweep", "run", path])
        #expect(run.status == 1 && run.output.contains("1 done, 1 failed"))
        #expect(try Program(["sweep", "run", path]).status == 1, "a failure stays one")
        let retried = try Program(["sweep", "run", path, "--retry", "failed"])
        #expect(retried.status == 1 && retried.output.contains("1 recorded before, 0 done, 1 failed"))
        #expect(try Program(["sweep", "export", path]).output.contains("takes 2 coordinates"))
        #expect(try Program(["sweep", "run", path, "--fail-fast", "--workers", "1", "--store", folder.path("f")]).status == 1)
        #expect(ids(folder.path("f")).count == 1)
    }

    @Test func mistakesAreRefused() throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.small)
        try expectRefusal(["sweep", "run", folder.path("none.toml")], 65, "no such file")
        let wrong = try folder.manifest("kind = \"spectrum\"\n[fixed]\nproblem = \"poisson1e\"\n", "wrong.toml")
        try expectRefusal(["sweep", "run", wrong], 65, "wrong.toml:3:1: fixed.problem: there is no problem")
        try expectRefusal(["check", wrong], 65, "wrong.toml:3:1")
        try expectRefusal(["sweep", "status", try folder.manifest("kind = \"spectrum\"\n", "bare.toml")], 65, "a problem is needed")
        let unfit = "kind = \"train\"\n[fixed]\nproblem = \"poisson1d\"\n[axes]\nlayers = [[1, 3, 1], [2, 3, 1]]\n"
        for verb in [["check"], ["sweep", "run"]] {
            try expectRefusal(
                verb + [try folder.manifest(unfit, "unfit.toml")], 65, "unfit.toml:5:22: axes.layers[1]: the network takes 2 coordinates")
        }
        for verb in ["run", "status", "merge", "export", "report"] {
            try expectRefusal(["sweep", verb, path, "--seed", "3"], 64, "stands in its manifest")
            try expectRefusal(["sweep", verb, path, "--precision", "f32"], 64, "stands in its manifest")
        }
        try expectRefusal(["sweep", "submit", path, "--slurm", "--parallel"], 64, "not both")
        try expectRefusal(["sweep", "submit", path], 64, "Give --slurm")
        try expectRefusal(["sweep", "run", path, "--store", path], 64, "in the way; name another folder with --store")
        try expectRefusal(["sweep", "run", path, "--store", "/proc/nowhere"], 64, "name another folder")
        try expectRefusal(["sweep", "submit", path, "--parallel", "--time", "1:00"], 64, "--time goes with --slurm")
        try expectRefusal(["sweep", "run", path, "--shard", "4/4"], 64, "numbered from 0")
        try expectRefusal(["sweep", "run", path, "--retry", "all"], 64, "only \"failed\"")
        try expectRefusal(["sweep", "export", path], 65, "no results yet")
        #expect(try Program(["sweep", "run", path, "--quiet"]).status == 0)
        try expectRefusal(["sweep", "export", path, "--columns", "colour"], 64, "no column \"colour\"")
        try expectRefusal(["sweep", "export", path, "--out", folder.path("a.npy"), "--columns", "problem"], 64, "texts")
        let changed = try folder.manifest(Self.small.replacingOccurrences(of: "features = 12", with: "features = 13"), "c.toml")
        try expectRefusal(["sweep", "run", changed, "--store", folder.path("m.sweep")], 65, "features was 12 and is now 13")
        let shard = folder.path("m.sweep/shard-0-of-1.jsonl")
        let text = try String(contentsOfFile: shard, encoding: .utf8).replacingOccurrences(of: "\"rank\":", with: "\"rang\":")
        try text.write(toFile: shard, atomically: true, encoding: .utf8)
        for verb in ["run", "status", "merge"] { try expectRefusal(["sweep", verb, path], 65, "shard-0-of-1.jsonl:2: ") }
    }

    /// A manifest from another system, in a folder of any name, resumed by another split, and a store that is damaged at its beginning.
    @Test func otherSplitsNamesAndLineEnds() throws {
        let folder = try Folder()
        try FileManager.default.createDirectory(atPath: folder.path("ein Ordner/ü"), withIntermediateDirectories: true)
        let path = try folder.manifest(Self.small.replacingOccurrences(of: "\n", with: "\r\n"), "ein Ordner/ü/größe \"7\".toml")
        let plain = try folder.manifest(Self.small)
        #expect(try Program(["sweep", "run", plain, "--quiet"]).status == 0)
        #expect(try Program(["sweep", "run", path, "--shard", "0/3", "--quiet"]).status == 0)
        #expect(try Program(["sweep", "run", path, "--shard", "1/2", "--quiet"]).status == 0)
        #expect(try Program(["sweep", "merge", path]).status == 0)
        #expect(try Program(["sweep", "run", path, "--quiet"]).status == 0)
        let status = try Program(["sweep", "status", path, "--json"]).json()
        #expect(status["done"] as? Int == 18 && status["repeated"] as? Int == 0 && status["shards"] as? Int == 3)
        #expect(try Program(["sweep", "export", path, "--quiet"]).output == Program(["sweep", "export", plain, "--quiet"]).output)
        let shard = folder.path("m.sweep/shard-0-of-1.jsonl")
        let text = try String(contentsOfFile: shard, encoding: .utf8)
        try String(text[text.index(after: try #require(text.firstIndex(of: "\n")))...]).write(toFile: shard, atomically: true, encoding: .utf8)
        try expectRefusal(["sweep", "run", plain], 65, "its first line, which says which manifest it belongs to, is missing")
        let rest = try Program(["sweep", "run", plain, "--accept-changes"])
        #expect(rest.status == 0 && rest.output.contains("18 recorded before"))
        #expect(try Program(["sweep", "run", plain]).status == 0)
        try expectRefusal(["sweep", "run", plain, "--store", plain], 64, "a file of that name is in the way; name another folder with --store")
    }

    @Test func checkDescribesAManifest() throws {
        let folder = try Folder()
        let check = try Program(["check", try folder.manifest(Self.small), "--json"]).json()
        #expect(check["kind"] as? String == "manifest" && check["trials"] as? Int == 18)
        let submitted = try Program(["sweep", "submit", try folder.manifest(Self.small), "--parallel", "--shards", "7"])
        #expect(submitted.output.hasPrefix("seq 0 6 | parallel"))
        #expect(try Program(["sweep", "submit", try folder.manifest(Self.small), "--slurm"]).status == 0)
        #expect(try String(contentsOfFile: folder.path("m.sweep/m.sbatch"), encoding: .utf8).contains("--array=0-17"))
    }
}
