import Compute

/// The device that a verb runs on.
struct DeviceSelection {
    let info: DeviceInfo
    let reason: String

    var index: Int { info.index }
    var name: String { info.name }

    /// - Throws: `ComputeError` when the choice cannot be met.
    init(_ text: String, quiet: Bool = false) throws {
        let choice = try DeviceChoice(parsing: text)
        (info, reason) = try DeviceCatalogue.shared.select(choice)
    }

    func open() throws -> Device { try Device(info) }
}
