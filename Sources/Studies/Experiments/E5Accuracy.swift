import Differentiation
import Reports

/// E5: accuracy of the stencil against its step.
struct E5Accuracy: Experiment {
    let item = StudyItem.e5
    static let accuracies = [2, 4, 6, 8]

    static func setting(_ equation: StudyEquation) -> StudySetting { StudySetting(equation, .tanh, range: 3) }

    static func steps(_ scale: StudyScale) -> [Double] {
        scale == .quick
            ? [1e-3, 2e-3, 5e-3, 1e-2, 1.5e-2, 2e-2, 3e-2, 5e-2, 1e-1, 2e-1]
            : [5e-4, 1e-3, 2e-3, 3e-3, 5e-3, 7e-3, 1e-2, 1.25e-2, 1.5e-2, 2e-2, 2.5e-2, 3e-2, 4e-2, 5e-2, 7e-2, 1e-1, 1.5e-1, 2e-1]
    }

    private static func replicates(_ scale: StudyScale) -> Int { scale == .quick ? 3 : StudyGrid.replicates }

    func plans(_ scale: StudyScale) -> [StudyPlan] {
        let methods = Self.accuracies.flatMap { accuracy in Self.steps(scale).map { DerivativeMethod.fd($0, accuracy: accuracy) } }
        return StudyEquation.allCases.flatMap { equation in
            StudyGrid.replicated(Self.setting(equation), Self.replicates(scale)).map { StudyPlan($0, methods) }
        }
    }

    func report(_ observations: Observations, scale: StudyScale) -> ExperimentResult {
        let steps = Self.steps(scale)
        var errors: [Panel] = []
        var counts: [Panel] = []
        var findings: [String] = []
        var table = Table(columns: ["equation", "accuracy", "best step", "error there", "n_a there", "error of AD"])
        var trials: [Trial] = []
        for equation in StudyEquation.allCases {
            let group = observations.trials(of: StudyGrid.replicated(Self.setting(equation), Self.replicates(scale)))
            trials += group
            let title = equation == .poisson ? "Poisson (order 2)" : "biharmonic (order 4)"
            func spread(_ accuracy: Int, _ value: (Measurement) -> Double) -> Spread {
                Spread(group.map { trial in steps.map { trial.measurement(.fd($0, accuracy: accuracy)).map(value) ?? .nan } })
            }
            func error(_ measurement: Measurement) -> Double { measurement.at(Laboratory.cut).error ?? .nan }
            func count(_ measurement: Measurement) -> Double { Double(measurement.at(Laboratory.cut).count) }
            let exact = median(group.map { error($0.exact) })
            let kept = median(group.map { count($0.exact) })
            func curves(_ value: (Measurement) -> Double) -> [Curve] {
                Self.accuracies.map { accuracy in
                    let spread = spread(accuracy, value)
                    return Curve(
                        "accuracy \(accuracy)", x: steps, y: spread.middle, band: (spread.low, spread.high),
                        style: CurveStyle(Palette.colour(accuracy: accuracy), mark: .disc))
                }
            }
            errors.append(
                Panel(
                    title: title, x: Axis("step h", .logarithmic), y: Axis("relative L2 error", .logarithmic),
                    curves: curves(error),
                    references: [ReferenceLine(.horizontal, at: exact, label: "AD: \(NumberFormat.short(exact))", colour: .blue)]))
            counts.append(
                Panel(
                    title: title, x: Axis("step h", .logarithmic), y: Axis("n_a at cut 10⁻¹³", range: 0...108), curves: curves(count),
                    references: [
                        ReferenceLine(.horizontal, at: kept, label: "AD: \(NumberFormat.plain(kept))", colour: .blue, place: .start, below: true)
                    ]))
            var best = (accuracy: 0, step: 0.0, error: Double.infinity)
            for accuracy in Self.accuracies {
                let middle = spread(accuracy, error).middle
                guard let place = middle.indices.min(by: { middle[$0] < middle[$1] }) else { continue }
                table.append([
                    .text(equation.rawValue), .count(accuracy), .number(steps[place]), .number(middle[place]),
                    .number(spread(accuracy, count).middle[place]), .number(exact),
                ])
                if middle[place] < best.error { best = (accuracy, steps[place], middle[place]) }
            }
            findings.append(
                "\(title), tanh, R = 3: the best stencil (accuracy \(best.accuracy), h = \(NumberFormat.plain(best.step))) reaches an error of "
                    + "\(NumberFormat.short(best.error)), AD \(NumberFormat.short(exact)).")
        }
        return ExperimentResult(
            item, title: "Accuracy of the stencil", findings: findings,
            tables: [("best-steps", table, "The step with the smallest median error, for each accuracy.")],
            figures: [
                Figure(
                    name: "accuracy-errors", title: "Error against the step, for each accuracy of the stencil",
                    caption: "Right of each minimum truncation rules, h^accuracy; left of it rounding, h^−2 or h^−4. No stencil reaches AD.",
                    panels: errors,
                    panelWidth: 480, panelHeight: 360),
                Figure(
                    name: "accuracy-counts", title: "Values kept against the step, for each accuracy of the stencil",
                    caption: "The surplus over AD's n_a comes with rounding, at every accuracy.", panels: counts, panelWidth: 480),
            ], data: [("e5-cuts", TrialTable.cuts(trials))])
    }
}
