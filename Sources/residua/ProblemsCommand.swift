import ArgumentParser
import Problems
import Reports

struct ProblemsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "problems", abstract: "Lists the problem catalogue.",
        discussion: "Example: residua problems --json\n\nA problem file (see `residua check --help`) may stand wherever a name of this list does.")

    @OptionGroup var common: CommonOptions

    func run() throws {
        let started = ContinuousClock.now
        let problems = Problem.catalogue
        if common.json {
            let list = problems.map { JSONValue.object($0.members) }
            try Terminal.result(common.report([("problems", .array(list))], device: common.wouldBeDevice, started: started).text)
            return
        }
        var table = TextTable(["name", "equation", "solution"])
        for problem in problems {
            let solution = problem.exact.isEmpty ? problem.solutionName ?? "" : problem.exact.map { "\($0)" }.joined(separator: "; ")
            table.rows.append([problem.name, problem.equations.map(\.text).joined(separator: "; "), solution])
        }
        try Terminal.result(table.text)
    }
}
