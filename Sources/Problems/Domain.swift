/// Where an equation holds.
public enum Domain: Sendable, Equatable {
    /// The product of the intervals (lower_i, upper_i).
    case box(lower: [Double], upper: [Double])
    /// A rectangle without the closed quarter of larger first and smaller second coordinates, which leaves an angle of 3π/2 at its middle.
    case lShape(lower: [Double], upper: [Double])
    /// The points of the plane nearer to the centre than the radius.
    case disk(center: [Double], radius: Double)

    /// (lower, upper)^dimension.
    public static func cube(_ lower: Double, _ upper: Double, dimension: Int) -> Domain {
        .box(lower: Array(repeating: lower, count: dimension), upper: Array(repeating: upper, count: dimension))
    }

    /// The number of coordinates d.
    public var dimension: Int {
        switch self {
        case .box(let lower, _), .lShape(let lower, _): lower.count
        case .disk: 2
        }
    }

    public var shape: Shape {
        switch self {
        case .box: .box
        case .lShape: .lShape
        case .disk: .disk
        }
    }

    /// The smallest box around it, one interval a coordinate.
    public var bounds: [ClosedRange<Double>] {
        switch self {
        case .box(let lower, let upper), .lShape(let lower, let upper): zip(lower, upper).map { $0...$1 }
        case .disk(let center, let radius): center.map { $0 - radius...$0 + radius }
        }
    }

    /// The middle of the box around it.
    var middle: [Double] { bounds.map { ($0.lowerBound + $0.upperBound) / 2 } }

    /// Whether a point lies inside, the boundary left out.
    public func contains(_ point: [Double]) -> Bool {
        guard point.count == dimension, zip(point, bounds).allSatisfy({ $1.lowerBound < $0 && $0 < $1.upperBound }) else { return false }
        switch self {
        case .box: return true
        case .lShape: return point[0] < middle[0] || point[1] > middle[1]
        case .disk(let center, let radius):
            let (x, y) = (point[0] - center[0], point[1] - center[1])
            return x * x + y * y < radius * radius
        }
    }

    /// Whether a point lies inside or, up to 1e-9 of the size, on the boundary.
    public func containsClosed(_ point: [Double]) -> Bool {
        guard point.count == dimension else { return false }
        let slack = bounds.map { 1e-9 * ($0.upperBound - $0.lowerBound) }
        for (j, interval) in bounds.enumerated() {
            guard interval.lowerBound - slack[j] <= point[j], point[j] <= interval.upperBound + slack[j] else { return false }
        }
        switch self {
        case .box: return true
        case .lShape: return point[0] <= middle[0] + slack[0] || point[1] >= middle[1] - slack[1]
        case .disk(let center, let radius):
            let (x, y) = (point[0] - center[0], point[1] - center[1])
            return (x * x + y * y).squareRoot() <= radius + slack[0]
        }
    }
}
