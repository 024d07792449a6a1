import CCompute
import Foundation
import Testing

/// What goes wrong around OpenCL is told in a sentence, and the native path stays. Each case is a process of its own, because the
/// loader is opened once a process.
@Suite(.serialized) struct OpenCLFallbackTests {
    static let machineHasOpenCL = OpenedDevice.firstOpenCL != nil

    private static func expectNativeOnly(saying fragments: String...) throws {
        #expect(cc_device_count() == 1)
        #expect(cc_device_at(0)?.pointee.usable == true)
        #expect(cc_device_at(1) == nil)
        for fragment in fragments { #expect(OpenedDevice.loaderText.contains(fragment), "\(OpenedDevice.loaderText)") }
        #expect(OpenedDevice.loaderText.hasSuffix("."))
        #expect(try DeviceProduct(m: 5, n: 4, k: 3).wrongEntries(on: OpenedDevice(0), Double.zero) == 0)
        do {
            _ = try OpenedDevice(1)
            Issue.record("a device was opened that does not exist")
        } catch let failure as OpenedDevice.Failure { #expect(failure.status == CC_NO_DEVICE) }
    }

    /// A folder whose only vendor file names `library`.
    private static func vendors(naming library: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("residua-vendors-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("\(library)\n".utf8).write(to: folder.appendingPathComponent("broken.icd"))
        return folder.path
    }

    @Test func noLoader() async {
        await #expect(processExitsWith: .success) {
            setenv("RESIDUA_OPENCL_LIBRARY", "/nonexistent/libOpenCL.so.1", 1)
            try OpenCLFallbackTests.expectNativeOnly(saying: "RESIDUA_OPENCL_LIBRARY", "/nonexistent/libOpenCL.so.1")
        }
    }

    @Test func libraryThatIsNotOpenCL() async {
        await #expect(processExitsWith: .success) {
            setenv("RESIDUA_OPENCL_LIBRARY", "libm.so.6", 1)
            try OpenCLFallbackTests.expectNativeOnly(saying: "libm.so.6", "clGetPlatformIDs")
        }
    }

    @Test(.enabled(if: machineHasOpenCL, "no OpenCL device")) func noPlatform() async {
        await #expect(processExitsWith: .success) {
            setenv("OCL_ICD_VENDORS", "/nonexistent", 1)
            try OpenCLFallbackTests.expectNativeOnly(saying: "no platform", "OCL_ICD_VENDORS", "/nonexistent")
        }
    }

    @Test(.enabled(if: machineHasOpenCL, "no OpenCL device")) func brokenVendorFiles() async {
        for library in ["libnothing-of-the-kind.so", "libm.so.6"] {
            // The library's name travels to the child by the environment.
            setenv("RESIDUA_TEST_VENDOR", library, 1)
            await #expect(processExitsWith: .success) {
                let folder = try OpenCLFallbackTests.vendors(naming: String(cString: getenv("RESIDUA_TEST_VENDOR")))
                setenv("OCL_ICD_VENDORS", folder, 1)
                defer { try? FileManager.default.removeItem(atPath: folder) }
                try OpenCLFallbackTests.expectNativeOnly(saying: "no platform")
            }
        }
    }

    @Test(.enabled(if: machineHasOpenCL, "no OpenCL device")) func kernelThatDoesNotCompile() async {
        await #expect(processExitsWith: .success) {
            setenv("RESIDUA_OPENCL_OPTIONS", "-Dfloat=no_such_type", 1)
            let device = try OpenedDevice(OpenedDevice.firstOpenCL ?? 0)
            do {
                _ = try DeviceProduct(m: 5, n: 4, k: 3).wrongEntries(on: device, Float.zero)
                Issue.record("a broken kernel ran")
            } catch let failure as OpenedDevice.Failure {
                #expect(failure.status == CC_BUILD_FAILED)
                let lines = failure.description.split(separator: "\n")
                #expect(lines.count > 1 && lines.dropLast().contains { $0.contains("error") }, "the build log comes first: \(failure)")
                #expect(lines.last?.contains("product.cl") == true && lines.last?.hasSuffix("--device native.") == true, "\(failure)")
            }
            // Mended, the same device serves.
            unsetenv("RESIDUA_OPENCL_OPTIONS")
            #expect(try DeviceProduct(m: 5, n: 4, k: 3).wrongEntries(on: device, Float.zero) == 0)
        }
    }

    /// A device of little memory refuses what does not fit, together with what it already holds, and takes it when there is room again.
    @Test(.enabled(if: machineHasOpenCL, "no OpenCL device")) func deviceMemoryExhausted() async {
        await #expect(processExitsWith: .success) {
            setenv("RESIDUA_OPENCL_MEMORY", "1000000", 1)
            let index = OpenedDevice.firstOpenCL ?? 0
            func refused(_ work: () throws -> Void) {
                do {
                    try work()
                    Issue.record("more than the device's memory was given out")
                } catch let failure as OpenedDevice.Failure {
                    #expect(failure.status == CC_OUT_OF_MEMORY)
                    #expect(failure.description.contains("1.0 MB") && failure.description.hasSuffix("--device native."), "\(failure)")
                } catch { Issue.record(error) }
            }
            let device = try OpenedDevice(index)
            refused { _ = try device.buffer(bytes: 1_000_001) }
            do {
                let first = try OpenedDevice(index)
                _ = try first.buffer(bytes: 600_000)
                refused { _ = try first.buffer(bytes: 600_000) }
                _ = try first.buffer(bytes: 300_000)
            }
            // Buffers fit and the space to pack them does not.
            refused { _ = try DeviceProduct(m: 200, n: 200, k: 200).wrongEntries(on: device, Double.zero) }
            #expect(try DeviceProduct(m: 9, n: 8, k: 7).wrongEntries(on: OpenedDevice(index), Double.zero) == 0)
        }
    }

    /// What plans hold they give back.
    @Test(.enabled(if: machineHasOpenCL, "no OpenCL device")) func plansGiveBackTheirMemory() async {
        await #expect(processExitsWith: .success) {
            setenv("RESIDUA_OPENCL_MEMORY", "3000000", 1)
            let device = try OpenedDevice(OpenedDevice.firstOpenCL ?? 0)
            let points = (0..<40_000).map { [Double($0) / 40_000] }
            let term = NetworkTerm(points: points, linear: [1], source: points.map { $0[0] })
            for _ in 0..<6 {
                let plan = try NetworkPlan<Float>(widths: [1, 5, 1], activation: CC_TANH, terms: [term], on: device)
                #expect(plan.loss([Double](repeating: 0.5, count: 16)).isFinite)
            }
        }
    }

    @Test(arguments: OpenedDevice.usable) func allocationTooLarge(index: Int32) throws {
        let device = try OpenedDevice(index)
        do {
            _ = try device.buffer(bytes: 1 << 60)
            Issue.record("a buffer of 2⁶⁰ bytes was made")
        } catch let failure as OpenedDevice.Failure {
            #expect(failure.status == CC_OUT_OF_MEMORY)
            #expect(failure.description.hasSuffix("."))
        }
        // The device serves on.
        #expect(try DeviceProduct(m: 7, n: 6, k: 5).wrongEntries(on: device, Float.zero) == 0)
    }

    /// The first enumeration and the first use, by several threads at once.
    @Test func firstUseByManyThreads() async {
        await #expect(processExitsWith: .success) {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let device = try OpenedDevice(OpenedDevice.usable.last ?? 0)
                        return try DeviceProduct(m: 20, n: 30, k: 40).wrongEntries(on: device, Float.zero)
                    }
                }
                for try await wrong in group { #expect(wrong == 0) }
            }
        }
    }
}
