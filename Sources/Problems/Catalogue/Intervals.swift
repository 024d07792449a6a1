extension ProblemDefinition {
    /// Equations on (−1, 1).
    static let intervalProblems: [ProblemDefinition] = [
        ProblemDefinition(
            name: "poisson1d", summary: "u'' = f on (-1, 1), u = 0 at the ends; u = sin(pi x)",
            coordinates: [.init("x", -1, 1)], equations: ["u_xx = -pi^2*sin(pi*x)"], conditions: [Condition("u = 0")], exact: ["sin(pi*x)"]),
        ProblemDefinition(
            name: "poisson1d-mixed", summary: "u'' = f on (-1, 1), u given at the ends; u = sin(2.5 pi x) + x^2",
            coordinates: [.init("x", -1, 1)], equations: ["u_xx = 2 - (2.5*pi)^2*sin(2.5*pi*x)"], conditions: [Condition("u = exact")],
            exact: ["sin(2.5*pi*x) + x^2"]),
        ProblemDefinition(
            name: "biharmonic1d", summary: "u'''' = f on (-1, 1), u = u'' = 0 at the ends (Navier); u = sin(pi x)",
            coordinates: [.init("x", -1, 1)], equations: ["u_xxxx = pi^4*sin(pi*x)"], conditions: [Condition("u = 0"), Condition("u_xx = 0")],
            exact: ["sin(pi*x)"]),
        ProblemDefinition(
            name: "biharmonic1d-clamped", summary: "u'''' = f on (-1, 1), u and u' given at the ends; u = sin(2.5 pi x) + x^2",
            coordinates: [.init("x", -1, 1)], equations: ["u_xxxx = (2.5*pi)^4*sin(2.5*pi*x)"],
            conditions: [Condition("u = exact"), Condition("u_x = exact_x")], exact: ["sin(2.5*pi*x) + x^2"]),
    ]
}
