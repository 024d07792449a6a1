import ArgumentParser
import Benchmarks
import Reports

#if canImport(Glibc)
    import Glibc
#endif

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures products and workloads against ceilings measured beside them.",
        discussion: """
            Example: residua bench --workload product --threads 2
            Workloads: \(Benchmark.workloads.joined(separator: ", ")). Both precisions and one and all threads, unless chosen. A row's floor share is the \
            shortest time that the ceilings allow, divided by the time measured: the median over rounds in which the ceilings are measured right before \
            and after. A device of OpenCL that is the processor has as many threads as --threads says. Keep the machine quiet.
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .customLong("workload"), help: ArgumentHelp("A workload; may be repeated. All by default.", valueName: "name"))
    var chosen: [String] = []

    @Option(name: .customLong("only-precision"), help: "Measure this precision only.")
    var onlyPrecision: PrecisionName?

    @Option(help: ArgumentHelp("Run other systems on the networks too: jax, torch, deepxde, separated by commas.", valueName: "list"))
    var against: String?

    func validate() throws {
        for name in peers where !PeerRun.names.contains(name) {
            throw ValidationError("--against \(name): the peers are \(PeerRun.names.joined(separator: ", ")).")
        }
    }

    private var peers: [String] { against?.split(separator: ",").map { String($0.filter { $0 != " " }) } ?? [] }

    func run() throws {
        try ForcedBLAS.leave(quiet: common.quiet)
        if let threads = common.threads {
            // A CPU device of PoCL reads its number of threads when it is first asked for.
            setenv("POCL_MAX_PTHREAD_COUNT", String(threads), 0)
        }
        let started = ContinuousClock.now
        let choice = try DeviceSelection(common.deviceText)
        let cores = max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)
        let request = Benchmark.Request(
            workloads: chosen.isEmpty ? Benchmark.workloads : chosen,
            devices: choice.index == 0 ? [0] : [0, choice.index],
            precisions: (onlyPrecision ?? common.givenPrecision).map { [$0 == .f32 ? .f32 : .f64] } ?? BenchmarkRow.Precision.allCases,
            threads: common.threads.map { [$0] } ?? (cores > 1 ? [1, cores] : [1]))
        if !common.quiet {
            Terminal.note("\(Version.text); OpenBLAS core \(BLASReference.coreName)")
        }
        let runner = peers.isEmpty ? nil : try PeerRun()
        var rows: [BenchmarkRow] = []
        try Benchmark.run(request) { row in
            rows.append(row)
            if !common.quiet { Terminal.note(BenchCommand.line(row)) }
            for peer in try runner?.rows(beside: row, peers: peers) ?? [] {
                rows.append(peer)
                if !common.quiet { Terminal.note(BenchCommand.line(peer)) }
            }
        }
        if common.json {
            let members: [(key: String, value: JSONValue)] = [
                ("rows", .array(rows.map(BenchCommand.json))), ("blasCore", .string(BLASReference.coreName)),
            ]
            try Terminal.result(common.report(members, device: choice.name, started: started).text)
        } else {
            try Terminal.result(BenchCommand.table(rows))
        }
    }

    private static func line(_ row: BenchmarkRow) -> String {
        var text = "\(row.workload), \(row.device), \(row.precision.rawValue), \(row.threads) thread\(row.threads == 1 ? "" : "s"):"
        if let milliseconds = row.milliseconds { text += " \(Display.number(milliseconds)) ms" }
        if let gflops = row.gflops { text += " \(Display.number(gflops)) GFLOP/s" }
        if let share = row.floorShare { text += " (\(Display.fixed(share * 100, decimals: 0)) % of the floor)" }
        if let spread = row.spread { text += " ±\(Display.fixed(spread * 50, decimals: 0)) %" }
        for figure in row.figures { text += " \(figure.name) \(Display.number(figure.value))" }
        if let disturbance = row.disturbance { text += " [\(disturbance)]" }
        return text
    }

    static func table(_ rows: [BenchmarkRow]) -> String {
        var table = TextTable(["workload", "device", "precision", "threads", "ms", "GFLOP/s", "floor share", "spread", ""])
        for row in rows {
            var notes: [String] = row.figures.map { "\($0.name) \(Display.number($0.value))" }
            if row.disturbance != nil { notes.append("machine not quiet") }
            var cells: [String] = [row.workload, row.device, row.precision.rawValue, String(row.threads)]
            cells.append(Display.number(row.milliseconds))
            cells.append(Display.number(row.gflops))
            cells.append(Display.number(row.floorShare, digits: 3))
            cells.append(Display.number(row.spread, digits: 2))
            cells.append(notes.joined(separator: ", "))
            table.rows.append(cells)
        }
        return table.text
    }

    static func json(_ row: BenchmarkRow) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("workload", .string(row.workload)), ("device", .string(row.device)), ("precision", .string(row.precision.rawValue)),
            ("threads", .integer(row.threads)), ("milliseconds", JSONValue(row.milliseconds)), ("gflops", JSONValue(row.gflops)),
        ]
        members.append(("floorShare", JSONValue(row.floorShare)))
        members.append(("spread", JSONValue(row.spread)))
        members.append(("rounds", row.rounds.map { JSONValue.integer($0) } ?? JSONValue.null))
        members.append(("remark", .string(row.remark)))
        members.append(("disturbance", JSONValue(row.disturbance)))
        for figure in row.figures { members.append((figure.name, .number(figure.value))) }
        return .object(members)
    }
}
