import ArgumentParser
import Studies

struct ReproduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce", abstract: "Runs the experiments and checks the claims: threshold, observed, verdict.",
        discussion: """
            Example: residua reproduce --quick --only C6 --only E1
            Experiments and claims: \(StudyItem.allCases.map(\.rawValue).joined(separator: ", ")). Exit code 1 if a verdict differs from the recorded one.
            Stopped in between, the same command goes on with the trainings that were done.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "The quick form, about a minute on two cores; the default.") var quick = false
    @Flag(help: "The full form, well under an hour on two cores.") var full = false

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Only these; one or more, may be repeated.", valueName: "id"))
    var only: [String] = []

    @Option(help: ArgumentHelp("Where the report goes.", valueName: "folder"))
    var out = "residua-report"

    func validate() throws {
        if quick && full { throw ValidationError("Give --quick or --full, not both.") }
    }

    func run() throws {
        var items: [StudyItem] = []
        for name in only.flatMap({ $0.split(separator: ",") }) { items.append(try StudyItem(parsing: String(name))) }
        let run = StudyRun(common: common, items: items.isEmpty ? StudyItem.allCases : items, scale: full ? .full : .quick, folder: out)
        if let status = try run.run() { throw ExitCode(status.rawValue) }
    }
}
