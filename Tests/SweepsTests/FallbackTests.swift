import Compute
import Foundation
import Sweeps
import Testing

/// Trials whose device cannot run them.
@Suite struct FallbackTests {
    static let hasOpenCL = (try? DeviceCatalogue.shared.select(.opencl)) != nil

    /// With a way to go on, each is run there and recorded so; without one it has failed.
    @Test(.enabled(if: hasOpenCL, "no OpenCL device")) func aFailingDeviceIsReplacedTrialByTrial() async {
        await #expect(processExitsWith: .success) {
            setenv("RESIDUA_OPENCL_MEMORY", "2000", 1)
            let scratch = try Scratch()
            let text = "kind = \"spectrum\"\nreplicates = 3\n[fixed]\nproblem = \"poisson1d\"\nfeatures = 12\n"
            let list = try TrialList(Manifest(Array(text.utf8), path: "m.toml"))
            let native = try Device(.native)
            for fallback in [nil, native] {
                var options = LocalEngine.Options()
                options.fallback = fallback
                let store = Store(folder: scratch.path + (fallback == nil ? "/failed" : "/done"))
                var told: [String] = []
                let engine = LocalEngine(list, store: store, devices: [try Device(.opencl)], options: options)
                let summary = try engine.run(recorded: { told += $0.compactMap(\.deviceFailure) })
                #expect(summary.done == (fallback == nil ? 0 : 3) && summary.failed == (fallback == nil ? 3 : 0))
                #expect(told.count == summary.done && told.allSatisfy { $0.contains("--device native") })
                let results = try MergedResults(store, of: list)
                _ = try results.merge(store.shardPaths())
                if fallback != nil { #expect(try results.devices() == [native.info.name]) }
            }
        }
    }
}
