import Compute
import Differentiation

/// C10: exact derivatives matter more for deeper networks.
struct DeeperNetworks: Claim {
    let item = StudyItem.c10

    func trainings(_ scale: StudyScale) -> [TrainingSetting] {
        TrainingGrid.depths.flatMap { depth in
            TrainingGrid.ways(.poisson).flatMap {
                TrainingGrid.replicated(TrainingGrid.deep(depth, scale).by($0.method, $0.precision), TrainingGrid.deepReplicates(scale))
            }
        }
    }

    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult {
        let fd = DerivativeMethod.fd(TrainingGrid.step(.poisson))
        let count = TrainingGrid.deepReplicates(scale)
        func ratios(_ precision: Precision) -> [LossRatios] {
            TrainingGrid.depths.map { depth in
                let setting = TrainingGrid.deep(depth, scale)
                return LossRatios(
                    observations.trainings(setting, .automatic, precision, replicates: count),
                    observations.trainings(setting, fd, precision, replicates: count))
            }
        }
        let (double, single) = (ratios(.f64), ratios(.f32))
        func grows(_ ratios: [LossRatios]) -> Bool {
            guard let shallow = ratios.first, let deepest = ratios.last else { return false }
            return deepest.isWorse && median(deepest.own) > 2 * median(shallow.own)
        }
        func list(_ ratios: [LossRatios], _ part: (LossRatios) -> [Double]) -> String {
            ratios.map { NumberFormat.short(median(part($0))) }.joined(separator: ", ")
        }
        let enough = (double + single).allSatisfy { $0.own.count >= 3 }
        return ClaimResult(
            item: item, claim: "The more so for deeper networks",
            threshold: "with four hidden layers FD's final loss is more than 1.5 times AD's, and the factor more than twice that of one hidden layer",
            observed: "1, 2, 4 hidden layers: own loss of FD over AD \(list(single, \.own)) in float32, \(list(double, \.own)) in float64; "
                + "true residual \(list(single, \.truth)) and \(list(double, \.truth))",
            verdict: Verdict.of((grows(double), grows(single)), enough: enough), recorded: .confirmedInSingle,
            numbers: zip(TrainingGrid.depths, zip(single, double)).flatMap { depth, pair in
                [
                    ("float32 loss ratio, \(depth) hidden", median(pair.0.own)),
                    ("float32 true residual ratio, \(depth) hidden", median(pair.0.truth)),
                    ("float64 loss ratio, \(depth) hidden", median(pair.1.own)),
                    ("float64 true residual ratio, \(depth) hidden", median(pair.1.truth)),
                ]
            })
    }
}
