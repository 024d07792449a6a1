import Foundation
import Testing

@Suite struct CompareTests {
    private static let endless = [
        "poisson2d-unit", "--layers", "2,12,1", "--points", "60", "--optimizer", "adam", "--steps", "100000000", "--derivative", "ad", "--derivative",
        "fd:2:1e-2", "--json",
    ]

    /// A signal ends the step in hand; the row is there as far as it got, and nothing is recommended.
    @Test(arguments: [SIGTERM, SIGINT]) func anInterruptionSaysWhatThereIs(signal: Int32) throws {
        let folder = try Folder()
        let process = Process()
        process.executableURL = try Program.executable()
        process.arguments = ["compare"] + Self.endless + ["--out", folder.path("report")]
        let output = Pipe(), errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        usleep(700_000)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 75)
        let object = try #require(
            try JSONSerialization.jsonObject(with: output.fileHandleForReading.readDataToEndOfFile()) as? [String: Any])
        let rows = try #require(object["rows"] as? [[String: Any]])
        #expect(rows.count == 1 && rows[0]["outcome"] as? String == "interrupted" && object["recommendation"] is NSNull)
        #expect(((rows[0]["curve"] as? [[String: Any]])?.last?["step"] as? Int ?? 0) > 0)
        let told = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(told.contains("0 of 2 trainings are whole"), "\(told)")
        #expect(FileManager.default.fileExists(atPath: folder.path("report/index.html")))
    }

    /// A signal at any moment, also between two steps.
    @Test func earlyInterruptionsAreNoFailures() throws {
        for wait in [20_000, 50_000, 70_000, 90_000, 110_000, 140_000] as [UInt32] {
            let folder = try Folder()
            let process = Process()
            process.executableURL = try Program.executable()
            process.arguments = ["compare"] + Self.endless + ["--quiet", "--out", folder.path("report")]
            let errors = Pipe()
            process.standardOutput = FileHandle.nullDevice
            process.standardError = errors
            try process.run()
            usleep(wait)
            kill(process.processIdentifier, SIGTERM)
            process.waitUntilExit()
            // Before the program's first line the signal ends it by itself.
            let told = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            #expect(process.terminationStatus == 75 || process.terminationReason == .uncaughtSignal, "after \(wait) µs: \(told)")
        }
    }

    @Test func mistakesAreRefused() throws {
        let folder = try Folder()
        let start = ["compare", "poisson1d", "--layers", "1,4,1", "--steps", "1", "--out", folder.path("r")]
        try expectRefusal(start + ["--precision", "f32", "--precisions", "f64,f32"], 64, "not both")
        try expectRefusal(start + ["--precisions", "f64,f16"], 64, "write f32, f64")
        try expectRefusal(["compare", "poisson1d", "--layers", "2,4,1"], 64, "takes 2 coordinates")
        try expectRefusal(["compare", "poisson1d", "--layers", "1,4,2"], 64, "2 outputs")
        #expect(folder.contents.isEmpty)
    }

    /// Stencils on an activation with a kink have no floor that could be told.
    @Test func kinksHaveNoFloor() throws {
        let folder = try Folder()
        let run = try Program([
            "compare", "poisson1d", "--layers", "1,8,1", "--activation", "relu3", "--optimizer", "lm", "--steps", "4", "--json", "--out",
            folder.path("report"),
        ])
        #expect(run.status == 0 && run.output.contains("\"floor\":null") && !run.errors.contains("derivative"), "\(run.errors)")
        let flat = try Program(["train", "poisson1d", "--layers", "1,5,1", "--activation", "relu", "--steps", "1"])
        #expect(flat.status == 0 && flat.errors.contains("relu has no derivative of order 2"), "\(flat.errors)")
    }
}
