import CCompute
import Foundation
import Testing

@Suite(.serialized) struct DeviceBufferTests {
    /// Memory of the caller: results lie in it after the read, and on processors without one.
    @Test(arguments: OpenedDevice.usable) func wrappedMemory(index: Int32) throws {
        let device = try OpenedDevice(index)
        let n = 48
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 3 * n * n * 4, alignment: 4096)
        defer { memory.deallocate() }
        let numbers = memory.bindMemory(to: Float.self, capacity: 3 * n * n)
        for i in 0..<(2 * n * n) { numbers[i] = Float(i % 5) - 2 }
        var wrapped: OpaquePointer?
        try device.check { cc_buffer_wrap(device.handle, memory, 3 * n * n * 4, &wrapped, $0) }
        var call = cc_product(
            precision: CC_F32, transpose_a: false, transpose_b: false, m: Int64(n), n: Int64(n), k: Int64(n), alpha: 1, beta: 0,
            a: cc_matrix(buffer: wrapped, offset: 0, stride: Int64(n)), b: cc_matrix(buffer: wrapped, offset: Int64(n * n), stride: Int64(n)),
            c: cc_matrix(buffer: wrapped, offset: Int64(2 * n * n), stride: Int64(n)))
        try device.check { cc_multiply(device.handle, &call, $0) }
        let bytes = n * n * 4
        try device.check { cc_buffer_read(wrapped, 2 * bytes, bytes, memory + 2 * bytes, $0) }
        for j in 0..<n {
            for i in 0..<n {
                let expected = (0..<n).reduce(Float(0)) { $0 + numbers[i + $1 * n] * numbers[n * n + $1 + j * n] }
                #expect(numbers[2 * n * n + i + j * n] == expected)
            }
        }
        cc_buffer_release(wrapped)
    }

    @Test(arguments: OpenedDevice.usable) func partsAreWrittenAndRead(index: Int32) throws {
        let device = try OpenedDevice(index)
        let buffer = try device.buffer([Int32](0..<100))
        try [Int32(-1), -2].withUnsafeBytes { raw in try device.check { cc_buffer_write(buffer, 40, 8, raw.baseAddress, $0) } }
        let all = try device.read(buffer, 100, Int32(0))
        #expect(all == (0..<100).map { $0 == 10 ? -1 : $0 == 11 ? -2 : $0 })
        #expect(throws: OpenedDevice.Failure.self) { try device.read(buffer, 101, Int32(0)) }
    }

    /// A buffer keeps what it needs of a device that was closed.
    @Test(arguments: OpenedDevice.usable) func buffersOutliveTheirDevice(index: Int32) throws {
        var error = cc_error()
        var device: OpaquePointer?
        var buffer: OpaquePointer?
        try #require(cc_device_open(index, &device, &error) == CC_OK)
        try #require(cc_buffer_create(device, 8, &buffer, &error) == CC_OK)
        cc_device_close(device)
        var value = 2.5
        var back = 0.0
        #expect(cc_buffer_write(buffer, 0, 8, &value, &error) == CC_OK)
        #expect(cc_buffer_read(buffer, 0, 8, &back, &error) == CC_OK)
        #expect(back == 2.5)
        cc_buffer_release(buffer)
    }

    /// A request that cannot be met takes nothing from others, not even for a moment.
    @Test(arguments: OpenedDevice.usable) func failingRequestsDoNotCount(index: Int32) async throws {
        struct Shared: @unchecked Sendable { let device: OpaquePointer }
        let opened = try OpenedDevice(index)
        let shared = Shared(device: opened.handle)
        let rounds = index == 0 ? 200_000 : 2000
        let wrong = await withTaskGroup(of: Int.self) { group in
            for task in 0..<3 {
                group.addTask {
                    var wrong = 0
                    for _ in 0..<rounds {
                        var buffer: OpaquePointer?
                        let status = cc_buffer_create(shared.device, task == 0 ? 64 : 1 << 60, &buffer, nil)
                        if status != (task == 0 ? CC_OK : CC_OUT_OF_MEMORY) { wrong += 1 }
                        cc_buffer_release(buffer)
                    }
                    return wrong
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }

    /// Threads that share one device get what they would have got alone.
    @Test(arguments: OpenedDevice.usable) func sharedByThreads(index: Int32) async throws {
        struct Shared: @unchecked Sendable { let device: OpaquePointer }
        let opened = try OpenedDevice(index)
        let shared = Shared(device: opened.handle)
        let wrong = await withTaskGroup(of: Int.self) { group in
            for task in 0..<4 {
                group.addTask {
                    var error = cc_error()
                    var wrong = 0
                    for round in 0..<20 {
                        var buffer: OpaquePointer?
                        let values = (0..<64).map { Float($0 * task + round) }
                        var squares = [Float](repeating: 0, count: 64 * 64)
                        values.withUnsafeBytes { raw in
                            _ = cc_buffer_create(shared.device, 4 * (64 + 64 * 64), &buffer, &error)
                            _ = cc_buffer_write(buffer, 0, raw.count, raw.baseAddress, &error)
                        }
                        var call = cc_product(
                            precision: CC_F32, transpose_a: false, transpose_b: true, m: 64, n: 64, k: 1, alpha: 1, beta: 0,
                            a: cc_matrix(buffer: buffer, offset: 0, stride: 64), b: cc_matrix(buffer: buffer, offset: 0, stride: 64),
                            c: cc_matrix(buffer: buffer, offset: 64, stride: 64))
                        if cc_multiply(shared.device, &call, &error) != CC_OK { wrong += 1 }
                        squares.withUnsafeMutableBytes { raw in _ = cc_buffer_read(buffer, 256, raw.count, raw.baseAddress, &error) }
                        for i in 0..<64 where squares[i + 64 * (63 - i)] != values[i] * values[63 - i] { wrong += 1 }
                        cc_buffer_release(buffer)
                    }
                    return wrong
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }
}
