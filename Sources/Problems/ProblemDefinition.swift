/// A problem as text, the way a problem file or a catalogue entry states it.
public struct ProblemDefinition: Sendable, Equatable {
    /// A coordinate and its interval.
    public struct Coordinate: Sendable, Equatable {
        public var name: String
        public var lower: Double
        public var upper: Double

        public init(_ name: String, _ lower: Double, _ upper: Double) {
            self.name = name
            self.lower = lower
            self.upper = upper
        }
    }

    /// A boundary or initial condition.
    public struct Condition: Sendable, Equatable {
        /// Faces such as "x = -1, x = 1", or "boundary" for all of them.
        public var part: String
        public var equation: String
        public var weight: Double

        public init(on part: String = "boundary", _ equation: String, weight: Double = 1) {
            self.part = part
            self.equation = equation
            self.weight = weight
        }
    }

    public var name: String
    public var summary: String
    public var coordinates: [Coordinate]
    public var fields: [String]
    public var parameters: [String: Double]
    /// `left = right`, or expressions that shall vanish. Where there is an exact solution of a single field, `exact` and its derivatives
    /// (`exact_x`, `laplacian(exact)`) stand for it.
    public var equations: [String]
    public var conditions: [Condition]
    /// One formula a field, or none.
    public var exact: [String]

    public init(
        name: String, summary: String = "", coordinates: [Coordinate], fields: [String] = ["u"], parameters: [String: Double] = [:],
        equations: [String], conditions: [Condition], exact: [String] = []
    ) {
        self.name = name
        self.summary = summary
        self.coordinates = coordinates
        self.fields = fields
        self.parameters = parameters
        self.equations = equations
        self.conditions = conditions
        self.exact = exact
    }
}
