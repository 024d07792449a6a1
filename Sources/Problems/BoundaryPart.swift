/// The part of a domain's boundary on which a condition holds.
public enum BoundaryPart: Sendable, Equatable {
    case whole
    /// Some faces of a box.
    case faces([Face])

    /// A face of a box: one coordinate at an end of its interval.
    public struct Face: Sendable, Hashable {
        public let axis: Int
        public let isUpper: Bool

        public init(axis: Int, isUpper: Bool) {
            self.axis = axis
            self.isUpper = isUpper
        }
    }

    /// Reads a list of faces such as "x = -1, x = 1", or "boundary" for the whole.
    ///
    /// - Parameters:
    ///   - text: `coordinate = value` separated by commas; a value is an end of that coordinate's interval.
    ///   - coordinates: The coordinates' names, one an axis of the domain.
    /// - Throws: `ProblemError.boundary` if a coordinate is unknown or a value is not an end of its interval.
    public init(parsing text: String, coordinates: [String], domain: Domain) throws(ProblemError) {
        if text.trimmed == "boundary" {
            self = .whole
            return
        }
        guard case .box = domain else {
            throw .boundary(text: text, reason: "a domain of the shape \"\(domain.shape.rawValue)\" has no faces of its own; write \"boundary\"")
        }
        var faces: [Face] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false).map { String($0).trimmed }
            guard sides.count == 2, let value = Double(sides[1]) else {
                throw .boundary(text: text, reason: "\"\(String(part).trimmed)\" is not of the form coordinate = number")
            }
            guard let axis = coordinates.firstIndex(of: sides[0]) else {
                throw .boundary(text: text, reason: "\"\(sides[0])\" is none of the coordinates \(coordinates.joined(separator: ", "))")
            }
            let interval = domain.bounds[axis]
            guard value == interval.lowerBound || value == interval.upperBound else {
                throw .boundary(
                    text: text, reason: "\(sides[0]) ends at \(interval.lowerBound) and \(interval.upperBound), not at \(sides[1])")
            }
            let face = Face(axis: axis, isUpper: value == interval.upperBound)
            if !faces.contains(face) { faces.append(face) }
        }
        self = .faces(faces)
    }

    /// The faces of a box of the given dimension, in the order lower, upper of each axis for the whole boundary.
    public func faces(dimension: Int) -> [Face] {
        switch self {
        case .whole: (0..<dimension).flatMap { [Face(axis: $0, isUpper: false), Face(axis: $0, isUpper: true)] }
        case .faces(let faces): faces
        }
    }
}

extension String {
    /// Without the spaces at both ends.
    package var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}
