import Compute
import Differentiation
import Reports

/// A comparison as a page: one table, one picture of the trainings and the spectra, and the recommendation.
public enum ComparisonReport {
    /// - Parameter title: the problem, network and optimiser.
    public static func report(
        _ rows: [ComparisonRow], recommendation: Recommendation?, title: String, facts: [(name: String, value: String)]
    ) -> Report {
        var blocks: [Report.Block] = []
        if let recommendation { blocks.append(.paragraph(recommendation.sentence)) }
        blocks.append(
            .table(table(rows), name: "comparison", caption: "Errors are the smallest on the way; entropies, n_a and floors are those at the end."))
        blocks.append(.figure(figure(rows, title: title)))
        var curves = Table(columns: ["derivatives", "precision", "step", "loss", "true residual", "error"])
        var spectra = Table(columns: ["derivatives", "precision", "k", "s_k start", "s_k end"])
        for row in rows {
            for look in row.curve {
                curves.append([
                    .text("\(row.method)"), .text(row.precision.rawValue), .count(look.step), .number(look.loss), .number(look.trueResidual),
                    .optional(look.error),
                ])
            }
            for (k, pair) in zip(row.start.spectrum.singularValues, row.end.spectrum.singularValues).enumerated() {
                spectra.append([.text("\(row.method)"), .text(row.precision.rawValue), .count(k + 1), .number(pair.0), .number(pair.1)])
            }
        }
        blocks.append(.download(curves, name: "curves", caption: "The trainings:"))
        blocks.append(.download(spectra, name: "singular-values", caption: "The singular values:"))
        return Report(
            title: "Ways of taking derivatives: \(title)",
            lead: "The same network from the same start on the same points, trained once by each way of taking derivatives.", facts: facts,
            sections: [Report.Section("Comparison", blocks)])
    }

    static func table(_ rows: [ComparisonRow]) -> Table {
        var table = Table(columns: [
            "derivatives", "error", "true residual", "own loss", "ms a step", "memory KiB", "floor / s₁", "H_a", "n_a", "effective rank",
            "derivative error", "outcome",
        ])
        for row in rows {
            table.append([
                .text("`\(row.name)`"), .optional(row.bestError), .number(row.bestTrueResidual), .number(row.last.loss),
                .number(row.secondsPerStep * 1e3), .number(Double(row.memoryBytes) / 1024),
                .optional(row.end.floor.map { $0 / row.end.spectrum.largest }),
                .number(row.end.entropy), .count(row.end.count), .number(row.end.effectiveRank), .number(row.derivativeError),
                .text(row.outcome.rawValue),
            ])
        }
        return table
    }

    static func figure(_ rows: [ComparisonRow], title: String) -> Figure {
        func curves(_ value: (ComparisonRow.Look) -> Double?) -> [Curve] {
            rows.enumerated().compactMap { place, row in
                let looks = row.curve.filter { $0.step > 0 }.compactMap { look in value(look).map { (Double(look.step), $0) } }.filter {
                    $0.1.isFinite && $0.1 > 0
                }
                return looks.isEmpty ? nil : Curve(row.name, x: looks.map(\.0), y: looks.map(\.1), style: .layered(place, of: rows.count))
            }
        }
        let steps = Axis("steps", .logarithmic)
        var panels = [
            Panel(title: "true residual", x: steps, y: Axis("√loss by exact derivatives", .logarithmic), curves: curves(\.trueResidual)),
            Panel(title: "own loss", x: steps, y: Axis("loss", .logarithmic), curves: curves(\.loss)),
        ]
        let errors = curves(\.error)
        if !errors.isEmpty { panels.insert(Panel(title: "error", x: steps, y: Axis("relative L2 error", .logarithmic), curves: errors), at: 0) }
        panels.append(
            Panel(
                title: "residual Jacobian at the end", x: Axis("k"), y: Axis("sₖ / s₁", .logarithmic, range: 1e-18...3),
                curves: rows.enumerated().map { place, row in
                    let values = row.end.spectrum.singularValues
                    return Curve(
                        row.name, x: (1...values.count).map(Double.init), y: values.map { max($0 / row.end.spectrum.largest, 1e-18) },
                        style: .layered(place, of: rows.count))
                }))
        return Figure(name: "comparison", title: title, caption: "Trainings and spectra by each way.", panels: panels, panelWidth: 480)
    }
}
