extension Problem {
    /// Every problem of the catalogue.
    public static let catalogue: [Problem] = definitions.map(build)

    /// The catalogue's names, in its order.
    public static let names: [String] = definitions.map(\.name)

    /// The problem of a name.
    ///
    /// - Throws: `ProblemError.unknownProblem` with the nearest name.
    public static func named(_ name: String) throws(ProblemError) -> Problem {
        guard let definition = definitions.first(where: { $0.name == name }) else {
            let nearest = names.min { (distance($0, name), $0) < (distance($1, name), $1) }
            throw .unknownProblem(name: name, nearest: nearest ?? "")
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

    /// How many characters have to be put in, taken out or replaced to make one name the other.
    package static func distance(_ a: String, _ b: String) -> Int {
        let (from, to) = (Array(a.lowercased()), Array(b.lowercased().prefix(200)))
        var row = Array(0...to.count)
        for (i, letter) in from.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in to.enumerated() {
                (row[j + 1], diagonal) = (min(diagonal + (letter == other ? 0 : 1), row[j] + 1, row[j + 1] + 1), row[j + 1])
            }
        }
        return row[to.count]
    }
}
