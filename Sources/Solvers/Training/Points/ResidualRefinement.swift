import LinearAlgebra
import Problems

/// Adds the points of largest residual among uniform candidates, up to four times the first number (RAR: Lu, Meng, Mao and Karniadakis, 2021).
public struct ResidualRefinement: PointSchedule {
    public let interval: Int
    /// Points added at a change; 0 for a tenth of the first number.
    public let added: Int

    public init(interval: Int = 100, added: Int = 0) {
        self.interval = max(1, interval)
        self.added = max(0, added)
    }

    public func interior(_ state: PointState) throws(SolverError) -> Matrix<Double> {
        let count = min(added > 0 ? added : max(1, state.firstCount / 10), 4 * state.firstCount - state.current.rows)
        guard count > 0 else { return state.current }
        let candidates = try state.uniform(10 * max(count, state.firstCount))
        let residuals = try state.residual(candidates)
        let order = residuals.indices.sorted { (-residuals[$0], $0) < (-residuals[$1], $1) }
        let rows = (0..<state.current.rows).map { state.current.row($0) } + order.prefix(count).map { candidates.row($0) }
        return Matrix(rows: rows)
    }

    public var description: String { added > 0 ? "rar:\(interval):\(added)" : "rar:\(interval)" }
}
