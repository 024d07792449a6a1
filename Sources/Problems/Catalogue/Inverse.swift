import LinearAlgebra

extension ProblemDefinition {
    /// Equations with an unknown number in them and data to find it by.
    static let inverseProblems: [ProblemDefinition] = [
        heat(
            name: "heat-inverse", summary: "u_t = kappa u_xx on (-1, 1) x (0, 1) with kappa unknown (0.1) and u at 30 points; two decaying modes",
            noise: 0),
        heat(name: "heat-inverse-noisy", summary: "as heat-inverse, the data with normal noise of 1e-3", noise: 1e-3),
    ]

    private static func heat(name: String, summary: String, noise: Double) -> ProblemDefinition {
        let exact = "sin(pi*x)*exp(-0.1*pi^2*t) + sin(3*pi*x)*exp(-0.9*pi^2*t)/2"
        return ProblemDefinition(
            name: name, summary: summary, coordinates: [.init("x", -1, 1), .init("t", 0, 1)], parameters: ["kappa": 1], trainable: ["kappa"],
            equations: ["u_t = kappa*u_xx"],
            conditions: [
                Condition(on: "t = 0", "u = sin(pi*x) + sin(3*pi*x)/2"), Condition(on: "x = -1, x = 1", "u = 0"),
                Condition(.points(observations(noise: noise), name: "data"), .equation("u = exact + noise")),
            ],
            exact: [exact], exactParameters: ["kappa": 0.1])
    }

    /// 30 uniform random points with normal noise; the same in every process.
    private static func observations(noise: Double) -> PointSet {
        var places = RandomStream(seed: 0, name: "heat-inverse")
        var errors = RandomStream(seed: 0, name: "heat-inverse noise")
        let rows = (0..<30).map { _ in [places.symmetric(1), places.openUniform()] }
        return PointSet(Matrix(rows: rows), data: ["noise": rows.map { _ in noise * errors.normal() }])
    }
}
