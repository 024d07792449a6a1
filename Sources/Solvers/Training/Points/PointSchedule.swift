import LinearAlgebra
import Problems

/// Interior points that change as the training goes on.
public protocol PointSchedule: Sendable {
    /// Steps from one change to the next.
    var interval: Int { get }
    /// The points from now on.
    func interior(_ state: PointState) throws(SolverError) -> Matrix<Double>
    /// What a checkpoint must agree with.
    var description: String { get }
}

/// What a change of points may look at.
public struct PointState {
    public let domain: Domain
    /// The present interior points, and how many there were at the start.
    public let current: Matrix<Double>
    public let firstCount: Int
    /// A stream of this step's own.
    public var stream: RandomStream
    /// √(Σ over equations of residual²) at points, with exact derivatives at the present parameters.
    public let residual: (Matrix<Double>) throws(SolverError) -> [Double]

    func uniform(_ count: Int) throws(SolverError) -> Matrix<Double> {
        var stream = stream
        do throws(ProblemError) { return try domain.interiorPoints(count, sampling: .uniform, stream: &stream) } catch { throw .problem(error) }
    }
}
