import CCompute
import Foundation
import Testing

/// Products on every device of this machine; without OpenCL these are the native path's alone.
@Suite(.serialized) struct DeviceProductTests {
    @Test(arguments: OpenedDevice.usable) func exactOnIntegers(index: Int32) throws {
        let device = try OpenedDevice(index)
        for (number, size) in DeviceProduct.sizes.enumerated() {
            for transposition in 0..<4 {
                let (alpha, beta) = DeviceProduct.factors[(number + transposition) % DeviceProduct.factors.count]
                let product = DeviceProduct(
                    m: size.0, n: size.1, k: size.2, transposeA: transposition & 1 == 1, transposeB: transposition & 2 == 2, alpha: alpha, beta: beta)
                #expect(try product.wrongEntries(on: device, Float.zero) == 0, "f32 \(product)")
                if device.hasDouble { #expect(try product.wrongEntries(on: device, Double.zero) == 0, "f64 \(product)") }
            }
        }
    }

    /// More rows and columns than the packed factors' scratch holds at once.
    @Test(arguments: OpenedDevice.usable) func longerThanTheScratch(index: Int32) throws {
        let device = try OpenedDevice(index)
        #expect(try DeviceProduct(m: 25_000, n: 3, k: 5, transposeA: true).wrongEntries(on: device, Float.zero) == 0)
        #expect(try DeviceProduct(m: 3, n: 25_000, k: 5, beta: 1).wrongEntries(on: device, Float.zero) == 0)
    }

    @Test(arguments: OpenedDevice.usable) func repeatsBitByBit(index: Int32) throws {
        let device = try OpenedDevice(index)
        let (m, n, k) = (130, 70, 1100)
        let a = (0..<(m * k)).map { Float($0 % 1009) / 7 - 60 }
        let b = (0..<(k * n)).map { Float($0 % 757) / 11 - 30 }
        func product() throws -> [Float] {
            let c = try device.buffer([Float](repeating: 0, count: m * n))
            var call = cc_product(
                precision: CC_F32, transpose_a: false, transpose_b: false, m: Int64(m), n: Int64(n), k: Int64(k), alpha: 1, beta: 0,
                a: cc_matrix(buffer: try device.buffer(a), offset: 0, stride: Int64(m)),
                b: cc_matrix(buffer: try device.buffer(b), offset: 0, stride: Int64(k)), c: cc_matrix(buffer: c, offset: 0, stride: Int64(m)))
            try device.check { cc_multiply(device.handle, &call, $0) }
            return try device.read(c, m * n, 0)
        }
        let first = try product()
        for _ in 0..<3 { #expect(try product() == first) }
    }

    /// The tiles meant for GPUs, run by whatever device there is.
    @Test(.enabled(if: OpenedDevice.firstOpenCL != nil, "no OpenCL device")) func localTiles() async {
        await #expect(processExitsWith: .success) {
            setenv("RESIDUA_OPENCL_SHAPE", "gpu", 1)
            let device = try OpenedDevice(OpenedDevice.firstOpenCL ?? 0)
            for (m, n, k) in [(1, 1, 1), (129, 5, 17), (64, 130, 33)] {
                let product = DeviceProduct(m: m, n: n, k: k, transposeB: true, alpha: -0.5, beta: m == 1 ? 0 : 2)
                #expect(try product.wrongEntries(on: device, Float.zero) == 0, "\(product)")
            }
        }
    }
}
