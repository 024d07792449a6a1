import Differentiation
import Reports
import Solvers

/// Trials as tables.
enum TrialTable {
    private static let settingColumns = ["equation", "dimension", "activation", "R", "N", "M", "replicate", "derivative"]

    private static func cells(_ setting: StudySetting, _ method: DerivativeMethod) -> [Table.Cell] {
        [
            .text(setting.equation.rawValue), .count(setting.dimension), .text(setting.activation.name), .number(setting.range),
            .count(setting.features), .count(setting.points), .count(setting.replicate), .text("\(method)"),
        ]
    }

    /// One row a trial, method and cut.
    static func cuts(_ trials: [Trial]) -> Table {
        var table = Table(
            columns: settingColumns + [
                "cut", "n_a", "H_a", "H_a of squares", "residual", "true residual", "error", "coefficient norm", "regime", "floor", "s_1", "rank",
                "effective rank", "condition number",
            ])
        for trial in trials {
            for measurement in [trial.exact] + trial.others {
                for cut in measurement.cuts {
                    table.append(
                        cells(trial.setting, measurement.method) + [
                            .number(cut.cut), .count(cut.count), .number(cut.entropy), .number(cut.entropyOfSquares), .optional(cut.residual),
                            .optional(cut.trueResidual), .optional(cut.error), .optional(cut.coefficientNorm),
                            cut.regime.map { .text($0.rawValue) } ?? .missing, .optional(measurement.floor), .number(measurement.spectrum.largest),
                            .count(measurement.rank), .number(measurement.effectiveRank), .number(measurement.conditionNumber),
                        ])
                }
            }
        }
        return table
    }

    /// One row a trial, method and singular value.
    static func spectra(_ trials: [Trial]) -> Table {
        var table = Table(columns: settingColumns + ["k", "s_k"])
        for trial in trials {
            for measurement in [trial.exact] + trial.others {
                for (k, value) in measurement.spectrum.singularValues.enumerated() {
                    table.append(cells(trial.setting, measurement.method) + [.count(k + 1), .number(value)])
                }
            }
        }
        return table
    }

    /// The medians over replicates at one cut, a row for each method.
    static func medians(_ groups: [(label: String, methods: [DerivativeMethod], trials: [Trial])], cut: Double) -> Table {
        var table = Table(columns: ["setting", "derivatives", "n_a", "H_a", "own residual", "true residual", "error", "‖c‖"])
        for group in groups {
            for method in group.methods {
                let found = group.trials.compactMap { $0.measurement(method)?.at(cut) }
                table.append([
                    .text(group.label), .text("`\(method)`"), .number(median(found.map { Double($0.count) })),
                    .number(median(found.map(\.entropy))), .number(median(found.compactMap(\.residual))),
                    .number(median(found.compactMap(\.trueResidual))), .number(median(found.compactMap(\.error))),
                    .number(median(found.compactMap(\.coefficientNorm))),
                ])
            }
        }
        return table
    }
}

/// Medians and extremes of one quantity over replicates.
struct Spread {
    var middle: [Double] = []
    var low: [Double] = []
    var high: [Double] = []

    /// From `rows` of equal length, one a replicate.
    init(_ rows: [[Double]]) {
        for k in 0..<(rows.map(\.count).min() ?? 0) {
            let values = rows.map { $0[k] }
            middle.append(median(values))
            low.append(values.min() ?? .nan)
            high.append(values.max() ?? .nan)
        }
    }
}
