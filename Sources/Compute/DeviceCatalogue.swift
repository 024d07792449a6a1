import CCompute

/// All devices of this process. Enumerated once: some OpenCL runtimes race when they are first asked by several threads.
public struct DeviceCatalogue: Sendable {
    public static let shared = DeviceCatalogue()

    /// The native path first, then the OpenCL devices.
    public let devices: [DeviceInfo]
    /// One sentence about the OpenCL loader.
    public let loader: String

    private init() {
        devices = (0..<Int(cc_device_count())).compactMap { index in cc_device_at(Int32(index)).map { DeviceInfo($0.pointee, index: index) } }
        loader = String(cString: cc_loader_text())
    }

    /// Every usable device opened once, so that double precision is probed; a device that cannot be opened is not usable.
    public func probed() -> [DeviceInfo] {
        devices.map { info in
            guard info.usable else { return info }
            do throws(ComputeError) { return try Device(info).info } catch { return info.unusable(because: "\(error)") }
        }
    }

    /// The device that a choice means, and why.
    ///
    /// - Throws: `ComputeError.noDevice` when OpenCL is asked for and none is usable, or the index or name fits none.
    public func select(_ choice: DeviceChoice) throws(ComputeError) -> (device: DeviceInfo, reason: String) {
        let native = devices[0]
        let opencl = devices.filter { $0.backend == .opencl }
        switch choice {
        case .native: return (native, "the native path was asked for")
        case .automatic:
            if let gpu = opencl.first(where: { $0.kind == .gpu && $0.usable }) { return (gpu, "the first usable GPU") }
            let why =
                opencl.isEmpty
                ? "no OpenCL device was found (\(loader))" : "no OpenCL device is a usable GPU, and on the CPU the native path is the fastest"
            return (native, why)
        case .opencl:
            if let first = opencl.first(where: { $0.usable && $0.kind == .gpu }) ?? opencl.first(where: { $0.usable }) {
                return (first, "the first usable OpenCL device")
            }
            throw .noDevice(requested: "\(choice)", reason: opencl.first.map { "\($0.name): \($0.reason)" } ?? loader)
        case .openclIndex(let index):
            guard opencl.indices.contains(index) else {
                let known = opencl.count == 1 ? "there is 1 OpenCL device, number 0" : "there are \(opencl.count) OpenCL devices, numbered from 0"
                throw .noDevice(requested: "\(choice)", reason: opencl.isEmpty ? loader : "\(known); `residua devices` lists them.")
            }
            guard opencl[index].usable else { throw .noDevice(requested: "\(choice)", reason: opencl[index].reason) }
            return (opencl[index], "the OpenCL device asked for by number")
        case .openclName(let part):
            let fitting = opencl.filter { $0.name.lowercased().contains(part.lowercased()) }
            guard let device = fitting.first(where: { $0.usable }) else {
                let names = opencl.map { "\"\($0.name)\"" }.joined(separator: ", ")
                throw .noDevice(
                    requested: "\(choice)", reason: fitting.first?.reason ?? (opencl.isEmpty ? loader : "the OpenCL devices are \(names)."))
            }
            return (device, "the OpenCL device asked for by name")
        }
    }
}
