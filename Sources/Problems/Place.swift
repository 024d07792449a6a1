/// Where a condition holds.
public enum Place: Sendable, Equatable {
    /// On a part of the boundary, or on points that a file names when the problem has no domain.
    case boundary(BoundaryPart)
    /// At one point of the closed domain.
    case point([Double])
    /// At points of its own, each with its data.
    case points(PointSet)
}
