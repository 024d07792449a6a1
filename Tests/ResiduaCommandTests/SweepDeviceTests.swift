import Foundation
import TestSupport
import Testing

/// Sweeps on OpenCL devices, and on several devices at once, find the table of the native run. (Not of Adam, whose step along a component is
/// of the same size however small its gradient: where symmetry makes that zero, rounding alone says which way to go.)
@Suite(.enabled(if: FailingDeviceTests.machineHasOpenCL)) struct SweepDeviceTests {
    private static let spectra = SmallSweep.spectra(replicates: 2, axes: SmallSweep.bothDerivatives + "\nprecision = [\"f64\", \"f32\"]")

    private static let trainings = SmallSweep.trainings(
        "steps = 60\nlog-every = 20\nspectrum-every = 60\ncut = 1e-6\noptimizer = \"gd\"", points: 30,
        axes: "learning-rate = [1e-4, 1e-3]\nseed = [1, 2]\nderivative = [\"ad\", \"fd:2:1e-2\"]")

    @Test(arguments: ["spectra", "trainings"]) func findTheTableOfTheNativeRun(_ name: String) throws {
        let folder = try Folder()
        let path = try folder.manifest(name == "spectra" ? Self.spectra : Self.trainings)
        let runs = [
            ("native", ["--device", "native"]), ("opencl", ["--device", "opencl"]),
            ("both", ["--worker-device", "native", "--worker-device", "opencl", "--workers", "2"]),
        ]
        var tables: [[[String]]] = []
        for (store, options) in runs {
            let run = try Program(["sweep", "run", path, "--store", folder.path(store)] + options)
            #expect(run.status == 0 && run.output.contains("8 done"), "\(run.errors)")
            let text = try Program(["sweep", "export", path, "--store", folder.path(store), "--quiet"]).output
            tables.append(
                text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
        }
        let header = tables[0][0]
        for table in tables[1...] {
            #expect(table.count == 9 && table[0] == header)
            for (one, other) in zip(tables[0], table).dropFirst() {
                let tolerance = one[header.firstIndex(of: "precision") ?? 0] == "f32" ? 2e-2 : 1e-6
                for (column, (a, b)) in zip(header, zip(one, other)) where a != b {
                    let (x, y) = (try #require(Double(a), "\(column): \(a) and \(b)"), try #require(Double(b)))
                    #expect(abs(x - y) <= tolerance * max(abs(x), abs(y)), "\(name), \(column): \(a) and \(b)")
                }
            }
        }
        // Both devices had trials, and each result says which.
        let lines = try String(contentsOfFile: folder.path("both/shard-0-of-1.jsonl"), encoding: .utf8).split(separator: "\n").dropFirst()
        #expect(lines.allSatisfy { $0.contains("\"device\":\"") })
        let merged = try Program(["sweep", "merge", path, "--store", folder.path("native"), folder.path("both"), "--json"]).json()
        // The store's own results were taken in by the export; those of the other that differ by rounding are told.
        let conflicts = try #require(merged["conflicts"] as? [Any])
        #expect((merged["repeated"] as? Int ?? 0) + conflicts.count == 16)
    }

    @Test func aDeviceThatIsNotThereIsRefused() throws {
        let folder = try Folder()
        let path = try folder.manifest(Self.spectra)
        try expectRefusal(["sweep", "run", path, "--worker-device", "native", "--worker-device", "opencl:99"], 69, "opencl:99")
        #expect(!folder.contents.contains("m.sweep"))
        let none: [String: String?] = ["RESIDUA_OPENCL_LIBRARY": "/nonexistent"]
        try expectRefusal(["sweep", "run", path, "--device", "opencl"], 69, "unset", environment: none)
        #expect(try Program(["sweep", "run", path], environment: none).status == 0)
    }
}
