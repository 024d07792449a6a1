/// The shapes a domain may have inside the box of its coordinates.
public enum Shape: String, Sendable, Hashable, CaseIterable {
    /// The whole box.
    case box
    /// A rectangle without its quarter of the larger first and the smaller second coordinate: (−1, 1)² minus [0, 1] × [−1, 0].
    case lShape = "lshape"
    /// The disk inside a square.
    case disk

    /// The domain of this shape.
    ///
    /// - Throws: `ProblemError.inconsistent` for an L-shape that is not plane, or a disk whose box is no square.
    public func domain(lower: [Double], upper: [Double]) throws(ProblemError) -> Domain {
        if self == .box { return .box(lower: lower, upper: upper) }
        guard lower.count == 2 else {
            throw .inconsistent(reason: "the domain \"\(rawValue)\" has two coordinates, not \(lower.count)", key: "domain")
        }
        if self == .lShape { return .lShape(lower: lower, upper: upper) }
        guard upper[0] - lower[0] == upper[1] - lower[1] else {
            throw .inconsistent(
                reason: "the domain \"\(rawValue)\" lies in a square, and the coordinates' intervals are \(upper[0] - lower[0]) and "
                    + "\(upper[1] - lower[1]) long; make them equal", key: "coordinates")
        }
        return .disk(center: zip(lower, upper).map { ($0 + $1) / 2 }, radius: (upper[0] - lower[0]) / 2)
    }
}
