import Differentiation
import Reports

/// E1: spectra of random-feature matrices by exact derivatives, differences, and differences without rounding.
struct E1Spectra: Experiment {
    let item = StudyItem.e1

    func plans(_ scale: StudyScale) -> [StudyPlan] {
        StudyGrid.references.flatMap { StudyGrid.plans($0, scale) } + StudyGrid.claimPlans(scale) + StudyGrid.roughPlans(scale)
    }

    func report(_ observations: Observations, scale: StudyScale) -> ExperimentResult {
        let groups = StudyGrid.references.map { reference in
            (reference: reference, trials: observations.trials(of: StudyGrid.plans(reference, scale).map(\.setting)))
        }
        var findings: [String] = []
        for group in groups.prefix(4) {
            func count(_ method: DerivativeMethod) -> String {
                NumberFormat.plain(median(group.trials.compactMap { $0.measurement(method)?.at(Laboratory.cut) }.map { Double($0.count) }))
            }
            func entropy(_ method: DerivativeMethod) -> String {
                NumberFormat.decimals(median(group.trials.compactMap { $0.measurement(method)?.at(Laboratory.cut).entropy }))
            }
            let fd = DerivativeMethod.fd(group.reference.step)
            let exact = DerivativeMethod.fdExact(group.reference.step)
            findings.append(
                "\(group.reference.label): of \(group.reference.setting.features) singular values AD keeps \(count(.automatic)) above 10⁻¹³ s₁, "
                    + "FD \(count(fd)), FD without rounding \(count(exact)); truncated entropy \(entropy(.automatic)), \(entropy(fd)) and \(entropy(exact))."
            )
        }
        let panels = groups.map { Self.panel($0.reference, $0.trials) }
        let picture = Figure(
            name: "spectra", title: "Singular values by three ways of taking derivatives",
            caption:
                "Large values agree; below the rounding floor FD's spectrum flattens, while without rounding it follows AD's: the surplus of small "
                + "singular values is rounding. Lines are medians over replicates, bands their extremes; the floor drawn is the predicted one.",
            panels: panels, columns: 3, panelWidth: 400, panelHeight: 330)
        let trials = observations.trials(of: StudyPlan.merged(plans(scale)).map(\.setting))
        return ExperimentResult(
            item, title: "Spectra of random-feature matrices", findings: findings,
            tables: [
                (
                    "reference-medians",
                    TrialTable.medians(
                        groups.map { ($0.reference.label, [.automatic, .fd($0.reference.step), .fdExact($0.reference.step)], $0.trials) },
                        cut: Laboratory.cut),
                    "Medians over replicates at cut 10⁻¹³."
                )
            ], figures: [picture, RegimeMap.figure(observations, scale)],
            data: [
                ("e1-cuts", TrialTable.cuts(trials)),
                ("e1-spectra", TrialTable.spectra(groups.flatMap(\.trials))),
            ])
    }

    private static func panel(_ reference: StudyGrid.Reference, _ trials: [Trial]) -> Panel {
        let methods: [DerivativeMethod] = [.automatic, .fd(reference.step), .fdExact(reference.step)]
        let k = (1...reference.setting.features).map(Double.init)
        let curves = methods.map { method in
            let rows = trials.compactMap { trial in
                trial.measurement(method)?.spectrum.singularValues.map { max($0 / trial.exact.spectrum.largest, 1e-18) }
            }
            let spread = Spread(rows)
            return Curve(
                Palette.name(method), x: Array(k.prefix(spread.middle.count)), y: spread.middle, band: (spread.low, spread.high),
                style: Palette.style(method))
        }
        // The lower of the two lines is named below, the upper one above.
        let floors = trials.compactMap { $0.measurement(.fd(reference.step))?.relativeFloor }
        let floor = floors.isEmpty ? 0 : median(floors)
        var lines = [
            ReferenceLine(.horizontal, at: Laboratory.cut, label: "cut 10⁻¹³", place: .start, below: floor >= Laboratory.cut)
        ]
        if floor > 0 {
            lines.append(
                ReferenceLine(
                    .horizontal, at: floor, label: "floor", colour: .vermilion, place: .start, below: floor < Laboratory.cut))
        }
        return Panel(
            title: reference.label, x: Axis("k"), y: Axis("sₖ / s₁", .logarithmic, range: 1e-18...3), curves: curves, references: lines)
    }
}
