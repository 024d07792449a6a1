import LinearAlgebra

extension Domain {
    /// Points on a part of the boundary, in number according to the interior ones.
    ///
    /// In one dimension the ends. In two, equispaced around the perimeter with the corners once: with n the least number
    /// with n² ≥ `interior`, the grid of n + 2 points along each side gives 4(n + 1), whatever the sampling. In more, face by face:
    /// a grid or Chebyshev points of n^(d−1) a face, or else ⌈interior/2d⌉ points a face laid as `sampling` says. Around an L-shape
    /// 8⌈(n + 1)/2⌉ equispaced points with the corners once, on a circle 4(n + 1).
    ///
    /// - Parameters:
    ///   - part: Where; in two dimensions a corner belongs to both its sides.
    ///   - interior: The number of interior points asked for, ≥ 1.
    /// - Returns: A point a row, d columns; on a face its coordinate is exactly the interval's end.
    /// - Throws: `ProblemError.pointCount` as `interiorPoints` does.
    public func boundaryPoints(
        on part: BoundaryPart, interior: Int, sampling: Sampling, stream: inout RandomStream
    ) throws(ProblemError) -> Matrix<Double> {
        guard interior >= 1 else { throw .pointCount(requested: interior, reason: "at least one is needed") }
        guard case .box = self else { return try shapeBoundaryPoints(interior: interior) }
        let faces = part.faces(dimension: dimension)
        switch dimension {
        case 1: return Matrix(rows: faces.map { [end(of: $0)] })
        case 2: return perimeter(try Sampling.pointsPerAxis(count: interior, dimension: 2), faces: faces)
        default:
            var rows: [[Double]] = []
            for face in faces {
                let points = try facePoints(face, interior: interior, sampling: sampling, stream: &stream)
                for i in 0..<points.rows {
                    var row = points.row(i)
                    row.insert(end(of: face), at: face.axis)
                    rows.append(row)
                }
            }
            return Matrix(rows: rows)
        }
    }

    private func end(of face: BoundaryPart.Face) -> Double {
        face.isUpper ? bounds[face.axis].upperBound : bounds[face.axis].lowerBound
    }

    /// The points of the (n + 2)² grid with its ends that lie on the given sides, once around from the lower corner.
    private func perimeter(_ n: Int, faces: [BoundaryPart.Face]) -> Matrix<Double> {
        let lines = (0..<2).map { [bounds[$0].lowerBound] + gridLine(n, axis: $0) + [bounds[$0].upperBound] }
        let last = n + 1
        var around: [(Int, Int)] = []
        around += (0..<last).map { ($0, 0) }
        around += (0..<last).map { (last, $0) }
        around += (0..<last).map { (last - $0, last) }
        around += (0..<last).map { (0, last - $0) }
        let chosen = around.filter { point in
            faces.contains { ($0.axis == 0 ? point.0 : point.1) == ($0.isUpper ? last : 0) }
        }
        return Matrix(rows: chosen.map { [lines[0][$0.0], lines[1][$0.1]] })
    }

    /// Points of a face without the coordinate that is constant there.
    private func facePoints(
        _ face: BoundaryPart.Face, interior: Int, sampling: Sampling, stream: inout RandomStream
    ) throws(ProblemError) -> Matrix<Double> {
        var (lower, upper) = (bounds.map(\.lowerBound), bounds.map(\.upperBound))
        lower.remove(at: face.axis)
        upper.remove(at: face.axis)
        let side = Domain.box(lower: lower, upper: upper)
        let count: Int
        switch sampling {
        case .grid, .chebyshev:
            let n = try Sampling.pointsPerAxis(count: interior, dimension: dimension)
            count = (1..<dimension).reduce(1) { product, _ in product * n }
        case .uniform, .latinHypercube, .sobol: count = (interior + 2 * dimension - 1) / (2 * dimension)
        }
        return try side.interiorPoints(count, sampling: sampling, stream: &stream)
    }
}
