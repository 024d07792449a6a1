import Differentiation
import LinearAlgebra
import Problems
import Testing

@Suite struct ConditionTests {
    private typealias Condition = ProblemDefinition.Condition

    private func problem(
        _ equation: String = "laplacian(u) = 0", _ conditions: [Condition], shape: Shape = .box, coordinates: [ProblemDefinition.Coordinate]? = nil
    ) throws -> Problem {
        try Problem(
            ProblemDefinition(
                name: "p", coordinates: coordinates ?? [.init("x", -1, 1), .init("y", 0, 2)], shape: shape, equations: [equation],
                conditions: conditions))
    }

    /// A condition's residual with u put in.
    private func values(_ problem: Problem, _ index: Int, u: String) throws -> [Double] {
        let set = try problem.collocationPoints(9, seed: 0).conditions[index]
        let formula = try Expression(parsing: u, in: Vocabulary(coordinates: problem.coordinates, fields: []))
        let residual = try #require(problem.conditions[index].residual)
        return try problem.values(of: try residual.substituting(formula, for: "u"), at: set)
    }

    @Test func normalDerivativesPointOutwards() throws {
        let plane = try problem("laplacian(u) = 0", [.init("u_n"), .init(on: "x = 1", "u_n + 3*u = 7"), .init(on: "y = 0, y = 2", "u_nn")])
        // u = x² + 3y: u_x = 2x, u_y = 3.
        let set = try plane.collocationPoints(9, seed: 0).conditions[0]
        for (row, value) in try values(plane, 0, u: "x^2 + 3*y").enumerated() {
            let (x, y) = (set.points[row, 0], set.points[row, 1])
            let expected = abs(x) == 1 ? 2 : y == 2 ? 3.0 : -3
            #expect(value == expected)
        }
        // Robin on a single face: the normal is a number there.
        #expect(plane.conditions[1].data.isEmpty)
        let side = try plane.collocationPoints(9, seed: 0).conditions[1].points
        #expect(try values(plane, 1, u: "x^2 + 3*y") == side.column(1).map { 2 + 3 * (1 + 3 * $0) - 7 })
        #expect(try values(plane, 2, u: "x^2 + 5*y^2 + x*y").allSatisfy { $0 == 10 })
    }

    @Test func normalsOfShapes() throws {
        let disk = try problem("laplacian(u) = 0", [.init("u_n")], shape: .disk)
        // u = r²: ∂u/∂r = 2 about the centre (0, 1).
        #expect(try values(disk, 0, u: "x^2 + (y - 1)^2").allSatisfy { abs($0 - 2) < 1e-14 })
        let shape = try problem("laplacian(u) = 0", [.init("u_n")], shape: .lShape)
        let set = try shape.collocationPoints(9, seed: 0).conditions[0]
        for (row, value) in try values(shape, 0, u: "x + 10*y").enumerated() {
            let point = set.points.row(row)
            if point[0] == 1 { #expect(value == 1 || (point[1] == 1 && value == -10) || (point[1] == 2 && value == 10)) }
            if point[0] == 0 && point[1] < 1 && point[1] > 0 { #expect(value == 1) }
            if point[1] == 1 && point[0] > 0 && point[0] < 1 { #expect(value == -10) }
        }
    }

    @Test func periodicConditionsMatchDerivativesBelowTheOrder() throws {
        let line = [ProblemDefinition.Coordinate("x", -1, 1), .init("t", 0, 1)]
        for condition in [Condition(periodic: "x"), Condition(.boundary("x = -1, x = 1"), .periodic)] {
            let kdv = try problem("u_t + u*u_x + u_xxx", [.init(on: "t = 0", "u = 1"), condition], coordinates: line)
            guard case .periodic(let axis, let period, let derivatives) = kdv.conditions[1].kind else {
                Issue.record("not periodic")
                return
            }
            #expect(axis == 0 && period == 2)
            #expect(derivatives.map(\.index.exponents) == [[0, 0], [1, 0], [2, 0]])
            let points = try kdv.collocationPoints(100, seed: 0).conditions[1].points
            #expect(points.rows == 12 && points.column(0).allSatisfy { $0 == -1 })
            #expect(kdv.conditions[1].residual == nil && kdv.conditions[1].derivatives == derivatives)
            #expect(throws: ProblemError.self) { try kdv.linearForms() }
        }
        let both = try problem("laplacian(u) = 0", [Condition(.boundary("boundary"), .periodic)])
        #expect(both.conditions.count == 2)
    }

    @Test func pointsAndDataHavePlacesOfTheirOwn() throws {
        let data = PointSet(Matrix(rows: [[0, 1], [0.5, 0.5]]), data: ["value": [3, 4]])
        let plane = try problem(
            "laplacian(u) = 0", [.init(at: [-1, 0], "u = 5"), .init(.points(data, name: "obs.npy"), .equation("u - value"), weight: 2)])
        let points = try plane.collocationPoints(4, seed: 0)
        #expect(points.conditions[0].points.row(0) == [-1, 0] && points.conditions[0].count == 1)
        #expect(points.conditions[1] == data)
        #expect(plane.conditions.map(\.name) == ["x = -1, y = 0", "obs.npy"])
        #expect(try values(plane, 1, u: "x") == [-3, -3.5])
    }

    @Test func wrongConditionsAreRefused() throws {
        let outside = PointSet(Matrix(rows: [[0, 1], [3, 1]]))
        let wrong: [[Condition]] = [
            [], [.init(at: [0], "u = 1")], [.init(at: [0, 5], "u = 1")], [.init("1 = 2")], [.init("u_n5")],
            [.init(.boundary("x = 1"), .periodic)], [.init(.point([0, 1]), .periodic)], [.init(periodic: "z")],
            [.init(.points(outside, name: "f"), .equation("u = 1"))], [.init(.points(PointSet(Matrix(rows: [[0]])), name: "f"), .equation("u"))],
            [.init(at: [0, 1], "u_n = 1")], [.init("u = 1", weight: .nan)],
        ]
        for conditions in wrong { #expect(throws: ProblemError.self) { try problem("laplacian(u) = 0", conditions) } }
        #expect(throws: ProblemError.self) { try problem("u_n = 0", [.init("u = 0")]) }
        for shape in [Shape.lShape, .disk] {
            #expect(throws: ProblemError.self) { try problem("laplacian(u) = 0", [.init(periodic: "x")], shape: shape) }
            #expect(throws: ProblemError.self) { try problem("laplacian(u) = 0", [.init(on: "x = 1", "u = 0")], shape: shape) }
            #expect(throws: ProblemError.self) { try problem("u_xx = 0", [.init("u = 0")], shape: shape, coordinates: [.init("x", 0, 1)]) }
        }
        #expect(throws: ProblemError.self) {
            try problem("laplacian(u) = 0", [.init("u = 0")], shape: .disk, coordinates: [.init("x", 0, 1), .init("y", 0, 2)])
        }
    }
}
