import CCompute

/// A device opened for a test, with its buffers; both go with it.
final class DeviceRig {
    let device: OpaquePointer
    let info: cc_device_info
    private var buffers: [OpaquePointer] = []

    struct Failure: Error, CustomStringConvertible {
        let status: cc_status
        let description: String
    }

    /// Numbers of all usable devices: the native path, then OpenCL devices.
    static var usable: [Int32] {
        (0..<cc_device_count()).filter { cc_device_at($0)?.pointee.usable ?? false }
    }

    init(_ index: Int32 = 0) throws {
        var error = cc_error()
        var opened: OpaquePointer?
        let status = cc_device_open(index, &opened, &error)
        guard status == CC_OK, let opened else { throw DeviceRig.failure(status, error) }
        device = opened
        info = cc_device_describe(opened).pointee
    }

    deinit {
        buffers.forEach(cc_buffer_release)
        cc_device_close(device)
    }

    static func failure(_ status: cc_status, _ error: cc_error) -> Failure {
        let text = withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return Failure(status: status, description: text)
    }

    func check(_ call: (UnsafeMutablePointer<cc_error>) -> cc_status) throws {
        var error = cc_error()
        let status = call(&error)
        guard status == CC_OK else { throw DeviceRig.failure(status, error) }
    }

    func buffer<T>(_ values: [T]) throws -> OpaquePointer {
        var made: OpaquePointer?
        let bytes = max(1, values.count) * MemoryLayout<T>.stride
        try check { cc_buffer_create(device, bytes, &made, $0) }
        guard let made else { throw Failure(status: CC_DEVICE_FAILED, description: "no buffer was made") }
        buffers.append(made)
        try values.withUnsafeBytes { raw in try check { cc_buffer_write(made, 0, raw.count, raw.baseAddress, $0) } }
        return made
    }

    func matrix<T>(_ values: [T], stride: Int) throws -> cc_matrix {
        cc_matrix(buffer: try buffer(values), offset: 0, stride: Int64(stride))
    }

    func read<T>(_ matrix: cc_matrix, count: Int, as zero: T) throws -> [T] {
        var values = [T](repeating: zero, count: count)
        try values.withUnsafeMutableBytes { raw in
            try check { cc_buffer_read(matrix.buffer, 0, raw.count, raw.baseAddress, $0) }
        }
        return values
    }

    /// y = f(x) by the device.
    func map<T: TestScalar>(_ function: cc_function, _ x: [T], activation: cc_activation = CC_TANH, power: Int32 = 1, order: Int32 = 0) throws -> [T]
    {
        let from = try matrix(x, stride: x.count)
        let to = try matrix([T](repeating: T(99), count: x.count), stride: x.count)
        var map = cc_map()
        map.precision = T.precision
        map.function = function
        map.activation = activation
        map.power = power
        map.order = order
        map.count = Int64(x.count)
        map.x = from
        map.y = to
        try check { cc_map_values(device, &map, $0) }
        return try read(to, count: x.count, as: T.zero)
    }
}

/// Float and Double, with the precision they stand for.
protocol TestScalar: BinaryFloatingPoint, Sendable {
    static var precision: cc_precision { get }
    /// 2^-24 or 2^-53.
    static var unitRoundoff: Double { get }
    var bits: UInt64 { get }
}

extension Float: TestScalar {
    static var precision: cc_precision { CC_F32 }
    static var unitRoundoff: Double { 0x1p-24 }
    var bits: UInt64 { UInt64(bitPattern) }
}

extension Double: TestScalar {
    static var precision: cc_precision { CC_F64 }
    static var unitRoundoff: Double { 0x1p-53 }
    var bits: UInt64 { bitPattern }
}
