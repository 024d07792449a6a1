import Differentiation
import LinearAlgebra

extension Problem {
    /// Points for measuring errors, never used for solving.
    ///
    /// 4000 uniform random ones in up to three dimensions, 10⁴ in more, from the stream "test"; for an evolution equation in two
    /// coordinates a grid of 64 × 64 with its ends, so that the last time is included.
    /// - Throws: `ProblemError.inconsistent` for a problem without a domain.
    public func testPoints(seed: UInt64) throws(ProblemError) -> Matrix<Double> {
        guard let domain else { throw .inconsistent(reason: "the problem \(name) has no domain to take test points from") }
        if isEvolution, dimension == 2 {
            let lines = domain.bounds.map { interval in
                (0..<64).map { k in
                    k == 63 ? interval.upperBound : interval.lowerBound + Double(k) * (interval.upperBound - interval.lowerBound) / 63
                }
            }
            return domain.tensor(axes: lines)
        }
        var stream = RandomStream(seed: seed, name: "test")
        return try domain.interiorPoints(dimension <= 3 ? 4000 : 10_000, sampling: .uniform, stream: &stream)
    }

    /// Points with the solution's values, to measure errors by: the exact formulas at the test points, or the reference; nil where neither is known.
    ///
    /// - Throws: `ProblemError.notFinite`, or `inconsistent` for a problem without a domain.
    public func solution(seed: UInt64) throws(ProblemError) -> Solution? {
        if let reference { return reference.solution }
        guard !exact.isEmpty else { return nil }
        let points = try testPoints(seed: seed)
        var values: [[Double]] = []
        for formula in exact { values.append(try self.values(of: formula, at: PointSet(points))) }
        return Solution(points: points, values: values)
    }

    /// The exact solution's values at points; nil if none is known.
    ///
    /// - Parameters:
    ///   - points: M × d.
    ///   - field: Which of the fields.
    /// - Throws: `ProblemError.notFinite`.
    public func exactValues(at points: Matrix<Double>, field: Int = 0) throws(ProblemError) -> [Double]? {
        exact.isEmpty ? nil : try values(of: exact[field], at: PointSet(points))
    }

    /// ‖u − u*‖₂ / ‖u*‖₂ over the points' values; without division where u* vanishes.
    ///
    /// - Precondition: as many values as exact ones.
    public static func relativeError(_ values: [Double], exact: [Double]) -> Double {
        precondition(values.count == exact.count, "as many values as exact ones")
        var difference = 0.0
        var size = 0.0
        for (value, target) in zip(values, exact) {
            difference += (value - target) * (value - target)
            size += target * target
        }
        return size == 0 ? difference.squareRoot() : (difference / size).squareRoot()
    }
}
