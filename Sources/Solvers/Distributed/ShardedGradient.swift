import Compute
import Differentiation
import Models
import Problems

/// A problem's loss and gradient as sums over shards of its points, which the ranks of an MPI run share.
///
/// The shards' sums are added in the order of the shards on every rank: the same bits for any number of ranks.
public final class ShardedGradient {
    /// Shards of a training unless told otherwise, and so the most ranks that have work.
    public static let defaultShards = 8

    public let shards: Int
    public let parameterCount: Int
    private let ranks: MessagePassing?
    /// Of this rank's shards; nil for one without points.
    private let plans: [ResidualPlan?]
    private let largest: Int
    private var all: [Double]

    /// - Parameters:
    ///   - shards: at least 1.
    ///   - ranks: nil for one process.
    /// - Throws: `SolverError`.
    public init(
        problem: Problem, points: CollocationPoints, network: Network, method: DerivativeMethod = .automatic, precision: Precision = .f64,
        device: Device? = nil, shards: Int = ShardedGradient.defaultShards, ranks: MessagePassing? = nil
    ) throws(SolverError) {
        guard shards >= 1 else { throw .badArgument("\(shards) shards: at least 1 is needed.") }
        let terms: [ResidualTerm]
        do throws(ProblemError) { terms = try problem.residualTerms(at: points, method: method) } catch { throw .problem(error) }
        let parts = ResidualTerm.shards(of: terms, count: shards)
        let (rank, size) = (ranks?.rank ?? 0, ranks?.size ?? 1)
        var plans: [ResidualPlan?] = []
        for shard in Self.shards(shards, ofRank: rank, of: size) {
            let own = parts[shard]
            plans.append(
                own.isEmpty
                    ? nil
                    : try computing { () throws(ComputeError) in
                        try ResidualPlan(
                            network: network, fields: problem.fields, terms: own, parameters: problem.parameters, trainable: problem.trainable,
                            precision: precision, device: device)
                    })
        }
        self.shards = shards
        self.ranks = ranks
        self.plans = plans
        parameterCount = network.parameters.count + problem.trainable.count
        largest = (0..<size).map { Self.shards(shards, ofRank: $0, of: size).count }.max() ?? 0
        all = Array(repeating: 0, count: size * (1 + largest * (1 + parameterCount)))
    }

    private static func shards(_ count: Int, ofRank rank: Int, of size: Int) -> Range<Int> { (rank * count / size)..<((rank + 1) * count / size) }

    /// The loss and its gradient on every rank, and whether a rank has asked for the end.
    ///
    /// - Throws: `SolverError`, or `MessagePassing.Failure`.
    public func value(at parameters: [Double], isStopped: Bool = false) throws -> (loss: Double, gradient: [Double], isStopped: Bool) {
        let width = 1 + parameterCount
        var mine = Array(repeating: 0.0, count: 1 + largest * width)
        mine[0] = isStopped ? 1 : 0
        for (place, plan) in plans.enumerated() {
            guard let plan else { continue }
            let (loss, gradient) = try computing { () throws(ComputeError) in try plan.gradient(at: parameters) }
            mine[1 + place * width] = loss.total
            mine.replaceSubrange((2 + place * width)..<(1 + (place + 1) * width), with: gradient)
        }
        if let ranks { try ranks.gather(mine, into: &all) } else { all = mine }
        var sum = Array(repeating: 0.0, count: width)
        var isAnyStopped = false
        let size = ranks?.size ?? 1
        for rank in 0..<size {
            let start = rank * mine.count
            if all[start] != 0 { isAnyStopped = true }
            for place in 0..<Self.shards(shards, ofRank: rank, of: size).count {
                let first = start + 1 + place * width
                for index in 0..<width { sum[index] += all[first + index] }
            }
        }
        return (sum[0], Array(sum[1...]), isAnyStopped)
    }
}
