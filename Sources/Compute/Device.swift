import CCompute

/// An opened device. May be used from several threads; calls on it take turns.
public final class Device: Sendable {
    /// As found when it was opened: `fp64` only if its double precision divides and takes roots as it should.
    public let info: DeviceInfo
    nonisolated(unsafe) let handle: OpaquePointer

    /// - Throws: `ComputeError.device` if it cannot be opened.
    public init(_ info: DeviceInfo) throws(ComputeError) {
        var opened: OpaquePointer?
        var error = cc_error()
        guard cc_device_open(Int32(info.index), &opened, &error) == CC_OK, let opened else { throw ComputeError(error) }
        self.info = cc_device_describe(opened).map { DeviceInfo($0.pointee, index: info.index) } ?? info
        handle = opened
    }

    /// Opens the device that the choice means.
    public convenience init(_ choice: DeviceChoice = .automatic) throws(ComputeError) {
        try self.init(DeviceCatalogue.shared.select(choice).device)
    }

    deinit { cc_device_close(handle) }

    /// Threads of the native path; at least 1, 0 for all cores. Never changes a result.
    public static var threads: Int {
        get { Int(cc_threads()) }
        set { cc_set_threads(Int32(clamping: newValue)) }
    }

    func checked(_ call: (OpaquePointer, UnsafeMutablePointer<cc_error>) -> cc_status) throws(ComputeError) {
        var error = cc_error()
        guard call(handle, &error) == CC_OK else { throw ComputeError(error) }
    }
}
