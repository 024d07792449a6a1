import ArgumentParser
import CCompute
import Reports

#if canImport(Glibc)
    import Glibc
#endif

/// `--precision`.
enum PrecisionName: String, CaseIterable, ExpressibleByArgument {
    case f32, f64
}

/// What every verb understands.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    @Flag(help: "No progress and no notes on standard error.")
    var quiet = false

    @Option(name: .customLong("seed"), help: ArgumentHelp("Seed of all random numbers, 0 or more; 0 by default.", valueName: "n"))
    var givenSeed: UInt64?

    @Option(help: ArgumentHelp("Threads of the native path; all cores by default. Never changes a result.", valueName: "n"))
    var threads: Int?

    @Option(name: .customLong("precision"), help: "Working precision; f64 by default.")
    var givenPrecision: PrecisionName?

    @Option(help: ArgumentHelp("auto (a GPU, else native), native, opencl, opencl:INDEX or opencl:\"NAME PART\".", valueName: "device"))
    var device: String?

    var seed: UInt64 { givenSeed ?? 0 }
    var precision: PrecisionName { givenPrecision ?? .f64 }

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads \(threads): between 1 and 1024 threads are possible.")
        }
    }

    /// `--device`, else RESIDUA_DEVICE, else "auto".
    var deviceText: String {
        if let device { return device }
        if let value = getenv("RESIDUA_DEVICE") { return String(cString: value) }
        return "auto"
    }

    /// Takes `--threads` into effect.
    func applyThreads() {
        if let threads { cc_set_threads(Int32(threads)) }
    }

    /// The device that the options would choose, where nothing is computed; nil where there is no such one.
    var wouldBeDevice: String? { try? DeviceSelection(deviceText).name }

    /// The object every verb prints with `--json`: the members given, then version, device, precision, seed and seconds.
    ///
    /// - Parameters:
    ///   - device: nil where none took part; the key is left out then.
    ///   - precision: where it is not that of the options.
    func report(
        _ members: [(key: String, value: JSONValue)], device: String?, precision: String? = nil, seed: UInt64? = nil, started: ContinuousClock.Instant
    ) -> JSONValue {
        let duration = started.duration(to: ContinuousClock.now).components
        let seconds = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
        var all = members + [("version", .string(Version.number)), ("commit", .string(Version.commit))]
        if let device { all.append(("device", .string(device))) }
        all += [
            ("precision", .string(precision ?? self.precision.rawValue)), ("seed", .integer(Int(clamping: seed ?? self.seed))),
            ("seconds", .number(seconds)),
        ]
        return .object(all)
    }
}
