import Differentiation
import Problems

/// What can be wrong with a file of arrays or a model.
public enum ModelError: Error, Sendable, Equatable {
    /// The system does not let the file be read.
    case cannotRead(path: String, reason: String)
    /// The system does not let the file be written.
    case cannotWrite(path: String, reason: String)
    /// The file's bytes break the rules of its format.
    case malformed(path: String, reason: String)
    /// An array that has to be there is not.
    case missing(path: String, array: String, present: [String])
    /// An array has the wrong shape.
    case shape(path: String, array: String, expected: String, found: [Int])
    /// Points do not lie where they have to.
    case points(path: String, array: String, reason: String)
    /// An array holds elements of a type that is not read.
    case elementType(path: String, array: String, found: String)
    /// An array holds NaN or an infinity; the index counts elements in C order.
    case notFinite(path: String, array: String, index: Int, value: Double)
    /// The file's metadata does not say what is needed.
    case metadata(path: String, reason: String)
    /// No activation has this name.
    case unknownActivation(path: String, name: String)
    /// More memory would be needed than the machine has.
    case tooLarge(what: String, bytes: Double, memory: Double)
    /// Widths or counts of layers that no network has.
    case architecture(String)
}

extension ModelError {
    /// Throws `tooLarge` if this machine's memory is smaller; to be asked before anything of that size is allocated.
    ///
    /// - Parameters:
    ///   - bytes: The size.
    ///   - what: What needs it, the subject of the error's sentence.
    public static func requireMemory(bytes: Double, for what: String) throws(ModelError) {
        guard bytes < MachineMemory.bytes else { throw .tooLarge(what: what, bytes: bytes, memory: MachineMemory.bytes) }
    }
}

extension ModelError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotRead(let path, let reason): "\(path) cannot be read: \(reason)"
        case .cannotWrite(let path, let reason): "\(path) cannot be written: \(reason)"
        case .malformed(let path, let reason): "\(path) is damaged or of another format: \(reason)"
        case .missing(let path, let array, let present):
            "\(path) has no array \"\(array)\"; it has \(present.isEmpty ? "none at all" : present.sorted().joined(separator: ", "))"
        case .shape(let path, let array, let expected, let found): "\(path): the array \"\(array)\" has the shape \(found), but \(expected) is needed"
        case .points(let path, let array, let reason): "\(path): the points \"\(array)\" cannot be used: \(reason)"
        case .elementType(let path, let array, let found):
            "\(path): the array \"\(array)\" has elements of type \(found); write it as 32-bit or 64-bit little-endian floating-point numbers"
        case .notFinite(let path, let array, let index, let value):
            "\(path): element \(index) of the array \"\(array)\" is \(Wording.number(value)), and only finite numbers can be used"
        case .metadata(let path, let reason): "\(path): the metadata cannot be used: \(reason)"
        case .unknownActivation(let path, let name):
            "\(path): there is no activation \"\(name)\"; choose one of \(Activation.allNames.joined(separator: ", "))"
        case .architecture(let reason): "\(reason)"
        case .tooLarge(let what, let bytes, let memory):
            "\(what) needs \(ModelError.gigabytes(bytes)) of memory, and this machine has \(ModelError.gigabytes(memory))"
        }
    }

    private static func gigabytes(_ bytes: Double) -> String {
        let tenths = (bytes / 1e8).rounded() / 10
        return tenths < 1e6 ? "\(tenths) GB" : "\(bytes / 1e9) GB"
    }
}
