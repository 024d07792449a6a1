import Differentiation
import LinearAlgebra

/// Reads the texts of a definition; `exact`, in a system `exact_u`, …, stands for the exact solution.
struct ProblemReader {
    let coordinates: [String]
    let fields: [String]
    let parameters: [String]
    let domain: Domain
    let exact: [Expression]
    /// The names that stand for exact formulas.
    private let stand: [String]

    init(_ definition: ProblemDefinition, domain: Domain) throws(ProblemError) {
        coordinates = definition.coordinates.map(\.name)
        fields = definition.fields
        parameters = definition.parameters.keys.sorted()
        self.domain = domain
        do {
            let bare = try Vocabulary(coordinates: coordinates, fields: [], parameters: parameters)
            var formulas: [Expression] = []
            for text in definition.exact { formulas.append(try Expression(parsing: text, in: bare)) }
            exact = formulas
            _ = try Vocabulary(coordinates: coordinates, fields: fields, parameters: parameters)
        } catch {
            throw .expression(error)
        }
        for formula in exact {
            if let name = formula.parameters.first(where: definition.trainable.contains) {
                throw .inconsistent(
                    reason: "the exact solution names the parameter \(name), which is trainable; write its true value there", key: "exact")
            }
        }
        let names = fields.count == 1 ? ["exact"] : fields.map { "exact_" + $0 }
        let taken = coordinates + definition.fields + definition.parameters.keys
        stand = exact.isEmpty || names.contains(where: taken.contains) ? [] : names
    }

    /// The residual of an equation.
    func residual(_ text: String, data: [String] = [], hasNormal: Bool = false) throws(ProblemError) -> Expression {
        do {
            let vocabulary = try Vocabulary(
                coordinates: coordinates, fields: fields + stand, parameters: parameters, data: data, hasNormal: hasNormal)
            var residual = try Expression(equation: text, in: vocabulary)
            for (name, formula) in zip(stand, exact) { residual = try residual.substituting(formula, for: name) }
            return residual
        } catch {
            throw .expression(error)
        }
    }

    /// What a condition says; a periodic one over several coordinates is one each.
    func conditions(_ condition: ProblemDefinition.Condition, key: String, equations: [Problem.Equation]) throws(ProblemError) -> [Problem.Condition]
    {
        guard condition.weight > 0, condition.weight.isFinite else {
            throw .inconsistent(
                reason: "the condition \"\(condition.text)\" has the weight \(Wording.number(condition.weight)); give a positive number",
                key: key + ".weight")
        }
        guard case .equation(let text) = condition.statement else { return try periodic(condition, key: key, equations: equations) }
        let (place, name, data) = try place(condition.place, key: key)
        let residual: Expression
        if case .boundary(let part) = place {
            let normals = coordinates.map { Vocabulary.normalPrefix + $0 }
            residual = fixed(try self.residual(text, data: normals, hasNormal: true), on: part)
        } else {
            residual = try self.residual(text, data: data)
        }
        guard !residual.derivatives.isEmpty else {
            throw .inconsistent(
                reason: "the condition \"\(text)\" does not contain any of the fields \(fields.joined(separator: ", "))", key: key + ".equation")
        }
        return [Problem.Condition(name: name, text: text, place: place, kind: .residual(residual), weight: condition.weight)]
    }

    /// On a single face the normal is constant.
    private func fixed(_ residual: Expression, on part: BoundaryPart) -> Expression {
        guard case .faces(let faces) = part, faces.count == 1 else { return residual }
        var graph = residual.graph
        var numbers: [Int: Int] = [:]
        for (name, component) in zip(coordinates, domain.normal(faces[0])) where residual.data.contains(Vocabulary.normalPrefix + name) {
            numbers[graph.data(Vocabulary.normalPrefix + name)] = graph.constant(component)
        }
        let root = graph.substitute(numbers, in: residual.root)
        return Expression(graph: graph, root: root)
    }

    private func place(_ place: ProblemDefinition.Condition.Place, key: String) throws(ProblemError) -> (Place, name: String, data: [String]) {
        switch place {
        case .boundary(let text):
            return (.boundary(try BoundaryPart(parsing: text, coordinates: coordinates, domain: domain)), text.trimmed, [])
        case .ends(let coordinate):
            let axis = try axis(coordinate, key: key)
            let faces = [false, true].map { BoundaryPart.Face(axis: axis, isUpper: $0) }
            return (.boundary(.faces(faces)), name(ofEnds: axis), [])
        case .point(let point):
            guard point.count == coordinates.count else {
                throw .inconsistent(
                    reason:
                        "the point \(point) has \(Wording.count(point.count, "coordinate")), and the problem has \(coordinates.joined(separator: ", "))",
                    key: key + ".at")
            }
            guard domain.containsClosed(point) else {
                throw .inconsistent(reason: "the point \(point) lies outside the domain", key: key + ".at")
            }
            return (.point(point), zip(coordinates, point).map { "\($0) = \(Wording.number($1))" }.joined(separator: ", "), [])
        case .points(let set, let name):
            guard set.points.columns == coordinates.count else {
                throw .inconsistent(
                    reason:
                        "the points of \(name) have \(Wording.count(set.points.columns, "coordinate")), and the problem has \(coordinates.joined(separator: ", "))",
                    key: key + ".data")
            }
            for row in 0..<set.count where !domain.containsClosed(set.points.row(row)) {
                throw .inconsistent(reason: "point \(row) of \(name), \(set.points.row(row)), lies outside the domain", key: key + ".data")
            }
            return (.points(set), name, set.data.keys.sorted())
        }
    }

    private func axis(_ coordinate: String, key: String) throws(ProblemError) -> Int {
        guard case .box = domain else {
            throw .inconsistent(reason: "a domain of the shape \"\(domain.shape.rawValue)\" has no opposite faces", key: key)
        }
        guard let axis = coordinates.firstIndex(of: coordinate) else {
            throw .inconsistent(reason: "\"\(coordinate)\" is none of the coordinates \(coordinates.joined(separator: ", "))", key: key)
        }
        return axis
    }

    private func name(ofEnds axis: Int) -> String {
        let interval = domain.bounds[axis]
        let (lower, upper) = (Wording.number(interval.lowerBound), Wording.number(interval.upperBound))
        return "\(coordinates[axis]) = \(lower), \(coordinates[axis]) = \(upper)"
    }

    private func periodic(
        _ condition: ProblemDefinition.Condition, key: String, equations: [Problem.Equation]
    ) throws(ProblemError) -> [Problem.Condition] {
        let (place, _, _) = try place(condition.place, key: key)
        guard case .boundary(let part) = place, case .box = domain else {
            throw .inconsistent(reason: "a periodic condition is about two opposite faces; name them, such as on = \"x = -1, x = 1\"", key: key)
        }
        let faces = part.faces(dimension: coordinates.count)
        var conditions: [Problem.Condition] = []
        for axis in coordinates.indices where faces.contains(where: { $0.axis == axis }) {
            guard faces.filter({ $0.axis == axis }).count == 2 else {
                throw .inconsistent(
                    reason: "a periodic condition is about both ends of \(coordinates[axis]); name them both: \"\(name(ofEnds: axis))\"", key: key)
            }
            let interval = domain.bounds[axis]
            conditions.append(
                Problem.Condition(
                    name: name(ofEnds: axis), text: "periodic", place: .boundary(.faces([.init(axis: axis, isUpper: false)])),
                    kind: .periodic(
                        axis: axis, period: interval.upperBound - interval.lowerBound, derivatives: matched(axis: axis, equations: equations)),
                    weight: condition.weight))
        }
        return conditions
    }

    /// For each field its value and the derivatives along an axis up to the highest in the equations less one.
    private func matched(axis: Int, equations: [Problem.Equation]) -> [FieldDerivative] {
        let leaves = equations.flatMap(\.residual.derivatives)
        return fields.flatMap { field in
            let order = leaves.filter { $0.field == field }.map { $0.index.exponents[axis] }.max() ?? 0
            return (0..<max(order, 1)).map { FieldDerivative(field, MultiIndex(axis: axis, of: coordinates.count, $0)) }
        }
    }

    /// The forms of fields that meet conditions by themselves, in the order of the fields.
    func hardConditions(_ texts: [String: ProblemDefinition.Hard]) throws(ProblemError) -> [HardCondition] {
        if let name = texts.keys.sorted().first(where: { !fields.contains($0) }) {
            throw .inconsistent(reason: "\"\(name)\" is none of the fields \(fields.joined(separator: ", "))", key: "hard")
        }
        var conditions: [HardCondition] = []
        for field in fields {
            guard let text = texts[field] else { continue }
            let condition = try hardCondition(field, text)
            guard condition.factor != Expression(0) else {
                throw .inconsistent(
                    reason: "the factor of the hard condition of \(field) is zero everywhere; let it vanish on the boundary alone", key: "hard")
            }
            conditions.append(condition)
        }
        return conditions
    }

    private func hardCondition(_ field: String, _ text: ProblemDefinition.Hard) throws(ProblemError) -> HardCondition {
        do {
            let bare = try Vocabulary(coordinates: coordinates, fields: [], parameters: parameters)
            return HardCondition(
                field: field, offset: try Expression(parsing: text.offset, in: bare), factor: try Expression(parsing: text.factor, in: bare))
        } catch {
            throw .expression(error)
        }
    }
}

extension ProblemDefinition.Condition {
    /// What it says, for a sentence about it.
    var text: String {
        switch statement {
        case .equation(let text): text
        case .periodic: "periodic"
        }
    }
}
