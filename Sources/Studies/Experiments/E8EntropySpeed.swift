import Compute
import Differentiation
import Reports

/// E8: entropy at the start against the speed of training, over widths, ranges and seeds.
struct E8EntropySpeed: Experiment {
    let item = StudyItem.e8

    func trainings(_ scale: StudyScale) -> [TrainingSetting] { EntropyPredictsSpeed().trainings(scale) }

    func report(_ observations: Observations, scale: StudyScale) -> ExperimentResult {
        let exact = EntropyPredictsSpeed.groups(observations, scale, .automatic)
        let differences = EntropyPredictsSpeed.groups(observations, scale, EntropyPredictsSpeed.ways[1])
        func cloud(_ name: String, _ trials: [TrainingTrial], _ value: (TrainingTrial) -> Double, _ colour: Colour, _ mark: CurveStyle.Mark) -> Curve
        {
            Curve(
                name, x: trials.map(value), y: trials.map(\.speed), style: CurveStyle(colour, mark: mark, marksOnly: true))
        }
        func entropy(_ trial: TrainingTrial) -> Double { trial.spectra.first?.entropy ?? .nan }
        func rank(_ trial: TrainingTrial) -> Double { trial.spectra.first?.effectiveRank ?? .nan }
        let ranges = Array(Set(TrainingGrid.wide(scale).compactMap(\.range))).sorted()
        let speed = Axis("speed: mean decades fallen")
        let byRange = Panel(
            title: "AD, by range", x: Axis("truncated entropy at the start"), y: speed,
            curves: zip(ranges, Colour.cycle).map { range, colour in
                cloud("R = \(NumberFormat.plain(range))", exact.flatMap { $0 }.filter { $0.setting.range == range }, entropy, colour, .disc)
            })
        let both = Panel(
            title: "AD and FD", x: Axis("truncated entropy at the start"), y: speed,
            curves: [
                cloud("AD", exact.flatMap { $0 }, entropy, .blue, .disc), cloud("FD", differences.flatMap { $0 }, entropy, .vermilion, .circle),
            ])
        let ranks = Panel(
            title: "AD and FD, effective rank", x: Axis("effective rank at the start"), y: speed,
            curves: [cloud("AD", exact.flatMap { $0 }, rank, .blue, .disc), cloud("FD", differences.flatMap { $0 }, rank, .vermilion, .circle)])
        var table = Table(columns: [
            "network", "R", "trainings", "H (median)", "effective rank (median)", "speed (median)", "decades in the end (median)",
            "Spearman between seeds",
        ])
        for group in exact {
            guard let setting = group.first?.setting else { continue }
            table.append([
                .text("1-\(setting.hidden[0])-1"), .optional(setting.range), .count(group.count), .number(median(group.map(entropy))),
                .number(median(group.map(rank))), .number(median(group.map(\.speed))), .number(median(group.map(\.decades))),
                .number(EntropyPredictsSpeed.correlation(group)),
            ])
        }
        let pooled = EntropyPredictsSpeed.correlation(exact.flatMap { $0 })
        let within = median(exact.map { EntropyPredictsSpeed.correlation($0) }.filter(\.isFinite))
        let byRank = Statistics.rankCorrelation(exact.flatMap { $0 }.map(rank), exact.flatMap { $0 }.map(\.speed))
        let pairs = zip(exact.flatMap { $0 }, differences.flatMap { $0 })
        let entropyGap = median(pairs.map { entropy($0) - entropy($1) })
        let speedGap = median(pairs.map { abs($0.speed - $1.speed) })
        let end = EntropyPredictsSpeed.correlation(exact.flatMap { $0 }, with: \.decades)
        let mixed = EntropyPredictsSpeed.correlation((exact + differences).flatMap { $0 })
        return ExperimentResult(
            item, title: "Entropy against speed",
            findings: [
                "Spearman's correlation of truncated entropy at the start with the speed, the decades that the loss has fallen on average over the logged "
                    + "steps: \(NumberFormat.decimals(pooled, 2)) over all widths and ranges (AD), \(NumberFormat.decimals(within, 2)) between seeds of one configuration (median); of the effective rank, over all, "
                    + "\(NumberFormat.decimals(byRank, 2)). With the decades at the last step alone it is \(NumberFormat.decimals(end, 2)); in runs of "
                    + "thousands of steps it falls, as the constant rate of Adam comes to say how far the loss can go down.",
                "AD and FD put together give \(NumberFormat.decimals(mixed, 2)). Median of H by AD less H by FD on the same network: "
                    + "\(NumberFormat.decimals(entropyGap)); of the difference of their speeds: \(NumberFormat.short(speedGap)).",
            ], tables: [("entropy-speed", table, "By configuration, exact derivatives, float64.")],
            figures: [
                Figure(
                    name: "entropy-speed", title: "Truncated entropy and speed",
                    caption: "A point a training: Poisson, one hidden layer, Adam, float64, \(TrainingGrid.wide(scale)[0].steps) steps.",
                    panels: [byRange, both, ranks], columns: 3, panelWidth: 400)
            ], data: [("e8-trainings", TrainingPicture.rows(trainings(scale).compactMap { observations[$0] }))])
    }
}
