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
        ProblemDefinition(
            name: "burgers", summary: "u_t + u u_x = 0.01/pi u_xx on (-1, 1) x (0, 1) from -sin(pi x), u = 0 at the ends; steepens at x = 0",
            coordinates: [.init("x", -1, 1), .init("t", 0, 1)], parameters: ["nu": 0.01 / .pi], equations: ["u_t + u*u_x = nu*u_xx"],
            conditions: [Condition(on: "t = 0", "u = -sin(pi*x)"), Condition(on: "x = -1, x = 1", "u = 0")],
            reference: .burgers(viscosity: 0.01 / .pi)),
        ProblemDefinition(
            name: "allen-cahn",
            summary: "u_t = 1e-4 u_xx + 5 u - 5 u^3, periodic on (-1, 1), t < 1, from x^2 cos(pi x), whose slope jumps at the ends",
            coordinates: [.init("x", -1, 1), .init("t", 0, 1)], equations: ["u_t = 1e-4*u_xx + 5*u - 5*u^3"],
            conditions: [Condition(on: "t = 0", "u = x^2*cos(pi*x)"), Condition(periodic: "x")], reference: .allenCahn),
        ProblemDefinition(
            name: "kdv", summary: "u_t + u u_x + 0.022^2 u_xxx = 0, periodic on (-1, 1), t < 1, from cos(pi x); breaks up into solitons",
            coordinates: [.init("x", -1, 1), .init("t", 0, 1)], equations: ["u_t + u*u_x + 0.022^2*u_xxx = 0"],
            conditions: [Condition(on: "t = 0", "u = cos(pi*x)"), Condition(periodic: "x")], reference: .kortewegDeVries),
    ]
}
