import CCompute

/// What is known of a device.
public struct DeviceInfo: Sendable, Equatable {
    public enum Backend: String, Sendable { case native, opencl }

    public enum Kind: String, Sendable { case cpu, gpu, accelerator }

    /// Position in the catalogue; 0 is the native path.
    public let index: Int
    /// "native", "opencl:0", …
    public let id: String
    public let backend: Backend
    public let kind: Kind
    public let name: String
    public let vendor: String
    public let driver: String
    /// The OpenCL version, empty for the native path.
    public let version: String
    /// Bytes.
    public let globalMemory: UInt64
    public let localMemory: UInt64
    public let largestBuffer: UInt64
    public let computeUnits: Int
    /// Double precision: in the catalogue as the device claims it, of an opened device as the probe of divide and square root found it.
    public let fp64: Bool
    public private(set) var usable: Bool
    /// Why it is or is not usable, one sentence.
    public private(set) var reason: String

    init(_ info: cc_device_info, index: Int) {
        func text<T>(_ field: T) -> String { withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) } }
        self.index = index
        id = text(info.id)
        backend = info.backend == CC_NATIVE ? .native : .opencl
        kind = info.type == CC_GPU ? .gpu : info.type == CC_ACCELERATOR ? .accelerator : .cpu
        name = text(info.name)
        vendor = text(info.vendor)
        driver = text(info.driver)
        version = text(info.version)
        globalMemory = info.global_memory
        localMemory = info.local_memory
        largestBuffer = info.largest_buffer
        computeUnits = Int(info.compute_units)
        fp64 = info.fp64
        usable = info.usable
        reason = text(info.reason)
    }

    /// The same device, which cannot be used for the reason given.
    func unusable(because reason: String) -> DeviceInfo {
        var info = self
        info.usable = false
        info.reason = reason
        return info
    }
}
