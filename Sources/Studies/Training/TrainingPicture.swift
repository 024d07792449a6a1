import Compute
import Differentiation
import Reports

/// Curves and tables of trainings, the same look in E6 and E7.
enum TrainingPicture {
    static func name(_ method: DerivativeMethod, _ precision: Precision) -> String {
        (method == .automatic ? "AD" : "FD") + (precision == .f64 ? ", float64" : ", float32")
    }

    static func style(_ method: DerivativeMethod, _ precision: Precision) -> CurveStyle {
        switch (method == .automatic, precision) {
        case (true, .f64): CurveStyle(.blue, width: 4)
        case (false, .f64): CurveStyle(.vermilion, dash: .dashed, width: 1.8)
        case (true, .f32): CurveStyle(.sky, dash: .dotted, width: 2.4)
        case (false, .f32): CurveStyle(.purple, width: 1.8)
        }
    }

    /// One quantity over the steps, medians with bands over the replicates.
    static func panel(
        _ title: String, _ label: String, _ observations: Observations, _ setting: TrainingSetting, replicates: Int,
        _ value: (TrainingTrial) -> [Double]
    ) -> Panel {
        let curves = TrainingGrid.ways(setting.equation).compactMap { method, precision -> Curve? in
            let trials = observations.trainings(setting, method, precision, replicates: replicates)
            guard let steps = trials.first?.steps, steps.count > 1 else { return nil }
            let spread = Spread(trials.map { Array(value($0).dropFirst()) })
            return Curve(
                name(method, precision), x: Array(steps.dropFirst().prefix(spread.middle.count)), y: spread.middle, band: (spread.low, spread.high),
                style: style(method, precision))
        }
        return Panel(title: title, x: Axis("steps", .logarithmic), y: Axis(label, .logarithmic), curves: curves)
    }

    /// Kernel spectra, eigenvalues s² over the largest, at the start and at the end of the first replicate.
    static func spectra(_ title: String, _ observations: Observations, _ setting: TrainingSetting) -> Panel {
        var curves: [Curve] = []
        for (method, precision) in TrainingGrid.ways(setting.equation) {
            guard let trial = observations[setting.by(method, precision)], let first = trial.spectra.first, let last = trial.spectra.last else {
                continue
            }
            for (snapshot, when) in [(first, "start"), (last, "end")] {
                var look = style(method, precision)
                if when == "start" { look.width = 1 }
                if when == "start", precision == .f32 { continue }
                let values = snapshot.spectrum.singularValues
                curves.append(
                    Curve(
                        "\(name(method, precision)), \(when)", x: (1...values.count).map(Double.init),
                        y: values.map { max(($0 / snapshot.spectrum.largest) * ($0 / snapshot.spectrum.largest), 1e-36) }, style: look))
            }
        }
        return Panel(title: title, x: Axis("k"), y: Axis("sₖ² / s₁²", .logarithmic, range: 1e-36...3), curves: curves)
    }

    static let columns = [
        "equation", "network", "R", "rule", "derivative", "precision", "replicate", "step", "loss", "true residual", "error", "entropy", "n_a",
        "effective rank", "outcome",
    ]

    /// A row a training and look.
    static func rows(_ trials: [TrainingTrial]) -> Table {
        var table = Table(columns: columns)
        for trial in trials {
            let setting = trial.setting
            for (place, step) in trial.steps.enumerated() {
                let snapshot = trial.spectra.first { Double($0.step) == step }
                table.append([
                    .text(setting.equation.rawValue), .text(([1] + setting.hidden + [1]).map(String.init).joined(separator: "-")),
                    .optional(setting.range), .text(setting.rule.name), .text("\(setting.method)"), .text(setting.precision.rawValue),
                    .count(setting.replicate), .number(step), .number(trial.loss[place]), .number(trial.trueResidual[place]),
                    .number(trial.error[place]), .optional(snapshot?.entropy), snapshot.map { .count($0.count) } ?? .missing,
                    .optional(snapshot?.effectiveRank), .text(trial.outcome.rawValue),
                ])
            }
        }
        return table
    }

    /// Medians over replicates at the end, and of the spectra at start and end.
    static func summary(_ groups: [(label: String, trials: [TrainingTrial])]) -> Table {
        var table = Table(columns: [
            "setting", "derivatives", "own loss", "true residual", "error", "H start", "H end", "n_a start", "n_a end", "effective rank end",
            "diverged",
        ])
        for group in groups {
            guard let setting = group.trials.first?.setting else { continue }
            func middle(_ value: (TrainingTrial) -> Double?) -> Table.Cell { .number(median(group.trials.compactMap(value))) }
            table.append([
                .text(group.label), .text("`\(setting.method)` \(setting.precision.rawValue)"), middle(\.finalLoss), middle(\.finalTrueResidual),
                middle(\.finalError), middle { $0.spectra.first?.entropy }, middle { $0.spectra.last?.entropy },
                middle { $0.spectra.first.map { Double($0.count) } }, middle { $0.spectra.last.map { Double($0.count) } },
                middle { $0.spectra.last?.effectiveRank }, .count(group.trials.count { $0.outcome == .diverged }),
            ])
        }
        return table
    }
}
