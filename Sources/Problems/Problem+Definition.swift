import Differentiation
import LinearAlgebra

extension Problem {
    /// Reads a definition.
    ///
    /// - Throws: `ProblemError`.
    public init(_ definition: ProblemDefinition) throws(ProblemError) {
        let names = definition.coordinates.map(\.name)
        try Problem.requireParts(definition)
        let (lower, upper) = (definition.coordinates.map(\.lower), definition.coordinates.map(\.upper))
        let domain = try definition.shape.domain(lower: lower, upper: upper)
        let reader = try ProblemReader(definition, domain: domain)
        var equations: [Equation] = []
        for text in definition.equations { equations.append(Equation(text: text, residual: try reader.residual(text))) }
        try Problem.requireFields(definition.fields, in: equations)
        var conditions: [Condition] = []
        for (index, condition) in definition.conditions.enumerated() {
            conditions += try reader.conditions(condition, key: "conditions[\(index)]", equations: equations)
        }
        let hard = try reader.hardConditions(definition.hard)
        guard !conditions.isEmpty || !hard.isEmpty else {
            throw .inconsistent(
                reason: "the problem \(definition.name) has no condition, and without one its solution is anything; give at least one",
                key: "conditions")
        }
        self.init(
            name: definition.name, summary: definition.summary, coordinates: names, fields: definition.fields, parameters: definition.parameters,
            trainable: definition.trainable, domain: domain, equations: equations, conditions: conditions, hard: hard, exact: reader.exact,
            exactParameters: definition.exactParameters, reference: definition.reference)
    }

    /// Checks what can be checked before anything is read.
    private static func requireParts(_ definition: ProblemDefinition) throws(ProblemError) {
        for coordinate in definition.coordinates where !(coordinate.lower < coordinate.upper && (coordinate.upper - coordinate.lower).isFinite) {
            throw .inconsistent(
                reason: "the coordinate \(coordinate.name) has no interval from \(coordinate.lower) to \(coordinate.upper); give two finite numbers, "
                    + "the smaller first", key: "coordinates.\(coordinate.name)")
        }
        guard !definition.coordinates.isEmpty else {
            throw .inconsistent(reason: "the problem \(definition.name) has no coordinate; give at least one", key: "coordinates")
        }
        guard !definition.fields.isEmpty else {
            throw .inconsistent(reason: "the problem \(definition.name) has no field; give at least one", key: "fields")
        }
        guard !definition.equations.isEmpty else {
            throw .inconsistent(reason: "the problem \(definition.name) has no equation; give at least one", key: "equations")
        }
        let fields = definition.fields.count
        guard definition.exact.isEmpty || definition.exact.count == fields else {
            throw .inconsistent(
                reason: "the problem \(definition.name) has \(fields) field\(fields == 1 ? "" : "s") and \(definition.exact.count) exact formulas; "
                    + "give one each", key: "exact")
        }
        guard definition.exact.isEmpty || definition.reference == nil else {
            throw .inconsistent(reason: "the problem \(definition.name) has an exact formula and a reference; give one of them", key: "reference")
        }
        if case .tabulated(let solution) = definition.reference {
            guard solution.points.columns == definition.coordinates.count, solution.values.count == fields else {
                throw .inconsistent(
                    reason: "the reference has \(solution.points.columns) coordinates and \(solution.values.count) fields, and the problem "
                        + "\(definition.name) has \(definition.coordinates.count) and \(fields)", key: "reference")
            }
        }
        try requireFinite(definition.parameters)
        try requireFinite(definition.exactParameters)
        try requireTrainable(definition.trainable, among: definition.parameters)
        if let name = definition.exactParameters.keys.sorted().first(where: { !definition.trainable.contains($0) }) {
            throw .inconsistent(reason: "the true value of \(name) is given, but \(name) is not trainable", key: "exact-parameters.\(name)")
        }
    }
}
