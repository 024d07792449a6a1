import ArgumentParser
import Reports
import Sweeps

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Thousands of trials from one manifest: run, resume, shard over machines, merge, export, report.",
        discussion: """
            Example: residua sweep run docs/sweep.toml

            A manifest, in TOML or JSON:

              kind = "spectrum"                            # or "train"; the keys below are those of that verb
              replicates = 5
              [fixed]
              problem = "poisson1d"
              [axes]                                       # every value with every other
              derivative = ["ad", "fd:2:1e-3"]
              range = { from = 1, to = 100, count = 5, scale = "log" }
              [[zip]]                                      # lists that vary together
              cut = [1e-13, 1e-6]
              precision = ["f64", "f32"]

            Results go to MANIFEST's name with the ending .sweep; the same command goes on where it was stopped.
            """,
        subcommands: [
            SweepRunCommand.self, SweepStatusCommand.self, SweepMergeCommand.self, SweepExportCommand.self, SweepReportCommand.self,
            SweepSubmitCommand.self,
        ])
}

/// Which sweep, and where its results are.
struct SweepSource: ParsableArguments {
    @Argument(help: ArgumentHelp("The manifest, in TOML, or in JSON if it ends in .json.", valueName: "manifest"))
    var manifest: String

    @Option(help: ArgumentHelp("The folder with the results; the manifest's name with the ending .sweep.", valueName: "folder"))
    var store: String?

    /// Refuses what a sweep takes from its manifest alone.
    func check(_ common: CommonOptions) throws {
        for (name, isGiven) in [("seed", common.givenSeed != nil), ("precision", common.givenPrecision != nil)] where isGiven {
            throw ValidationError("--\(name): a sweep's \(name) stands in its manifest; change it there, or leave out --\(name).")
        }
    }

    /// What every verb of a sweep prints with `--json`: seed and precision are the manifest's, devices those that the results were computed on.
    func report(
        _ members: [(key: String, value: JSONValue)], _ list: TrialList, devices: [String], _ common: CommonOptions, started: ContinuousClock.Instant
    ) -> JSONValue {
        let precisions = list.expansion.values(of: "precision").compactMap(\.text)
        return common.report(
            members, device: devices.isEmpty ? nil : devices.joined(separator: ", "), precision: precisions.joined(separator: ", "),
            seed: list.expansion.manifest.seed, started: started)
    }

    func read() throws -> Manifest { try Manifest(contentsOf: manifest) }

    func store(of manifest: Manifest) -> Store { store.map { Store(folder: $0) } ?? Store(of: manifest) }
}

extension JSONValue {
    /// A setting or a metric; tables by their keys.
    init(_ value: TrialValue) {
        switch value {
        case .null: self = .null
        case .boolean(let truth): self = .bool(truth)
        case .number(let number): self = .number(number)
        case .text(let text): self = .string(text)
        case .list(let values): self = .array(values.map(JSONValue.init))
        case .table(let members): self = .object(members.sorted { $0.key < $1.key }.map { ($0.key, JSONValue($0.value)) })
        }
    }
}
