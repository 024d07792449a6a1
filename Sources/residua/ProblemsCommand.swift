import ArgumentParser
import Problems
import Reports

struct ProblemsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "problems", abstract: "Lists the problem catalogue.", discussion: "Example: residua problems --json")

    @OptionGroup var common: CommonOptions

    func run() throws {
        let started = ContinuousClock.now
        let problems = Problem.catalogue
        if common.json {
            let list = problems.map { problem in
                JSONValue.object([
                    ("name", .string(problem.name)), ("summary", .string(problem.summary)),
                    ("coordinates", .array(problem.coordinates.map(JSONValue.string))), ("fields", .array(problem.fields.map(JSONValue.string))),
                    ("equations", .array(problem.equations.map { .string($0.text) })),
                    (
                        "conditions",
                        .array(
                            problem.conditions.map {
                                .object([("on", .string($0.name)), ("equation", .string($0.text)), ("weight", .number($0.weight))])
                            })
                    ),
                    ("exact", .array(problem.exact.map { .string("\($0)") })),
                ])
            }
            try Terminal.result(common.report([("problems", .array(list))], device: "", started: started).text)
            return
        }
        var table = TextTable(["name", "equation", "exact solution"])
        for problem in problems {
            table.rows.append([
                problem.name, problem.equations.map(\.text).joined(separator: "; "), problem.exact.map { "\($0)" }.joined(separator: "; "),
            ])
        }
        try Terminal.result(table.text)
    }
}
