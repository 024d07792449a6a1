import Foundation
import Testing

/// A device that fails ends the command with one clear sentence when it was asked for by name, or is worked around.
@Suite struct FailingDeviceTests {
    private static let arguments = ["spectrum", "poisson1d", "--derivative", "ad", "--derivative", "fd:2:1e-3", "--cut", "1e-13", "--json"]
    private static let onOpenCL = arguments + ["--device", "opencl"]
    static let machineHasOpenCL = (try? Program(["devices", "--device", "opencl", "--json"]))?.status == 0

    @Test(.enabled(if: machineHasOpenCL, "no OpenCL device")) func kernelThatDoesNotCompile() throws {
        for arguments in [Self.onOpenCL, ["reproduce", "--quick", "--only", "C12", "--device", "opencl", "--json"]] {
            let run = try Program(arguments, environment: ["RESIDUA_OPENCL_OPTIONS": "-Ddouble=no_such_type"])
            #expect(run.status == 69 && run.output.isEmpty, "\(run.errors)")
            let lines = run.errors.split(separator: "\n").drop { !$0.hasPrefix("residua: error: ") }
            #expect(
                lines.first?.contains("features.cl do not compile") == true && lines.first?.hasSuffix("--device native.") == true, "\(run.errors)")
            #expect(lines.dropFirst().contains { $0.contains("no_such_type") }, "the build log's first lines follow: \(run.errors)")
        }
    }

    @Test(.enabled(if: machineHasOpenCL, "no OpenCL device")) func littleMemoryIsUsedPieceByPiece() throws {
        func spectra(_ environment: [String: String?]) throws -> NSArray {
            try #require(try Program(Self.onOpenCL, environment: environment).json()["spectra"] as? NSArray)
        }
        #expect(try spectra(["RESIDUA_OPENCL_MEMORY": "150000"]) == spectra([:]), "160 KB of a matrix in pieces, the same to the last bit")
    }

    /// Points travel in smaller windows where the device has no room for all, and windows change no bit.
    @Test(.enabled(if: machineHasOpenCL, "no OpenCL device")) func plansStreamTheirPointsThroughLittleMemory() throws {
        for (derivative, least) in [("ad", 1_000_000), ("fd:2:1e-2", 2_000_000)] {
            let arguments = [
                "evaluate", "poisson2d-unit", "--layers", "2,8,1", "--points", "40000", "--derivative", derivative, "--device", "opencl", "--json",
            ]
            func numbers(_ environment: [String: String?]) throws -> [Double] {
                let object = try Program(arguments, environment: environment).json()
                return [try #require(object["loss"] as? Double), try #require(object["gradientNorm"] as? Double)]
            }
            #expect(try numbers(["RESIDUA_OPENCL_MEMORY": String(least)]) == numbers([:]))
            try expectRefusal(arguments, 69, "--device native", environment: ["RESIDUA_OPENCL_MEMORY": "20000"])
        }
    }

    @Test(.enabled(if: machineHasOpenCL, "no OpenCL device")) func memoryThatHoldsNotEvenAPiece() throws {
        try expectRefusal(Self.onOpenCL, 69, "--device native", environment: ["RESIDUA_OPENCL_MEMORY": "2000"])
    }
}
