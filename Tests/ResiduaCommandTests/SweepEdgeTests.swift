import Foundation
import TestSupport
import Testing

/// Sweeps where names, numbers, signals or folders are unusual.
@Suite struct SweepEdgeTests {
    /// Nine trials.
    private static let small = SmallSweep.spectra(features: 8)

    private func shell(_ line: String, in folder: Folder) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    private static func has(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }

    @Test func resultsOfAnotherHostAreTheStoresOwnAfterAMerge() throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.small)
        #expect(try Program(["sweep", "run", path, "--shard", "0/2", "--store", folder.path("h1"), "--quiet"]).status == 0)
        #expect(try Program(["sweep", "run", path, "--shard", "1/2", "--store", folder.path("h2"), "--quiet"]).status == 0)
        let store = ["--store", folder.path("h1"), "--quiet"]
        #expect(try Program(["sweep", "merge", path, folder.path("h2")] + store).output.hasPrefix("9 results in the shards: 9 added"))
        try FileManager.default.removeItem(atPath: folder.path("h2"))
        let before = try Program(["sweep", "export", path] + store).output
        for name in ["merged.sqlite", "merged.sqlite-wal", "merged.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: folder.path("h1/" + name))
        }
        #expect(try Program(["sweep", "export", path] + store).output == before && before.split(separator: "\n").count == 10)
        #expect(try Program(["sweep", "status", path] + store).output.hasPrefix("9 trials: 9 done"))
        #expect(try Program(["sweep", "run", path] + store).output.hasPrefix("9 trials: 9 recorded before"))
    }

    /// Results that contradict the store's own are not taken into it: the index has them until it is removed, and whoever names them again.
    @Test func conflictsWithAnotherStoreAreFoundAgain() throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.small)
        for store in ["h1", "h2"] { #expect(try Program(["sweep", "run", path, "--store", folder.path(store), "--quiet"]).status == 0) }
        let shard = folder.path("h2/shard-0-of-1.jsonl")
        var lines = try String(contentsOfFile: shard, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let other = lines[1].dropLast(28).replacingOccurrences(of: "\"rank\":8", with: "\"rank\":7")
        lines[1] = Self.closed(other)
        try lines.joined(separator: "\n").write(toFile: shard, atomically: true, encoding: .utf8)
        let merge = ["sweep", "merge", path, "--store", folder.path("h1"), "--strict"]
        func isContradicted(_ options: [String] = []) throws -> Bool {
            let run = try Program(merge + options)
            #expect((run.status == 1) == run.errors.contains("contradicts the first result"), "\(run.errors)")
            return run.status == 1
        }
        #expect(try isContradicted([folder.path("h2")]))
        for name in ["merged.sqlite", "merged.sqlite-wal", "merged.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: folder.path("h1/" + name))
        }
        #expect(try !isContradicted() && isContradicted([folder.path("h2")]))
    }

    @Test func aManifestIsNoShard() throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.small)
        #expect(try Program(["sweep", "run", path, "--quiet"]).status == 0)
        try expectRefusal(["sweep", "merge", path, path], 64, "is no shard of a sweep")
        let bare = try folder.manifest("series = false\n" + Self.small, "bare.toml")
        #expect(try Program(["sweep", "run", bare, "--quiet"]).status == 0)
        try expectRefusal(["sweep", "export", bare, "--out", folder.path("a.npy"), "--series", "x"], 64, "these results have none at all")
        let shard = folder.path("m.sweep/shard-0-of-1.jsonl")
        let text = try String(contentsOfFile: shard, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let header = Self.closed(String(lines[0].dropLast(28)).replacingOccurrences(of: "\"format\":1", with: "\"format\":2"))
        try ([header] + lines.dropFirst().map(String.init)).joined(separator: "\n").write(toFile: shard, atomically: true, encoding: .utf8)
        for verb in ["run", "status", "merge", "export"] {
            let run = try Program(["sweep", verb, path])
            #expect(run.status == 65 && run.errors.contains("another version of residua") && !run.errors.contains("remove"), "\(verb): \(run.errors)")
        }
    }

    /// A line with the checksum of what is before it.
    private static func closed(_ body: String) -> String {
        let bytes = Array(body.utf8)
        var hash = 0x9e37_79b9_7f4a_7c15 ^ UInt64(bytes.count)
        var at = 0
        while at + 8 <= bytes.count {
            hash = (hash ^ (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }) &* 0xff51_afd7_ed55_8ccd
            hash ^= hash >> 32
            at += 8
        }
        hash = (hash ^ bytes[at...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) &* 0xc4ce_b9fe_1a85_ec53
        let text = String(hash ^ hash >> 33, radix: 16)
        return body + ",\"check\":\"" + String(repeating: "0", count: 16 - text.count) + text + "\"}"
    }

    @Test func aTrainingThatGrowsWithoutBoundIsDrawn() throws {
        let folder = try Folder()
        let path = try folder.manifest(
            SmallSweep.trainings("optimizer = \"gd\"\nsteps = 60\nlog-every = 1", replicates: 3, axes: "learning-rate = [1e-3, 0.1, 17.78]"))
        let run = try Program(["sweep", "run", path, "--quiet"])
        #expect(run.status == 0 || run.status == 1, "\(run.errors)")
        let report = try Program(["sweep", "report", path])
        #expect(report.status == 0, "\(report.errors)")
        let page = try String(contentsOfFile: folder.path("m.sweep/report/index.html"), encoding: .utf8)
        #expect(!page.contains("outcome and speed") && page.contains("initialLoss and speed"))
        let table = try String(contentsOfFile: folder.path("m.sweep/report/configurations.csv"), encoding: .utf8)
        let columns = try #require(table.split(separator: "\n").first).split(separator: ",")
        #expect(
            Set(columns).count == columns.count && columns.contains("lower quartile speed") && columns.contains("upper quartile speed"), "\(columns)")
    }

    @Test func aSignalBeforeTheFirstTrialIsAnInterruption() throws {
        let folder = try Folder()
        let text = """
            kind = "spectrum"
            replicates = 1000
            [fixed]
            problem = "poisson1d"
            [axes]
            range = { from = 1, to = 900, step = 1 }
            """
        let path = try folder.manifest(text)
        for (turn, delay) in [60_000, 100_000, 200_000, 350_000].enumerated() {
            let process = Process()
            process.executableURL = try Program.executable()
            process.arguments = ["sweep", "run", path, "--quiet"]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            usleep(UInt32(delay))
            if turn.isMultiple(of: 2) { process.terminate() } else { process.interrupt() }
            process.waitUntilExit()
            #expect(process.terminationReason == .exit && process.terminationStatus == 75, "after \(delay) µs")
        }
    }

    static let names = ["a b", "it's", "$HOME", "a\"b`c", "50%a", "back\\slash", "ü;&|", "a{}b", "{1} {=$_=2=}{#}{.}"]

    @Test(arguments: names) func foldersOfAnyNameAreSubmitted(_ name: String) throws {
        let folder = try Folder()
        try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        let path = try folder.manifest(Self.small, name + "/m.toml")
        let line = try Program(["sweep", "submit", path, "--parallel", "--shards", "2"]).output
        if Self.has("parallel") {
            let run = try shell(line, in: folder)
            #expect(run.status == 0, "\(run.output)")
            #expect(try Program(["sweep", "status", path]).output.hasPrefix("9 trials: 9 done"), "\(line)\(run.output)")
        }
        let batch = try Program(["sweep", "submit", path, "--slurm", "--shards", "2", "--store", folder.path(name + "/s")])
        #expect(batch.status == 0, "\(batch.errors)")
        let submitted = batch.output.dropLast()
        // The script as a shell runs it, found by the line that is printed for sbatch.
        let words = try shell("set -- \(submitted); cat \"$2\"", in: folder)
        #expect(words.status == 0 && words.output.hasPrefix("#!/bin/bash\n"), "\(batch.output)\(words.output)")
        let output = try #require(words.output.split(separator: "\n").first { $0.hasPrefix("#SBATCH --output=") })
        #expect(!output.dropFirst(8).contains(where: { " '\"$`\\;&|".contains($0) }), "\(output)")
        let ran = try shell("set -- \(submitted); for k in 0 1; do SLURM_ARRAY_TASK_ID=$k bash \"$2\" || exit; done", in: folder)
        #expect(ran.status == 0, "\(ran.output)")
        #expect(try Program(["sweep", "status", path, "--store", folder.path(name + "/s")]).output.hasPrefix("9 trials: 9 done"))
    }

    /// Root may write everywhere, and gives that up where it can.
    @Test(.enabled(if: geteuid() != 0 || has("setpriv"))) func aStoreThatCannotBeWrittenIsExported() throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.small)
        #expect(try Program(["sweep", "run", path, "--quiet"]).status == 0)
        let rows = try Program(["sweep", "export", path, "--quiet"]).output
        let drop = geteuid() == 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : ""
        let program = try Program.executable().path
        try FileManager.default.createDirectory(atPath: folder.path("out"), withIntermediateDirectories: true)
        _ = try shell("chmod 755 '\(folder.path("."))'; chmod 777 '\(folder.path("out"))'; chmod 555 '\(folder.path("m.sweep"))'", in: folder)
        defer { _ = try? shell("chmod 755 '\(folder.path("m.sweep"))'", in: folder) }
        // A build folder that only its owner may enter cannot be run from by anybody else.
        guard try shell("\(drop)'\(program)' --version", in: folder).status == 0 else { return }
        for hasDatabase in [true, false] {
            if !hasDatabase { _ = try shell("cd '\(folder.path("m.sweep"))' && chmod 755 . && rm -f merged.sqlite* && chmod 555 .", in: folder) }
            let out = folder.path("out/\(hasDatabase).csv")
            let run = try shell("\(drop)'\(program)' sweep export '\(path)' --quiet --out '\(out)'", in: folder)
            #expect(run.status == 0, "\(run.output)")
            #expect(try String(contentsOfFile: out, encoding: .utf8) == rows)
            let report = try shell("\(drop)'\(program)' sweep report '\(path)' --quiet --out '\(folder.path("out/\(hasDatabase)"))'", in: folder)
            #expect(report.status == 0, "\(report.output)")
            let merge = try shell("\(drop)'\(program)' sweep merge '\(path)'", in: folder)
            #expect(merge.status != 0 && merge.output.split(separator: "\n").count == 1, "\(merge.output)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("m.sweep/merged.sqlite")))
    }
}
