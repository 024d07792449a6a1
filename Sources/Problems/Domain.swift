/// Where an equation holds.
public enum Domain: Sendable, Equatable {
    /// The product of the intervals (lower_i, upper_i).
    case box(lower: [Double], upper: [Double])

    /// (lower, upper)^dimension.
    public static func cube(_ lower: Double, _ upper: Double, dimension: Int) -> Domain {
        .box(lower: Array(repeating: lower, count: dimension), upper: Array(repeating: upper, count: dimension))
    }

    /// The number of coordinates d.
    public var dimension: Int {
        switch self {
        case .box(let lower, _): lower.count
        }
    }

    /// The smallest box around it, one interval a coordinate.
    public var bounds: [ClosedRange<Double>] {
        switch self {
        case .box(let lower, let upper): zip(lower, upper).map { $0...$1 }
        }
    }

    /// Whether a point lies inside, the boundary left out.
    public func contains(_ point: [Double]) -> Bool {
        switch self {
        case .box(let lower, let upper):
            point.count == lower.count && zip(point, zip(lower, upper)).allSatisfy { $1.0 < $0 && $0 < $1.1 }
        }
    }
}
