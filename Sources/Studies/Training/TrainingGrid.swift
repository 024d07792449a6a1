import Compute
import Differentiation

/// The trainings of the study at both scales.
enum TrainingGrid {
    static let replicates = 8

    /// The step of FD that each equation's claim is made at: where float32's rounding shows and truncation does not.
    static func step(_ equation: StudyEquation) -> Double { equation == .poisson ? 1e-3 : 3e-2 }

    /// The two-layer reference: 1-100-1, R = 2, Adam.
    static func reference(_ equation: StudyEquation, _ scale: StudyScale, rule: TrainingSetting.Rule = .adam(rate: 1e-3)) -> TrainingSetting {
        let steps = rule == .gradientDescent ? (scale == .quick ? 200 : 2000) : (scale == .quick ? 1000 : 10_000)
        return TrainingSetting(equation, hidden: [100], range: 2, rule: rule, steps: steps)
    }

    /// One, two and four hidden layers of 32, Poisson.
    static func deep(_ layers: Int, _ scale: StudyScale) -> TrainingSetting {
        TrainingSetting(.poisson, hidden: Array(repeating: 32, count: layers), steps: scale == .quick ? 600 : 5000)
    }

    static let depths = [1, 2, 4]

    static func deepReplicates(_ scale: StudyScale) -> Int { scale == .quick ? 3 : replicates }

    static func replicated(_ setting: TrainingSetting, _ count: Int = replicates) -> [TrainingSetting] {
        (0..<count).map { replicate in
            var copy = setting
            copy.replicate = replicate
            return copy
        }
    }

    /// AD and FD at the equation's step, in both precisions.
    static func ways(_ equation: StudyEquation) -> [(method: DerivativeMethod, precision: Precision)] {
        let fd = DerivativeMethod.fd(step(equation))
        return [(.automatic, .f64), (fd, .f64), (.automatic, .f32), (fd, .f32)]
    }

    /// Widths and ranges over which entropy is set against speed, with exact derivatives and with differences, in float64.
    static func wide(_ scale: StudyScale) -> [TrainingSetting] {
        let widths = scale == .quick ? [20, 60, 100] : [20, 60, 100, 140, 180]
        var list: [TrainingSetting] = []
        for width in widths {
            for range in [0.5, 1, 2, 4] {
                list.append(TrainingSetting(.poisson, hidden: [width], range: range, steps: scale == .quick ? 1000 : 5000))
            }
        }
        return list
    }

    static func wideReplicates(_ scale: StudyScale) -> Int { scale == .quick ? 4 : replicates }

    /// Steps tried beside the reference's.
    static func steps(_ scale: StudyScale) -> [Double] { scale == .quick ? [1e-4, 1e-2, 1e-1] : [1e-4, 3e-4, 3e-3, 1e-2, 3e-2, 1e-1, 2e-1] }
}

extension Observations {
    /// The trainings of a setting by one way of taking derivatives, one a replicate.
    func trainings(_ setting: TrainingSetting, _ method: DerivativeMethod, _ precision: Precision, replicates: Int = TrainingGrid.replicates)
        -> [TrainingTrial]
    {
        TrainingGrid.replicated(setting.by(method, precision), replicates).compactMap { self[$0] }
    }
}
