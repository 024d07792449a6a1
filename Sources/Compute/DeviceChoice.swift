/// Which device to use, as a user writes it.
public enum DeviceChoice: Sendable, Hashable {
    /// A GPU if there is a usable one, else the native path.
    case automatic
    case native
    /// The first usable OpenCL device, GPUs first.
    case opencl
    /// The OpenCL device of that number, from 0.
    case openclIndex(Int)
    /// The first usable OpenCL device whose name contains this, upper or lower case.
    case openclName(String)

    /// `auto`, `native`, `opencl`, `opencl:INDEX` or `opencl:NAME PART`.
    ///
    /// - Throws: `ComputeError.badDeviceName`.
    public init(parsing text: String) throws(ComputeError) {
        switch text {
        case "auto": self = .automatic
        case "native": self = .native
        case "opencl": self = .opencl
        default:
            guard text.hasPrefix("opencl:") else { throw .badDeviceName(text) }
            let rest = text.dropFirst("opencl:".count)
            let name = rest.count >= 2 && rest.hasPrefix("\"") && rest.hasSuffix("\"") ? rest.dropFirst().dropLast() : rest
            guard !name.isEmpty else { throw .badDeviceName(text) }
            if let index = Int(name), index >= 0 { self = .openclIndex(index) } else { self = .openclName(String(name)) }
        }
    }
}

extension DeviceChoice: CustomStringConvertible {
    public var description: String {
        switch self {
        case .automatic: "auto"
        case .native: "native"
        case .opencl: "opencl"
        case .openclIndex(let index): "opencl:\(index)"
        case .openclName(let part): "opencl:\(part)"
        }
    }
}
