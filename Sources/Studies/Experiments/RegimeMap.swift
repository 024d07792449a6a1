import Differentiation
import Reports
import Spectra

/// Where differences keep more singular values than exact derivatives: step against range, with the predicted regime.
enum RegimeMap {
    static func figure(_ observations: Observations, _ scale: StudyScale) -> Figure {
        let plans = StudyGrid.smoothPlans(scale).filter { $0.setting.features == 100 }
        let steps = StudyGrid.steps(scale)
        let panels = StudyEquation.allCases.map { equation in
            var values: [[Double]] = []
            var words: [[String]] = []
            for range in StudyGrid.ranges {
                let settings = plans.map(\.setting).filter { $0.equation == equation && $0.activation == .tanh && $0.range == range }
                let trials = observations.trials(of: settings)
                var row: [Double] = []
                var regimes: [String] = []
                for step in steps {
                    let pairs = trials.compactMap { trial in
                        trial.measurement(.fd(step)).map { Pair(setting: trial.setting, exact: trial.exact, other: $0) }
                    }
                    let surplus = pairs.map {
                        Double($0.other.at(Laboratory.cut).count - $0.exact.at(Laboratory.cut).count) / Double($0.setting.features)
                    }
                    row.append(100 * median(surplus))
                    regimes.append(pairs.first.map { $0.regime(Laboratory.cut).rawValue } ?? "")
                }
                values.append(row)
                words.append(regimes)
            }
            return Panel(
                title: "\(equation == .poisson ? "Poisson" : "biharmonic") 1-D, tanh, N = 100", x: Axis("step h"), y: Axis("range R"),
                heatMap: HeatMap(
                    columnLabels: steps.map { NumberFormat.plain($0) }, rowLabels: StudyGrid.ranges.map { NumberFormat.plain($0) }, values: values,
                    words: words, valueLabel: "surplus n_a(FD) − n_a(AD), % of N", range: 0...100))
        }
        return Figure(
            name: "regimes", title: "Where FD keeps more singular values than AD, and the regime predicted from the floor",
            caption: "The words are the regimes: `noise` where the predicted rounding floor lies above the cut 10⁻¹³ s₁, `clean` where below, "
                + "`swamped` where it reaches 10⁻³ s₁. The surplus (colour, median over replicates) is there in the noise regime and at its border, and not elsewhere.",
            panels: panels, panelWidth: 560, panelHeight: 380)
    }
}
