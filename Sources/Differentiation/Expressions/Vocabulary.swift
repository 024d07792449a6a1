/// The names an equation may use: coordinates, fields, parameters and data arrays.
public struct Vocabulary: Hashable, Sendable {
    /// In the order of the points' columns.
    public let coordinates: [String]
    public let fields: [String]
    /// Constants with a name.
    public let parameters: [String]
    /// Whether `u_n`, `u_nn`, … are derivatives along the outward normal, as on a boundary, unless a coordinate is called n.
    public let hasNormal: Bool
    /// Arrays with one number a point. One named like a coordinate, field or parameter is hidden by it.
    public let data: [String]

    /// - Throws: `ExpressionError` when a coordinate, field or parameter has no proper name (a letter, then letters, digits and underscores), two have the
    ///   same name, or one has the name of a function or of pi.
    public init(coordinates: [String], fields: [String] = ["u"], parameters: [String] = [], data: [String] = [], hasNormal: Bool = false)
        throws(ExpressionError)
    {
        var seen: Set<String> = []
        for (kind, names) in [("coordinate", coordinates), ("field", fields), ("parameter", parameters)] {
            for name in names {
                guard Lexer.isName(name) else {
                    throw ExpressionError("The \(kind) \"\(name)\" has no proper name: use a letter, then letters, digits and underscores.")
                }
                guard !Vocabulary.reserved.contains(name) else {
                    throw ExpressionError("The \(kind) \"\(name)\" has the name of a function or constant of the language: choose another.")
                }
                guard seen.insert(name).inserted else {
                    throw ExpressionError("The name \"\(name)\" is given twice: choose another for the \(kind).")
                }
            }
        }
        self.coordinates = coordinates
        self.fields = fields
        self.parameters = parameters
        self.data = data
        self.hasNormal = hasNormal
    }

    /// The outward normal's components are the data arrays `normal_x`, …, one a coordinate.
    public static let normalPrefix = "normal_"

    /// What coordinates are called when nobody says: `x`; `x`, `y`; `x`, `y`, `z`; and `x1` … `xd` in more dimensions.
    public static func standardCoordinates(_ dimension: Int) -> [String] {
        dimension <= 3 ? Array(["x", "y", "z"].prefix(dimension)) : (1...dimension).map { "x\($0)" }
    }

    /// The axes of space: all coordinates but `t`.
    public var spaceAxes: [Int] { Vocabulary.spaceAxes(of: coordinates) }

    package static func spaceAxes(of coordinates: [String]) -> [Int] { coordinates.indices.filter { coordinates[$0] != "t" } }

    /// Names with a meaning of their own.
    package static let reserved: Set<String> = Set(
        ExpressionGraph.UnaryFunction.allCases.map(\.rawValue) + ExpressionGraph.BinaryFunction.callable.map(\.rawValue)
            + ["pi", "laplacian", "biharmonic", "weight"])
}
