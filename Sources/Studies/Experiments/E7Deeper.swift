import Compute
import Differentiation
import Reports

/// E7: networks of one, two and four hidden layers.
struct E7Deeper: Experiment {
    let item = StudyItem.e7

    func trainings(_ scale: StudyScale) -> [TrainingSetting] { DeeperNetworks().trainings(scale) }

    func report(_ observations: Observations, scale: StudyScale) -> ExperimentResult {
        let count = TrainingGrid.deepReplicates(scale)
        let fd = DerivativeMethod.fd(TrainingGrid.step(.poisson))
        var groups: [(label: String, trials: [TrainingTrial])] = []
        var losses: [Panel] = []
        var truths: [Panel] = []
        var findings: [String] = []
        var isMeasure = true
        for depth in TrainingGrid.depths {
            let setting = TrainingGrid.deep(depth, scale)
            let title = "\(depth) hidden \(depth == 1 ? "layer" : "layers") of 32"
            losses.append(TrainingPicture.panel(title, "loss", observations, setting, replicates: count, \.loss))
            truths.append(TrainingPicture.panel(title, "true residual", observations, setting, replicates: count, \.trueResidual))
            for (method, precision) in TrainingGrid.ways(.poisson) {
                groups.append((setting.label, observations.trainings(setting, method, precision, replicates: count)))
            }
            let ratios = LossRatios(
                observations.trainings(setting, .automatic, .f32, replicates: count), observations.trainings(setting, fd, .f32, replicates: count))
            isMeasure = isMeasure && median(ratios.truth) < 0.9 * median(ratios.own).squareRoot()
            findings.append(
                "\(title), float32: FD's own loss ends \(NumberFormat.short(median(ratios.own))) times AD's, its true residual "
                    + "\(NumberFormat.short(median(ratios.truth))) times.")
        }
        findings.append(
            "Most of what FD loses in float32 is its measure, not its network: the true residual suffers far less than the loss it reports.")
        return ExperimentResult(
            item, title: "Deeper networks", findings: findings,
            tables: [("deeper", TrainingPicture.summary(groups), "Medians over replicates at the end.")],
            figures: [
                Figure(
                    name: "deeper-losses", title: "Loss as the training sees it",
                    caption: "Poisson 1-D, Adam, Glorot's law, h = 10⁻³; medians and extremes over replicates.", panels: losses, columns: 3,
                    panelWidth: 400),
                Figure(
                    name: "deeper-residuals", title: "True residual", caption: "The same trainings judged by exact derivatives in float64.",
                    panels: truths, columns: 3, panelWidth: 400),
            ], data: [("e7-trainings", TrainingPicture.rows(trainings(scale).compactMap { observations[$0] }))])
    }
}
