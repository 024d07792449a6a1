import Differentiation

extension Problem {
    /// A problem whose points and data come from a file.
    ///
    /// - Parameters:
    ///   - equations: Such as "laplacian(u) - f".
    ///   - conditions: Such as "boundary: u - g, weight 1"; the name is that of the array of points.
    ///   - fields: The unknowns.
    ///   - coordinates: One name an axis; nil for `x`, `x, y`, `x, y, z` or `x1` … `xd`.
    ///   - parameters: Values by name.
    ///   - trainable: The parameters that are unknown.
    ///   - dimension: The number of coordinates d of the points.
    ///   - data: The names of the arrays that may be used; `normal_x`, … make `u_n` the normal derivative in conditions.
    /// - Throws: `ProblemError`.
    public init(
        equations: [String], conditions: [String] = [], fields: [String] = ["u"], coordinates: [String]? = nil, parameters: [String: Double] = [:],
        trainable: [String] = [], dimension: Int, data: [String] = []
    ) throws(ProblemError) {
        let names = coordinates ?? Vocabulary.standardCoordinates(dimension)
        guard names.count == dimension else {
            throw .inconsistent(
                reason: "the points have \(Wording.count(dimension, "coordinate")), and the names \(names.joined(separator: ", ")) are \(names.count)"
            )
        }
        try Problem.requireFinite(parameters)
        try Problem.requireTrainable(trainable, among: parameters)
        var read: [Equation] = []
        var statements: [Condition] = []
        do {
            let known = parameters.keys.sorted()
            let vocabulary = try Vocabulary(coordinates: names, fields: fields, parameters: known, data: data.sorted())
            for text in equations { read.append(Equation(text: text, residual: try Expression(equation: text, in: vocabulary))) }
            let hasNormal = names.allSatisfy { data.contains(Vocabulary.normalPrefix + $0) }
            let outside = try Vocabulary(coordinates: names, fields: fields, parameters: known, data: data.sorted(), hasNormal: hasNormal)
            for text in conditions {
                let statement = try ConditionStatement(parsing: text, in: outside)
                statements.append(
                    Condition(
                        name: statement.name, text: text, place: .boundary(.whole), kind: .residual(statement.residual), weight: statement.weight))
            }
        } catch {
            throw .expression(error)
        }
        try Problem.requireFields(fields, in: read)
        self.init(
            name: "equation", summary: equations.joined(separator: "; "), coordinates: names, fields: fields, parameters: parameters,
            trainable: trainable, domain: nil, equations: read, conditions: statements, hard: [], exact: [], exactParameters: [:], reference: nil)
    }

    /// A problem of one equation in the field `u`, as the above.
    ///
    /// - Throws: `ProblemError`.
    public init(
        equation: String, conditions: [String] = [], coordinates: [String]? = nil, parameters: [String: Double] = [:], dimension: Int,
        data: [String] = []
    ) throws(ProblemError) {
        try self.init(
            equations: [equation], conditions: conditions, coordinates: coordinates, parameters: parameters, dimension: dimension, data: data)
    }
}
