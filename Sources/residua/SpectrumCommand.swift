import ArgumentParser
import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems
import Reports
import Solvers
import Spectra

struct SpectrumCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spectrum",
        abstract: "Random features: the matrix by each derivative method, singular values, truncated entropy, least squares at each cut.",
        discussion: """
            Example: residua spectrum poisson1d --derivative ad --derivative fd:2:1e-3 --derivative fd-exact:2:1e-3 --cut 1e-13

            The problem is a name of the catalogue, or --equation (and --condition) on the points of --data; --model gives the features, otherwise \
            they are drawn from --seed. Or give --matrix or --singular-values for the spectrum alone. Rows are unscaled, a condition's rows times the \
            square root of its weight; residuals are ‖Ac − f‖₂/√rows.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var source: SpectrumSource

    @Option(
        name: .customLong("derivative"),
        help: ArgumentHelp("ad, fd:ACCURACY:STEP or fd-exact:ACCURACY:STEP, with /f32 or /f64 behind; may be repeated.", valueName: "method"))
    var derivatives: [String] = []

    @Option(
        name: .customLong("cut"), parsing: .upToNextOption,
        help: ArgumentHelp("Relative cuts between 0 and 1, one or more; 1e-13 by default.", valueName: "a"))
    var cuts: [Double] = []

    func validate() throws {
        for cut in cuts where !(cut > 0 && cut < 1) {
            throw ValidationError("--cut \(Wording.number(cut)): a relative cut lies between 0 and 1, both excluded.")
        }
        try source.check()
    }

    func run() throws {
        common.applyThreads()
        let started = ContinuousClock.now
        let cuts = cuts.isEmpty ? [1e-13] : cuts
        if let bare = try source.bareSpectrum() {
            let record = try BareSpectrum(bare.spectrum, cuts: cuts)
            let device = "native"
            try print(
                [SpectrumCommand.json(record, derivative: nil)], [("source", .string(bare.path))], table: SpectrumCommand.table(record.rows),
                device: device, started: started)
            return
        }
        var methods: [DerivativeMethod] = []
        for text in derivatives.isEmpty ? ["ad"] : derivatives { methods.append(try DerivativeMethod(parsing: text)) }
        let selection = try DeviceSelection(common.deviceText)
        let precision: Precision = common.precision == .f32 ? .f32 : .f64
        let setting = try source.setting(seed: common.seed, methods: methods.count)
        for warning in setting.notes where !common.quiet { Terminal.note("spectrum: \(warning)") }
        let study = FeatureStudy(
            collocation: setting.collocation, model: setting.model, methods: methods, precision: precision, cuts: cuts, test: setting.test)
        let (device, result) = try selection.open { ($0, try study.run(on: $0, threads: common.threads ?? Device.threads)) }
        let spectra = result.records.map { SpectrumCommand.json($0) }
        let members: [(key: String, value: JSONValue)] = [
            ("problem", .string(setting.name)), ("features", .integer(setting.model.features)), ("rows", .integer(setting.collocation.rows)),
            ("points", .integer(setting.collocation.parts[0].points.rows)), ("activation", .string("\(setting.model.activation)")),
            ("range", JSONValue(setting.range)),
        ]
        let rows = result.records.flatMap { record in
            record.cuts.map { cut in
                [
                    record.name, Display.number(cut.cut, digits: 1), String(cut.count), Display.number(cut.entropy),
                    Display.number(cut.residual, digits: 3),
                    Display.number(cut.trueResidual, digits: 3), Display.number(cut.error, digits: 3), Display.number(cut.coefficientNorm, digits: 3),
                    Display.number(record.floor, digits: 2), cut.regime?.rawValue ?? "–",
                ]
            }
        }
        try print(spectra, members, table: SpectrumCommand.table(rows), device: device.info.name, started: started)
    }

    private func print(
        _ spectra: [JSONValue], _ members: [(key: String, value: JSONValue)], table: String, device: String, started: ContinuousClock.Instant
    ) throws {
        if common.json {
            try Terminal.result(common.report(members + [("spectra", .array(spectra))], device: device, started: started).text)
        } else {
            try Terminal.result(table)
        }
    }

    private static func table(_ rows: [[String]]) -> String {
        var table = TextTable(["derivative", "cut", "count", "entropy", "residual", "true residual", "error", "‖c‖", "floor", "regime"])
        table.rows = rows
        return table.text
    }

    private static func json(_ record: SpectrumStudy.Record) -> JSONValue {
        .object([
            ("derivative", .string(record.name)), ("singularValues", JSONValue(record.spectrum.singularValues)), ("rank", .integer(record.rank)),
            ("effectiveRank", .number(record.effectiveRank)), ("conditionNumber", .number(record.conditionNumber)),
            ("floor", JSONValue(record.floor)),
            (
                "cuts",
                .array(
                    record.cuts.map { cut in
                        .object([
                            ("cut", .number(cut.cut)), ("count", .integer(cut.count)), ("entropy", .number(cut.entropy)),
                            ("entropyOfSquares", .number(cut.entropyOfSquares)), ("residual", JSONValue(cut.residual)),
                            ("trueResidual", JSONValue(cut.trueResidual)), ("error", JSONValue(cut.error)),
                            ("coefficientNorm", JSONValue(cut.coefficientNorm)), ("regime", JSONValue(cut.regime?.rawValue)),
                            ("entropies", SpectrumCommand.entropies(record.spectrum, cut: cut.cut)),
                        ])
                    })
            ),
        ])
    }

    private static func json(_ record: BareSpectrum, derivative: String?) -> JSONValue {
        let spectrum = record.spectrum
        return .object([
            ("derivative", JSONValue(derivative)), ("singularValues", JSONValue(spectrum.singularValues)), ("rank", .integer(spectrum.rank)),
            ("effectiveRank", .number(spectrum.effectiveRank)), ("conditionNumber", .number(spectrum.conditionNumber)), ("floor", .null),
            (
                "cuts",
                .array(
                    record.cuts.map { cut in
                        .object([
                            ("cut", .number(cut.cut)), ("count", .integer(cut.count)), ("entropy", .number(cut.entropy)),
                            ("entropyOfSquares", .number(cut.squares)), ("residual", .null), ("trueResidual", .null), ("error", .null),
                            ("coefficientNorm", .null), ("regime", .null), ("entropies", entropies(spectrum, cut: cut.cut)),
                        ])
                    })
            ),
        ])
    }

    /// Every definition of the entropy by its name.
    private static func entropies(_ spectrum: Spectrum, cut: Double) -> JSONValue {
        .object(EntropyDefinition.catalogue.map { definition in (definition.name, JSONValue(try? spectrum.entropy(definition, cut: cut))) })
    }
}

/// The numbers of a spectrum that belongs to no equation.
private struct BareSpectrum {
    let spectrum: Spectrum
    let cuts: [(cut: Double, count: Int, entropy: Double, squares: Double)]

    init(_ spectrum: Spectrum, cuts: [Double]) throws {
        self.spectrum = spectrum
        self.cuts = try cuts.map {
            ($0, try spectrum.count(cut: $0), try spectrum.entropy(cut: $0), try spectrum.entropyOfSquares(cut: $0))
        }
    }

    var rows: [[String]] {
        cuts.map { cut in
            ["–", Display.number(cut.cut, digits: 1), String(cut.count), Display.number(cut.entropy)] + Array(repeating: "–", count: 6)
        }
    }
}
