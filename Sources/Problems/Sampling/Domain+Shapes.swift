import LinearAlgebra

extension Domain {
    /// Points of the box around a shape that lie inside it.
    ///
    /// A tensor grid is the first, n = 1, 2, …, with enough points inside; random points and Sobol's are drawn until there are enough; a Latin
    /// hypercube of the box is the first of M, 2M, 4M, … points with enough inside.
    func pointsOfShape(_ count: Int, sampling: Sampling, stream: inout RandomStream) throws(ProblemError) -> Matrix<Double> {
        let bounds = bounds
        let box = Domain.box(lower: bounds.map(\.lowerBound), upper: bounds.map(\.upperBound))
        var rows: [[Double]] = []
        switch sampling {
        case .grid, .chebyshev:
            var n = try Sampling.pointsPerAxis(count: count, dimension: dimension)
            while true {
                let points = try box.interiorPoints(n * n, sampling: sampling, stream: &stream)
                rows = (0..<points.rows).map(points.row).filter(contains)
                if rows.count >= count { return Matrix(rows: rows) }
                n += 1
            }
        case .uniform:
            while rows.count < count {
                let point = (0..<dimension).map { Domain.scaled(stream.openUniform(), on: bounds[$0]) }
                if contains(point) { rows.append(point) }
            }
        case .latinHypercube:
            var drawn = count
            while true {
                let points = try box.interiorPoints(drawn, sampling: sampling, stream: &stream)
                rows = (0..<points.rows).map(points.row).filter(contains)
                if rows.count >= count { return Matrix(rows: Array(rows.prefix(count))) }
                drawn *= 2
            }
        case .sobol:
            var sequence = try SobolSequence(dimension: dimension, shiftedBy: &stream)
            guard count <= Int(UInt32.max) / 4 else { throw .pointCount(requested: count, reason: "Sobol's sequence here has 2³² points") }
            while rows.count < count {
                let point = sequence.next().enumerated().map { Domain.scaled($1, on: bounds[$0]) }
                if contains(point) { rows.append(point) }
            }
        }
        return Matrix(rows: rows)
    }

    /// Points around a shape, in number according to the interior ones.
    ///
    /// With n the least number with n² ≥ `interior`: around an L-shape with the corners once, ⌈(n + 1)/2⌉ intervals on each half of the box's sides, so
    /// 8⌈(n + 1)/2⌉ points; on a circle 4(n + 1) equispaced ones from the angle 0.
    func shapeBoundaryPoints(interior: Int) throws(ProblemError) -> Matrix<Double> {
        let n = try Sampling.pointsPerAxis(count: interior, dimension: 2)
        if case .disk(let center, let radius) = self {
            let count = 4 * (n + 1)
            return Matrix(
                rows: (0..<count).map { k in
                    let (cosine, sine) = Domain.circle(k, of: count)
                    return [center[0] + radius * cosine, center[1] + radius * sine]
                })
        }
        let half = (n + 2) / 2
        let walk = zip(sides, [true, true, true, true, false, false])
        return Matrix(
            rows: walk.flatMap { side, isUpwards in
                let length = side.range.upperBound - side.range.lowerBound
                let whole = bounds[1 - side.axis].upperBound - bounds[1 - side.axis].lowerBound
                let count = length > 0.75 * whole ? 2 * half : half
                return (0..<count).map { k in
                    let part = length * Double(k) / Double(count)
                    var point = [side.value, side.value]
                    point[1 - side.axis] = isUpwards ? side.range.lowerBound + part : side.range.upperBound - part
                    return point
                }
            })
    }

    /// cos and sin of 2πk/n for a multiple n of 4, with the symmetries of the square.
    private static func circle(_ k: Int, of n: Int) -> (Double, Double) {
        func cosine(_ k: Int) -> Double {
            let folded = min(k % n, n - k % n)
            return PortableMath.cosPi(2 * Double(folded) / Double(n))
        }
        return (cosine(k), cosine(k + 3 * n / 4))
    }
}
