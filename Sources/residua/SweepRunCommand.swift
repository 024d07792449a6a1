import ArgumentParser
import Compute
import Reports
import Sweeps

#if canImport(Glibc)
    import Glibc
#endif

struct SweepRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the trials that have no result yet.",
        discussion: """
            Example: residua sweep run docs/sweep.toml --workers 2

            The first Ctrl-C (or SIGTERM) finishes the trials in hand and ends with 75; the second leaves at once. With --shard K/N, or under a Slurm \
            array, srun or mpirun, a process does one part of N and writes a file of its own. Exit codes: 0 done, 1 some trials failed, 75 stopped.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var source: SweepSource

    @Option(help: ArgumentHelp("Trials at once, each on one thread; all cores by default. Never changes a result.", valueName: "n"))
    var workers: Int?

    @Option(help: ArgumentHelp("The part K of N, from 0, such as 0/4; else what Slurm or mpirun say.", valueName: "K/N"))
    var shard: String?

    @Option(help: ArgumentHelp("Run again what failed: \"failed\".", valueName: "what"))
    var retry: String?

    @Option(
        name: .customLong("worker-device"),
        help: ArgumentHelp("A device for the workers in turn, as --device; may be repeated.", valueName: "device"))
    var workerDevices: [String] = []

    @Flag(help: "Stop at the first trial that fails.")
    var failFast = false

    @Flag(help: "Say how many trials there are, and show some; run none.")
    var dryRun = false

    @Flag(help: "Go on though the manifest was changed; results that still belong to it are kept.")
    var acceptChanges = false

    func validate() throws {
        try source.check(common)
        if let workers, !(1...1024).contains(workers) { throw ValidationError("--workers \(workers): between 1 and 1024 are possible.") }
        if let retry, retry != "failed" { throw ValidationError("--retry \(retry): only \"failed\" can be run again.") }
    }

    func run() throws {
        let started = ContinuousClock.now
        // Until the first trial nothing is in hand and nothing is being written.
        Interruption.leaveAtOnce()
        let manifest = try source.read()
        let workers = workers ?? common.threads ?? Device.threads
        let choice = try ShardChoice(asked: shard, environment: SweepRunCommand.environment)
        let list = try TrialList(manifest, threads: Device.threads)
        if !common.quiet { for remark in list.expansion.remarks { Terminal.note("sweep: \(remark)") } }
        if list.duplicates > 0, !common.quiet {
            Terminal.note(
                "sweep: \(list.duplicates) of \(list.count + list.duplicates) trials \(list.duplicates == 1 ? "is" : "are") described more than once and run once."
            )
        }
        if dryRun { return try show(list, choice, started) }
        var devices: [Device] = []
        var fallback: Device?
        for text in workerDevices.isEmpty ? [common.deviceText] : workerDevices {
            let selection = try DeviceSelection(text)
            devices.append(try selection.open())
            if fallback == nil { fallback = try selection.fallback() }
        }
        let store = source.store(of: manifest)
        if !common.quiet, choice.shard != .whole || choice.origin != "no launcher" {
            Terminal.note("sweep: shard \(choice.shard), by \(choice.origin).")
        }
        var options = LocalEngine.Options()
        options.workers = workers
        options.failFast = failFast
        options.retriesFailed = retry != nil
        options.acceptsChanges = acceptChanges
        options.fallback = fallback
        options.version = "\(Version.number)+\(Version.commit)"
        let engine = LocalEngine(list, store: store, shard: choice.shard, devices: devices, options: options)
        Interruption.watch(secondLeaves: true)
        let display = Progress(quiet: common.quiet)
        var isTold = false
        let summary = try engine.run(
            isStopped: { Interruption.isAsked },
            recorded: { records in
                if !isTold, let failure = records.lazy.compactMap(\.deviceFailure).first {
                    isTold = true
                    Terminal.note("sweep: \(failure) Such trials are run by the native path.")
                }
                if common.json { try Terminal.result(records.map(SweepRunCommand.line).joined(separator: "\n")) }
            },
            progress: { state in
                let failures = state.failed + state.diverged > 0 ? ", \(state.failed) failed, \(state.diverged) diverged" : ""
                display.report(Double(state.done) / Double(max(state.total, 1)), "\(state.done) of \(state.total) trials\(failures)")
            })
        display.end()
        try tell(summary, list, store, choice, devices, started: started)
        if choice.endsWithTheFirst, !failFast, !summary.isStopped, summary.failedInAll > 0 {
            store.waitForOthers(besides: choice.shard) { Interruption.isAsked }
        }
        if summary.failed > 0 || (!summary.isStopped && summary.failedInAll > 0) { Glibc.exit(ExitStatus.checkFailed.rawValue) }
        if summary.isStopped { Glibc.exit(ExitStatus.interrupted.rawValue) }
    }

    private func tell(
        _ summary: LocalEngine.Summary, _ list: TrialList, _ store: Store, _ choice: ShardChoice, _ devices: [Device],
        started: ContinuousClock.Instant
    ) throws {
        if summary.torn > 0, !common.quiet {
            Terminal.note("sweep: a torn last line of \(summary.torn) bytes was cut off; its trial was run again.")
        }
        if common.json {
            let members: [(key: String, value: JSONValue)] = [
                ("outcome", .string(summary.isStopped ? "interrupted" : "complete")), ("store", .string(store.folder)),
                ("shard", .string("\(choice.shard)")), ("origin", .string(choice.origin)), ("trials", .integer(summary.trials)),
                ("before", .integer(summary.before)), ("done", .integer(summary.done)), ("failed", .integer(summary.failed)),
                ("diverged", .integer(summary.diverged)), ("missing", .integer(summary.missing)),
            ]
            try Terminal.result(source.report(members, list, devices: Set(devices.map(\.info.name)).sorted(), common, started: started).text)
            return
        }
        var line = "\(NumberText.count(summary.trials, "trial")): \(summary.before) recorded before, \(summary.done) done"
        line += ", \(summary.failed) failed, \(summary.diverged) diverged, \(summary.missing) missing; in \(store.folder)"
        try Terminal.result(line)
        if !common.quiet, summary.failedInAll > 0, summary.missing == 0 {
            Terminal.note("sweep: failed trials are run again by --retry failed; `residua sweep export` has their reasons.")
        }
    }

    /// The number of trials and some of them, with their identities.
    private func show(_ list: TrialList, _ choice: ShardChoice, _ started: ContinuousClock.Instant) throws {
        let mine = list.ids.indices.filter { choice.shard == .whole || list.ids[$0].shard(of: choice.shard.count) == choice.shard.index }
        let samples = mine.count <= 8 ? mine : Array(mine.prefix(4) + mine.suffix(4))
        if common.json {
            let trials = samples.map { place in
                JSONValue.object([("id", .string(list.ids[place].text)), ("config", JSONValue(TrialValue.table(list[place].settings)))])
            }
            let members: [(key: String, value: JSONValue)] = [
                ("trials", .integer(mine.count)), ("duplicates", .integer(list.duplicates)), ("shard", .string("\(choice.shard)")),
                ("samples", .array(trials)),
            ]
            return try Terminal.result(source.report(members, list, devices: [], common, started: started).text)
        }
        try Terminal.result(NumberText.count(mine.count, "trial") + (choice.shard == .whole ? "" : " in shard \(choice.shard)"))
        for (index, place) in samples.enumerated() {
            if index == 4, mine.count > 8 { try Terminal.result("…") }
            try Terminal.result("\(list.ids[place].text)  \(list.canonical(place))")
        }
    }

    private static func line(_ record: LocalEngine.Recorded) -> String {
        var members: [(key: String, value: JSONValue)] = [("id", .string(record.id.text)), ("status", .string(record.result.status.rawValue))]
        if let reason = record.result.reason { members.append(("reason", .string(reason))) }
        for (name, value) in record.result.metrics {
            switch value {
            case .number(let number): members.append((name, .number(number)))
            default: members.append((name, .string(value.shown)))
            }
        }
        members.append(("seconds", .number(record.seconds)))
        return JSONValue.object(members).text
    }

    /// This process' environment.
    static var environment: [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let pointer = entry.pointee {
            let text = String(cString: pointer)
            if let cut = text.firstIndex(of: "=") { result[String(text[..<cut])] = String(text[text.index(after: cut)...]) }
            entry += 1
        }
        return result
    }
}
