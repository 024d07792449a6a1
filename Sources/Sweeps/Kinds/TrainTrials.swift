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
    /// 2: defaults by the optimiser, as the verb has them; automatic steps in float32 by the network as it was drawn.
    let schema = 2
    let shown = (x: "initialEntropy", y: "speed")
    let deviceTolerance = 1e-2

    let keys = TrainTrials.allKeys
    let rules = TrainTrials.allRules

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
        let (statement, given) = try TrialProblem.read(
            trial, context, equations: trial.settings["equations"]?.list?.compactMap(\.text) ?? [],
            fields: trial.settings["unknowns"]?.list?.compactMap(\.text) ?? ["u"], dimension: network.architecture.dimension)
        let problem = statement.beginning(with: network.equationParameters.filter { trial.settings["parameters.\($0.key)"] == nil })
        guard network.architecture.dimension == problem.dimension else {
            throw TrialRefusal(
                "the network takes \(Wording.count(network.architecture.dimension, "coordinate")) and the problem has \(problem.dimension)")
        }
        guard network.architecture.fields == problem.fields.count else {
            throw TrialRefusal(
                "the network has \(Wording.count(network.architecture.fields, "output")) and the problem \(Wording.count(problem.fields.count, "field"))"
            )
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
        try trainer.use(
            weighting: try trial.text("weights").map { try WeightRule(parsing: $0).make() },
            schedule: try PointRule(parsing: trial.text("resample") ?? "never").make())
        return trainer
    }

    func precision(_ trial: Trial) -> Precision { trial.text("precision") == "f32" ? .f32 : .f64 }

    private func network(_ trial: Trial, _ context: TrialContext) throws -> Network {
        let activation = trial.text("activation").flatMap { Activation(name: $0) }
        if let model = trial.text("model") {
            let network = try Network(contentsOf: context.files.path(of: model), activation: activation)
            if let activation, activation != network.architecture.activation {
                throw TrialRefusal("the model has the activation \(network.architecture.activation), not \(activation); leave activation out")
            }
            return network
        }
        var stream = RandomStream(seed: trial.seed, name: "network")
        let architecture = try NetworkArchitecture(
            widths: trial.settings["layers"]?.list?.compactMap(\.integer) ?? [], activation: activation ?? .tanh)
        let law = Initialization(name: trial.text("initialization") ?? "", range: trial.number("init-range")) ?? .glorotNormal
        return Network(architecture, initialization: law, stream: &stream)
    }

    func optimizer(_ trial: Trial) -> OptimizerSettings {
        var settings = OptimizerSettings(trial.text("optimizer") ?? "adam", decayFactor: trial.number("decay-factor"))
        if let rate = trial.settings["learning-rate"] { settings.learningRate = rate.number }
        if let steps = trial.integer("decay-steps") { settings.decaySteps = steps }
        if let decay = trial.number("weight-decay") { settings.weightDecay = decay }
        if let history = trial.integer("history") { settings.history = history }
        if let cut = trial.number("optimizer-cut") { settings.cut = cut }
        return settings
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
