import Compute

#if canImport(Glibc)
    import Glibc
#endif

/// A line search for the strong Wolfe conditions, by bracketing and cubic interpolation (Nocedal and Wright, Numerical Optimization, ch. 3.5).
struct StrongWolfe {
    /// Sufficient decrease.
    var decrease = 1e-4
    /// Of the slope that may be left.
    var curvature = 0.9
    var most = 25

    struct Point {
        let step: Double
        let parameters: [Double]
        let loss: ResidualPlan.Loss
        let gradient: [Double]
        let slope: Double
    }

    /// A step along a direction of descent; nil when none is found.
    func search(
        _ plan: ResidualPlan, from parameters: [Double], loss: ResidualPlan.Loss, gradient: [Double], direction: [Double], first: Double
    ) throws(SolverError) -> Point? {
        let start = Point(step: 0, parameters: parameters, loss: loss, gradient: gradient, slope: Vectors.dot(gradient, direction))
        guard start.slope < 0 else { return nil }
        var previous = start
        var step = first
        var best: Point?
        for trial in 0..<most {
            let point = try evaluate(plan, start, direction, step)
            guard point.loss.total.isFinite, point.slope.isFinite else {
                step = (previous.step + step) / 2
                if step - previous.step < 1e-16 * step { return best }
                continue
            }
            if point.loss.total < (best?.loss.total ?? start.loss.total) { best = point }
            if point.loss.total > start.loss.total + decrease * step * start.slope || trial > 0 && point.loss.total >= previous.loss.total {
                return try zoom(plan, start, direction, previous, point, best)
            }
            if abs(point.slope) <= -curvature * start.slope { return point }
            if point.slope >= 0 { return try zoom(plan, start, direction, point, previous, best) }
            previous = point
            step = min(step * 2.5, 1e10)
        }
        return best
    }

    private func evaluate(_ plan: ResidualPlan, _ start: Point, _ direction: [Double], _ step: Double) throws(SolverError) -> Point {
        let parameters = Vectors.sum(start.parameters, step, direction)
        let (loss, gradient) = try computing { () throws(ComputeError) in try plan.gradient(at: parameters) }
        return Point(step: step, parameters: parameters, loss: loss, gradient: gradient, slope: Vectors.dot(gradient, direction))
    }

    private func zoom(
        _ plan: ResidualPlan, _ start: Point, _ direction: [Double], _ low: Point, _ high: Point, _ found: Point?
    ) throws(SolverError) -> Point? {
        var (low, high, best) = (low, high, found)
        for _ in 0..<most {
            let width = high.step - low.step
            if abs(width) <= 1e-14 * max(abs(low.step), abs(high.step)) { break }
            var step = StrongWolfe.cubic(low, high)
            let margin = 0.1 * abs(width)
            let (left, right) = (min(low.step, high.step) + margin, max(low.step, high.step) - margin)
            if !(step >= left && step <= right) { step = (low.step + high.step) / 2 }
            let point = try evaluate(plan, start, direction, step)
            if point.loss.total < (best?.loss.total ?? start.loss.total) { best = point }
            if !(point.loss.total <= start.loss.total + decrease * step * start.slope) || point.loss.total >= low.loss.total {
                high = point
            } else {
                if abs(point.slope) <= -curvature * start.slope { return point }
                if point.slope * (high.step - low.step) >= 0 { high = low }
                low = point
            }
        }
        return low.step > 0 && low.loss.total < start.loss.total ? low : best
    }

    /// The minimum of the cubic through two points with their slopes.
    private static func cubic(_ a: Point, _ b: Point) -> Double {
        let d1 = a.slope + b.slope - 3 * (a.loss.total - b.loss.total) / (a.step - b.step)
        let square = d1 * d1 - a.slope * b.slope
        guard square >= 0 else { return .nan }
        let d2 = square.squareRoot() * (b.step > a.step ? 1 : -1)
        return b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
    }
}
