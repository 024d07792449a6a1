#if canImport(Glibc)
    import Glibc
#endif

extension LearningRate {
    /// How a rate changes, apart from its size: rate(atStep:) = floor + (first − floor) · factor.
    enum Schedule: Hashable {
        case constant
        case exponential(factor: Double, every: Int)
        case cosine(steps: Int)

        /// Of a step; nil for a constant rate.
        var factor: ((Int) -> Double)? {
            switch self {
            case .constant: nil
            case .exponential(let factor, let every): { step in pow(factor, Double(step) / Double(max(1, every))) }
            case .cosine(let steps): { step in 0.5 * (1 + cos(Double.pi * min(1, Double(step) / Double(max(1, steps))))) }
            }
        }
    }

    var schedule: Schedule {
        switch self {
        case .constant: .constant
        case .exponential(_, let factor, let every): .exponential(factor: factor, every: every)
        case .cosine(_, _, let steps): .cosine(steps: steps)
        }
    }

    var first: Double {
        switch self {
        case .constant(let eta), .exponential(let eta, _, _), .cosine(let eta, _, _): eta
        }
    }

    var floor: Double {
        if case .cosine(_, let last, _) = self { last } else { 0 }
    }
}
