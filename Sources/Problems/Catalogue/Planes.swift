extension ProblemDefinition {
    private static let square = [Coordinate("x", -1, 1), .init("y", -1, 1)]
    private static let unitSquare = [Coordinate("x", 0, 1), .init("y", 0, 1)]

    /// Equations on squares.
    static let planeProblems: [ProblemDefinition] = [
        ProblemDefinition(
            name: "poisson2d", summary: "Laplace u = f on (-1, 1)^2, u = 0 on the boundary; u = sin(pi x) sin(pi y)", coordinates: square,
            equations: ["laplacian(u) = -2*pi^2*sin(pi*x)*sin(pi*y)"], conditions: [Condition("u = 0")], exact: ["sin(pi*x)*sin(pi*y)"]),
        ProblemDefinition(
            name: "poisson2d-unit", summary: "Laplace u = f on (0, 1)^2, u = 0 on the boundary; u = sin(pi x) sin(pi y)", coordinates: unitSquare,
            equations: ["laplacian(u) = -2*pi^2*sin(pi*x)*sin(pi*y)"], conditions: [Condition("u = 0")], exact: ["sin(pi*x)*sin(pi*y)"]),
        ProblemDefinition(
            name: "poisson2d-multi",
            summary: "Laplace u = f on (0, 1)^2, u = 0 on the boundary; u = sum of sin(k pi x) sin(k pi y)/k over k = 1, 4, 6",
            coordinates: unitSquare,
            equations: ["laplacian(u) = -2*pi^2*(sin(pi*x)*sin(pi*y) + 4*sin(4*pi*x)*sin(4*pi*y) + 6*sin(6*pi*x)*sin(6*pi*y))"],
            conditions: [Condition("u = 0")],
            exact: ["sin(pi*x)*sin(pi*y) + sin(4*pi*x)*sin(4*pi*y)/4 + sin(6*pi*x)*sin(6*pi*y)/6"]),
        ProblemDefinition(
            name: "biharmonic2d", summary: "Laplace^2 u = f on (-1, 1)^2, u = Laplace u = 0 on the boundary (Navier); u = sin(pi x) sin(pi y)",
            coordinates: square, equations: ["biharmonic(u) = 4*pi^4*sin(pi*x)*sin(pi*y)"],
            conditions: [Condition("u = 0"), Condition("laplacian(u) = 0")], exact: ["sin(pi*x)*sin(pi*y)"]),
        ProblemDefinition(
            name: "biharmonic2d-clamped",
            summary: "Laplace^2 u = f on (-1, 1)^2, u and its normal derivative given on the boundary; u = sin(pi x) sin(pi y)", coordinates: square,
            equations: ["biharmonic(u) = 4*pi^4*sin(pi*x)*sin(pi*y)"],
            conditions: [
                Condition("u = 0"), Condition(on: "x = -1, x = 1", "u_x = -pi*sin(pi*y)"), Condition(on: "y = -1, y = 1", "u_y = -pi*sin(pi*x)"),
            ],
            exact: ["sin(pi*x)*sin(pi*y)"]),
        // The equation's right-hand side is of size 170, the solution of size 1: with weight 1 the boundary is left the larger part of the error.
        ProblemDefinition(
            name: "helmholtz2d", summary: "Laplace u + u = q on (-1, 1)^2, u = 0 on the boundary; u = sin(pi x) sin(4 pi y)", coordinates: square,
            equations: ["laplacian(u) + u = (1 - 17*pi^2)*sin(pi*x)*sin(4*pi*y)"], conditions: [Condition("u = 0", weight: 1000)],
            exact: ["sin(pi*x)*sin(4*pi*y)"]),
        ProblemDefinition(
            name: "smooth2d", summary: "Laplace u = f on (-1, 1)^2, u given on the boundary; u = exp(sin(x) cos(2 y)), not made of sines",
            coordinates: square, equations: ["laplacian(u) = laplacian(exact)"], conditions: [Condition("u = exact")],
            exact: ["exp(sin(x)*cos(2*y))"]),
        ProblemDefinition(
            name: "runge2d", summary: "Laplace u = f on (-1, 1)^2, u given on the boundary; u = 1/(1 + 25 (x^2 + y^2))", coordinates: square,
            equations: ["laplacian(u) = laplacian(exact)"], conditions: [Condition("u = exact")], exact: ["1/(1 + 25*(x^2 + y^2))"]),
        ProblemDefinition(
            name: "lshape",
            summary: "Laplace u = f on (-1, 1)^2 minus [0, 1] x [-1, 0]; r^(2/3) sin(2 theta/3), singular at the corner, and a smooth part",
            coordinates: square, shape: .lShape, equations: ["laplacian(u) = -3*exp(x)*sin(2*y + 0.3)"], conditions: [Condition("u = exact")],
            // The angle from the x-axis, 3π/4 + atan2 about the middle of the domain, has no jump inside.
            exact: ["(x^2 + y^2)^(1/3)*sin(pi/2 + 2/3*atan2(-x - y, y - x)) + exp(x)*sin(2*y + 0.3)"]),
        ProblemDefinition(
            name: "kovasznay", summary: "steady Navier-Stokes at Re = 40 on (-0.5, 1) x (-0.5, 1.5); u, v on the boundary, p at one point",
            coordinates: [Coordinate("x", -0.5, 1), .init("y", -0.5, 1.5)], fields: ["u", "v", "p"], parameters: ["Re": 40],
            equations: [
                "u*u_x + v*u_y + p_x = laplacian(u)/Re", "u*v_x + v*v_y + p_y = laplacian(v)/Re", "u_x + v_y = 0",
            ],
            conditions: [Condition("u = exact_u"), Condition("v = exact_v"), Condition(at: [1, 0.5], "p = exact_p")],
            exact: [
                "1 - exp(\(decay)*x)*cos(2*pi*y)", "\(decay)/(2*pi)*exp(\(decay)*x)*sin(2*pi*y)", "(1 - exp(2*\(decay)*x))/2",
            ]),
    ]

    /// λ of Kovasznay's flow (L. Kovasznay, "Laminar flow behind a two-dimensional grid", 1948).
    private static let decay = "(Re/2 - sqrt(Re^2/4 + 4*pi^2))"
}
