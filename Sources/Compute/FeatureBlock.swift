import Differentiation
import LinearAlgebra

/// Rows of a random-feature matrix: an operator taken by a method at points, times a factor.
public struct FeatureBlock: Sendable {
    public let linearOperator: LinearOperator
    public let method: DerivativeMethod
    /// M × d, a point a row.
    public let points: Matrix<Double>
    /// Every entry is multiplied by it: 1 for the study's interior rows, √weight for a condition's.
    public let scale: Double

    /// - Precondition: points and operator have the same number of coordinates.
    public init(_ linearOperator: LinearOperator, method: DerivativeMethod, points: Matrix<Double>, scale: Double = 1) {
        precondition(points.columns == linearOperator.dimension, "points and operator have the same number of coordinates")
        self.linearOperator = linearOperator
        self.method = method
        self.points = points
        self.scale = scale
    }
}
