import Differentiation
import LinearAlgebra

/// A differential equation, or a system of them, with its domain, its conditions and, where it is known, its solution.
public struct Problem: Sendable {
    /// An equation in the interior.
    public struct Equation: Sendable {
        /// As it was written.
        public let text: String
        /// The expression that shall vanish.
        public let residual: Expression
    }

    public let name: String
    /// One line for a list.
    public let summary: String
    /// The coordinates' names, one an axis.
    public let coordinates: [String]
    public let fields: [String]
    /// The values of all parameters; of trainable ones those with which to begin.
    public private(set) var parameters: [String: Double]
    /// The parameters that are unknown.
    public let trainable: [String]
    /// nil if the points come from a file alone.
    public let domain: Domain?
    public let equations: [Equation]
    public let conditions: [Condition]
    /// At most one a field.
    public let hard: [HardCondition]
    /// The exact solution, one formula a field; empty if none is known.
    public let exact: [Expression]
    /// The true values of trainable parameters, where they are known.
    public let exactParameters: [String: Double]
    /// A solution by numbers where there is no formula.
    public let reference: Reference?

    /// The same problem whose unknown parameters begin with other values, where there are any for them.
    public func beginning(with values: [String: Double]) -> Problem {
        var other = self
        for name in trainable { other.parameters[name] = values[name] ?? parameters[name] }
        return other
    }

    /// The number of coordinates d.
    public var dimension: Int { coordinates.count }

    /// Whether one of the coordinates is time, `t`.
    public var isEvolution: Bool { coordinates.contains("t") }

    /// The field derivatives that its equations need, in the order of their first appearance.
    public var derivatives: [FieldDerivative] {
        var seen: Set<FieldDerivative> = []
        return equations.flatMap(\.residual.derivatives).filter { seen.insert($0).inserted }
    }

    init(
        name: String, summary: String, coordinates: [String], fields: [String], parameters: [String: Double], trainable: [String], domain: Domain?,
        equations: [Equation], conditions: [Condition], hard: [HardCondition], exact: [Expression], exactParameters: [String: Double],
        reference: Reference?
    ) {
        self.name = name
        self.summary = summary
        self.coordinates = coordinates
        self.fields = fields
        self.parameters = parameters
        self.trainable = trainable
        self.domain = domain
        self.equations = equations
        self.conditions = conditions
        self.hard = hard
        self.exact = exact
        self.exactParameters = exactParameters
        self.reference = reference
    }

    static func requireFinite(_ parameters: [String: Double]) throws(ProblemError) {
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) where !value.isFinite {
            throw .inconsistent(reason: "the parameter \(name) is \(Wording.number(value)); give a finite number", key: "parameters.\(name)")
        }
    }

    /// Trainable parameters have a value to begin with, and each is named once.
    static func requireTrainable(_ names: [String], among parameters: [String: Double]) throws(ProblemError) {
        for (index, name) in names.enumerated() {
            guard parameters[name] != nil else {
                throw .inconsistent(reason: "the trainable parameter \(name) has no value to begin with; add it to the parameters", key: "trainable")
            }
            guard !names[..<index].contains(name) else {
                throw .inconsistent(reason: "the trainable parameter \(name) is named twice", key: "trainable")
            }
        }
    }

    /// Every equation names a field, and every field stands in an equation.
    static func requireFields(_ fields: [String], in equations: [Equation]) throws(ProblemError) {
        var found: Set<String> = []
        for (index, equation) in equations.enumerated() {
            let named = equation.residual.derivatives.map(\.field)
            guard !named.isEmpty else {
                throw .inconsistent(
                    reason: "the equation \"\(equation.text)\" does not contain any of the fields \(fields.joined(separator: ", "))",
                    key: "equations[\(index)]")
            }
            found.formUnion(named)
        }
        if let field = fields.first(where: { !found.contains($0) }) {
            throw .inconsistent(reason: "the field \(field) stands in no equation; add one, or leave the field out", key: "fields")
        }
    }
}
