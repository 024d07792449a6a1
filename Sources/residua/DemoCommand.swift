import ArgumentParser
import Studies

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "The main job: the AD-versus-FD study, quick form, with a report of pictures and verdicts.",
        discussion: "Example: residua demo\nThe report goes to residua-report/; see `residua reproduce --help` for parts and the full form.")

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Where the report goes.", valueName: "folder"))
    var out = "residua-report"

    func run() throws {
        if let status = try StudyRun(common: common, items: StudyItem.allCases, scale: .quick, folder: out).run() { throw ExitCode(status.rawValue) }
    }
}
