import ArgumentParser
import Compute
import Reports
import Sweeps

struct SweepMergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Puts all shards into one SQLite file.",
        discussion: """
            Example: residua sweep merge docs/sweep.toml /mnt/other-host/sweep.sweep

            The store's own shards first, then those named, go to merged.sqlite in the store: tables results, series and conflicts. Results that the store \
            lacks are copied into a shard of its own, so that every verb counts them. The first result of a trial is kept; one that contradicts it is listed, and with --strict the exit code is then 1. \
            Those of shards that were named stand in merged.sqlite alone, as their results are not the store's: where it was removed, name them again.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var source: SweepSource

    @Argument(help: ArgumentHelp("Further shards, or folders of them.", valueName: "shards"))
    var shards: [String] = []

    @Flag(help: "Exit with 1 if results contradict each other.")
    var strict = false

    @Flag(help: "Take in shards of another version of the manifest; results that still belong to it count.")
    var acceptChanges = false

    func validate() throws { try source.check(common) }

    func run() throws {
        let started = ContinuousClock.now
        let merged = try SweepMerge(source, common, shards: shards, acceptChanges: acceptChanges)
        let summary = merged.summary
        if common.json {
            let conflicts = summary.conflicts.map { conflict in
                JSONValue.object([
                    ("id", .string(conflict.id.text)), ("path", .string(conflict.path)), ("line", .integer(conflict.line)),
                    ("difference", .string(conflict.difference)),
                ])
            }
            let members: [(key: String, value: JSONValue)] = [
                ("database", .string(merged.store.databasePath)), ("lines", .integer(summary.lines)), ("added", .integer(summary.added)),
                ("repeated", .integer(summary.repeated)), ("replaced", .integer(summary.replaced)), ("foreign", .integer(summary.foreign)),
                ("conflicts", .array(conflicts)),
            ]
            try Terminal.result(source.report(members, merged.list, devices: merged.results.devices(), common, started: started).text)
        } else {
            var line = "\(NumberText.count(summary.lines, "result")) in the shards: \(summary.added) added, \(summary.repeated) there already"
            if summary.replaced > 0 { line += ", \(summary.replaced) in place of \(summary.replaced == 1 ? "a failure" : "failures")" }
            try Terminal.result(line + "; \(merged.store.databasePath)")
            for conflict in summary.conflicts.prefix(10) {
                Terminal.note("sweep: \(conflict.path):\(conflict.line) contradicts the first result of \(conflict.id.text): \(conflict.difference).")
            }
            if summary.conflicts.count > 10 { Terminal.note("sweep: and \(summary.conflicts.count - 10) more; the table conflicts has all.") }
        }
        if strict, !summary.conflicts.isEmpty { throw ExitCode(ExitStatus.checkFailed.rawValue) }
    }
}

/// A store with all its shards merged, as the other verbs need it.
struct SweepMerge {
    let manifest: Manifest
    let list: TrialList
    let store: Store
    let results: MergedResults
    let summary: MergedResults.Summary

    init(_ source: SweepSource, _ common: CommonOptions, shards: [String] = [], acceptChanges: Bool, onlyForReading: Bool = false) throws {
        manifest = try source.read()
        list = try TrialList(manifest, threads: common.threads ?? Device.threads)
        store = source.store(of: manifest)
        let threads = common.threads ?? Device.threads
        let others = try Store.shards(of: shards)
        let paths = try store.shardPaths() + others
        guard !paths.isEmpty else {
            throw Failure(.badInput, "\(store.folder) has no results yet: run the sweep first, or name the folder with --store.")
        }
        // The database is nothing but an index of the store's shards: what is to stay has to stand in one of them.
        if !others.isEmpty { try store.adopt(others, of: list, acceptsChanges: acceptChanges, threads: threads) }
        results = try MergedResults(store, of: list, onlyForReading: onlyForReading)
        summary = try results.merge(paths, acceptsChanges: acceptChanges, threads: threads)
        let added = try store.shardPaths().filter { !paths.contains($0) }
        if !added.isEmpty { _ = try results.merge(added, acceptsChanges: acceptChanges, threads: threads) }
        guard !common.quiet else { return }
        for path in summary.torn { Terminal.note("sweep: \(path) ends in a torn line, which is left out.") }
        if summary.foreign > 0 {
            Terminal.note("sweep: left out: \(NumberText.count(summary.foreign, "result")) of trials that are not in the manifest.")
        }
    }
}
