import LinearAlgebra

extension Domain {
    /// Points strictly inside.
    ///
    /// - Parameters:
    ///   - count: How many, M ≥ 1. A grid or Chebyshev points need n^d of them, so M is rounded up to the next n^d:
    ///     the rows of the result tell how many there are.
    ///   - sampling: How they are laid.
    ///   - stream: Where the random ones come from; a grid and Chebyshev points draw nothing.
    /// - Returns: M × d, a point a row. In a shape, those points of its box's that lie inside, of a grid the first with M of them.
    /// - Throws: `ProblemError.pointCount` for a count < 1, a tensor grid beyond any memory, or a Sobol sequence in too many dimensions.
    public func interiorPoints(_ count: Int, sampling: Sampling, stream: inout RandomStream) throws(ProblemError) -> Matrix<Double> {
        guard count >= 1 else { throw .pointCount(requested: count, reason: "at least one is needed") }
        let d = dimension
        guard Double(count) * Double(d) * 8 < MachineMemory.bytes else {
            throw .pointCount(requested: count, reason: "their \(d) coordinates would not fit this machine's memory")
        }
        guard case .box = self else { return try pointsOfShape(count, sampling: sampling, stream: &stream) }
        let bounds = bounds
        switch sampling {
        case .uniform:
            var points = Matrix<Double>(rows: count, columns: d)
            for i in 0..<count {
                for j in 0..<d { points[i, j] = Domain.scaled(stream.openUniform(), on: bounds[j]) }
            }
            return points
        case .grid:
            let n = try Sampling.pointsPerAxis(count: count, dimension: d)
            return tensor(axes: (0..<d).map { gridLine(n, axis: $0) })
        case .chebyshev:
            let n = try Sampling.pointsPerAxis(count: count, dimension: d)
            return tensor(axes: bounds.map { Domain.chebyshevLine(n, on: $0) })
        case .latinHypercube:
            var points = Matrix<Double>(rows: count, columns: d)
            for j in 0..<d {
                for (i, slice) in stream.permutation(count).enumerated() {
                    points[i, j] = Domain.scaled((Double(slice) + stream.openUniform()) / Double(count), on: bounds[j])
                }
            }
            return points
        case .sobol:
            var sequence = try SobolSequence(dimension: d, shiftedBy: &stream)
            guard count <= Int(UInt32.max) else { throw .pointCount(requested: count, reason: "Sobol's sequence here has 2³² points") }
            var points = Matrix<Double>(rows: count, columns: d)
            for i in 0..<count {
                for (j, value) in sequence.next().enumerated() { points[i, j] = Domain.scaled(value, on: bounds[j]) }
            }
            return points
        }
    }

    /// a + (k + 1)(b − a)/(n + 1) for k = 0 ..< n.
    func gridLine(_ n: Int, axis: Int) -> [Double] {
        let interval = bounds[axis]
        let length = interval.upperBound - interval.lowerBound
        return (0..<n).map { interval.lowerBound + Double($0 + 1) * length / Double(n + 1) }
    }

    /// (a + b)/2 − (b − a)/2 · cos((k + ½)π/n) for k = 0 ..< n.
    static func chebyshevLine(_ n: Int, on interval: ClosedRange<Double>) -> [Double] {
        let middle = (interval.lowerBound + interval.upperBound) / 2
        let half = (interval.upperBound - interval.lowerBound) / 2
        return (0..<n).map { middle - half * PortableMath.cosPi((Double($0) + 0.5) / Double(n)) }
    }

    /// The tensor product of points on the axes, the last axis running fastest.
    func tensor(axes: [[Double]]) -> Matrix<Double> {
        let count = axes.reduce(1) { $0 * $1.count }
        var points = Matrix<Double>(rows: count, columns: axes.count)
        var run = count
        for (j, line) in axes.enumerated() {
            run /= line.count
            for i in 0..<count { points[i, j] = line[i / run % line.count] }
        }
        return points
    }

    /// A number of (0, 1) brought into the open interval of an axis.
    static func scaled(_ value: Double, on interval: ClosedRange<Double>) -> Double {
        let point = interval.lowerBound + (interval.upperBound - interval.lowerBound) * value
        return min(max(point, interval.lowerBound.nextUp), interval.upperBound.nextDown)
    }
}
