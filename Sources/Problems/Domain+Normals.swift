extension Domain {
    /// The outward unit normal at a point of a part of the boundary; at a corner that of the first of its sides.
    ///
    /// - Parameters:
    ///   - point: On the boundary up to the tolerance.
    ///   - part: Which sides count.
    ///   - tolerance: As a part of the domain's size.
    /// - Returns: d numbers; nil where the point lies on none of these sides.
    public func normal(at point: [Double], on part: BoundaryPart, tolerance: Double = 1e-9) -> [Double]? {
        let slack = slack(tolerance)
        switch self {
        case .box:
            let face = part.faces(dimension: dimension).first { face in
                let interval = bounds[face.axis]
                let end = face.isUpper ? interval.upperBound : interval.lowerBound
                return abs(point[face.axis] - end) <= slack[face.axis]
            }
            return face.map(normal)
        case .lShape:
            let side = sides.first { side in
                let other = 1 - side.axis
                return abs(point[side.axis] - side.value) <= slack[side.axis]
                    && side.range.lowerBound - slack[other] <= point[other] && point[other] <= side.range.upperBound + slack[other]
            }
            return side?.normal
        case .disk(let center, let radius):
            let (x, y) = (point[0] - center[0], point[1] - center[1])
            let distance = (x * x + y * y).squareRoot()
            return abs(distance - radius) <= slack.max() ?? 0 ? [x / distance, y / distance] : nil
        }
    }

    /// ±e_axis.
    func normal(_ face: BoundaryPart.Face) -> [Double] {
        (0..<dimension).map { $0 == face.axis ? (face.isUpper ? 1 : -1) : 0 }
    }

    /// A side of an L-shape: where one coordinate has a value and the other runs along a range.
    struct Side {
        let axis: Int
        let value: Double
        let range: ClosedRange<Double>
        let normal: [Double]
    }

    /// The six sides of an L-shape, once around from the corner of the smallest coordinates.
    var sides: [Side] {
        guard case .lShape(let lower, let upper) = self else { return [] }
        let middle = middle
        return [
            Side(axis: 1, value: lower[1], range: lower[0]...middle[0], normal: [0, -1]),
            Side(axis: 0, value: middle[0], range: lower[1]...middle[1], normal: [1, 0]),
            Side(axis: 1, value: middle[1], range: middle[0]...upper[0], normal: [0, -1]),
            Side(axis: 0, value: upper[0], range: middle[1]...upper[1], normal: [1, 0]),
            Side(axis: 1, value: upper[1], range: lower[0]...upper[0], normal: [0, 1]),
            Side(axis: 0, value: lower[0], range: lower[1]...upper[1], normal: [-1, 0]),
        ]
    }
}
