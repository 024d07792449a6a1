import Differentiation
import Models
import ProblemFiles
import Problems
import Solvers

extension TrainTrials {
    /// What is taken where nothing is given.
    private static func defaults(_ settings: TrialSettings) -> TrainingDefaults { TrainingDefaults(optimizer: settings["optimizer"]?.text ?? "adam") }

    static let allKeys: [TrialKey] = {
        let drawing = "a network is drawn only where no model is given"
        let isDrawn = TrialKey.Condition(on: ["model"], drawing + "; leave out one of them") { $0["model"] == nil }
        func isUsed(_ setting: OptimizerSettings.Setting, isTold: Bool = false) -> TrialKey.Condition {
            TrialKey.Condition(on: ["optimizer"], readers(of: setting), isTold: isTold) { setting.optimizers.contains($0["optimizer"]?.text ?? "") }
        }
        return TrialProblem.keys(equations: true, sampling: .found(from: ["optimizer", "problem"], sampling)) + [
            TrialProblem.file("model", "the network to begin with, a safetensors file"),
            TrialKey("layers", "inputs, hidden widths and fields, such as [2, 64, 64, 1]", .absent, when: isDrawn, check: layers),
            .choice(
                "initialization", "how it is drawn", .derived(from: ["optimizer"]) { .text(defaults($0).initialization) },
                of: Initialization.allNames,
                when: isDrawn),
            .number(
                "init-range", "R of uniform and spread, the frequency of siren",
                .derived(from: ["initialization"]) { range(of: $0["initialization"]).map(TrialValue.number) }, "a positive number",
                when: TrialKey.Condition(
                    on: ["model", "initialization"],
                    "only the laws \(Initialization.namesWithRange.joined(separator: ", ")) have a range, and \(drawing); leave it out"
                ) { $0["model"] == nil && range(of: $0["initialization"]) != nil }
            ) { $0 > 0 && $0.isFinite },
            TrialProblem.activation(.derived(from: ["model"]) { $0["model"] == nil ? .text("tanh") : nil }),
            .integer(
                "points", "number of interior points", .found(from: ["optimizer", "problem", "layers", "model"], points), in: 1...1_000_000_000,
                when: TrialProblem.isSampled),
            .choice("optimizer", "the optimiser", .value(.text("adam")), of: OptimizerSettings.names),
            TrialKey(
                "learning-rate", "of gd, adam and adamw; for gd also \"auto\"", .value(.number(1e-3)), when: isUsed(.learningRate, isTold: true),
                check: rate),
            .number(
                "decay-factor", "the rate of adam and adamw falls by this factor", .absent, "a number above 0 and up to 1", when: isUsed(.decayFactor)
            ) { $0 > 0 && $0 <= 1 },
            .integer(
                "decay-steps", "steps of decay-factor", .value(.number(1000)), in: 1...Int.max,
                when: TrialKey.Condition(on: ["decay-factor"], "without decay-factor the rate does not fall; give it as well, or leave this out") {
                    $0["decay-factor"] != nil
                }),
            .number("weight-decay", "of adamw", .value(.number(1e-2)), "0 or a positive number", when: isUsed(.weightDecay)) {
                $0 >= 0 && $0.isFinite
            },
            .integer("history", "pairs that lbfgs keeps", .value(.number(50)), in: 1...1_000_000, when: isUsed(.history)),
            .number(
                "optimizer-cut", "singular values of gn below this part of the largest count as nothing", .value(.number(1e-4)),
                "a number between 0 and 1, both excluded", when: isUsed(.cut)
            ) { $0 > 0 && $0 < 1 },
            TrialKey("weights", "factors of the loss's terms: \(WeightRule.forms)", .absent) { value, _ throws(TrialRefusal) in
                guard let text = value.text else { throw TrialRefusal("a text such as \"fixed:1,100\" is needed here, not \(value.kind)") }
                do throws(SolverError) { return .text("\(try WeightRule(parsing: text))") } catch { throw TrialRefusal("\"\(text)\": \(error)") }
            },
            TrialKey(
                "resample", "new interior points: uniform:K, rar:K, rar:K:N, rad:K or never",
                .found(from: ["optimizer", "problem", "data"], resampling)
            ) { value, _ throws(TrialRefusal) in
                guard let text = value.text else { throw TrialRefusal("a text such as \"rad:100\" is needed here, not \(value.kind)") }
                do throws(SolverError) { return .text("\(try PointRule(parsing: text))") } catch { throw TrialRefusal("\"\(text)\": \(error)") }
            },
            .integer("steps", "steps in all", .value(.number(1000)), in: 1...Int.max),
            .integer(
                "log-every", "steps from one record to the next",
                .derived(from: ["spectrum-every"]) { .number(Double(TrainingDefaults.logEvery(spectrumEvery: $0["spectrum-every"]?.integer))) },
                in: 1...Int.max),
            .integer("spectrum-every", "steps from one spectrum to the next; 0 for none", .value(.number(0)), in: 0...Int.max),
            .number(
                "cut", "relative cut of the spectra",
                .derived(from: ["precision"]) { .number($0["precision"]?.text == "f32" ? 1e-6 : 1e-13) }, "a number between 0 and 1, both excluded",
                when: TrialKey.Condition(
                    on: ["spectrum-every"], "it belongs to the spectra, and none are taken; give spectrum-every, or leave it out"
                ) {
                    ($0["spectrum-every"]?.number ?? 0) > 0
                }
            ) { $0 > 0 && $0 < 1 },
            .number("tolerance", "a loss that is small enough", .value(.number(0)), "0 or a positive number") { $0 >= 0 && $0.isFinite },
        ]
    }()

    static let allRules =
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
            TrialRule(about: ["spectrum-every", "log-every"]) { settings, _ throws(TrialRefusal) in
                guard let spectra = settings["spectrum-every"]?.integer, let records = settings["log-every"]?.integer else { return }
                guard spectra.isMultiple(of: records) else {
                    throw TrialRefusal("spectra are taken at logged steps, so give a multiple of log-every (\(records)), not \(spectra)")
                }
            },
            TrialRule(about: ["layers", "problem", "unknowns"], requireFit),
            TrialRule(about: ["resample", "data"]) { settings, _ throws(TrialRefusal) in
                if settings["data"] != nil, let rule = settings["resample"]?.text, rule != "never" {
                    throw TrialRefusal("the points come from a file, data, so that no others can be taken; leave one of them out")
                }
            },
            TrialRule(about: ["weights", "problem"]) { settings, files throws(TrialRefusal) in
                guard let text = settings["weights"]?.text, let problem = TrialProblem.named(settings, files) else { return }
                do throws(SolverError) { try WeightRule(parsing: text).make().requireFit(problem) } catch {
                    throw TrialRefusal(TrialFailure.clause(error))
                }
            },
        ]

    // MARK: What is not given

    private static func range(of law: TrialValue?) -> Double? { law?.text.flatMap { Initialization(name: $0)?.range } }

    private static let sampling: @Sendable (TrialSettings, TrialFiles) -> TrialValue? = { settings, files in
        TrialProblem.named(settings, files).map { .text(defaults(settings).sampling(of: $0).rawValue) }
    }

    private static let resampling: @Sendable (TrialSettings, TrialFiles) -> TrialValue? = { settings, files in
        let problem = TrialProblem.named(settings, files)
        return .text(problem.map { defaults(settings).resampling(of: $0, pointsAreGiven: settings["data"] != nil) } ?? "never")
    }

    private static let points: @Sendable (TrialSettings, TrialFiles) -> TrialValue? = { settings, files in
        guard let problem = TrialProblem.named(settings, files) else { return nil }
        let defaults = defaults(settings)
        // Counted where it matters, as a model is a file to be read.
        var parameters = 0
        if defaults.isSecondOrder {
            if let model = settings["model"]?.text {
                guard let count = files.parameterCount(ofNetwork: files.path(of: model)) else { return nil }
                parameters = count
            } else if let widths = settings["layers"]?.list?.compactMap(\.integer),
                let network = try? NetworkArchitecture(widths: widths, activation: .tanh)
            {
                parameters = network.parameterCount
            }
        }
        return .number(Double(defaults.points(dimension: problem.dimension, parameters: parameters)))
    }

    // MARK: What is refused

    /// Which optimisers read a setting, as the end of a sentence.
    private static func readers(of setting: OptimizerSettings.Setting) -> String {
        let names = setting.optimizers
        let list = names.count > 1 ? names.dropLast().joined(separator: ", ") + " and \(names[names.count - 1]) read" : "\(names[0]) reads"
        return "only \(list) it; leave it out or give optimizer = \"\(names[0])\""
    }

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
                "the network takes \(Wording.count(inputs, "coordinate")) and the problem has \(dimension); the first of the layers is the coordinates' number"
            )
        }
        if fields != outputs {
            throw TrialRefusal(
                "the network has \(Wording.count(outputs, "output")) and the problem \(Wording.count(fields, "field")); the last of the layers is the fields' number"
            )
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
}
