import ArgumentParser
import Compute
import Reports

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Lists every OpenCL device and the native path, and says what would be chosen and why.",
        discussion: "Example: residua devices --device opencl")

    @OptionGroup var common: CommonOptions

    func run() throws {
        common.applyThreads()
        let started = ContinuousClock.now
        let catalogue = DeviceCatalogue.shared
        let devices = catalogue.probed()
        let choice = try DeviceSelection(common.deviceText)
        if common.json {
            let members: [(key: String, value: JSONValue)] = [
                ("devices", .array(devices.map(DevicesCommand.json))), ("chosen", .string(choice.info.id)),
                ("reason", .string(choice.reason)), ("loader", .string(catalogue.loader)),
            ]
            try Terminal.result(common.report(members, device: choice.name, started: started).text)
            return
        }
        var table = TextTable(["id", "name", "type", "driver", "memory", "local", "units", "fp64", "usable"])
        for device in devices {
            table.rows.append([
                device.id, device.name, device.kind.rawValue, device.driver, Display.bytes(device.globalMemory), Display.bytes(device.localMemory),
                String(device.computeUnits), device.fp64 ? "yes" : "no", device.usable ? "yes" : "no",
            ])
        }
        try Terminal.result(table.text)
        for device in devices where !device.reason.isEmpty { try Terminal.result("\(device.id): \(device.reason)") }
        try Terminal.result("OpenCL: \(catalogue.loader)")
        try Terminal.result("chosen for \(common.deviceText): \(choice.info.id), \(choice.reason)")
    }

    private static func json(_ device: DeviceInfo) -> JSONValue {
        .object([
            ("id", .string(device.id)), ("name", .string(device.name)), ("vendor", .string(device.vendor)), ("driver", .string(device.driver)),
            ("version", .string(device.version)), ("type", .string(device.kind.rawValue)), ("fp64", .bool(device.fp64)),
            ("globalMemory", .integer(Int(clamping: device.globalMemory))), ("localMemory", .integer(Int(clamping: device.localMemory))),
            ("largestBuffer", .integer(Int(clamping: device.largestBuffer))), ("computeUnits", .integer(device.computeUnits)),
            ("usable", .bool(device.usable)), ("reason", .string(device.reason)),
        ])
    }
}
