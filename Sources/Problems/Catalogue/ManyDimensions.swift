extension ProblemDefinition {
    /// Equations on (−1, 1)^d.
    static let manyDimensionalProblems: [ProblemDefinition] = [
        poisson(
            5, solution: "sum of cos(pi x_i/2)", equation: "laplacian(u) = -pi^2/4*(\(sum(5) { "cos(pi*x\($0)/2)" }))",
            exact: sum(5) { "cos(pi*x\($0)/2)" }),
        poisson(
            10, solution: "sin(pi mean x)", equation: "laplacian(u) = -pi^2/10*sin(pi/10*(\(sum(10) { "x\($0)" })))",
            exact: "sin(pi/10*(\(sum(10) { "x\($0)" })))"),
        poisson(100, solution: "sum of x_(2i-1) x_(2i)", equation: "laplacian(u) = 0", exact: sum(50) { "x\(2 * $0 - 1)*x\(2 * $0)" }),
    ]

    private static func poisson(_ dimension: Int, solution: String, equation: String, exact: String) -> ProblemDefinition {
        ProblemDefinition(
            name: "poisson\(dimension)d", summary: "Laplace u = f on (-1, 1)^\(dimension), u given on the boundary; u = \(solution)",
            coordinates: (1...dimension).map { .init("x\($0)", -1, 1) }, equations: [equation], conditions: [.init("u = exact")], exact: [exact])
    }

    /// The terms of indices 1 to `count` with plus signs between them.
    private static func sum(_ count: Int, _ term: (Int) -> String) -> String {
        (1...count).map(term).joined(separator: " + ")
    }
}
