import CCompute

/// An opened device with its buffers, as the benchmarks use it: straight on the C interface, so that nothing else is timed.
final class BenchmarkDevice {
    let handle: OpaquePointer
    private var buffers: [OpaquePointer] = []
    /// The native path as a rival of this device, opened when asked for.
    private var native: BenchmarkDevice?

    init(index: Int32) throws(BenchmarkError) {
        var opened: OpaquePointer?
        var error = cc_error()
        guard cc_device_open(index, &opened, &error) == CC_OK, let opened else { throw .device(BenchmarkDevice.text(error)) }
        handle = opened
    }

    deinit {
        for buffer in buffers { cc_buffer_release(buffer) }
        cc_device_close(handle)
    }

    var isNative: Bool { information.backend == CC_NATIVE }

    /// Threads that a processor's device works with; 1 for others, where the word means nothing.
    var units: Int { information.type == CC_CPU ? Int(information.compute_units) : 1 }

    var information: cc_device_info { cc_device_describe(handle).pointee }

    var name: String { withUnsafeBytes(of: information.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) } }

    static func text(_ error: cc_error) -> String { withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) } }

    /// A buffer of `count` elements; filled with repeatable values in (−1, 1) when `filled`.
    func matrix(_ precision: BenchmarkRow.Precision, count: Int, stride: Int, filled: Bool, scale: Double = 1) throws(BenchmarkError) -> cc_matrix {
        var buffer: OpaquePointer?
        var error = cc_error()
        guard cc_buffer_create(handle, count * precision.bytes, &buffer, &error) == CC_OK, let buffer else {
            throw .device(BenchmarkDevice.text(error))
        }
        buffers.append(buffer)
        if filled {
            var state: UInt64 = 0x9E37_79B9_7F4A_7C15
            let values = (0..<count).map { _ -> Double in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return scale * (Double(state >> 11) * 0x1p-52 - 1)
            }
            switch precision {
            case .f64: try write(values, to: buffer)
            case .f32: try write(values.map(Float.init), to: buffer)
            }
        }
        return cc_matrix(buffer: buffer, offset: 0, stride: Int64(stride))
    }

    func write<Scalar>(_ values: [Scalar], to buffer: OpaquePointer) throws(BenchmarkError) {
        var error = cc_error()
        let status = values.withUnsafeBytes { cc_buffer_write(buffer, 0, $0.count, $0.baseAddress, &error) }
        guard status == CC_OK else { throw .device(BenchmarkDevice.text(error)) }
    }

    /// Runs `call` and waits for the device.
    func run(_ call: (OpaquePointer, UnsafeMutablePointer<cc_error>) -> cc_status) throws(BenchmarkError) {
        var error = cc_error()
        guard call(handle, &error) == CC_OK, cc_device_finish(handle, &error) == CC_OK else { throw .device(BenchmarkDevice.text(error)) }
    }

    /// The native path, when this is another device that runs on the processor; nil otherwise.
    func nativeRival() throws(BenchmarkError) -> BenchmarkDevice? {
        guard !isNative && information.type == CC_CPU else { return nil }
        if native == nil { native = try BenchmarkDevice(index: 0) }
        return native
    }

    /// Gives back all buffers made so far.
    func releaseBuffers() {
        native?.releaseBuffers()
        for buffer in buffers { cc_buffer_release(buffer) }
        buffers.removeAll()
    }
}
