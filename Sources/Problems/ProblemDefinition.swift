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

    /// A boundary or initial condition, a condition at a point, or data to be met.
    public struct Condition: Sendable, Equatable {
        public enum Place: Sendable, Equatable {
            /// Faces such as "x = -1, x = 1", or "boundary" for all of them.
            case boundary(String)
            /// The two faces at the ends of a coordinate's interval.
            case ends(of: String)
            case point([Double])
            /// Points with arrays that the equation may name; the name is that of the file.
            case points(PointSet, name: String)
        }

        public enum Statement: Sendable, Equatable {
            /// `left = right`, or an expression that shall vanish; on faces `u_n` is the derivative along the outward normal.
            case equation(String)
            /// The field and its derivatives, up to the equation's order less one, are the same at both ends of a coordinate's interval.
            case periodic
        }

        public var place: Place
        public var statement: Statement
        public var weight: Double

        public init(_ place: Place, _ statement: Statement, weight: Double = 1) {
            self.place = place
            self.statement = statement
            self.weight = weight
        }

        public init(on part: String = "boundary", _ equation: String, weight: Double = 1) {
            self.init(.boundary(part), .equation(equation), weight: weight)
        }

        public init(at point: [Double], _ equation: String, weight: Double = 1) {
            self.init(.point(point), .equation(equation), weight: weight)
        }

        public init(periodic coordinate: String, weight: Double = 1) {
            self.init(.ends(of: coordinate), .periodic, weight: weight)
        }
    }

    /// u = offset + factor·N.
    public struct Hard: Sendable, Equatable {
        public var offset: String
        public var factor: String

        public init(offset: String = "0", factor: String = "1") {
            self.offset = offset
            self.factor = factor
        }
    }

    public var name: String
    public var summary: String
    public var coordinates: [Coordinate]
    public var shape: Shape
    public var fields: [String]
    public var parameters: [String: Double]
    /// Parameters that are unknown; their values are where the search begins.
    public var trainable: [String]
    /// `left = right`, or expressions that shall vanish. Where there is an exact solution, `exact` and its derivatives (`exact_x`,
    /// `laplacian(exact)`) stand for it; in a system `exact_u`, `exact_v`, … do.
    public var equations: [String]
    public var conditions: [Condition]
    /// By field.
    public var hard: [String: Hard]
    /// One formula a field, or none.
    public var exact: [String]
    /// The true values of trainable parameters, where they are known.
    public var exactParameters: [String: Double]
    /// Where a problem without an exact formula has its solution from.
    public var reference: Reference?

    public init(
        name: String, summary: String = "", coordinates: [Coordinate], shape: Shape = .box, fields: [String] = ["u"],
        parameters: [String: Double] = [:], trainable: [String] = [], equations: [String], conditions: [Condition], hard: [String: Hard] = [:],
        exact: [String] = [], exactParameters: [String: Double] = [:], reference: Reference? = nil
    ) {
        self.name = name
        self.summary = summary
        self.coordinates = coordinates
        self.shape = shape
        self.fields = fields
        self.parameters = parameters
        self.trainable = trainable
        self.equations = equations
        self.conditions = conditions
        self.hard = hard
        self.exact = exact
        self.exactParameters = exactParameters
        self.reference = reference
    }
}
