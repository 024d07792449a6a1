import CCompute
import Differentiation

/// Numbers on a device, in one precision; given back when the value goes out of scope.
struct DeviceBuffer: ~Copyable {
    let handle: OpaquePointer
    let precision: Precision
    let count: Int

    /// Room for `count` numbers.
    init(_ device: Device, _ precision: Precision, count: Int) throws(ComputeError) {
        var buffer: OpaquePointer?
        try device.checked { cc_buffer_create($0, count * precision.bytes, &buffer, $1) }
        handle = buffer!
        self.precision = precision
        self.count = count
    }

    /// A buffer with the values given, rounded to the precision.
    static func filled(_ device: Device, _ precision: Precision, _ values: [Double]) throws(ComputeError) -> DeviceBuffer {
        let buffer = try DeviceBuffer(device, precision, count: values.count)
        var error = cc_error()
        let status =
            switch precision {
            case .f64: values.withUnsafeBytes { cc_buffer_write(buffer.handle, 0, $0.count, $0.baseAddress, &error) }
            case .f32: values.map(Float.init).withUnsafeBytes { cc_buffer_write(buffer.handle, 0, $0.count, $0.baseAddress, &error) }
            }
        guard status == CC_OK else { throw ComputeError(error) }
        return buffer
    }

    deinit { cc_buffer_release(handle) }

    /// The first numbers, written to `values`, all of which are overwritten.
    func read(into values: UnsafeMutableBufferPointer<Double>) throws(ComputeError) {
        var error = cc_error()
        switch precision {
        case .f64:
            guard cc_buffer_read(handle, 0, values.count * 8, values.baseAddress, &error) == CC_OK else { throw ComputeError(error) }
        case .f32:
            let narrow = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
            defer { narrow.deallocate() }
            guard cc_buffer_read(handle, 0, values.count * 4, narrow.baseAddress, &error) == CC_OK else { throw ComputeError(error) }
            for i in values.indices { values[i] = Double(narrow[i]) }
        }
    }

    func matrix(stride: Int, offset: Int = 0) -> cc_matrix { cc_matrix(buffer: handle, offset: Int64(offset), stride: Int64(stride)) }
}
