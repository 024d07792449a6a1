import Reports

/// E10: the scale of the weights and a partition of unity, against effective rank and convergence.
struct E10Scale: Experiment {
    let item = StudyItem.e10
    private static let ranges: [Double] = [0.5, 1, 2, 4, 8]
    private static let patches = [1, 2, 4, 8]

    private static func replicates(_ scale: StudyScale) -> Int { scale == .quick ? 3 : 5 }

    func partitions(_ scale: StudyScale) -> [PartitionSetting] {
        StudyEquation.allCases.flatMap { equation in
            Self.patches.flatMap { count in
                Self.ranges.flatMap { range in
                    (0..<Self.replicates(scale)).map { PartitionSetting(equation, patches: count, range: range, replicate: $0) }
                }
            }
        }
    }

    func report(_ observations: Observations, scale: StudyScale) -> ExperimentResult {
        var ranks: [Panel] = []
        var descents: [Panel] = []
        var findings: [String] = []
        var table = Table(columns: [
            "equation", "patches", "R", "effective rank", "n_a", "H_a", "loss after 10⁴ steps / start", "error of least squares",
        ])
        let place = DescentTrace.steps.firstIndex { $0 >= 10_000 } ?? 0
        func fall(_ trial: PartitionTrial) -> Double { trial.descent.loss[place] / trial.descent.loss[0] }
        func correlation(_ equation: StudyEquation) -> Double {
            let all = partitions(scale).filter { $0.equation == equation }.compactMap { observations[$0] }
            return Statistics.rankCorrelation(all.map(\.effectiveRank), all.map { -fall($0) }) ?? .nan
        }
        for equation in StudyEquation.allCases {
            func trials(_ patches: Int, _ range: Double) -> [PartitionTrial] {
                (0..<Self.replicates(scale)).compactMap {
                    observations[PartitionSetting(equation, patches: patches, range: range, replicate: $0)]
                }
            }
            var curves: [Curve] = []
            for (patches, colour) in zip(Self.patches, Colour.cycle) {
                let spread = Self.ranges.map { trials(patches, $0).map(\.effectiveRank) }
                curves.append(
                    Curve(
                        patches == 1 ? "no windows" : "\(patches) patches", x: Self.ranges, y: spread.map(median),
                        band: (spread.map { $0.min() ?? .nan }, spread.map { $0.max() ?? .nan }), style: CurveStyle(colour, mark: .disc)))
                for range in Self.ranges {
                    let group = trials(patches, range)
                    table.append([
                        .text(equation.rawValue), .count(patches), .number(range), .number(median(group.map(\.effectiveRank))),
                        .number(median(group.map { Double($0.count) })), .number(median(group.map(\.entropy))), .number(median(group.map(fall))),
                        .number(median(group.map(\.error))),
                    ])
                }
            }
            ranks.append(
                Panel(
                    title: equation.rawValue, x: Axis("range R of the weights", .logarithmic), y: Axis("effective rank", .logarithmic), curves: curves
                ))
            var lines: [Curve] = []
            for (choice, style) in [
                ((1, 1.0), CurveStyle(.grey)), ((1, 4.0), CurveStyle(.blue)), ((4, 1.0), CurveStyle(.orange)), ((4, 4.0), CurveStyle(.vermilion)),
            ] {
                let spread = Spread(trials(choice.0, choice.1).map { trial in trial.descent.loss.map { $0 / (trial.descent.loss.first ?? 1) } })
                lines.append(
                    Curve(
                        "\(choice.0 == 1 ? "no windows" : "\(choice.0) patches"), R = \(NumberFormat.plain(choice.1))",
                        x: DescentTrace.steps.map(Double.init), y: spread.middle, band: (spread.low, spread.high), style: style))
            }
            descents.append(
                Panel(
                    title: equation.rawValue, x: Axis("steps of gradient descent", .logarithmic), y: Axis("loss / loss at the first", .logarithmic),
                    curves: lines))
            let (plain, scaled, windowed) = (trials(1, 1), trials(1, 4), trials(4, 1))
            func rank(_ trials: [PartitionTrial]) -> String { NumberFormat.short(median(trials.map(\.effectiveRank))) }
            findings.append(
                "\(equation.rawValue): effective rank \(rank(plain)) at R = 1, \(rank(scaled)) at R = 4, \(rank(windowed)) with four windows at R = 1. Rank correlation of "
                    + "the effective rank with the decades the loss falls in 10⁴ steps: "
                    + "\(NumberFormat.decimals(correlation(equation), 2)).")
        }
        let correlations = StudyEquation.allCases.map(correlation)
        if correlations.allSatisfy({ $0 >= 0.3 }) {
            findings.append("A larger effective rank goes with faster descent.")
        } else if correlations.allSatisfy({ $0 < 0.3 }) {
            findings.append(
                "A larger effective rank does not go with faster descent here: the solution sin πx lies in a few smooth directions, which a wider spectrum adds "
                    + "nothing to, and steep windows and weights enlarge s₁ and with it shorten the stable step.")
        }
        return ExperimentResult(
            item, title: "Initial scale and partition of unity", findings: findings,
            tables: [("scale", table, "tanh features, N = 96, medians over replicates; gradient descent with steps of 1/λ₁.")],
            figures: [
                Figure(
                    name: "scale-ranks", title: "Effective rank against the scale of the weights",
                    caption: "Larger weights and more windows both spread the spectrum.", panels: ranks, panelWidth: 480),
                Figure(
                    name: "scale-descent", title: "Gradient descent in closed form",
                    caption: "Loss relative to that after the first step, medians and extremes over replicates.", panels: descents, panelWidth: 480),
            ], data: [("e10-scale", table)])
    }
}
