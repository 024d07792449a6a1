import CCompute
import Testing

@Suite struct NativeDeviceTests {
    func open() -> OpaquePointer {
        var device: OpaquePointer?
        #expect(cc_device_open(0, &device, nil) == CC_OK)
        return device!
    }

    func text(_ error: cc_error) -> String {
        withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    @Test func theFirstDeviceIsNative() {
        #expect(cc_device_count() >= 1)
        let information = cc_device_at(0)!.pointee
        #expect(information.backend == CC_NATIVE && information.usable && information.fp64 && information.compute_units >= 1)
        #expect(cc_device_at(-1) == nil && cc_device_at(10_000) == nil)
        var device: OpaquePointer?
        var error = cc_error()
        #expect(cc_device_open(10_000, &device, &error) == CC_NO_DEVICE && device == nil && text(error).contains("10000"))
    }

    @Test func buffersHoldWhatIsWritten() {
        let device = open()
        defer { cc_device_close(device) }
        var buffer: OpaquePointer?
        #expect(cc_buffer_create(device, 64, &buffer, nil) == CC_OK)
        defer { cc_buffer_release(buffer) }
        let values = (0..<8).map(Double.init)
        #expect(cc_buffer_write(buffer, 0, 64, values, nil) == CC_OK)
        var back = [Double](repeating: -1, count: 3)
        #expect(cc_buffer_read(buffer, 16, 24, &back, nil) == CC_OK)
        #expect(back == [2, 3, 4])
        var error = cc_error()
        #expect(cc_buffer_read(buffer, 48, 24, &back, &error) == CC_BAD_ARGUMENT)
        #expect(cc_buffer_read(buffer, .max, 24, &back, &error) == CC_BAD_ARGUMENT)
        #expect(text(error).contains("64 bytes"))
    }

    @Test func wrappedMemoryIsUsedInPlace() {
        let device = open()
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 64)
        defer { memory.deallocate() }
        var buffer: OpaquePointer?
        #expect(cc_buffer_wrap(device, memory + 8, 64, &buffer, nil) == CC_BAD_ARGUMENT && buffer == nil)
        #expect(cc_buffer_wrap(device, memory, 256, &buffer, nil) == CC_OK)
        var value = 42.0
        #expect(cc_buffer_write(buffer, 128, 8, &value, nil) == CC_OK)
        #expect(memory.load(fromByteOffset: 128, as: Double.self) == 42)
        cc_buffer_release(buffer)
    }

    @Test(arguments: [Int.max, Int.max / 2, 1 << 50])
    func moreMemoryThanThereIsIsAnError(bytes: Int) {
        let device = open()
        var buffer: OpaquePointer?
        var error = cc_error()
        #expect(cc_buffer_create(device, bytes, &buffer, &error) == CC_OUT_OF_MEMORY && buffer == nil)
        #expect(text(error).hasPrefix("The host cannot hold a buffer of"))
        #expect(cc_buffer_create(device, 1 << 20, &buffer, nil) == CC_OK)
        cc_buffer_release(buffer)
    }

    @Test func matricesMustFitTheirBuffers() {
        let device = open()
        var buffer: OpaquePointer?
        #expect(cc_buffer_create(device, 8 * 100, &buffer, nil) == CC_OK)
        defer { cc_buffer_release(buffer) }
        func product(_ offset: Int64, _ stride: Int64, _ m: Int64) -> (cc_status, String) {
            var error = cc_error()
            let matrix = cc_matrix(buffer: buffer, offset: 0, stride: 5)
            var product = cc_product(
                precision: CC_F64, transpose_a: false, transpose_b: false, m: m, n: 5, k: 5, alpha: 0, beta: 1, a: matrix, b: matrix,
                c: cc_matrix(buffer: buffer, offset: offset, stride: stride))
            let status = cc_multiply(device, &product, &error)
            return (status, text(error))
        }
        #expect(product(0, 5, 5).0 == CC_OK && product(75, 5, 5).0 == CC_OK)
        #expect(product(76, 5, 5).0 == CC_BAD_ARGUMENT)
        #expect(product(0, 4, 5).1.contains("stride 4"))
        #expect(product(-1, 5, 5).0 == CC_BAD_ARGUMENT)
        #expect(product(0, .max / 2, 5).0 == CC_BAD_ARGUMENT)
        #expect(product(0, 5, -2).0 == CC_BAD_ARGUMENT)
    }

    @Test func productsOnBuffers() {
        let device = open()
        var buffer: OpaquePointer?
        #expect(cc_buffer_create(device, 8 * 12, &buffer, nil) == CC_OK)
        defer { cc_buffer_release(buffer) }
        #expect(cc_buffer_write(buffer, 0, 64, [1.0, 2, 3, 4, 5, 6, 7, 8], nil) == CC_OK)
        var product = cc_product(
            precision: CC_F64, transpose_a: false, transpose_b: true, m: 2, n: 2, k: 2, alpha: 1, beta: 0,
            a: cc_matrix(buffer: buffer, offset: 0, stride: 2), b: cc_matrix(buffer: buffer, offset: 4, stride: 2),
            c: cc_matrix(buffer: buffer, offset: 8, stride: 2))
        #expect(cc_multiply(device, &product, nil) == CC_OK && cc_device_finish(device, nil) == CC_OK)
        var result = [Double](repeating: 0, count: 4)
        #expect(cc_buffer_read(buffer, 64, 32, &result, nil) == CC_OK)
        // [1 3; 2 4] · [5 6; 7 8]
        #expect(result == [26, 38, 30, 44])
    }

    @Test(arguments: [CC_F32, CC_F64])
    func ceilingsAreMeasured(precision: cc_precision) {
        var ceilings = cc_ceilings()
        #expect(cc_measure_ceilings(open(), precision, UInt32(CC_CEILING_FMA | CC_CEILING_COPY), 0.01, &ceilings, nil) == CC_OK)
        #expect(ceilings.fma > 0 && ceilings.copy > 0 && ceilings.fma.isFinite && ceilings.copy.isFinite && ceilings.tanh == 0)
        #expect(cc_measure_ceilings(open(), precision, UInt32(CC_CEILING_ALL), -1, &ceilings, nil) == CC_BAD_ARGUMENT)
        #expect(cc_measure_ceilings(open(), precision, 8, 0.01, &ceilings, nil) == CC_BAD_ARGUMENT)
    }
}
