import CCompute
import Differentiation

/// Why something could not be computed; the description is one sentence with the remedy.
public enum ComputeError: Error, Sendable, Equatable {
    /// The text behind `--device` is not one of its forms.
    case badDeviceName(String)
    /// No device fits the choice; the reason names the remedy.
    case noDevice(requested: String, reason: String)
    /// Double precision was asked of a device that has none to be trusted.
    case noDouble(String)
    /// A matrix that the computer's memory cannot hold, in bytes.
    case tooLarge(rows: Int, columns: Int, bytes: UInt64, memory: UInt64)
    /// The device cannot hold what is needed, even piece by piece.
    case outOfDeviceMemory(String)
    /// The kernels do not compile on the device; the sentence, below it the first lines of the build log.
    case buildFailed(String)
    /// The device's own sentence.
    case device(String)
    /// The derivative method does not fit the operator.
    case method(MethodError)
    /// Points or weights of the wrong number of coordinates, or beyond what single precision can hold.
    case shape(String)
    /// An equation that cannot be planned: a name without a value, a field that the network does not have.
    case equation(String)
    /// A loss or a residual that is not a finite number.
    case notFinite(String)
}

extension ComputeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badDeviceName(let text):
            "\"\(text)\" names no device; write auto, native, opencl, opencl:INDEX or opencl:\"PART OF A NAME\" (see `residua devices`)."
        case .noDevice(let requested, let reason): "No device fits \"\(requested)\": \(reason)"
        case .noDouble(let sentence): "\(sentence)"
        case .tooLarge(let rows, let columns, let bytes, let memory):
            """
            A matrix of \(rows) × \(columns) and what is needed to decompose it take \(ComputeError.gibibytes(bytes)) GiB, \
            and this computer has \(ComputeError.gibibytes(memory)) GiB; use fewer features, parameters or points.
            """
        case .outOfDeviceMemory(let sentence), .buildFailed(let sentence), .device(let sentence): "\(sentence)"
        case .method(let error): "\(error)"
        case .shape(let sentence), .equation(let sentence), .notFinite(let sentence): "\(sentence)"
        }
    }

    private static func gibibytes(_ bytes: UInt64) -> String {
        let tenths = (Double(bytes) / 0x1p30 * 10).rounded()
        return tenths >= 1e15 ? "\(tenths / 10)" : "\(Int(tenths) / 10).\(Int(tenths) % 10)"
    }

    /// The error behind a failing status of the C interface.
    init(_ error: cc_error) {
        let text = withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        switch error.status {
        case CC_NO_DOUBLE: self = .noDouble(text)
        case CC_OUT_OF_MEMORY: self = .outOfDeviceMemory(text)
        case CC_BUILD_FAILED:
            // The log comes first there and the sentence last.
            let lines = text.split(separator: "\n")
            self = .buildFailed((lines.suffix(1) + lines.dropLast()).joined(separator: "\n"))
        case CC_NO_DEVICE: self = .noDevice(requested: "device", reason: text)
        default: self = .device(text)
        }
    }
}
