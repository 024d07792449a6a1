import LinearAlgebra
import Problems

/// As many new points as there were, by Sobol's sequence with a new random shift.
public struct ResampledPoints: PointSchedule {
    public let interval: Int

    public init(interval: Int = 100) { self.interval = max(1, interval) }

    public func interior(_ state: PointState) throws(SolverError) -> Matrix<Double> {
        var stream = state.stream
        do throws(ProblemError) {
            return try state.domain.interiorPoints(state.firstCount, sampling: .sobol, stream: &stream)
        } catch { throw .problem(error) }
    }

    public var description: String { "uniform:\(interval)" }
}
