import CCompute

/// A device with buffers that go with it.
final class OpenedDevice {
    let handle: OpaquePointer
    private var buffers: [OpaquePointer] = []

    /// A status with its sentence.
    struct Failure: Error, CustomStringConvertible {
        let status: cc_status
        let description: String

        init(_ error: cc_error) {
            status = error.status
            description = withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
    }

    /// Positions of the usable devices: the native path, then OpenCL devices.
    static var usable: [Int32] { (0..<cc_device_count()).filter { cc_device_at($0)?.pointee.usable ?? false } }

    /// The first usable OpenCL device; nil on a machine without one.
    static var firstOpenCL: Int32? { usable.first { $0 > 0 } }

    static var loaderText: String { String(cString: cc_loader_text()) }

    init(_ index: Int32) throws {
        var error = cc_error()
        var opened: OpaquePointer?
        guard cc_device_open(index, &opened, &error) == CC_OK, let opened else { throw Failure(error) }
        handle = opened
    }

    deinit {
        buffers.forEach(cc_buffer_release)
        cc_device_close(handle)
    }

    var hasDouble: Bool { cc_device_describe(handle).pointee.fp64 }

    func check(_ call: (UnsafeMutablePointer<cc_error>) -> cc_status) throws {
        var error = cc_error()
        guard call(&error) == CC_OK else { throw Failure(error) }
    }

    func buffer(bytes: Int) throws -> OpaquePointer {
        var made: OpaquePointer?
        try check { cc_buffer_create(handle, bytes, &made, $0) }
        buffers.append(made!)
        return made!
    }

    func buffer<Scalar>(_ values: [Scalar]) throws -> OpaquePointer {
        let made = try buffer(bytes: values.count * MemoryLayout<Scalar>.stride)
        try values.withUnsafeBytes { raw in try check { cc_buffer_write(made, 0, raw.count, raw.baseAddress, $0) } }
        return made
    }

    func read<Scalar>(_ buffer: OpaquePointer, _ count: Int, _ zero: Scalar) throws -> [Scalar] {
        var values = [Scalar](repeating: zero, count: count)
        try values.withUnsafeMutableBytes { raw in try check { cc_buffer_read(buffer, 0, raw.count, raw.baseAddress, $0) } }
        return values
    }
}
