import ArgumentParser
import Models
import Reports
import Sweeps

struct SweepExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes the table of results: CSV, JSON lines, or .npy arrays.",
        discussion: """
            Example: residua sweep export docs/sweep.toml --out results.csv

            A row a trial in the manifest's order; the same table whatever engine ran it. The ending of --out says the format: .csv, .jsonl or .npy; \
            without --out CSV goes to standard output, or one object with --json. An .npy file needs --columns, or --series for the arrays of a name, such as singularValues or loss.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var source: SweepSource

    @Option(help: ArgumentHelp("The file; its ending says the format.", valueName: "file"))
    var out: String?

    @Option(help: ArgumentHelp("Only these columns, separated by commas.", valueName: "list"))
    var columns: String?

    @Option(help: ArgumentHelp("A series as an array [trials, longest] in an .npy file.", valueName: "name"))
    var series: String?

    @Flag(help: "Go on though the manifest was changed; results that still belong to it are kept.")
    var acceptChanges = false

    func validate() throws {
        try source.check(common)
        if let out, ![".csv", ".jsonl", ".npy"].contains(where: { out.hasSuffix($0) }) {
            throw ValidationError("--out \(out): the name ends in .csv, .jsonl or .npy.")
        }
        let isArray = out?.hasSuffix(".npy") == true
        if series != nil, !isArray { throw ValidationError("--series goes to a file that ends in .npy; name it with --out.") }
        if isArray, series == nil, columns == nil { throw ValidationError("An .npy file needs --columns of numbers, or --series.") }
        if series != nil, columns != nil { throw ValidationError("Give --series or --columns, not both.") }
    }

    func run() throws {
        let started = ContinuousClock.now
        let merged = try SweepMerge(source, common, acceptChanges: acceptChanges, onlyForReading: true)
        let table = try ResultTable(merged.results)
        let chosen = columns.map { list in list.split(separator: ",").map { String($0.filter { $0 != " " }) } }
        for column in chosen ?? [] { try table.require(column) }
        if common.json, out == nil {
            let rows = try table.rows.map { row in
                JSONValue.object((chosen ?? table.columns).map { ($0, JSONValue(ResultTable.value($0, in: row) ?? .null)) })
            }
            return try Terminal.result(
                source.report([("rows", .array(rows))], merged.list, devices: merged.results.devices(), common, started: started).text)
        }
        guard let out else {
            return try table.writeCSV(columns: chosen) { lines in
                if !lines.isEmpty { try Terminal.result(String(decoding: lines.dropLast(), as: UTF8.self)) }
            }
        }
        if out.hasSuffix(".npy") {
            let array = try series.map { try table.array(series: $0, of: merged.results) } ?? table.array(columns: chosen ?? [])
            try array.write(to: out)
        } else {
            try FileBytes.write(to: out) { put in
                try out.hasSuffix(".csv") ? table.writeCSV(columns: chosen, put) : table.writeJSONLines(columns: chosen, put)
            }
        }
        if common.json {
            let members: [(key: String, value: JSONValue)] = [("out", .string(out)), ("trials", .integer(table.count))]
            return try Terminal.result(source.report(members, merged.list, devices: merged.results.devices(), common, started: started).text)
        }
        if !common.quiet { Terminal.note("sweep: \(NumberText.count(table.count, "row")) to \(out).") }
    }
}
