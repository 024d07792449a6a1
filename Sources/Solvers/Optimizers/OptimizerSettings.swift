/// An optimiser by its name and numbers.
public struct OptimizerSettings: Sendable, Equatable {
    public static let names = ["gd", "adam", "adamw", "lbfgs", "bfgs", "ssbroyden", "lm", "gn"]

    /// A setting by its name on the command line and in manifests.
    public enum Setting: String, Sendable, CaseIterable {
        case learningRate = "learning-rate"
        case decayFactor = "decay-factor"
        case decaySteps = "decay-steps"
        case weightDecay = "weight-decay"
        case history
        case cut = "optimizer-cut"

        /// The optimisers that read it.
        public var optimizers: [String] {
            switch self {
            case .learningRate: ["gd", "adam", "adamw"]
            case .decayFactor, .decaySteps: ["adam", "adamw"]
            case .weightDecay: ["adamw"]
            case .history: ["lbfgs"]
            case .cut: ["gn"]
            }
        }
    }

    /// One of `names`.
    public var name: String
    /// Of gd, adam and adamw; nil is for gd one over the largest curvature.
    public var learningRate: Double?
    /// The rate of adam and adamw falls by this factor every `decaySteps`; nil for a constant one.
    public var decayFactor: Double?
    public var decaySteps: Int
    /// Of adamw.
    public var weightDecay: Double
    /// Pairs that lbfgs keeps.
    public var history: Int
    /// Singular values of gn below this part of the largest count as nothing.
    public var cut: Double

    public init(
        _ name: String, learningRate: Double? = 1e-3, decayFactor: Double? = nil, decaySteps: Int = 1000, weightDecay: Double = 1e-2,
        history: Int = 50, cut: Double = 1e-4
    ) {
        self.name = name
        self.learningRate = learningRate
        self.decayFactor = decayFactor
        self.decaySteps = decaySteps
        self.weightDecay = weightDecay
        self.history = history
        self.cut = cut
    }

    /// - Returns: Adam for a name that is not known.
    public func make() -> any Optimizer {
        let eta = learningRate ?? 1e-3
        let schedule = decayFactor.map { LearningRate.exponential(eta, factor: $0, every: decaySteps) } ?? .constant(eta)
        switch name {
        case "gd": return GradientDescent(rate: learningRate.map { .fixed($0) } ?? .inverseCurvature)
        case "adamw": return Adam(schedule, decay: weightDecay)
        case "lbfgs": return LimitedMemoryBFGS(history: history)
        case "bfgs": return DenseBroyden(.bfgs)
        case "ssbroyden": return DenseBroyden(.selfScaled)
        case "gn": return GaussNewton(cut: cut)
        case "lm": return LevenbergMarquardt()
        default: return Adam(schedule)
        }
    }
}
