import CCompute
import Foundation
import Testing

/// Built programs on disk: written whole, believed only when whole, never in the way.
@Suite(.serialized, .enabled(if: OpenedDevice.firstOpenCL != nil, "no OpenCL device")) struct ProgramCacheTests {
    private static func freshFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("residua-cache-\(getpid())")
        try? FileManager.default.removeItem(at: folder)
        setenv("RESIDUA_OPENCL_CACHE", "on", 1)
        setenv("RESIDUA_CACHE_DIR", folder.appendingPathComponent("made/on/demand").path, 1)
        return folder
    }

    private static func files(in folder: URL) throws -> [URL] {
        let place = folder.appendingPathComponent("made/on/demand")
        return try FileManager.default.contentsOfDirectory(at: place, includingPropertiesForKeys: nil).sorted { $0.path < $1.path }
    }

    /// A product by a device opened anew, so that its program comes from the cache or the compiler.
    private static func productIsRight() throws -> Bool {
        try DeviceProduct(m: 9, n: 8, k: 7).wrongEntries(on: OpenedDevice(OpenedDevice.firstOpenCL ?? 0), Float.zero) == 0
    }

    @Test func spoiledFilesArePassedOver() async {
        await #expect(processExitsWith: .success) {
            // The probe of double precision runs once a process; its program is not what is looked at.
            setenv("RESIDUA_OPENCL_CACHE", "off", 1)
            #expect(try ProgramCacheTests.productIsRight())
            let folder = try ProgramCacheTests.freshFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            #expect(try ProgramCacheTests.productIsRight())
            let files = try ProgramCacheTests.files(in: folder)
            #expect(!files.isEmpty)
            #expect(files.allSatisfy { $0.pathExtension == "bin" && $0.deletingPathExtension().lastPathComponent.count == 64 })
            let whole = try files.map { try Data(contentsOf: $0) }
            #expect(try ProgramCacheTests.productIsRight())
            for (file, bytes) in zip(files, whole) { #expect(try Data(contentsOf: file) == bytes, "a good file is used as it is") }

            // What is left of a file, and what may have been changed in it.
            let spoilings: [(Data) -> Data] = [
                { _ in Data() }, { $0.prefix(40) }, { $0.prefix(80) }, { $0.dropLast() }, { $0 + [0] },
                { $0.prefix(48) + Data(repeating: 0, count: $0.count - 48) }, { Data("RESIDUA9".utf8) + $0.dropFirst(8) },
                { bytes in
                    var changed = Data(bytes)
                    changed[changed.count / 2] ^= 1
                    return changed
                },
                { bytes in
                    var changed = Data(bytes)
                    for i in 40..<48 { changed[i] = 0xff }
                    return changed
                },
            ]
            for spoil in spoilings {
                for (file, bytes) in zip(files, whole) { try spoil(bytes).write(to: file) }
                #expect(try ProgramCacheTests.productIsRight())
                // The device's probe is built once in a process; its file is read again by the next one.
                #expect(try files.contains { try Data(contentsOf: $0).count > 80 }, "a spoiled file is replaced")
            }
            #expect(try ProgramCacheTests.files(in: folder) == files, "no file is left beside")
        }
    }

    @Test func folderThatCannotBeMade() async {
        await #expect(processExitsWith: .success) {
            setenv("RESIDUA_OPENCL_CACHE", "on", 1)
            setenv("RESIDUA_CACHE_DIR", "/dev/null/cache", 1)
            let right = try ProgramCacheTests.productIsRight()
            #expect(right)
        }
    }

    /// The loss of u_xx + u_yy and its square, and of values at the boundary, by one program for all such equations.
    private static func loss(linear: [Double], product: Double, values: Bool, with operation: cc_opcode = CC_OP_SIN) throws -> Double {
        var numbers = NetworkNumbers(seed: 7)
        let source = numbers.list(20)
        var inside = NetworkTerm.laplacian(2, of: 2, points: numbers.points(20, dimension: 2), source: source)
        inside.used = [0, 3]
        var program = NetworkProgram.quadratic(linear: linear, products: [(product, 0, 1)], source: source)
        program.residuals = [program.add(operation, program.residuals[0])]
        program.values = Int32(program.code.count)
        program.partials = [-1, -1]
        inside.program = program
        let boundary = NetworkTerm.values(points: numbers.points(8, dimension: 2), source: numbers.list(8), weight: 2)
        let plan = try NetworkPlan<Float>(
            widths: [2, 9, 7, 1], activation: CC_TANH, terms: values ? [inside, boundary] : [inside], on: OpenedDevice(OpenedDevice.firstOpenCL ?? 0))
        return plan.loss(numbers.parameters([2, 9, 7, 1]))
    }

    @Test func newEquationsOfKnownOperationsCompileNothing() async {
        await #expect(processExitsWith: .success) {
            setenv("RESIDUA_OPENCL_SHAPE", "cpu", 1)
            let folder = try ProgramCacheTests.freshFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let first = try ProgramCacheTests.loss(linear: [1, 1], product: 0.5, values: true)
            let files = try ProgramCacheTests.files(in: folder)
            #expect(!files.isEmpty)
            let second = try ProgramCacheTests.loss(linear: [-2, 0.25], product: 0, values: false, with: CC_OP_EXP)
            #expect(first != second)
            #expect(try ProgramCacheTests.files(in: folder) == files)
            _ = try ProgramCacheTests.loss(linear: [1, 1], product: 0.5, values: true, with: CC_OP_COSH)
            #expect(try ProgramCacheTests.files(in: folder).count == files.count + 1, "an operation that was not known is compiled")
        }
    }
}
