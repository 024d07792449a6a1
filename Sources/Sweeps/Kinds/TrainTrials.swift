import Compute
import Differentiation
import LinearAlgebra
import Models
import ProblemFiles
import Problems
import Solvers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A network trained on a problem, as the verb `train`.
struct TrainTrials: TrialKind {
    let name = "train"
    let schema = 1
    let shown = (x: "initialEntropy", y: "speed")
    let deviceTolerance = 1e-2

    let keys: [TrialKey] = {
        let isDrawn = TrialKey.Condition(on: ["model"]) { $0["model"] == nil }
        func isUsed(_ names: String...) -> TrialKey.Condition {
            TrialKey.Condition(on: ["optimizer"]) { names.contains($0["optimizer"]?.text ?? "") }
        }
        let hasRate = isUsed("gd", "adam", "adamw")
        return TrialProblem.keys(equations: true) + [
            TrialProblem.file("model", "the network to begin with, a safetensors file"),
            TrialKey("layers", "inputs, hidden widths and fields, such as [2, 64, 64, 1]", .absent, when: isDrawn, check: layers),
            .choice("initialization", "how it is drawn", .value(.text("glorot-normal")), of: Initialization.allNames, when: isDrawn),
            .number(
                "init-range", "R of uniform, the frequency of siren",
                .derived(from: ["initialization"]) { $0["initialization"]?.text == "siren" ? .number(30) : .number(1) }, "a positive number",
                when: TrialKey.Condition(on: ["model", "initialization"]) {
                    $0["model"] == nil && ["siren", "uniform"].contains($0["initialization"]?.text ?? "")
                }
            ) { $0 > 0 && $0.isFinite },
            TrialProblem.activation(.derived(from: ["model"]) { $0["model"] == nil ? .text("tanh") : nil }),
            .integer("points", "number of interior points", .value(.number(400)), in: 1...1_000_000_000, when: TrialProblem.isSampled),
            .choice("optimizer", "the optimiser", .value(.text("adam")), of: OptimizerSettings.names),
            TrialKey("learning-rate", "of gd, adam and adamw; for gd also \"auto\"", .value(.number(1e-3)), when: hasRate, check: rate),
            .number("decay-factor", "the rate falls by this factor", .absent, "a number above 0 and up to 1", when: hasRate) { $0 > 0 && $0 <= 1 },
            .integer(
                "decay-steps", "steps of decay-factor", .value(.number(1000)), in: 1...Int.max,
                when: TrialKey.Condition(on: ["decay-factor"]) { $0["decay-factor"] != nil }),
            .number("weight-decay", "of adamw", .value(.number(1e-2)), "0 or a positive number", when: isUsed("adamw")) { $0 >= 0 && $0.isFinite },
            .integer("history", "pairs that lbfgs keeps", .value(.number(50)), in: 1...1_000_000, when: isUsed("lbfgs")),
            .integer("steps", "steps in all", .value(.number(1000)), in: 1...Int.max),
            .integer("log-every", "steps from one record to the next", .value(.number(100)), in: 1...Int.max),
            .integer("spectrum-every", "steps from one spectrum to the next; 0 for none", .value(.number(0)), in: 0...Int.max),
            .number(
                "cut", "relative cut of the spectra",
                .derived(from: ["precision"]) { .number($0["precision"]?.text == "f32" ? 1e-6 : 1e-13) }, "a number between 0 and 1, both excluded",
                when: TrialKey.Condition(on: ["spectrum-every"]) { ($0["spectrum-every"]?.number ?? 0) > 0 }
            ) { $0 > 0 && $0 < 1 },
            .number("tolerance", "a loss that is small enough", .value(.number(0)), "0 or a positive number") { $0 >= 0 && $0.isFinite },
        ]
    }()

    let rules =
        TrialProblem.rules(equations: "equations") + [
            TrialRule(about: ["layers", "model"]) { settings, _ throws(TrialRefusal) in
                if settings["layers"] == nil && settings["model"] == nil {
                    throw TrialRefusal("a network is needed: layers such as [2, 64, 64, 1], or a model's file")
                }
            },
            TrialRule(about: ["learning-rate", "optimizer"]) { settings, _ throws(TrialRefusal) in
                if settings["learning-rate"]?.text == "auto", settings["optimizer"]?.text != "gd" {
                    throw TrialRefusal("\"auto\" is a learning rate of gd alone")
                }
            },
            TrialRule(about: ["layers", "problem", "unknowns"], requireFit),
        ]

    /// Refuses a network that does not fit the problem, before the first trial is run.
    private static func requireFit(_ settings: TrialSettings, _ files: TrialFiles) throws(TrialRefusal) {
        guard let widths = settings["layers"]?.list?.compactMap(\.integer), let inputs = widths.first, let outputs = widths.last else { return }
        var (dimension, fields): (Int?, Int) = (nil, settings["unknowns"]?.list?.count ?? 1)
        if let name = settings["problem"]?.text {
            let problem: Problem
            do throws(ProblemFileError) { problem = try files.problem(files.path(of: name)) } catch { throw TrialRefusal("\(error)") }
            (dimension, fields) = (problem.dimension, problem.fields.count)
        }
        if let dimension, dimension != inputs {
            throw TrialRefusal(
                "the network takes \(inputs) coordinates and the problem has \(dimension); the first of the layers is the coordinates' number")
        }
        if fields != outputs {
            throw TrialRefusal("the network has \(outputs) outputs and the problem \(fields) fields; the last of the layers is the fields' number")
        }
    }

    private static let layers: @Sendable (TrialValue, TrialFiles) throws(TrialRefusal) -> TrialValue = { value, _ throws(TrialRefusal) in
        var widths = value.list?.compactMap(\.integer) ?? []
        if let text = value.text { widths = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0.filter { $0 != " " }) ?? 0 } }
        guard value.list.map({ $0.count == widths.count }) ?? (value.text != nil) else {
            throw TrialRefusal("whole numbers such as [2, 64, 64, 1] are needed here")
        }
        do { _ = try NetworkArchitecture(widths: widths, activation: .tanh) } catch { throw TrialRefusal("\(error)") }
        return .list(widths.map { .number(Double($0)) })
    }

    private static let rate: @Sendable (TrialValue, TrialFiles) throws(TrialRefusal) -> TrialValue = { value, _ throws(TrialRefusal) in
        if value.text == "auto" { return value }
        guard let number = value.number, number > 0 else { throw TrialRefusal("a positive number such as 1e-3, or for gd \"auto\", is needed here") }
        return value
    }

    func run(_ trial: Trial, in context: TrialContext) throws -> TrialResult {
        // What can be trained in a group always is, be it of one: the result cannot depend on who else is in it.
        if shape(of: trial) != nil { return try trainTogether([trial], in: context)[0].get() }
        var trainer = try trainer(trial, context)
        var records: [TrainingRecord] = []
        let outcome = try trainer.run(
            steps: steps(trial), logEvery: trial.integer("log-every") ?? 100, spectrumEvery: trial.integer("spectrum-every") ?? 0
        ) { records.append($0) }
        return try result(outcome, records, last: trainer.record(withSpectrum: false), state: trainer.state, steps: steps(trial))
    }

    func steps(_ trial: Trial) -> Int { trial.integer("steps") ?? 1000 }

    /// A trial's trainer, at its start.
    func trainer(_ trial: Trial, _ context: TrialContext) throws -> Trainer {
        let network = try network(trial, context)
        let (problem, given) = try TrialProblem.read(
            trial, context, equations: trial.settings["equations"]?.list?.compactMap(\.text) ?? [],
            fields: trial.settings["unknowns"]?.list?.compactMap(\.text) ?? ["u"], dimension: network.architecture.dimension)
        guard network.architecture.dimension == problem.dimension else {
            throw TrialRefusal("the network takes \(network.architecture.dimension) coordinates and the problem has \(problem.dimension)")
        }
        guard network.architecture.fields == problem.fields.count else {
            throw TrialRefusal("the network has \(network.architecture.fields) outputs and the problem \(problem.fields.count) fields")
        }
        let points =
            try given
            ?? problem.collocationPoints(
                trial.integer("points") ?? 400, sampling: Sampling(parsing: trial.text("sampling") ?? "grid"), seed: trial.seed)
        var trainer = try Trainer(
            problem: problem, network: network, points: points, derivative: try DerivativeMethod(parsing: trial.text("derivative") ?? "ad"),
            precision: precision(trial), optimizer: optimizer(trial).make(), device: context.device, seed: trial.seed)
        if let cut = trial.number("cut") { trainer.cut = cut }
        trainer.tolerance = trial.number("tolerance") ?? 0
        return trainer
    }

    func precision(_ trial: Trial) -> Precision { trial.text("precision") == "f32" ? .f32 : .f64 }

    private func network(_ trial: Trial, _ context: TrialContext) throws -> Network {
        let activation = trial.text("activation").flatMap { Activation(name: $0) }
        if let model = trial.text("model") { return try Network(contentsOf: context.files.path(of: model), activation: activation) }
        var stream = RandomStream(seed: trial.seed, name: "network")
        let architecture = try NetworkArchitecture(
            widths: trial.settings["layers"]?.list?.compactMap(\.integer) ?? [], activation: activation ?? .tanh)
        let law = Initialization(name: trial.text("initialization") ?? "", range: trial.number("init-range")) ?? .glorotNormal
        return Network(architecture, initialization: law, stream: &stream)
    }

    func optimizer(_ trial: Trial) -> OptimizerSettings {
        OptimizerSettings(
            trial.text("optimizer") ?? "adam", learningRate: trial.text("learning-rate") == "auto" ? nil : trial.number("learning-rate") ?? 1e-3,
            decayFactor: trial.number("decay-factor"), decaySteps: trial.integer("decay-steps") ?? 1000,
            weightDecay: trial.number("weight-decay") ?? 1e-2, history: trial.integer("history") ?? 50)
    }

    /// Speed is the decades by which the loss fell, for each thousand of the steps asked for: a training that stops early has not been faster.
    func result(
        _ outcome: TrainingOutcome, _ records: [TrainingRecord], last: TrainingRecord, state: TrainingState, steps: Int
    ) -> TrialResult {
        let first = records[0]
        let spectra = records.filter { $0.spectrum != nil }
        let decades = log10(first.loss.total / min(state.bestLoss, last.loss.total))
        func known(_ value: Double?) -> TrialValue { .number(value ?? .nan) }
        var metrics: [(name: String, value: TrialValue)] = [
            ("outcome", .text(outcome.rawValue)), ("step", .number(Double(state.step))), ("initialLoss", .number(first.loss.total)),
            ("loss", .number(last.loss.total)), ("bestLoss", .number(min(state.bestLoss, last.loss.total))),
            ("trueResidual", known(last.trueResidual)),
            ("error", known(last.error)), ("speed", .number(1000 * decades / Double(steps))),
        ]
        if let start = spectra.first?.spectrum, let end = spectra.last?.spectrum {
            metrics += [
                ("initialEntropy", .number(start.entropy)), ("initialCount", .number(Double(start.count))), ("entropy", .number(end.entropy)),
                ("count", .number(Double(end.count))), ("rank", .number(end.rank)),
            ]
        }
        for (name, value) in last.parameters.sorted(by: { $0.key < $1.key }) { metrics.append(("parameters." + name, .number(value))) }
        var series: [(name: String, values: [Double])] = [
            ("step", records.map { Double($0.step) }), ("loss", records.map(\.loss.total)), ("trueResidual", records.map { $0.trueResidual ?? .nan }),
            ("error", records.map { $0.error ?? .nan }),
        ]
        if !spectra.isEmpty {
            series += [
                ("spectrumStep", spectra.map { Double($0.step) }), ("entropy", spectra.map { $0.spectrum?.entropy ?? .nan }),
                ("count", spectra.map { Double($0.spectrum?.count ?? 0) }), ("rank", spectra.map { $0.spectrum?.rank ?? .nan }),
            ]
        }
        return TrialResult(status: outcome == .diverged ? .diverged : .done, metrics: metrics, series: series)
    }

    func sentence(for error: any Error) -> String { TrialFailure.sentence(error) }
}
