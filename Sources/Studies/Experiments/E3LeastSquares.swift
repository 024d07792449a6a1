import Differentiation
import Reports
import Solvers

/// E3: truncated least squares at every cut: own and true residual, error, size of the coefficients.
struct E3LeastSquares: Experiment {
    let item = StudyItem.e3
    private static let references = Array(StudyGrid.references.prefix(4))

    func plans(_ scale: StudyScale) -> [StudyPlan] { Self.references.flatMap { StudyGrid.plans($0, scale) } }

    func report(_ observations: Observations, scale: StudyScale) -> ExperimentResult {
        var findings: [String] = []
        var residuals: [Panel] = []
        var errors: [Panel] = []
        var sizes: [Panel] = []
        var trials: [Trial] = []
        for reference in Self.references {
            let group = observations.trials(of: StudyGrid.plans(reference, scale).map(\.setting))
            trials += group
            let methods: [DerivativeMethod] = [.automatic, .fd(reference.step), .fdExact(reference.step)]
            func curve(_ method: DerivativeMethod, _ name: String, _ style: CurveStyle, _ value: (SpectrumStudy.Cut) -> Double?) -> Curve {
                let rows = group.compactMap { trial in trial.measurement(method)?.cuts.map { value($0) ?? .nan } }
                return Curve(name, x: Laboratory.allCuts, y: Spread(rows).middle, style: style)
            }
            func panel(_ label: String, _ curves: [Curve]) -> Panel {
                Panel(
                    title: reference.label, x: Axis("relative cut a", .logarithmic, range: 1e-14...1e-4),
                    y: Axis(label, .logarithmic),
                    curves: curves)
            }
            let own = methods.map { curve($0, Palette.name($0) + ", own residual", Palette.style($0), \.residual) }
            let truth = methods.filter { $0 != .automatic }.map { method in
                var style = Palette.style(method, mark: method.isDifference ? .circle : .cross)
                style.dash = .dotted
                return curve(method, Palette.name(method) + ", true residual", style, \.trueResidual)
            }
            residuals.append(panel("residual", own + truth))
            errors.append(panel("relative L2 error", methods.map { curve($0, Palette.name($0), Palette.style($0, mark: .disc), \.error) }))
            sizes.append(panel("‖c‖₂", methods.map { curve($0, Palette.name($0), Palette.style($0, mark: .disc), \.coefficientNorm) }))
            func at(_ method: DerivativeMethod, _ value: (SpectrumStudy.Cut) -> Double?) -> String {
                NumberFormat.short(median(group.compactMap { $0.measurement(method).flatMap { value($0.at(Laboratory.cut)) } }))
            }
            let fd = methods[1]
            findings.append(
                "\(reference.label), cut 10⁻¹³: own residual \(at(.automatic, \.residual)) by AD, \(at(fd, \.residual)) by FD, \(at(methods[2], \.residual)) by FD without "
                    + "rounding; true residual of the FD solution \(at(fd, \.trueResidual)); error \(at(.automatic, \.error)) against \(at(fd, \.error)) and "
                    + "\(at(methods[2], \.error)).")
        }
        return ExperimentResult(
            item, title: "Truncated least squares", findings: findings,
            figures: [
                Figure(
                    name: "least-squares-residuals", title: "Least-squares residuals against the cut",
                    caption:
                        "Solid: what each method sees in its own matrix. Dotted: the same solutions in the exact matrix. FD stops at its truncation "
                        + "error whatever it sees itself; without rounding its own residual falls as AD's does.", panels: residuals, panelWidth: 520,
                    panelHeight: 340),
                Figure(
                    name: "least-squares-errors", title: "Error of the solution against the cut",
                    caption: "FD with and without rounding reach the same error: it is the difference formula's truncation error.", panels: errors,
                    panelWidth: 480),
                Figure(
                    name: "least-squares-coefficients", title: "Size of the coefficients against the cut",
                    caption: "Median Euclidean norm of the coefficients over replicates.", panels: sizes, panelWidth: 480),
            ], data: [("e3-cuts", TrialTable.cuts(trials))])
    }
}
