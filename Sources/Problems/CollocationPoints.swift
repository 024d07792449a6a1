import Differentiation
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
        var drawn: [(part: BoundaryPart, points: Matrix<Double>)] = []
        for condition in conditions {
            switch condition.place {
            case .point(let point): sets.append(PointSet(Matrix(rows: [point])))
            case .points(let set): sets.append(set)
            case .boundary(let part):
                let points: Matrix<Double>
                if let same = drawn.first(where: { $0.part == part }) {
                    points = same.points
                } else {
                    points = try domain.boundaryPoints(on: part, interior: count, sampling: sampling, stream: &outside)
                    drawn.append((part, points))
                }
                sets.append(PointSet(points, data: try normals(at: points, for: condition)))
            }
        }
        return CollocationPoints(interior: PointSet(interior), conditions: sets)
    }

    /// The components of the outward normal that a condition names, as arrays `normal_x`, … on its points; empty if it names none.
    ///
    /// - Parameter tolerance: as a part of the domain's size.
    /// - Throws: `ProblemError.inconsistent` for a point that is not on the condition's part of the boundary.
    public func normals(
        at points: Matrix<Double>, for condition: Condition, tolerance: Double = 1e-9
    ) throws(ProblemError) -> [String: [Double]] {
        let names = coordinates.map { Vocabulary.normalPrefix + $0 }
        let wanted = names.indices.filter { condition.data.contains(names[$0]) }
        guard let domain, case .boundary(let part) = condition.place, !wanted.isEmpty else { return [:] }
        var arrays: [String: [Double]] = [:]
        for row in 0..<points.rows {
            guard let normal = domain.normal(at: points.row(row), on: part, tolerance: tolerance) else {
                throw .inconsistent(
                    reason: "the point \(points.row(row)) of the condition \"\(condition.name)\" is not on that part of the boundary, "
                        + "so that \(names[wanted[0]]) is unknown there")
            }
            for axis in wanted { arrays[names[axis], default: []].append(normal[axis]) }
        }
        return arrays
    }
}
