import ArgumentParser
import Differentiation
import Solvers

/// `--optimizer` and what belongs to it.
struct OptimizerChoice: ParsableArguments {
    @Option(help: "gd, adam, adamw, lbfgs, bfgs, ssbroyden, lm or gn.")
    var optimizer: String = "adam"

    @Option(help: ArgumentHelp("Learning rate of gd and adam; 1e-3. For gd also \"auto\", one over the largest curvature.", valueName: "eta"))
    var learningRate: String?

    @Option(help: ArgumentHelp("Adam's rate falls smoothly, by this factor over each --decay-steps: rate · factor^(step / n).", valueName: "factor"))
    var decayFactor: Double?

    @Option(help: ArgumentHelp("Steps of --decay-factor; 1000.", valueName: "n"))
    var decaySteps: Int?

    @Option(help: ArgumentHelp("Weight decay of adamw; 0.01.", valueName: "lambda"))
    var weightDecay: Double?

    @Option(help: ArgumentHelp("Pairs that lbfgs keeps; 50.", valueName: "n"))
    var history: Int?

    @Option(
        name: .customLong("optimizer-cut"),
        help: ArgumentHelp("Singular values of gn below this part of the largest count as nothing; 1e-4.", valueName: "a"))
    var optimizerCut: Double?

    /// The settings that are given.
    private var given: [OptimizerSettings.Setting] {
        let all: [(OptimizerSettings.Setting, Bool)] = [
            (.learningRate, learningRate != nil), (.decayFactor, decayFactor != nil), (.decaySteps, decaySteps != nil),
            (.weightDecay, weightDecay != nil), (.history, history != nil), (.cut, optimizerCut != nil),
        ]
        return all.filter(\.1).map(\.0)
    }

    func check() throws {
        guard OptimizerSettings.names.contains(optimizer) else {
            throw ValidationError("--optimizer \(optimizer): choose one of \(OptimizerSettings.names.joined(separator: ", ")).")
        }
        for setting in given where !setting.optimizers.contains(optimizer) && setting != .learningRate {
            let users = setting.optimizers
            let list = users.count > 1 ? users.dropLast().joined(separator: ", ") + " and " + users[users.count - 1] : users[0]
            throw ValidationError(
                "--\(setting.rawValue): it belongs to \(list), and \(optimizer) does not use it; leave it out or choose --optimizer \(users[0]).")
        }
        if decaySteps != nil, decayFactor == nil {
            throw ValidationError("--decay-steps: without a factor the rate does not fall; give --decay-factor as well, or leave it out.")
        }
        if let optimizerCut, !(optimizerCut > 0 && optimizerCut < 1) {
            throw ValidationError("--optimizer-cut \(Wording.number(optimizerCut)): a relative cut lies between 0 and 1, both excluded.")
        }
        if let learningRate, !(optimizer == "gd" && learningRate == "auto") {
            guard let eta = Double(learningRate), eta > 0, eta.isFinite else {
                throw ValidationError("--learning-rate \(learningRate): give a positive number such as 1e-3\(optimizer == "gd" ? ", or auto" : "").")
            }
        }
        if let decayFactor, !(decayFactor > 0 && decayFactor <= 1) {
            throw ValidationError("--decay-factor \(Wording.number(decayFactor)): give a number above 0 and up to 1.")
        }
        if let decaySteps, decaySteps < 1 { throw ValidationError("--decay-steps \(decaySteps): at least 1.") }
        if let history, history < 1 { throw ValidationError("--history \(history): at least 1.") }
        if let weightDecay, !(weightDecay >= 0 && weightDecay.isFinite) {
            throw ValidationError("--weight-decay \(Wording.number(weightDecay)): give 0 or a positive number.")
        }
    }

    /// Says that a learning rate, which generic calls give to any optimiser, is not used.
    func noteUnused() {
        guard learningRate != nil, !OptimizerSettings.Setting.learningRate.optimizers.contains(optimizer) else { return }
        Terminal.note("--learning-rate has no effect with \(optimizer), which finds the lengths of its steps itself.")
    }

    /// What a checkpoint must agree with.
    var text: String {
        var parts = [optimizer]
        if ["gd", "adam", "adamw"].contains(optimizer) { parts.append(learningRate ?? "1e-3") }
        if let decayFactor { parts.append("\(decayFactor)/\(settings.decaySteps)") }
        if optimizer == "adamw" { parts.append("\(settings.weightDecay)") }
        if optimizer == "gn" { parts.append("\(settings.cut)") }
        if optimizer == "lbfgs" { parts.append("\(settings.history)") }
        return parts.joined(separator: " ")
    }

    /// What is taken where nothing is given.
    var defaults: TrainingDefaults { TrainingDefaults(optimizer: optimizer) }

    var settings: OptimizerSettings {
        var settings = OptimizerSettings(optimizer, decayFactor: decayFactor)
        if let learningRate { settings.learningRate = learningRate == "auto" ? nil : Double(learningRate) ?? 1e-3 }
        if let decaySteps { settings.decaySteps = decaySteps }
        if let weightDecay { settings.weightDecay = weightDecay }
        if let history { settings.history = history }
        if let optimizerCut { settings.cut = optimizerCut }
        return settings
    }

    func make() -> any Optimizer { settings.make() }
}
