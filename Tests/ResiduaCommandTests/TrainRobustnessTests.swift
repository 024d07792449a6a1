import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Trainings that are killed, find no room for their checkpoint, or are asked for what cannot be.
@Suite struct TrainRobustnessTests {
    static let optimizers = ["gd", "adam", "adamw", "lbfgs", "bfgs", "ssbroyden", "lm", "gn"]

    static func arguments(_ optimizer: String, _ steps: Int, _ more: [String]) -> [String] {
        [
            "train", "poisson1d", "--layers", "1,12,1", "--points", "60", "--optimizer", optimizer, "--steps", "\(steps)", "--log-every", "\(steps)",
            "--device", "native", "--seed", "3",
        ] + more
    }

    /// Twenty tries in all: after kill -9 at some moment the same command goes on and ends with the same bits.
    @Test(arguments: optimizers) func killedTrainingsGoOnToTheSameBits(_ optimizer: String) throws {
        let folder = try Folder()
        let steps = ["lm", "gn", "ssbroyden", "bfgs"].contains(optimizer) ? 150 : 600
        let whole = folder.path("whole.safetensors")
        #expect(try Program(Self.arguments(optimizer, steps, ["--out", whole])).status == 0)
        for (attempt, delay) in [15_000, 40_000, 90_000].enumerated().prefix(optimizer == "gd" || optimizer == "adamw" ? 1 : 3) {
            let state = folder.path("state\(attempt).safetensors")
            let other = folder.path("other\(attempt).safetensors")
            let saving = ["--checkpoint", state, "--checkpoint-every", "7", "--resume", state, "--out", other]
            let process = Process()
            process.executableURL = try Program.executable()
            process.arguments = Self.arguments(optimizer, steps, saving)
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            usleep(UInt32(delay))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(try Program(Self.arguments(optimizer, steps, saving)).status == 0)
            #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == Data(contentsOf: URL(fileURLWithPath: whole)), "\(optimizer), \(delay)")
        }
    }

    /// Saving on the way changes nothing, also where points are taken anew and the stencil's step follows from the network.
    @Test func savingLeavesTheStencilAlone() throws {
        let folder = try Folder()
        let call = [
            "train", "heat", "--layers", "2,6,1", "--optimizer", "lm", "--steps", "30", "--derivative", "fd:2:auto", "--resample", "rar:4",
            "--points",
            "60", "--device", "native", "--quiet", "--out",
        ]
        #expect(try Program(call + [folder.path("whole")]).status == 0)
        #expect(try Program(call + [folder.path("saved"), "--checkpoint", folder.path("state"), "--checkpoint-every", "7"]).status == 0)
        let (whole, saved) = (folder.path("whole"), folder.path("saved"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: whole)) == Data(contentsOf: URL(fileURLWithPath: saved)))
    }

    /// What was trained of the equations is in the network's file: `evaluate` finds the loss that `train` ended with.
    @Test func trainedParametersAreKeptWithTheNetwork() throws {
        let folder = try Folder()
        let model = folder.path("model.safetensors")
        let points = ["--points", "100", "--sampling", "grid", "--device", "native", "--json"]
        let run = try Program(
            ["train", "heat-inverse", "--layers", "2,8,1", "--optimizer", "lm", "--steps", "25", "--resample", "never", "--out", model] + points)
        #expect(run.status == 0)
        let last = try #require(run.output.split(separator: "\n").last)
        let loss = try #require(try number("bestLoss", in: String(last)))
        let evaluated = try Program(["evaluate", "heat-inverse", "--model", model] + points).output
        let there = try #require(try number("loss", in: evaluated))
        #expect(abs(there - loss) <= 1e-12 * loss)
        // A trial goes on from them as the verb does.
        let manifest = try folder.write(
            Data("kind = \"train\"\n[fixed]\nproblem = \"heat-inverse\"\nmodel = \"\(model)\"\nsteps = 1\npoints = 100\n".utf8), "m.toml")
        #expect(try Program(["sweep", "run", manifest, "--quiet", "--device", "native"]).status == 0)
        let table = try Program(["sweep", "export", manifest, "--columns", "loss"]).output.split(separator: "\n")
        let verb = try Program([
            "train", "heat-inverse", "--model", model, "--steps", "1", "--points", "100", "--seed", "0", "--json", "--device", "native",
        ]).output
        let trial = try #require(table.last)
        #expect(verb.contains("\"loss\":\(trial),"), "\(trial): \(verb)")
    }

    /// The error of hard conditions with a trained number takes the number as it is now.
    @Test func theErrorTakesTrainedParametersOfHardConditions() throws {
        let error = try figure(
            "error", ["--layers", "1,5,1", "--optimizer", "lm", "--steps", "40"],
            training: """
                name = "hardtrain"
                coordinates = { x = [0, 1] }
                parameters = { c = 1 }
                trainable = ["c"]
                equation = "u_xx = 0"
                hard = { offset = "c*x", factor = "x*(1-x)" }
                conditions = [ { at = [0.5], equation = "u = 1.5" } ]
                exact = "3*x"
                """)
        #expect(error < 1e-5)
    }

    /// Factors that hide most of an equation make nothing solved.
    @Test func aToleranceIsForTheLossWithoutChangingFactors() throws {
        let residual = try figure(
            "trueResidual",
            ["--layers", "1,8,2", "--optimizer", "lm", "--steps", "200", "--weights", "causal:10", "--tolerance", "1e-5"],
            training: """
                name = "lotka"
                coordinates = { t = [0, 2] }
                fields = ["u", "v"]
                equations = ["u_t = 1.5*u - u*v", "v_t = -v + 0.5*u*v"]
                conditions = [ { on = "t = 0", equation = "u = 1" }, { on = "t = 0", equation = "v = 0.5", weight = 10 } ]
                """)
        #expect(residual * residual < 1e-4)
    }

    /// What a training of a problem file says last.
    private func figure(_ key: String, _ options: [String], training file: String) throws -> Double {
        let folder = try Folder()
        let path = try folder.write(Data(file.utf8), "problem.toml")
        let run = try Program(["train", path, "--json", "--device", "native"] + options)
        #expect(run.status == 0, "\(run.errors)")
        let last = try #require(run.output.split(separator: "\n").last)
        return try #require(try number(key, in: String(last)))
    }

    private func number(_ key: String, in text: String) throws -> Double? {
        (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?[key] as? Double
    }

    /// A file size limit stands for a full disk: a training that may not write a byte to any file.
    private static func withoutRoom(_ more: [String]) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let command = ([try Program.executable().path] + arguments("adam", 50, more + ["--json"])).joined(separator: " ")
        process.arguments = ["-c", "trap '' XFSZ; ulimit -f 0; exec \(command)"]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        process.waitUntilExit()
        func text(_ pipe: Pipe) -> String { String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
        return (process.terminationReason == .exit ? process.terminationStatus : -1, text(output), text(errors))
    }

    @Test func aFullDiskCostsTheCheckpointOnly() throws {
        let folder = try Folder()
        let run = try Self.withoutRoom(["--checkpoint", folder.path("state")])
        #expect(run.status == 1)
        #expect(run.errors.contains("checkpoint was not written"), "\(run.errors)")
        #expect(run.output.contains("\"outcome\":\"maxSteps\""), "\(run.output)")
        #expect(folder.contents.isEmpty)
    }

    /// The outcome is told, and the sentence says that nothing could be kept.
    @Test func aFullDiskCostsTheNetworkButNotTheOutcome() throws {
        let folder = try Folder()
        let run = try Self.withoutRoom(["--out", folder.path("net")])
        #expect(run.status == 1)
        #expect(run.errors.contains("The training is done, but") && run.errors.contains("nor could its best state"), "\(run.errors)")
        #expect(run.output.contains("\"outcome\":\"maxSteps\""), "\(run.output)")
        #expect(folder.contents.isEmpty)
    }

    /// A link stays one, and what is no file is not replaced by one.
    @Test func onlyFilesAreReplaced() throws {
        let folder = try Folder()
        let (real, link, pipe) = (folder.path("real"), folder.path("link"), folder.path("pipe"))
        _ = try folder.write(Data(), "real")
        symlink("real", link)
        #expect(try Program(Self.arguments("adam", 5, ["--out", link])).status == 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real")
        #expect(try Data(contentsOf: URL(fileURLWithPath: real)).count > 100)
        mkfifo(pipe, 0o600)
        try expectRefusal(Self.arguments("adam", 5, ["--out", pipe]), 64, "not a regular file")
        symlink("nowhere", folder.path("lost"))
        try expectRefusal(Self.arguments("adam", 5, ["--checkpoint", folder.path("lost")]), 64, "a link to a file that is not there")
        #expect(Set(folder.contents) == ["real", "link", "pipe", "lost"])
    }

    @Test func damagedCheckpointsAreRefused() throws {
        let folder = try Folder()
        let state = folder.path("state")
        #expect(try Program(Self.arguments("adam", 10, ["--checkpoint", state])).status == 0)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: state))
        for back in [1, 3, 400, 1500] where back < bytes.count / 2 {
            var other = bytes
            other[other.count - back] ^= 1
            try expectRefusal(Self.arguments("adam", 20, ["--resume", try folder.write(other, "other")]), 65, "is damaged")
        }
    }

    /// Another number in the equation, another weight, another domain: also where the network is zero at the start.
    @Test func checkpointsBelongToTheirNumbers() throws {
        let folder = try Folder()
        func problem(_ c: String, _ weight: String, _ end: String) throws -> String {
            let text = """
                name = "own"
                coordinates = { x = [-1, \(end)] }
                parameters = { c = \(c) }
                equation = "u_xx + c*u = 1"
                conditions = [ { on = "x = -1, x = \(end)", equation = "u = 0", weight = \(weight) } ]
                """
            return try folder.write(Data(text.utf8), "own.toml")
        }
        func arguments(_ path: String) -> [String] {
            ["train", path, "--layers", "1,4,1", "--optimizer", "adam", "--steps", "5", "--resume", folder.path("state"), "--device", "native"]
        }
        #expect(try Program(arguments(problem("2.0", "2", "1"))).status == 0)
        try expectRefusal(arguments(problem("2.0000001", "2", "1")), 65, "does not belong to this run")
        try expectRefusal(arguments(problem("2.0", "20", "1")), 65, "does not belong to this run")
        try expectRefusal(arguments(problem("2.0", "2", "2")), 65, "does not belong to this run")
        #expect(try Program(arguments(problem("2.0", "2", "1"))).status == 0)
    }

    @Test func wrongUseEndsInASentence() throws {
        let folder = try Folder()
        let state = folder.path("state.safetensors")
        #expect(try Program(Self.arguments("adam", 10, ["--checkpoint", state])).status == 0)
        try expectRefusal(
            ["train", "heat", "--layers", "2,8,1", "--optimizer", "adam", "--device", "native", "--resume", state], 65, "does not belong to this run")
        try expectRefusal(Self.arguments("lbfgs", 10, ["--resume", state]), 65, "optimizer")
        try expectRefusal(Self.arguments("adam", 10, ["--weights", "causal"]), 64, "no coordinate t")
        try expectRefusal(Self.arguments("adam", 10, ["--weights", "fixed:1,-2"]), 64, "positive numbers")
        try expectRefusal(Self.arguments("adam", 10, ["--resample", "rar:0"]), 64, "--resample rar:0")
        try expectRefusal(Self.arguments("gn", 10, ["--optimizer-cut", "2"]), 64, "--optimizer-cut")
    }

    @Test func aNetworkTooLargeForADenseMethodIsRefused() throws {
        for optimizer in ["bfgs", "ssbroyden"] {
            try expectRefusal(
                [
                    "train", "poisson1d", "--layers", "1,4096,6,1", "--optimizer", optimizer, "--points", "20", "--steps", "2", "--device", "native",
                    "--quiet",
                ], 64, "use lbfgs or adam")
        }
    }

    @Test func divergenceKeepsTheBest() throws {
        let folder = try Folder()
        let out = folder.path("best.safetensors")
        let run = try Program(Self.arguments("gd", 300, ["--learning-rate", "10", "--json", "--out", out]))
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.output.contains("diverged"))
        #expect(FileManager.default.fileExists(atPath: out))
        #expect(try Program(["evaluate", "poisson1d", "--model", out, "--device", "native", "--json"]).status == 0)
    }
}
