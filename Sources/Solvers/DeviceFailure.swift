import Compute

extension ComputeError {
    /// What was said on computing, behind an error of this room or of `Compute`; nil behind others.
    package init?(behind error: any Error) {
        switch error {
        case let error as ComputeError: self = error
        case SolverError.compute(let inner): self = inner
        default: return nil
        }
    }

    /// Whether the device is at fault, so that another one might do it.
    package var isOfDevice: Bool {
        switch self {
        case .noDevice, .noDouble, .outOfDeviceMemory, .buildFailed, .device: true
        case .badDeviceName, .tooLarge, .method, .shape, .equation, .notFinite: false
        }
    }
}
