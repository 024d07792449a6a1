import Differentiation
import Problems
import Reports

extension Problem {
    /// What a problem consists of, as JSON.
    var members: [(key: String, value: JSONValue)] {
        [
            ("name", .string(name)), ("summary", .string(summary)), ("coordinates", .array(coordinates.map(JSONValue.string))),
            ("domain", JSONValue(domain?.shape.rawValue)),
            ("bounds", .array((domain?.bounds ?? []).map { JSONValue([$0.lowerBound, $0.upperBound]) })),
            ("fields", .array(fields.map(JSONValue.string))),
            ("parameters", .object(parameters.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })),
            ("trainable", .array(trainable.map(JSONValue.string))), ("equations", .array(equations.map { .string($0.text) })),
            ("derivatives", .array(derivatives.map { .string(spelled($0)) })),
            ("conditions", .array(conditions.map { .object(members(of: $0)) })),
            (
                "hard",
                .array(
                    hard.map { .object([("field", .string($0.field)), ("offset", .string("\($0.offset)")), ("factor", .string("\($0.factor)"))]) })
            ),
            ("exact", .array(exact.map { .string("\($0)") })), ("solution", JSONValue(solutionName)),
        ]
    }

    /// A condition as JSON.
    func members(of condition: Condition) -> [(key: String, value: JSONValue)] {
        [
            ("on", .string(condition.name)), ("equation", .string(text(of: condition))), ("weight", .number(condition.weight)),
            ("derivatives", .array(condition.derivatives.map { .string(spelled($0)) })),
        ]
    }

    /// As it was written, or what a periodic one means.
    func text(of condition: Condition) -> String {
        switch condition.kind {
        case .residual: condition.text
        case .periodic(_, _, let derivatives): "periodic: " + derivatives.map(spelled).joined(separator: ", ")
        }
    }

    /// `u`, or `u_` and the coordinates in order.
    func spelled(_ derivative: FieldDerivative) -> String { "\(Field(derivative.field, of: coordinates)[derivative.index])" }

    /// Where the solution is known from; nil where it is not.
    var solutionName: String? {
        if !exact.isEmpty { return "formula" }
        switch reference {
        case nil: return nil
        case .tabulated(let solution): return "\(solution.points.rows) values"
        case .burgers: return "Cole-Hopf integrals"
        case .allenCahn, .kortewegDeVries: return "spectral series in time steps"
        }
    }
}
