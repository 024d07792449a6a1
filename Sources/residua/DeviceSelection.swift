import Compute
import Solvers
import Studies

/// The device that a verb runs on.
struct DeviceSelection {
    let info: DeviceInfo
    let reason: String
    private let isAutomatic: Bool

    var index: Int { info.index }
    var name: String { info.name }

    /// - Throws: `ComputeError` when the choice cannot be met.
    init(_ text: String) throws {
        let choice = try DeviceChoice(parsing: text)
        isAutomatic = choice == .automatic
        (info, reason) = try DeviceCatalogue.shared.select(choice)
    }

    /// What a trial of a sweep is run on where the device fails; nil for a device that was named.
    func fallback() throws -> Device? { isAutomatic && info.backend == .opencl ? try Device(.native) : nil }

    /// Does something on the device. Where one that was chosen automatically cannot do it, that is told, and it is done once more by the native path.
    ///
    /// - Parameter body: has printed nothing where it throws.
    func open<Result>(_ body: (Device) throws -> Result = { $0 }) throws -> Result {
        do { return try body(Device(info)) } catch {
            guard isAutomatic, info.backend == .opencl, let said = deviceError(behind: error), said.isOfDevice else { throw error }
            let sentence = "\(said)".split(separator: "\n").first.map(String.init) ?? ""
            Terminal.note("\(sentence) Going on by the native path.")
            return try body(Device(.native))
        }
    }
}

/// What the device said, behind an error of any room.
private func deviceError(behind error: any Error) -> ComputeError? {
    switch error {
    case StudyError.device(_, let inner): inner
    case StudyError.solver(_, let inner): ComputeError(behind: inner)
    default: ComputeError(behind: error)
    }
}
