import Differentiation
import Reports

/// E9: gradient descent on random features, in closed form.
struct E9Descent: Experiment {
    let item = StudyItem.e9
    private static let references = Array(StudyGrid.references.prefix(4))

    func plans(_ scale: StudyScale) -> [StudyPlan] { Self.references.flatMap { StudyGrid.plans($0, scale) } }

    func report(_ observations: Observations, scale: StudyScale) -> ExperimentResult {
        var losses: [Panel] = []
        var errors: [Panel] = []
        var findings: [String] = []
        var data = Table(columns: ["setting", "derivative", "step", "loss (median)", "true loss (median)", "error (median)"])
        for reference in Self.references {
            let group = observations.trials(of: StudyGrid.plans(reference, scale).map(\.setting))
            let methods: [DerivativeMethod] = [.automatic, .fd(reference.step), .fdExact(reference.step)]
            func spread(_ method: DerivativeMethod, _ value: (DescentTrace) -> [Double]) -> Spread {
                Spread(group.compactMap { $0.measurement(method)?.descent.map(value) })
            }
            let steps = group.first?.exact.descent?.steps ?? []
            for method in methods {
                let (own, truth, error) = (spread(method, \.loss), spread(method, \.trueLoss), spread(method, \.error))
                for (i, step) in steps.enumerated() {
                    data.append([
                        .text(reference.label), .text("\(method)"), .number(step), .number(own.middle[i]), .number(truth.middle[i]),
                        .number(error.middle[i]),
                    ])
                }
            }
            func panel(_ label: String, _ value: (DescentTrace) -> [Double]) -> Panel {
                Panel(
                    title: reference.label, x: Axis("steps of gradient descent", .logarithmic), y: Axis(label, .logarithmic),
                    curves: methods.map { method in
                        let spread = spread(method, value)
                        return Curve(Palette.name(method), x: steps, y: spread.middle, band: (spread.low, spread.high), style: Palette.style(method))
                    })
            }
            losses.append(panel("loss", \.loss))
            errors.append(panel("relative L2 error", \.error))
            let ad = spread(.automatic, \.loss).middle
            let fd = spread(methods[1], \.loss).middle
            let apart = zip(ad, fd).map { abs($0 - $1) / $0 }.max() ?? .nan
            findings.append(
                "\(reference.label): over \(NumberFormat.short(steps.last)) steps the losses of AD and FD differ by at most \(NumberFormat.short(100 * apart)) %, "
                    + "ending at \(NumberFormat.short(ad.last)) and \(NumberFormat.short(fd.last)); errors \(NumberFormat.short(spread(.automatic, \.error).middle.last)) and "
                    + "\(NumberFormat.short(spread(methods[1], \.error).middle.last)).")
        }
        return ExperimentResult(
            item, title: "Gradient descent in closed form", findings: findings,
            figures: [
                Figure(
                    name: "descent-losses", title: "Loss under gradient descent",
                    caption: "Step size 1/λ₁, from zero coefficients. Each singular direction decays at its own rate s², so only directions with "
                        + "s_k > s₁/√steps have moved: the large values, where AD and FD agree.", panels: losses, panelWidth: 480),
                Figure(
                    name: "descent-errors", title: "Error under gradient descent",
                    caption: "Relative L2 error at the test points along the same runs.",
                    panels: errors, panelWidth: 480),
            ], data: [("e9-descent", data)])
    }
}
