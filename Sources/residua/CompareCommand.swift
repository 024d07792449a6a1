import ArgumentParser
import Compute
import Differentiation
import Models
import Problems
import Reports
import Solvers
import Studies

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Trains one network by every derivative method asked for, and says which to take and why.",
        discussion: """
            Example: residua compare poisson2d-unit --layers 2,20,1 --optimizer lm --steps 50 --derivative ad --derivative fd:4:2e-2 --tolerance 1e-5

            Every way starts from the same network on the same points. For each: the error and the true residual reached, the time of a step and the \
            memory, the spectrum of the residual Jacobian with its truncated entropy and rounding floor (the median singular value of what rounding alone \
            adds to the Jacobian; a stencil precision behind the method acts on residuals alone). A report with the pictures goes to --out. \
            Ctrl-C ends the step in hand and shows what there is (exit 75); a second one leaves at once. Exit code 1 if a training diverged.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var source: NetworkSource
    @OptionGroup var choice: OptimizerChoice

    @Option(
        name: .customLong("derivative"),
        help: ArgumentHelp(
            "ad, fd:ACCURACY:STEP or fd-exact:ACCURACY:STEP; may be repeated. ad, fd:2:auto and fd:4:auto by default.", valueName: "method"))
    var derivatives: [String] = []

    @Option(help: ArgumentHelp("Precisions to train each in, such as f64,f32; that of --precision by default.", valueName: "list"))
    var precisions: String?

    @Option(help: ArgumentHelp("Steps of the optimiser.", valueName: "n"))
    var steps: Int = 1000

    @Option(help: ArgumentHelp("The error that is good enough, or the true residual where no solution is known.", valueName: "error"))
    var tolerance: Double?

    @Option(help: ArgumentHelp("Relative cut of the spectra; 1e-13 in f64, 1e-6 in f32.", valueName: "a"))
    var cut: Double?

    @Option(help: ArgumentHelp("Where the report goes.", valueName: "folder"))
    var out = "residua-comparison"

    func validate() throws {
        try source.check()
        try source.checkRange()
        try choice.check()
        if steps < 1 { throw ValidationError("--steps \(steps): at least 1.") }
        if let cut, !(cut > 0 && cut < 1) {
            throw ValidationError("--cut \(Wording.number(cut)): a relative cut lies between 0 and 1, both excluded.")
        }
        if let tolerance, !(tolerance > 0 && tolerance.isFinite) {
            throw ValidationError("--tolerance \(Wording.number(tolerance)): give a positive number.")
        }
        if precisions != nil, common.givenPrecision != nil {
            throw ValidationError("Give --precision or --precisions, not both: --precisions f64,f32 trains in each of its list.")
        }
        for name in precisionNames where PrecisionName(rawValue: name) == nil {
            throw ValidationError("--precisions \(precisions ?? ""): write f32, f64 or f64,f32.")
        }
    }

    private var precisionNames: [String] {
        precisions.map { $0.split(separator: ",", omittingEmptySubsequences: false).map { String($0.filter { $0 != " " }) } } ?? [
            common.precision.rawValue
        ]
    }

    func run() throws {
        common.applyThreads()
        Interruption.watch(secondLeaves: true)
        if !common.quiet { choice.noteUnused() }
        let started = ContinuousClock.now
        var methods: [DerivativeMethod] = []
        for text in derivatives.isEmpty ? ["ad", "fd:2:auto", "fd:4:auto"] : derivatives { methods.append(try DerivativeMethod(parsing: text)) }
        let selection = try DeviceSelection(common.deviceText)
        let setting = try source.setting(seed: common.seed, choice.defaults)
        if !common.quiet { setting.noteKinks() }
        _ = try OutputFolder(out)
        var ways: [Comparison.Way] = []
        for name in precisionNames {
            for method in methods {
                let way = Comparison.Way(method, name == "f32" ? .f32 : .f64)
                if !ways.contains(way) { ways.append(way) }
            }
        }
        let progress = Progress(quiet: common.quiet)
        let (device, rows) = try selection.open { device in
            let comparison = Comparison(
                problem: setting.problem, network: setting.network, points: setting.points, steps: steps, cut: cut, device: device, seed: common.seed
            ) { choice.make() }
            var rows: [ComparisonRow] = []
            for (place, way) in ways.enumerated() where !Interruption.isAsked {
                rows.append(
                    try comparison.run(way, isStopped: { Interruption.isAsked }) { step in
                        let share = (Double(place) + Double(step) / Double(steps)) / Double(ways.count)
                        progress.report(share, "\(way.method) \(way.precision.rawValue), step \(step)")
                    })
            }
            return (device.info.name, rows)
        }
        progress.end()
        guard !rows.isEmpty else {
            if !common.quiet { Terminal.note("Interrupted before the first training began.") }
            throw ExitCode(ExitStatus.interrupted.rawValue)
        }
        let isInterrupted = rows.count < ways.count || rows.contains { $0.outcome == .interrupted }
        // Trainings of different lengths say nothing about which way to take.
        let recommendation = isInterrupted ? nil : Recommendation(rows, tolerance: tolerance)
        let widths = setting.network.architecture.widths.map(String.init).joined(separator: "-")
        let written = try ComparisonReport.report(
            rows, recommendation: recommendation, title: "\(setting.problem.name), \(widths), \(choice.optimizer)",
            facts: [
                ("version", "\(Version.number), commit \(Version.commit)"), ("device", device), ("seed", String(common.seed)),
                ("points", String(setting.points.interior.count)), ("optimizer", choice.text), ("steps", String(steps)),
            ]
        ).write(to: out)
        try print(rows, recommendation, setting, device, page: written.page, notes: written.notes, started: started)
        if isInterrupted {
            if !common.quiet {
                let whole = rows.filter { $0.outcome != .interrupted }.count
                Terminal.note("Interrupted: \(whole) of \(ways.count) trainings are whole; the same command begins anew.")
            }
            throw ExitCode(ExitStatus.interrupted.rawValue)
        }
        if rows.contains(where: { $0.outcome == .diverged }) { throw ExitCode(ExitStatus.checkFailed.rawValue) }
    }

    private func print(
        _ rows: [ComparisonRow], _ recommendation: Recommendation?, _ setting: NetworkSource.Setting, _ device: String, page: String,
        notes: [String], started: ContinuousClock.Instant
    ) throws {
        guard !common.json else {
            let members: [(key: String, value: JSONValue)] = [
                ("problem", .string(setting.problem.name)), ("optimizer", .string(choice.optimizer)), ("steps", .integer(steps)),
                ("rows", .array(rows.enumerated().map { CompareCommand.json($1, recommended: $0 == recommendation?.row) })),
                ("recommendation", JSONValue(recommendation?.sentence)), ("report", .string(page)),
                ("notes", .array(notes.map(JSONValue.string))),
            ]
            try Terminal.result(common.report(members, device: device, started: started).text)
            return
        }
        var table = TextTable(["derivatives", "error", "true residual", "own loss", "ms/step", "KiB", "floor/s1", "entropy", "count", "outcome"])
        for row in rows {
            var cells: [String] = [row.name, Display.number(row.bestError), Display.number(row.bestTrueResidual), Display.number(row.last.loss)]
            cells += [Display.number(row.secondsPerStep * 1e3), String(row.memoryBytes / 1024)]
            cells += [Display.number(row.end.floor.map { $0 / row.end.spectrum.largest }), Display.number(row.end.entropy), String(row.end.count)]
            cells.append(row.outcome.rawValue)
            table.rows.append(cells)
        }
        try Terminal.result(table.text)
        if let recommendation { try Terminal.result(recommendation.sentence) }
        for note in notes { Terminal.note(note) }
        try Terminal.result("report: \(page)")
    }

    private static func json(_ row: ComparisonRow, recommended: Bool) -> JSONValue {
        func figures(_ value: ComparisonRow.SpectrumFigures) -> JSONValue {
            .object([
                ("singularValues", JSONValue(value.spectrum.singularValues)), ("cut", .number(value.cut)), ("count", .integer(value.count)),
                ("entropy", .number(value.entropy)), ("effectiveRank", .number(value.effectiveRank)), ("floor", JSONValue(value.floor)),
            ])
        }
        let curve = row.curve.map { look in
            JSONValue.object([
                ("step", .integer(look.step)), ("loss", .number(look.loss)), ("trueResidual", .number(look.trueResidual)),
                ("error", JSONValue(look.error)),
            ])
        }
        return .object([
            ("derivative", .string("\(row.method)")), ("precision", .string(row.precision.rawValue)), ("outcome", .string(row.outcome.rawValue)),
            ("loss", .number(row.last.loss)), ("trueResidual", .number(row.bestTrueResidual)), ("error", JSONValue(row.bestError)),
            ("secondsPerStep", .number(row.secondsPerStep)), ("memoryBytes", .integer(Int(clamping: row.memoryBytes))),
            ("operations", .number(row.cost.products + row.cost.elementwise)), ("activations", .number(row.cost.activations)),
            ("floor", JSONValue(row.end.floor)), ("entropy", .number(row.end.entropy)), ("count", .integer(row.end.count)),
            ("rank", .number(row.end.effectiveRank)), ("derivativeError", .number(row.derivativeError)), ("start", figures(row.start)),
            ("end", figures(row.end)), ("curve", .array(curve)), ("recommended", .bool(recommended)),
        ])
    }
}
