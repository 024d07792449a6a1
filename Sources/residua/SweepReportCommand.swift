import ArgumentParser
import Reports
import Sweeps

struct SweepReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "A page with counts, medians and bands over replicates, and two metrics against each other.",
        discussion: """
            Example: residua sweep report docs/sweep.toml --x entropy --y error

            Needs no server: open index.html in a browser. Every picture's script and data lie beside it.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var source: SweepSource

    @Option(help: ArgumentHelp("The metric to the right; entropy or initialEntropy.", valueName: "metric"))
    var x: String?

    @Option(help: ArgumentHelp("The metric upwards; error or speed.", valueName: "metric"))
    var y: String?

    @Option(help: ArgumentHelp("The folder; \"report\" in the store.", valueName: "folder"))
    var out: String?

    @Flag(help: "Go on though the manifest was changed; results that still belong to it are kept.")
    var acceptChanges = false

    func validate() throws { try source.check(common) }

    func run() throws {
        let started = ContinuousClock.now
        let merged = try SweepMerge(source, common, acceptChanges: acceptChanges, onlyForReading: true)
        let report = try SweepReport(merged.list, merged.results, x: x, y: y)
        let written = try report.write(
            to: out ?? merged.store.folder + "/report",
            facts: [
                ("version", "\(Version.number), commit \(Version.commit)"), ("device", try merged.results.devices().joined(separator: ", ")),
                ("precision", merged.list.expansion.values(of: "precision").compactMap(\.text).joined(separator: ", ")),
            ])
        if common.json {
            let members: [(key: String, value: JSONValue)] = [
                ("report", .string(written.page)), ("notes", .array(written.notes.map(JSONValue.string))),
            ]
            try Terminal.result(source.report(members, merged.list, devices: merged.results.devices(), common, started: started).text)
            return
        }
        for note in written.notes where !common.quiet { Terminal.note(note) }
        try Terminal.result("report: \(written.page)")
    }
}
