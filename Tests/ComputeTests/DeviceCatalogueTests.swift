import Compute
import Foundation
import Testing

@Suite struct DeviceCatalogueTests {
    static let opencl = DeviceCatalogue.shared.devices.filter { $0.backend == .opencl && $0.usable }

    @Test func theNativePathIsFirst() throws {
        let devices = DeviceCatalogue.shared.devices
        #expect(devices[0].id == "native" && devices[0].backend == .native && devices[0].usable && devices[0].fp64)
        #expect(devices.dropFirst().allSatisfy { $0.backend == .opencl })
        #expect(devices.enumerated().allSatisfy { $0.offset == $0.element.index })
        #expect(devices.dropFirst().enumerated().allSatisfy { $0.element.id == "opencl:\($0.offset)" })
        #expect(devices.allSatisfy { !$0.name.isEmpty && $0.reason.hasSuffix(".") })
        #expect(DeviceCatalogue.shared.loader.hasSuffix("."))
    }

    @Test func openedDevicesAreProbed() throws {
        let probed = DeviceCatalogue.shared.probed()
        #expect(probed.map(\.id) == DeviceCatalogue.shared.devices.map(\.id))
        for (claimed, found) in zip(DeviceCatalogue.shared.devices, probed) { #expect(claimed.fp64 || !found.fp64, "\(found.name)") }
        #expect(probed[0] == DeviceCatalogue.shared.devices[0])
    }

    @Test func automaticTakesAGraphicsProcessorOrTheNativePath() throws {
        let (device, reason) = try DeviceCatalogue.shared.select(.automatic)
        #expect(device.index == 0 || device.kind == .gpu)
        #expect(!reason.isEmpty)
        #expect(try DeviceCatalogue.shared.select(.native).device.id == "native")
    }

    @Test(.enabled(if: !opencl.isEmpty, "no OpenCL device")) func openclByNumberAndName() throws {
        let first = DeviceCatalogueTests.opencl[0]
        #expect(try DeviceCatalogue.shared.select(.opencl).device.backend == .opencl)
        #expect(try DeviceCatalogue.shared.select(.openclIndex(first.index - 1)).device == first)
        #expect(try DeviceCatalogue.shared.select(.openclName(first.name.uppercased())).device.name == first.name)
    }

    @Test func whatDoesNotExistIsRefused() {
        for choice in [DeviceChoice.openclIndex(1000), .openclName("no device is called so")] {
            do {
                _ = try DeviceCatalogue.shared.select(choice)
                Issue.record("\(choice) was found")
            } catch {
                guard case .noDevice(let requested, let reason) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(requested == choice.description)
                #expect(!reason.isEmpty)
            }
        }
    }

    /// With a loader and no platform, and without a loader, in processes of their own.
    @Test func withoutOpenCL() async {
        await #expect(processExitsWith: .success) {
            setenv("RESIDUA_OPENCL_LIBRARY", "/nonexistent/libOpenCL.so", 1)
            try DeviceCatalogueTests.expectNoOpenCL()
        }
        await #expect(processExitsWith: .success) {
            setenv("OCL_ICD_VENDORS", "/nonexistent", 1)
            try DeviceCatalogueTests.expectNoOpenCL()
        }
    }

    private static func expectNoOpenCL() throws {
        let catalogue = DeviceCatalogue.shared
        #expect(catalogue.devices.map(\.id) == ["native"])
        let (device, reason) = try catalogue.select(.automatic)
        #expect(device.id == "native")
        #expect(reason.contains(catalogue.loader))
        do {
            _ = try catalogue.select(.opencl)
            Issue.record("an OpenCL device was found")
        } catch {
            guard case .noDevice(_, let reason) = error else { throw error }
            #expect(reason == catalogue.loader)
        }
    }
}
