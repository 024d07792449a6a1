extension Domain {
    /// How far a point may be from a face, a number a coordinate: a part of the interval's width or of its larger end, whose rounding it is as well.
    func slack(_ tolerance: Double) -> [Double] {
        bounds.map { tolerance * max($0.upperBound - $0.lowerBound, abs($0.lowerBound), abs($0.upperBound)) }
    }

    /// What keeps a point off a part of the boundary, as "it has t = 0.5, and …"; nil for a point that lies there.
    ///
    /// - Parameters:
    ///   - point: d coordinates.
    ///   - coordinates: their names.
    ///   - tolerance: relative; numbers of float32 are on a face to 1e-6.
    package func misplacement(of point: [Double], on part: BoundaryPart, coordinates: [String], tolerance: Double = 1e-6) -> String? {
        guard normal(at: point, on: part, tolerance: tolerance) == nil else { return outside(point, coordinates, tolerance) }
        switch self {
        case .box:
            let faces = part.faces(dimension: dimension).map { face in
                let interval = bounds[face.axis]
                let end = face.isUpper ? interval.upperBound : interval.lowerBound
                return (axis: face.axis, end: end, distance: abs(point[face.axis] - end) / (interval.upperBound - interval.lowerBound))
            }
            guard let nearest = faces.min(by: { $0.distance < $1.distance }) else { return nil }
            let name = coordinates[nearest.axis]
            return
                "it has \(name) = \(point[nearest.axis]), and \(faces.count == 1 ? "the condition holds" : "the nearest face of the condition is") "
                + "\(faces.count == 1 ? "at " : "")\(name) = \(nearest.end)"
        case .lShape:
            return "it has \(coordinates[0]) = \(point[0]) and \(coordinates[1]) = \(point[1]), which is on none of the six sides"
        case .disk(let center, let radius):
            let (x, y) = (point[0] - center[0], point[1] - center[1])
            return
                "it has \(coordinates[0]) = \(point[0]) and \(coordinates[1]) = \(point[1]), at the distance \((x * x + y * y).squareRoot()) from the "
                + "centre, and the circle has the radius \(radius)"
        }
    }

    /// The first coordinate of a point that is beyond the domain.
    private func outside(_ point: [Double], _ coordinates: [String], _ tolerance: Double) -> String? {
        let slack = slack(tolerance)
        for (axis, interval) in bounds.enumerated()
        where point[axis] < interval.lowerBound - slack[axis] || point[axis] > interval.upperBound + slack[axis] {
            return "it has \(coordinates[axis]) = \(point[axis]), and \(coordinates[axis]) goes from \(interval.lowerBound) to \(interval.upperBound)"
        }
        return nil
    }
}
