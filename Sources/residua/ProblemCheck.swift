import Differentiation
import ProblemFiles
import Problems
import Reports

/// What `check` says of a problem.
struct ProblemCheck {
    let problem: Problem
    let points: CollocationPoints
    let warnings: [String]

    init(_ nameOrPath: String, points count: Int) throws {
        problem = try Problem.read(nameOrPath)
        points = try problem.collocationPoints(count, sampling: problem.dimension <= 3 ? .grid : .uniform, seed: 0)
        warnings = try problem.warnings(at: points)
    }

    var result: (members: [(key: String, value: JSONValue)], lines: [String]) {
        var members: [(key: String, value: JSONValue)] = [("kind", .string("problem"))]
        for (key, value) in problem.members {
            guard key == "conditions" else {
                members.append((key, value))
                continue
            }
            let conditions = zip(problem.conditions, points.conditions).map { condition, set in
                JSONValue.object(problem.members(of: condition) + [("points", .integer(set.count))])
            }
            members.append((key, .array(conditions)))
        }
        members += [
            ("points", .integer(points.interior.count)), ("linear", .bool(problem.isLinear)),
            ("warnings", .array(warnings.map(JSONValue.string))),
        ]
        return (members, lines)
    }

    private var lines: [String] {
        var lines = ["\(problem.name): \(problem.summary)"]
        if let domain = problem.domain {
            let intervals = zip(problem.coordinates, domain.bounds).prefix(6).map { name, interval in
                "\(name) in (\(JSONValue.shortest(interval.lowerBound)), \(JSONValue.shortest(interval.upperBound)))"
            }
            let more = problem.dimension > 6 ? ", … (\(problem.dimension))" : ""
            lines.append("domain       \(domain.shape.rawValue): \(intervals.joined(separator: ", "))\(more)")
        }
        lines.append("fields       \(problem.fields.joined(separator: ", "))")
        let parameters = problem.parameters.sorted { $0.key < $1.key }.map { name, value in
            "\(name) = \(JSONValue.shortest(value))\(problem.trainable.contains(name) ? " (trainable, to begin with)" : "")"
        }
        if !parameters.isEmpty { lines.append("parameters   \(parameters.joined(separator: ", "))") }
        for equation in problem.equations { lines.append("equation     \(equation.text)    at \(NumberText.count(points.interior.count, "point"))") }
        let leaves = problem.derivatives.map(problem.spelled)
        lines.append("derivatives  \(leaves.prefix(12).joined(separator: ", "))\(leaves.count > 12 ? ", … (\(leaves.count))" : "")")
        for (condition, set) in zip(problem.conditions, points.conditions) {
            let weight = JSONValue.shortest(condition.weight)
            lines.append(
                "condition    on \(condition.name): \(problem.text(of: condition))    at \(NumberText.count(set.count, "point")), weight \(weight)")
        }
        for form in problem.hard { lines.append("hard         \(form.field) = \(form.offset) + (\(form.factor))·N") }
        lines.append("solution     \(problem.solutionName ?? "not known")")
        lines += warnings.map { "warning: \($0)" }
        return lines
    }
}

extension Problem {
    /// What looks like a mistake without being one for certain, a sentence each.
    fileprivate func warnings(at points: CollocationPoints) throws -> [String] {
        var warnings: [String] = []
        if let axis = coordinates.firstIndex(of: "t"), let domain, derivatives.contains(where: { $0.index.exponents[axis] > 0 }) {
            let start = BoundaryPart.Face(axis: axis, isUpper: false)
            let hasStart = conditions.contains { condition in
                switch condition.place {
                case .boundary(let part): part.faces(dimension: dimension).contains(start)
                case .points: true
                case .point: false
                }
            }
            if !hasStart && hard.isEmpty {
                warnings.append("No condition holds at t = \(JSONValue.shortest(domain.bounds[axis].lowerBound)), where the evolution begins.")
            }
        }
        for field in fields where !conditions.contains(where: { $0.derivatives.contains { $0.field == field } }) {
            if !hard.contains(where: { $0.field == field }) { warnings.append("No condition names the field \(field).") }
        }
        if equations.count < fields.count {
            warnings.append("The \(NumberText.count(fields.count, "field")) have \(NumberText.count(equations.count, "equation")) only.")
        }
        let texts = equations.map(\.residual) + conditions.compactMap(\.residual) + exact + hard.flatMap { [$0.offset, $0.factor] }
        let named = Set(texts.flatMap(\.parameters))
        for name in parameters.keys.sorted() where !named.contains(name) { warnings.append("No equation or condition names the parameter \(name).") }
        if case .lShape = domain { warnings.append("The domain has a corner of more than 180 degrees, where derivatives may be infinite.") }
        if let residuals = try exactResiduals(at: points) {
            for (equation, residual) in zip(equations, residuals.equations) where residual > 1e-8 {
                warnings.append("The exact solution does not satisfy \"\(equation.text)\": the relative residual is \(residual).")
            }
            for (condition, residual) in zip(conditions, residuals.conditions) {
                if case .points = condition.place { continue }
                if residual > 1e-8 {
                    warnings.append("The exact solution does not satisfy \"\(condition.text)\": the relative residual is \(residual).")
                }
            }
        }
        return warnings
    }
}
