extension ProblemDefinition {
    /// Equations in space and time.
    static let evolutionProblems: [ProblemDefinition] = [
        ProblemDefinition(
            name: "wave", summary: "u_tt = 4 u_xx on (0, 1)^2, u and u_t given at t = 0, u = 0 at the ends; two standing waves",
            coordinates: [.init("x", 0, 1), .init("t", 0, 1)], equations: ["u_tt = 4*u_xx"],
            conditions: [
                Condition(on: "t = 0", "u = sin(pi*x) + sin(4*pi*x)/2"), Condition(on: "t = 0", "u_t = 0"), Condition(on: "x = 0, x = 1", "u = 0"),
            ],
            exact: ["sin(pi*x)*cos(2*pi*t) + sin(4*pi*x)*cos(8*pi*t)/2"]),
        ProblemDefinition(
            name: "heat", summary: "u_t = 0.1 u_xx on (-1, 1) x (0, 1), u given at t = 0, u = 0 at the ends; two decaying modes",
            coordinates: [.init("x", -1, 1), .init("t", 0, 1)], parameters: ["kappa": 0.1], equations: ["u_t = kappa*u_xx"],
            conditions: [Condition(on: "t = 0", "u = sin(pi*x) + sin(3*pi*x)/2"), Condition(on: "x = -1, x = 1", "u = 0")],
            exact: ["sin(pi*x)*exp(-kappa*pi^2*t) + sin(3*pi*x)*exp(-9*kappa*pi^2*t)/2"]),
    ]
}
