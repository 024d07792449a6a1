import ArgumentParser
import Compute
import Reports
import Sweeps

struct SweepStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Counts what is done, failed, diverged and missing.",
        discussion: """
            Example: residua sweep status docs/sweep.toml

            Reads the shards of the store (or those named behind the manifest) in one pass; it may be asked while the sweep runs.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var source: SweepSource

    @Argument(help: ArgumentHelp("Further shards, or folders of them.", valueName: "shards"))
    var shards: [String] = []

    func validate() throws { try source.check(common) }

    func run() throws {
        let started = ContinuousClock.now
        let manifest = try source.read()
        let threads = common.threads ?? Device.threads
        let list = try TrialList(manifest, threads: threads)
        let store = source.store(of: manifest)
        let paths = try store.shardPaths() + Store.shards(of: shards)
        let scan = try StoreScan(paths, of: list, threads: threads)
        let counts: [(name: String, count: Int)] = [
            ("done", scan.count(.done)), ("failed", scan.count(.failed)), ("diverged", scan.count(.diverged)), ("missing", scan.count(nil)),
        ]
        if common.json {
            var members: [(key: String, value: JSONValue)] = [
                ("name", .string(manifest.name)), ("kind", .string(manifest.kind.name)), ("store", .string(store.folder)),
                ("trials", .integer(list.count)),
            ]
            members += counts.map { ($0.name, .integer($0.count)) }
            members += [
                ("repeated", .integer(scan.repeated)), ("foreign", .integer(scan.foreign)), ("shards", .integer(paths.count)),
                ("torn", .array(scan.torn.map(JSONValue.string))), ("changed", .array(scan.changed.map { .string($0.path) })),
            ]
            try Terminal.result(source.report(members, list, devices: scan.devices, common, started: started).text)
            return
        }
        try Terminal.result(NumberText.count(list.count, "trial") + ": " + counts.map { "\($0.count) \($0.name)" }.joined(separator: ", "))
        guard !common.quiet else { return }
        for path in scan.torn { Terminal.note("sweep: \(path) ends in a torn line; the next run cuts it off and repeats its trial.") }
        for (path, difference) in scan.changed { Terminal.note("sweep: \(path) was made from another version of the manifest: \(difference).") }
        if scan.foreign > 0 {
            Terminal.note(
                "sweep: there \(scan.foreign == 1 ? "is" : "are") \(NumberText.count(scan.foreign, "result")) of trials that are not in the manifest."
            )
        }
    }
}
