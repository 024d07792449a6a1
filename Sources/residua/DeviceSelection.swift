import Compute

/// The device that a verb runs on.
struct DeviceSelection {
    let info: DeviceInfo
    let reason: String
    private let isAutomatic: Bool

    var index: Int { info.index }
    var name: String { info.name }

    /// - Throws: `ComputeError` when the choice cannot be met.
    init(_ text: String, quiet: Bool = false) throws {
        let choice = try DeviceChoice(parsing: text)
        isAutomatic = choice == .automatic
        (info, reason) = try DeviceCatalogue.shared.select(choice)
    }

    /// Opens the device. One that was chosen automatically and cannot be opened is told of, and the native path taken.
    func open() throws -> Device {
        do throws(ComputeError) { return try Device(info) } catch {
            guard isAutomatic, info.backend == .opencl else { throw error }
            Terminal.note("\(error) Going on by the native path.")
            return try Device(.native)
        }
    }
}
