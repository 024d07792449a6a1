import Compute
import Differentiation
import Reports

/// E6: two-layer networks under gradient descent and Adam.
struct E6TwoLayers: Experiment {
    let item = StudyItem.e6

    private static let rules: [TrainingSetting.Rule] = [.adam(rate: 1e-3), .gradientDescent]

    private static func replicates(_ rule: TrainingSetting.Rule, _ scale: StudyScale) -> Int {
        rule == .gradientDescent ? (scale == .quick ? 2 : 5) : TrainingGrid.replicates
    }

    /// Steps of FD tried: replicates enough for a median.
    private static func tried(_ scale: StudyScale) -> Int { scale == .quick ? 3 : 5 }

    func trainings(_ scale: StudyScale) -> [TrainingSetting] {
        var list: [TrainingSetting] = []
        for equation in StudyEquation.allCases {
            for rule in Self.rules {
                for (method, precision) in TrainingGrid.ways(equation) {
                    let setting = TrainingGrid.reference(equation, scale, rule: rule).by(method, precision)
                    list += TrainingGrid.replicated(setting, Self.replicates(rule, scale))
                }
            }
            for step in TrainingGrid.steps(scale) where step >= Self.smallest(equation) {
                for precision in [Precision.f64, .f32] {
                    list += TrainingGrid.replicated(TrainingGrid.reference(equation, scale).by(.fd(step), precision), Self.tried(scale))
                }
            }
        }
        return list
    }

    /// Below it float64 itself is noise.
    private static func smallest(_ equation: StudyEquation) -> Double { equation == .poisson ? 1e-4 : 3e-3 }

    func report(_ observations: Observations, scale: StudyScale) -> ExperimentResult {
        var curves: [Panel] = []
        var spectra: [Panel] = []
        var residuals: [Panel] = []
        var groups: [(label: String, trials: [TrainingTrial])] = []
        var findings: [String] = []
        for equation in StudyEquation.allCases {
            for rule in Self.rules {
                let setting = TrainingGrid.reference(equation, scale, rule: rule)
                let count = Self.replicates(rule, scale)
                curves.append(
                    TrainingPicture.panel("\(equation.rawValue), \(rule.name)", "loss", observations, setting, replicates: count, \.loss))
                for (method, precision) in TrainingGrid.ways(equation) {
                    groups.append((setting.label, observations.trainings(setting, method, precision, replicates: count)))
                }
                func final(_ method: DerivativeMethod, _ precision: Precision) -> Double {
                    median(observations.trainings(setting, method, precision, replicates: count).map(\.finalLoss))
                }
                let fd = DerivativeMethod.fd(TrainingGrid.step(equation))
                findings.append(
                    "\(equation.rawValue), 1-100-1, \(rule.name), \(setting.steps) steps: loss \(NumberFormat.short(final(.automatic, .f64))) (AD) and "
                        + "\(NumberFormat.short(final(fd, .f64))) (FD, h = \(NumberFormat.plain(TrainingGrid.step(equation)))) in float64, "
                        + "\(NumberFormat.short(final(.automatic, .f32))) and \(NumberFormat.short(final(fd, .f32))) in float32.")
            }
            let setting = TrainingGrid.reference(equation, scale)
            spectra.append(TrainingPicture.spectra("\(equation.rawValue), Adam", observations, setting))
            residuals.append(Self.steps(observations, equation, scale))
        }
        findings.append(Self.conclusion(observations, scale))
        let trials = trainings(scale).compactMap { observations[$0] }
        return ExperimentResult(
            item, title: "Two-layer networks in training", findings: findings,
            tables: [
                (
                    "two-layers", TrainingPicture.summary(groups),
                    "Medians over replicates at the end; entropies and n_a of the residual Jacobian at cut 10⁻¹³ (float64) and 10⁻⁶ (float32)."
                )
            ],
            figures: [
                Figure(
                    name: "training-losses", title: "Loss as the training sees it", caption: "Medians and extremes over replicates.", panels: curves,
                    panelWidth: 480),
                Figure(
                    name: "training-spectra", title: "Eigenvalues of the kernel J Jᵀ at the start (thin) and at the end",
                    caption: "First replicate. Differences raise the tail to the rounding floor of their precision; the large values agree.",
                    panels: spectra, panelWidth: 480),
                Figure(
                    name: "training-steps", title: "True residual after training, against the step of FD",
                    caption: "By exact derivatives in float64. Truncation on the right, rounding on the left; the line is AD in float64.",
                    panels: residuals, panelWidth: 480),
            ], data: [("e6-trainings", TrainingPicture.rows(trials))])
    }

    /// What sets AD and FD apart, under all rules and equations.
    private static func conclusion(_ observations: Observations, _ scale: StudyScale) -> String {
        func farthest(_ precision: Precision) -> Double {
            StudyEquation.allCases.flatMap { equation in
                rules.map { rule -> Double in
                    let (setting, count) = (TrainingGrid.reference(equation, scale, rule: rule), replicates(rule, scale))
                    let ratios = LossRatios(
                        observations.trainings(setting, .automatic, precision, replicates: count),
                        observations.trainings(setting, .fd(TrainingGrid.step(equation)), precision, replicates: count))
                    return abs(median(ratios.own) - 1)
                }
            }.max() ?? .nan
        }
        let (double, single) = (farthest(.f64), farthest(.f32))
        let text =
            "Median final losses of AD and FD are at most \(NumberFormat.short(100 * double)) % apart in float64 and \(NumberFormat.short(100 * single)) % in float32."
        guard double < 0.05, single > 0.5 else { return text }
        return text + " FD's raised tail and smaller entropy in float64 do not show in so many steps; rounding of the difference in float32 does."
    }

    private static func steps(_ observations: Observations, _ equation: StudyEquation, _ scale: StudyScale) -> Panel {
        let setting = TrainingGrid.reference(equation, scale)
        let steps = (TrainingGrid.steps(scale) + [TrainingGrid.step(equation)]).filter { $0 >= smallest(equation) }.sorted()
        let unique = steps.enumerated().filter { $0.offset == 0 || steps[$0.offset - 1] != $0.element }.map(\.element)
        let curves = [Precision.f64, .f32].map { precision in
            let rows = unique.map { step in
                observations.trainings(setting, .fd(step), precision, replicates: tried(scale)).map(\.finalTrueResidual)
            }
            return Curve(
                TrainingPicture.name(.fd(1), precision), x: unique, y: rows.map(median),
                band: (rows.map { $0.min() ?? .nan }, rows.map { $0.max() ?? .nan }),
                style: CurveStyle(precision == .f64 ? .vermilion : .purple, mark: .disc, width: 1.8))
        }
        let exact = median(observations.trainings(setting, .automatic, .f64, replicates: tried(scale)).map(\.finalTrueResidual))
        return Panel(
            title: "\(equation.rawValue), Adam", x: Axis("step h", .logarithmic), y: Axis("true residual", .logarithmic), curves: curves,
            references: exact.isFinite ? [ReferenceLine(.horizontal, at: exact, label: "AD", colour: .blue, place: .start)] : [])
    }
}
