import Differentiation
import LinearAlgebra

/// Points with the data given on them.
public struct PointSet: Sendable, Equatable {
    /// A point a row, d columns.
    public let points: Matrix<Double>
    /// Arrays of one number a point.
    public let data: [String: [Double]]

    /// - Precondition: every array has one number a point.
    public init(_ points: Matrix<Double>, data: [String: [Double]] = [:]) {
        precondition(data.values.allSatisfy { $0.count == points.rows }, "data have one number a point")
        self.points = points
        self.data = data
    }

    /// The number of points.
    public var count: Int { points.rows }
}

/// The points at which a problem is to hold.
public struct CollocationPoints: Sendable, Equatable {
    public let interior: PointSet
    /// One set a condition, in the order of the problem's conditions.
    public let conditions: [PointSet]

    public init(interior: PointSet, conditions: [PointSet]) {
        self.interior = interior
        self.conditions = conditions
    }
}

extension Problem {
    /// Samples collocation points; conditions on the same part of the boundary share theirs.
    ///
    /// - Parameters:
    ///   - count: The number of interior points; a tensor grid rounds it up to the next n^d.
    ///   - sampling: How points are laid.
    ///   - seed: Of the streams "interior" and "boundary".
    /// - Throws: `ProblemError.pointCount`, or `inconsistent` for a problem without a domain.
    public func collocationPoints(_ count: Int, sampling: Sampling = .grid, seed: UInt64) throws(ProblemError) -> CollocationPoints {
        guard let domain else { throw .inconsistent(reason: "the problem \(name) has no domain to sample; give the points in a file") }
        var inside = RandomStream(seed: seed, name: "interior")
        var outside = RandomStream(seed: seed, name: "boundary")
        let interior = try domain.interiorPoints(count, sampling: sampling, stream: &inside)
        var sets: [PointSet] = []
        for (index, condition) in conditions.enumerated() {
            if let same = conditions[..<index].firstIndex(where: { $0.part == condition.part }) {
                sets.append(sets[same])
            } else {
                let points = try domain.boundaryPoints(on: condition.part, interior: count, sampling: sampling, stream: &outside)
                sets.append(PointSet(points))
            }
        }
        return CollocationPoints(interior: PointSet(interior), conditions: sets)
    }
}
