import Differentiation

/// What is to be measured on one setting.
public struct StudyPlan: Sendable {
    public let setting: StudySetting
    /// Ways of taking derivatives beside `ad`, which is always measured.
    public var methods: [DerivativeMethod]
    /// All cuts, and gradient-descent curves.
    public var detailed: Bool

    public init(_ setting: StudySetting, _ methods: [DerivativeMethod], detailed: Bool = false) {
        self.setting = setting
        self.methods = methods
        self.detailed = detailed
    }

    /// One plan a setting, with all methods asked for, in order of first mention.
    static func merged(_ plans: [StudyPlan]) -> [StudyPlan] {
        var order: [StudySetting] = []
        var found: [StudySetting: StudyPlan] = [:]
        for plan in plans {
            if var known = found[plan.setting] {
                known.methods += plan.methods.filter { !known.methods.contains($0) }
                known.detailed = known.detailed || plan.detailed
                found[plan.setting] = known
            } else {
                order.append(plan.setting)
                found[plan.setting] = plan
            }
        }
        return order.compactMap { found[$0] }
    }
}

/// Shorthands for the methods of the study.
extension DerivativeMethod {
    static func fd(_ step: Double, accuracy: Int = 2, _ precision: Precision? = nil) -> DerivativeMethod {
        .finiteDifference(accuracy: accuracy, step: .fixed(step), precision: precision)
    }

    static func fdExact(_ step: Double, accuracy: Int = 2) -> DerivativeMethod { .exactDifference(accuracy: accuracy, step: .fixed(step)) }
}
