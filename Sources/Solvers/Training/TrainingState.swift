/// Everything that the rest of a training depends on.
public struct TrainingState: Sendable, Equatable {
    /// Steps done.
    public var step: Int
    /// The network's and the trainable ones.
    public var parameters: [Double]
    /// Those with the smallest loss so far, and that loss.
    public var best: [Double]
    public var bestLoss: Double
    /// The optimiser's arrays.
    public var memory: [String: [Double]]

    public init(step: Int = 0, parameters: [Double], best: [Double]? = nil, bestLoss: Double = .infinity, memory: [String: [Double]] = [:]) {
        self.step = step
        self.parameters = parameters
        self.best = best ?? parameters
        self.bestLoss = bestLoss
        self.memory = memory
    }
}
