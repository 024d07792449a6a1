import Compute

/// The same factors all along: the equations' first, then one a condition; the last one holds for those that are left.
public struct FixedWeights: LossWeighting {
    public let factors: [Double]
    public var interval: Int { 0 }

    /// - Precondition: at least one, all positive.
    public init(_ factors: [Double]) {
        precondition(!factors.isEmpty && factors.allSatisfy { $0 > 0 }, "positive factors")
        self.factors = factors
    }

    public mutating func factors(_ plan: ResidualPlan, at parameters: [Double], current: [Double]) -> [Double] {
        current.indices.map { factors[min($0, factors.count - 1)] }
    }

    public var description: String { "fixed:" + factors.map { "\($0)" }.joined(separator: ",") }
}
