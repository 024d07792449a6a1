import Differentiation
import LinearAlgebra

/// A differential equation with its domain, its conditions and, where it is known, its solution.
public struct Problem: Sendable {
    /// An equation in the interior.
    public struct Equation: Sendable {
        /// As it was written.
        public let text: String
        /// The expression that shall vanish.
        public let residual: Expression
    }

    /// A boundary or initial condition.
    public struct Condition: Sendable {
        /// Its part of the boundary as it was written, or the name of the array that holds its points.
        public let name: String
        /// As it was written.
        public let text: String
        public let part: BoundaryPart
        /// The expression that shall vanish.
        public let residual: Expression
        /// > 0; the weight of the condition's mean square in the loss.
        public let weight: Double
    }

    public let name: String
    /// One line for a list.
    public let summary: String
    /// The coordinates' names, one an axis.
    public let coordinates: [String]
    public let fields: [String]
    public let parameters: [String: Double]
    /// nil if the points come from a file alone.
    public let domain: Domain?
    public let equations: [Equation]
    public let conditions: [Condition]
    /// The exact solution, one formula a field; empty if none is known.
    public let exact: [Expression]

    /// The number of coordinates d.
    public var dimension: Int { coordinates.count }

    /// Whether one of the coordinates is time, `t`.
    public var isEvolution: Bool { coordinates.contains("t") }

    /// Reads a definition.
    ///
    /// - Throws: `ProblemError`.
    public init(_ definition: ProblemDefinition) throws(ProblemError) {
        let names = definition.coordinates.map(\.name)
        for coordinate in definition.coordinates where !(coordinate.lower < coordinate.upper && (coordinate.upper - coordinate.lower).isFinite) {
            throw .inconsistent(
                reason: "the coordinate \(coordinate.name) has no interval from \(coordinate.lower) to \(coordinate.upper); give two finite numbers, "
                    + "the smaller first")
        }
        guard !names.isEmpty, !definition.fields.isEmpty, !definition.equations.isEmpty else {
            throw .inconsistent(reason: "the problem \(definition.name) lacks a coordinate, a field or an equation; give at least one of each")
        }
        guard definition.exact.isEmpty || definition.exact.count == definition.fields.count else {
            throw .inconsistent(
                reason:
                    "the problem \(definition.name) has \(definition.fields.count) fields and \(definition.exact.count) exact formulas; give one each"
            )
        }
        try Problem.requireFinite(definition.parameters)
        let domain = Domain.box(lower: definition.coordinates.map(\.lower), upper: definition.coordinates.map(\.upper))
        let known = definition.parameters.keys.sorted()
        let exact: [Expression]
        let reader: Reader
        do {
            let bare = try Vocabulary(coordinates: names, fields: [], parameters: known)
            var formulas: [Expression] = []
            for text in definition.exact { formulas.append(try Expression(parsing: text, in: bare)) }
            exact = formulas
            reader = try Reader(coordinates: names, fields: definition.fields, parameters: known, data: [], exact: exact)
        } catch {
            throw .expression(error)
        }
        var conditions: [Condition] = []
        for condition in definition.conditions {
            guard condition.weight > 0, condition.weight.isFinite else {
                throw .inconsistent(reason: "the condition \"\(condition.equation)\" has the weight \(condition.weight); give a positive number")
            }
            let part = try BoundaryPart(parsing: condition.part, coordinates: names, domain: domain)
            conditions.append(
                Condition(
                    name: condition.part.trimmed, text: condition.equation, part: part, residual: try reader.residual(condition.equation),
                    weight: condition.weight))
        }
        var equations: [Equation] = []
        for text in definition.equations { equations.append(Equation(text: text, residual: try reader.residual(text))) }
        self.init(
            name: definition.name, summary: definition.summary, coordinates: names, fields: definition.fields, parameters: definition.parameters,
            domain: domain, equations: equations, conditions: conditions, exact: exact)
    }

    /// A problem of one field `u` whose points and data come from a file.
    ///
    /// - Parameters:
    ///   - equation: Such as "laplacian(u) - f".
    ///   - conditions: Such as "boundary: u - g, weight 1"; the name is that of the array of points.
    ///   - coordinates: One name an axis; nil for `x`, `x, y`, `x, y, z` or `x1` … `xd`.
    ///   - parameters: Values by name.
    ///   - dimension: The number of coordinates d of the points.
    ///   - data: The names of the arrays that may be used.
    /// - Throws: `ProblemError`.
    public init(
        equation: String, conditions: [String] = [], coordinates: [String]? = nil, parameters: [String: Double] = [:], dimension: Int,
        data: [String] = []
    ) throws(ProblemError) {
        let names = coordinates ?? Vocabulary.standardCoordinates(dimension)
        guard names.count == dimension else {
            throw .inconsistent(reason: "the points have \(dimension) coordinates, and the names \(names.joined(separator: ", ")) are \(names.count)")
        }
        try Problem.requireFinite(parameters)
        do {
            let vocabulary = try Vocabulary(coordinates: names, parameters: parameters.keys.sorted(), data: data.sorted())
            let residual = try Expression(equation: equation, in: vocabulary)
            var read: [Condition] = []
            for text in conditions {
                let statement = try ConditionStatement(parsing: text, in: vocabulary)
                read.append(
                    Condition(name: statement.name, text: text, part: .whole, residual: statement.residual, weight: statement.weight))
            }
            self.init(
                name: "equation", summary: equation, coordinates: names, fields: ["u"], parameters: parameters, domain: nil,
                equations: [Equation(text: equation, residual: residual)], conditions: read, exact: [])
        } catch {
            throw .expression(error)
        }
    }

    private static func requireFinite(_ parameters: [String: Double]) throws(ProblemError) {
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) where !value.isFinite {
            throw .inconsistent(reason: "the parameter \(name) is \(value); give a finite number")
        }
    }

    private init(
        name: String, summary: String, coordinates: [String], fields: [String], parameters: [String: Double], domain: Domain?,
        equations: [Equation], conditions: [Condition], exact: [Expression]
    ) {
        self.name = name
        self.summary = summary
        self.coordinates = coordinates
        self.fields = fields
        self.parameters = parameters
        self.domain = domain
        self.equations = equations
        self.conditions = conditions
        self.exact = exact
    }

    /// Reads equations in which `exact` stands for the exact solution.
    private struct Reader {
        let vocabulary: Vocabulary
        let exact: Expression?

        init(coordinates: [String], fields: [String], parameters: [String], data: [String], exact: [Expression]) throws(ExpressionError) {
            let isUsable = exact.count == 1 && !(coordinates + fields + parameters).contains("exact")
            self.exact = isUsable ? exact[0] : nil
            vocabulary = try Vocabulary(coordinates: coordinates, fields: fields + (isUsable ? ["exact"] : []), parameters: parameters, data: data)
        }

        func residual(_ text: String) throws(ProblemError) -> Expression {
            do {
                let residual = try Expression(equation: text, in: vocabulary)
                return if let exact { try residual.substituting(exact, for: "exact") } else { residual }
            } catch {
                throw .expression(error)
            }
        }
    }
}
