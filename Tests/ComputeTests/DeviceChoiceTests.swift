import Compute
import Testing

@Suite struct DeviceChoiceTests {
    @Test(arguments: [
        ("auto", DeviceChoice.automatic), ("native", .native), ("opencl", .opencl), ("opencl:0", .openclIndex(0)), ("opencl:12", .openclIndex(12)),
        ("opencl:H200", .openclName("H200")), ("opencl:\"GeForce RTX\"", .openclName("GeForce RTX")), ("opencl:-1", .openclName("-1")),
    ])
    func forms(text: String, choice: DeviceChoice) throws { #expect(try DeviceChoice(parsing: text) == choice) }

    @Test(arguments: ["", "gpu", "OPENCL", "opencl:", "opencl:\"\"", "native ", "cuda:0"])
    func otherTextsAreRefused(text: String) {
        #expect(throws: ComputeError.badDeviceName(text)) { try DeviceChoice(parsing: text) }
    }

    @Test(arguments: [DeviceChoice.automatic, .native, .opencl, .openclIndex(3), .openclName("part of a name")])
    func descriptionsAreReadBack(choice: DeviceChoice) throws { #expect(try DeviceChoice(parsing: choice.description) == choice) }
}
