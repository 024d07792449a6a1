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

    @Option(help: ArgumentHelp("Seed of all random numbers, 0 or more.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Threads of the native path; all cores by default. Never changes a result.", valueName: "n"))
    var threads: Int?

    @Option(help: "Working precision.")
    var precision: PrecisionName = .f64

    @Option(help: ArgumentHelp("auto (a GPU, else native), native, opencl, opencl:INDEX or opencl:\"NAME PART\".", valueName: "device"))
    var device: String?

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

    /// The object every verb prints with `--json`: the members given, then version, device, precision and seconds.
    func report(_ members: [(key: String, value: JSONValue)], device: String, started: ContinuousClock.Instant) -> JSONValue {
        let duration = started.duration(to: ContinuousClock.now).components
        let seconds = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
        return .object(
            members + [
                ("version", .string(Version.number)), ("commit", .string(Version.commit)), ("device", .string(device)),
                ("precision", .string(precision.rawValue)), ("seed", .integer(Int(clamping: seed))), ("seconds", .number(seconds)),
            ])
    }
}
