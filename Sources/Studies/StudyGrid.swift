import Differentiation

/// The settings and methods of the study at both scales.
enum StudyGrid {
    /// The reference settings, each with the step its figures are given for.
    struct Reference: Sendable {
        let setting: StudySetting
        let step: Double
        let label: String
    }

    /// The reference settings of the study, five replicates each.
    static let references: [Reference] = [
        Reference(setting: StudySetting(.poisson, .tanh, range: 3), step: 1e-3, label: "Poisson 1-D, tanh, R = 3, h = 10⁻³"),
        Reference(setting: StudySetting(.poisson, .sin, range: 10), step: 1e-3, label: "Poisson 1-D, sin, R = 10, h = 10⁻³"),
        Reference(setting: StudySetting(.biharmonic, .tanh, range: 3), step: 1e-2, label: "biharmonic 1-D, tanh, R = 3, h = 10⁻²"),
        Reference(setting: StudySetting(.poisson, dimension: 2, .sin, range: 3), step: 1e-3, label: "Poisson 2-D, sin, R = 3, h = 10⁻³"),
        Reference(setting: StudySetting(.biharmonic, dimension: 2, .sin, range: 3), step: 2e-2, label: "biharmonic 2-D, sin, R = 3, h = 0.02"),
        Reference(setting: StudySetting(.poisson, .relu(power: 3), range: 3), step: 1e-3, label: "Poisson 1-D, ReLU³, R = 3, h = 10⁻³"),
    ]

    static let replicates = 5

    static func replicated(_ setting: StudySetting, _ count: Int = replicates) -> [StudySetting] {
        (0..<count).map { replicate in
            var copy = setting
            copy.replicate = replicate
            return copy
        }
    }

    /// The plans of a reference setting: fd and fd-exact at its step.
    static func plans(_ reference: Reference, _ scale: StudyScale) -> [StudyPlan] {
        let count = reference.setting.dimension == 1 || scale == .full ? replicates : 3
        return replicated(reference.setting, count).map { StudyPlan($0, [.fd(reference.step), .fdExact(reference.step)], detailed: true) }
    }

    static let smooth: [Activation] = [.tanh, .sin, .gaussian]
    static let ranges = [0.5, 1, 2, 3, 5, 10]

    static func steps(_ scale: StudyScale) -> [Double] {
        scale == .quick ? [1e-3, 1e-2, 1e-1] : [5e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 2e-1]
    }

    /// Smooth features in one dimension: activation × equation × range × size × replicate, fd and fd-exact at every step.
    static func smoothPlans(_ scale: StudyScale) -> [StudyPlan] { plans(smooth.map { _ in nil }, smooth, scale) }

    /// ReLU^k, rough enough to matter: k one above the order of the equation.
    static func roughPlans(_ scale: StudyScale) -> [StudyPlan] { plans([.poisson, .biharmonic], [.relu(power: 3), .relu(power: 5)], scale) }

    /// Two dimensions, N = 200, 400 interior points.
    static func planePlans(_ scale: StudyScale) -> [StudyPlan] {
        var plans: [StudyPlan] = []
        for activation in scale == .quick ? [.tanh, .sin] : smooth {
            for equation in StudyEquation.allCases {
                for range in scale == .quick ? [1, 3] : [0.5, 1, 3] {
                    for replicate in 0..<(scale == .quick ? 1 : 2) {
                        let setting = StudySetting(equation, dimension: 2, activation, range: range, replicate: replicate)
                        let steps = scale == .quick ? [1e-3, 3e-2] : [1e-3, 1e-2, 3e-2, 1e-1]
                        plans.append(StudyPlan(setting, steps.flatMap { [.fd($0), .fdExact($0)] }))
                    }
                }
            }
        }
        return plans
    }

    /// Everything the claims about smooth features are counted over.
    static func claimPlans(_ scale: StudyScale) -> [StudyPlan] { smoothPlans(scale) + planePlans(scale) }

    private static func plans(_ equations: [StudyEquation?], _ activations: [Activation], _ scale: StudyScale) -> [StudyPlan] {
        var plans: [StudyPlan] = []
        for (only, activation) in zip(equations, activations) {
            for equation in StudyEquation.allCases where only == nil || only == equation {
                for features in scale == .quick ? [100] : [50, 100, 200] {
                    for range in ranges {
                        for replicate in 0..<(scale == .quick ? 2 : 3) {
                            let setting = StudySetting(equation, activation, range: range, features: features, replicate: replicate)
                            plans.append(StudyPlan(setting, steps(scale).flatMap { [.fd($0), .fdExact($0)] }))
                        }
                    }
                }
            }
        }
        return plans
    }
}

extension DerivativeMethod {
    var isDifference: Bool { if case .finiteDifference = self { true } else { false } }
    var isExactDifference: Bool { if case .exactDifference = self { true } else { false } }
}
