import Differentiation
import Reports
import Spectra

/// E2: definitions of the entropy and cut-offs.
struct E2Entropies: Experiment {
    let item = StudyItem.e2
    private static let references = Array(StudyGrid.references.prefix(4))

    func plans(_ scale: StudyScale) -> [StudyPlan] {
        Self.references.flatMap { StudyGrid.plans($0, scale) } + StudyGrid.claimPlans(scale)
    }

    func report(_ observations: Observations, scale: StudyScale) -> ExperimentResult {
        let cuts = Laboratory.allCuts
        var data = Table(columns: ["setting", "derivative", "definition", "cut", "entropy (median)"])
        func curves(_ reference: StudyGrid.Reference, _ definition: EntropyDefinition) -> [Curve] {
            let trials = observations.trials(of: StudyGrid.plans(reference, scale).map(\.setting))
            return [DerivativeMethod.automatic, .fd(reference.step), .fdExact(reference.step)].map { method in
                let rows = trials.compactMap { trial in
                    trial.measurement(method).map { measurement in
                        cuts.map { Self.entropy(measurement.spectrum, definition, cut: $0) }
                    }
                }
                let spread = Spread(rows)
                for (cut, value) in zip(cuts, spread.middle) {
                    data.append([.text(reference.label), .text("\(method)"), .text(definition.name), .number(cut), .number(value)])
                }
                return Curve(Palette.name(method), x: cuts, y: spread.middle, band: (spread.low, spread.high), style: Palette.style(method))
            }
        }
        func panel(_ title: String, _ reference: StudyGrid.Reference, _ definition: EntropyDefinition) -> Panel {
            Panel(
                title: title, x: Axis("relative cut a", .logarithmic, range: 1e-14...1e-4),
                y: Axis("entropy", range: definition.normalisation == .none ? nil : 0.3...0.75),
                curves: curves(reference, definition))
        }
        let byCut = Figure(
            name: "entropy-cuts", title: "Truncated entropy against the cut",
            caption:
                "As long as the cut stays above the rounding floor all three agree; below it FD keeps values of pure noise and its entropy, divided by "
                + "ln n_a, drops.", panels: Self.references.map { panel($0.label, $0, .truncated) }, panelWidth: 480)
        let first = Self.references[0]
        let byDefinition = Figure(
            name: "entropy-definitions", title: "Definitions of the entropy, \(first.label)",
            caption:
                "Only dividing by ln n_a, the logarithm of the number kept, tells AD from FD; dividing by ln n or not at all gives the same for both.",
            panels: EntropyDefinition.catalogue.map { panel($0.name, first, $0) }, columns: 3, panelWidth: 400)

        var table = Table(columns: ["definition", "AD larger by > 10⁻³, noise regime", "FD larger", "equal to 10⁻³", "median relative difference"])
        let pairs = observations.pairs(StudyGrid.claimPlans(scale), where: \.isDifference).filter {
            $0.regime(Laboratory.cut) == .noise && $0.setting.range * $0.step <= 0.03
        }
        var findings: [String] = []
        for definition in EntropyDefinition.catalogue {
            let values = pairs.map { pair in
                (
                    Self.entropy(pair.exact.spectrum, definition, cut: Laboratory.cut),
                    Self.entropy(pair.other.spectrum, definition, cut: Laboratory.cut)
                )
            }
            let larger = values.filter { $0.0 > $0.1 * (1 + 1e-3) }.count
            let smaller = values.filter { $0.1 > $0.0 * (1 + 1e-3) }.count
            let difference = median(values.map { $0.0 / $0.1 - 1 })
            table.append([
                .text("`\(definition.name)`"), .count(larger), .count(smaller), .count(values.count - larger - smaller), .number(difference),
            ])
            findings.append(
                "`\(definition.name)`: AD larger in \(larger) of \(values.count) cases with rounding noise and R h ≤ 0.03, median relative difference "
                    + "\(NumberFormat.short(difference)).")
        }
        return ExperimentResult(
            item, title: "Definitions of the entropy and cut-offs", findings: findings,
            tables: [("entropy-definition-counts", table, "Cases with rounding noise and R h ≤ 0.03, at cut 10⁻¹³.")],
            figures: [byCut, byDefinition],
            data: [("e2-entropies", data)])
    }

    /// An absolute cut-off of a s₁ would be a relative one: here a itself is the bound.
    static func entropy(_ spectrum: Spectrum, _ definition: EntropyDefinition, cut: Double) -> Double {
        (try? spectrum.entropy(definition, cut: cut)) ?? .nan
    }
}
