import ArgumentParser
import Solvers

/// `--optimizer` and what belongs to it.
struct OptimizerChoice: ParsableArguments {
    @Option(help: "gd, adam, adamw, lbfgs, bfgs, ssbroyden, lm or gn.")
    var optimizer: String = "adam"

    @Option(help: ArgumentHelp("Learning rate of gd and adam; 1e-3. For gd also \"auto\", one over the largest curvature.", valueName: "eta"))
    var learningRate: String?

    @Option(help: ArgumentHelp("Adam's rate falls smoothly, by this factor over each --decay-steps: rate · factor^(step / n).", valueName: "factor"))
    var decayFactor: Double?

    @Option(help: ArgumentHelp("Steps of --decay-factor.", valueName: "n"))
    var decaySteps: Int = 1000

    @Option(help: ArgumentHelp("Weight decay of adamw.", valueName: "lambda"))
    var weightDecay: Double = 1e-2

    @Option(help: ArgumentHelp("Pairs that lbfgs keeps.", valueName: "n"))
    var history: Int = 50

    @Option(
        name: .customLong("optimizer-cut"),
        help: ArgumentHelp("Singular values of gn below this part of the largest count as nothing.", valueName: "a"))
    var optimizerCut: Double = 1e-4

    func check() throws {
        if !(optimizerCut > 0 && optimizerCut < 1) {
            throw ValidationError("--optimizer-cut \(optimizerCut): a relative cut lies between 0 and 1, both excluded.")
        }
        guard OptimizerSettings.names.contains(optimizer) else {
            throw ValidationError("--optimizer \(optimizer): choose one of \(OptimizerSettings.names.joined(separator: ", ")).")
        }
        if let learningRate, !(optimizer == "gd" && learningRate == "auto") {
            guard let eta = Double(learningRate), eta > 0, eta.isFinite else {
                throw ValidationError("--learning-rate \(learningRate): give a positive number such as 1e-3\(optimizer == "gd" ? ", or auto" : "").")
            }
        }
        if let decayFactor, !(decayFactor > 0 && decayFactor <= 1) {
            throw ValidationError("--decay-factor \(decayFactor): give a number above 0 and up to 1.")
        }
        if decaySteps < 1 { throw ValidationError("--decay-steps \(decaySteps): at least 1.") }
        if history < 1 { throw ValidationError("--history \(history): at least 1.") }
        if !(weightDecay >= 0 && weightDecay.isFinite) { throw ValidationError("--weight-decay \(weightDecay): give 0 or a positive number.") }
    }

    /// What a checkpoint must agree with.
    var text: String {
        var parts = [optimizer]
        if ["gd", "adam", "adamw"].contains(optimizer) { parts.append(learningRate ?? "1e-3") }
        if let decayFactor { parts.append("\(decayFactor)/\(decaySteps)") }
        if optimizer == "adamw" { parts.append("\(weightDecay)") }
        if optimizer == "gn" { parts.append("\(optimizerCut)") }
        if optimizer == "lbfgs" { parts.append("\(history)") }
        return parts.joined(separator: " ")
    }

    /// Methods with a model of the curvature that is good enough to reach the floor of float64.
    var isSecondOrder: Bool { ["lm", "gn", "bfgs", "ssbroyden"].contains(optimizer) }

    /// Methods that solve with the residual Jacobian itself.
    var usesLeastSquares: Bool { ["lm", "gn"].contains(optimizer) }

    var settings: OptimizerSettings {
        OptimizerSettings(
            optimizer, learningRate: learningRate == "auto" ? nil : learningRate.flatMap { Double($0) } ?? 1e-3, decayFactor: decayFactor,
            decaySteps: decaySteps, weightDecay: weightDecay, history: history, cut: optimizerCut)
    }

    func make() -> any Optimizer { settings.make() }
}
