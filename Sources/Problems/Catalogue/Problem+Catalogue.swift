import Differentiation

extension Problem {
    /// Every problem of the catalogue.
    public static let catalogue: [Problem] = definitions.map(build)

    /// The catalogue's names, in its order.
    public static let names: [String] = definitions.map(\.name)

    /// The problem of a name.
    ///
    /// - Throws: `ProblemError.unknownProblem` with the nearest name, if one is near.
    public static func named(_ name: String) throws(ProblemError) -> Problem {
        guard let definition = definitions.first(where: { $0.name == name }) else {
            throw .unknownProblem(name: name, nearest: NearestName.of(name, among: names))
        }
        return build(definition)
    }

    static let definitions =
        ProblemDefinition.intervalProblems + ProblemDefinition.planeProblems + ProblemDefinition.evolutionProblems
        + ProblemDefinition.inverseProblems + ProblemDefinition.manyDimensionalProblems

    private static func build(_ definition: ProblemDefinition) -> Problem {
        do {
            return try Problem(definition)
        } catch {
            preconditionFailure("the catalogue's \(definition.name) is wrong: \(error)")
        }
    }
}
