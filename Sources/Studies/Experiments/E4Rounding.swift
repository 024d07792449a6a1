import Differentiation
import Reports
import Spectra

/// E4: the same stencils in double and single precision and without rounding.
struct E4Rounding: Experiment {
    let item = StudyItem.e4

    static func setting(_ equation: StudyEquation) -> StudySetting { StudySetting(equation, .tanh, range: 3) }

    static func steps(_ scale: StudyScale) -> [Double] {
        scale == .quick ? [1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1] : [5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 1e-1, 2e-1, 3e-1]
    }

    private static func replicates(_ scale: StudyScale) -> Int { scale == .quick ? 3 : StudyGrid.replicates }

    private static func methods(_ step: Double) -> [DerivativeMethod] { [.fd(step, .f32), .fd(step), .fdExact(step)] }

    func plans(_ scale: StudyScale) -> [StudyPlan] {
        StudyEquation.allCases.flatMap { equation in
            StudyGrid.replicated(Self.setting(equation), Self.replicates(scale)).map { setting in
                StudyPlan(setting, Self.steps(scale).flatMap(Self.methods))
            }
        }
    }

    func report(_ observations: Observations, scale: StudyScale) -> ExperimentResult {
        var counts: [Panel] = []
        var errors: [Panel] = []
        var spectra: [Panel] = []
        var findings: [String] = []
        var trials: [Trial] = []
        for equation in StudyEquation.allCases {
            let group = observations.trials(of: StudyGrid.replicated(Self.setting(equation), Self.replicates(scale)))
            trials += group
            let title = equation == .poisson ? "Poisson (order 2)" : "biharmonic (order 4)"
            let steps = Self.steps(scale)
            func level(_ value: (Measurement) -> Double) -> [Double] { Array(repeating: median(group.map { value($0.exact) }), count: steps.count) }
            func curves(_ value: @escaping (Measurement) -> Double) -> [Curve] {
                let ad = Curve(Palette.name(.automatic), x: steps, y: level(value), style: Palette.style(.automatic))
                return [ad]
                    + (0..<3).map { i in
                        let rows = group.map { trial in steps.map { trial.measurement(Self.methods($0)[i]).map(value) ?? .nan } }
                        let spread = Spread(rows)
                        let method = Self.methods(steps[0])[i]
                        return Curve(
                            Palette.name(method), x: steps, y: spread.middle, band: (spread.low, spread.high),
                            style: Palette.style(method, mark: .disc))
                    }
            }
            counts.append(
                Panel(
                    title: title, x: Axis("step h", .logarithmic), y: Axis("n_a at cut 10⁻¹³", range: 0...105),
                    curves: curves { Double($0.at(Laboratory.cut).count) }))
            errors.append(
                Panel(
                    title: title, x: Axis("step h", .logarithmic), y: Axis("relative L2 error", .logarithmic),
                    curves: curves { $0.at(Laboratory.cut).error ?? .nan }))
            let shown = equation == .poisson ? 1e-2 : 1e-1
            if let trial = group.first {
                let methods: [DerivativeMethod] = [.automatic, .fd(shown, .f32), .fd(shown), .fdExact(shown)]
                let lines = methods.compactMap { trial.measurement($0) }.compactMap { measurement in
                    measurement.relativeFloor.map {
                        ReferenceLine(
                            .horizontal, at: $0, label: "floor, " + (measurement.method.stencilEpsilon > 1e-10 ? "float32" : "float64"),
                            colour: Palette.style(measurement.method).colour, place: .start, below: true)
                    }
                }
                spectra.append(
                    Panel(
                        title: "\(title), h = \(NumberFormat.plain(shown))", x: Axis("k"), y: Axis("sₖ / s₁", .logarithmic, range: 1e-18...3),
                        curves: methods.compactMap { method in
                            trial.measurement(method).map { measurement in
                                let values = measurement.spectrum.singularValues
                                return Curve(
                                    Palette.name(method), x: (1...values.count).map(Double.init),
                                    y: values.map { max($0 / measurement.spectrum.largest, 1e-18) }, style: Palette.style(method))
                            }
                        }, references: lines))
            }
            func count(_ method: DerivativeMethod) -> String {
                NumberFormat.plain(median(group.compactMap { $0.measurement(method) }.map { Double($0.at(Laboratory.cut).count) }))
            }
            let h = equation == .poisson ? 1e-2 : 1e-1
            findings.append(
                "\(title), tanh, R = 3, h = \(NumberFormat.plain(h)): n_a \(count(.automatic)) by AD, \(count(.fd(h))) by FD in float64, \(count(.fd(h, .f32))) in float32, "
                    + "\(count(.fdExact(h))) without rounding. Precision alone moves the floor.")
        }
        return ExperimentResult(
            item, title: "Rounding ablation", findings: findings,
            figures: [
                Figure(
                    name: "rounding-spectra", title: "One stencil in two precisions and without rounding",
                    caption: "tanh features, R = 3, N = 100, accuracy 2, one replicate. The flat tails stand where the floor law predicts them.",
                    panels: spectra, panelWidth: 480),
                Figure(
                    name: "rounding-counts", title: "Values kept, against the step",
                    caption: "n_a of AD needs no step. Without rounding FD keeps no more than AD at any step.", panels: counts, panelWidth: 480),
                Figure(
                    name: "rounding-errors", title: "Error of the solution, against the step",
                    caption: "In float64 the error is truncation, h², with or without rounding; in float32 rounding takes over at small steps.",
                    panels: errors, panelWidth: 480),
            ], data: [("e4-cuts", TrialTable.cuts(trials))])
    }
}
