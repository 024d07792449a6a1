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
}
