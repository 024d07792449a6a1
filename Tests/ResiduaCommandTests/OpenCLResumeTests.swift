import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Trainings on an OpenCL device that are stopped or killed and taken up again.
@Suite(.enabled(if: FailingDeviceTests.machineHasOpenCL)) struct OpenCLResumeTests {
    private static func arguments(_ optimizer: String, _ more: [String]) -> [String] {
        let steps = ["lm", "gn", "ssbroyden", "bfgs"].contains(optimizer) ? "150" : "500"
        return [
            "train", "poisson1d", "--layers", "1,12,1", "--points", "60", "--optimizer", optimizer, "--steps", steps, "--log-every", steps,
            "--device",
            "opencl", "--seed", "3", "--spectrum-every", "0",
        ] + more
    }

    /// By kill -9 and by a polite end, each as soon as there is a checkpoint.
    @Test(arguments: TrainRobustnessTests.optimizers) func stoppedTrainingsGoOnToTheSameBits(_ optimizer: String) throws {
        let folder = try Folder()
        let whole = folder.path("whole.safetensors")
        #expect(try Program(Self.arguments(optimizer, ["--out", whole])).status == 0)
        for signal in [SIGKILL, SIGINT] {
            let (state, other) = (folder.path("state\(signal).safetensors"), folder.path("other\(signal).safetensors"))
            let saving = ["--checkpoint", state, "--checkpoint-every", "7", "--resume", state, "--out", other]
            let process = Process()
            process.executableURL = try Program.executable()
            process.arguments = Self.arguments(optimizer, saving)
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            let start = Date()
            while process.isRunning, !FileManager.default.fileExists(atPath: state), Date().timeIntervalSince(start) < 20 { usleep(500) }
            kill(process.processIdentifier, signal)
            process.waitUntilExit()
            #expect(FileManager.default.fileExists(atPath: state))
            #expect(try Program(Self.arguments(optimizer, saving)).status == 0)
            #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == Data(contentsOf: URL(fileURLWithPath: whole)), "\(optimizer), \(signal)")
        }
    }
}
