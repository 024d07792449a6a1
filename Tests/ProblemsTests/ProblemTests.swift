import Differentiation
import LinearAlgebra
import Problems
import Testing

@Suite struct ProblemTests {
    private let definition = ProblemDefinition(
        name: "mine", coordinates: [.init("x", 0, 1), .init("t", 0, 2)], parameters: ["nu": 0.5], equations: ["u_t = nu*u_xx + exact - exact"],
        conditions: [.init(on: "t = 0", "u = exact", weight: 4), .init(on: "x = 0, x = 1", "u = exact")], exact: ["x^2 + 2*nu*t"])

    @Test func aDefinitionIsRead() throws {
        let problem = try Problem(definition)
        #expect(problem.coordinates == ["x", "t"] && problem.isEvolution && problem.dimension == 2)
        #expect(problem.conditions.map(\.weight) == [4, 1])
        #expect(problem.conditions.map(\.name) == ["t = 0", "x = 0, x = 1"])
        let forms = try problem.linearForms()
        #expect(forms.equation.operator == LinearOperator(dimension: 2, terms: [.init(1, MultiIndex([0, 1])), .init(-0.5, MultiIndex([2, 0]))]))
        let values = try problem.values(of: forms.conditions[0].source, at: PointSet(Matrix(rows: [[0.5, 0], [1, 1]])))
        #expect(values == [0.25, 2])
    }

    @Test func wrongDefinitionsAreRefused() {
        var changed: [ProblemDefinition] = []
        func change(_ edit: (inout ProblemDefinition) -> Void) {
            var copy = definition
            edit(&copy)
            changed.append(copy)
        }
        change { $0.coordinates[0].upper = 0 }
        change { $0.coordinates[0].upper = .infinity }
        change { $0.coordinates[0].lower = .nan }
        change { $0.coordinates = [] }
        change { $0.fields = [] }
        change { $0.fields = ["u", "v"] }
        change { $0.fields = ["u_"] + ["sin"] }
        change { $0.equations = [] }
        change { $0.equations = ["u_t = nu*u_yy"] }
        change { $0.equations = ["u_t ="] }
        change { $0.conditions[0].place = .boundary("t = 1") }
        change { $0.conditions[0].weight = 0 }
        change { $0.conditions[0].statement = .equation("u = wrong") }
        change { $0.exact = ["u"] }
        for definition in changed { #expect(throws: ProblemError.self) { try Problem(definition) } }
    }

    @Test func equationsThatAreNotLinearAreReadButHaveNoLinearForm() throws {
        var burgers = definition
        burgers.equations = ["u_t + u*u_x = nu*u_xx"]
        let problem = try Problem(burgers)
        #expect(throws: ProblemError.self) { try problem.linearForms() }
        burgers.equations = ["u_t + x*u_x = 0"]
        let variable = try Problem(burgers)
        #expect(throws: ProblemError.self) { try variable.linearForms() }
        burgers.fields = ["u", "v"]
        burgers.exact = []
        burgers.equations = ["u_t = v", "v_t = u_xx"]
        burgers.conditions = [.init("u = 0"), .init("v = 0")]
        let system = try Problem(burgers)
        #expect(system.equations.count == 2)
        #expect(throws: ProblemError.self) { try system.linearForms() }
    }

    @Test func anEquationOverAFileIsRead() throws {
        let problem = try Problem(
            equation: "k*laplacian(u) - f", conditions: ["u - g", "left: u_x, weight 2.5"], parameters: ["k": 3], dimension: 2, data: ["f", "g"])
        #expect(problem.coordinates == ["x", "y"] && problem.domain == nil)
        #expect(problem.conditions.map(\.name) == ["boundary", "left"])
        #expect(problem.conditions.map(\.weight) == [1, 2.5])
        let forms = try problem.linearForms()
        #expect(forms.equation.operator.terms.map(\.coefficient) == [3, 3])
        let set = PointSet(Matrix(rows: [[0, 0], [1, 1]]), data: ["f": [7, 8]])
        #expect(try problem.values(of: forms.equation.source, at: set) == [7, 8])
        #expect(throws: ProblemError.self) { try problem.values(of: forms.equation.source, at: PointSet(Matrix(rows: [[0, 0]]))) }
        #expect(throws: ProblemError.self) { try problem.collocationPoints(10, seed: 0) }
        #expect(throws: ProblemError.self) { try problem.testPoints(seed: 0) }
        #expect(try Problem(equation: "u_x4", dimension: 5).coordinates == ["x1", "x2", "x3", "x4", "x5"])
        #expect(try Problem(equation: "u_t - u_xx", coordinates: ["x", "t"], dimension: 2).isEvolution)
    }

    @Test func wrongEquationsAreRefused() {
        #expect(throws: ProblemError.self) { try Problem(equation: "laplacian(u) - f", dimension: 2) }
        #expect(throws: ProblemError.self) { try Problem(equation: "laplacian(u", dimension: 2) }
        #expect(throws: ProblemError.self) { try Problem(equation: "u_xx", coordinates: ["x"], dimension: 2) }
        #expect(throws: ProblemError.self) { try Problem(equation: "u_xx", parameters: ["k": .nan], dimension: 1) }
        #expect(throws: ProblemError.self) { try Problem(equation: "u_xx", conditions: ["u, weight 0"], dimension: 1) }
        #expect(throws: ProblemError.self) { try Problem(equation: "u_xx", conditions: ["u, wait 1"], dimension: 1) }
    }

    @Test func sourcesHaveToBeFinite() throws {
        let problem = try Problem(equation: "u_xx - 1/x", dimension: 1)
        let source = try problem.linearForms().equation.source
        #expect(throws: ProblemError.self) { try problem.values(of: source, at: PointSet(Matrix(rows: [[1], [0]]))) }
    }

    @Test func testPointsAreManyAndOfTheirOwn() throws {
        let plane = try Problem.named("poisson2d")
        let points = try plane.testPoints(seed: 1)
        #expect(points.rows == 4000)
        #expect(try plane.testPoints(seed: 1) == points)
        #expect(try plane.testPoints(seed: 2) != points)
        #expect(try plane.collocationPoints(4000, sampling: .uniform, seed: 1).interior.points != points)
        #expect(try Problem.named("poisson5d").testPoints(seed: 1).rows == 10_000)
        let wave = try Problem.named("wave").testPoints(seed: 1)
        #expect(wave.rows == 4096 && wave.column(1).max() == 1 && wave.column(1).filter { $0 == 1 }.count == 64)
    }

    @Test func theErrorIsRelativeInTheL2Norm() throws {
        #expect(Problem.relativeError([3, 5], exact: [3, 4]) == 0.2)
        #expect(Problem.relativeError([3, 4], exact: [0, 0]) == 5)
        let problem = try Problem.named("poisson1d")
        let values = try #require(try problem.exactValues(at: Matrix(rows: [[0.5], [0]])))
        #expect(values == [1, 0])
        #expect(try Problem(equation: "u_xx", dimension: 1).exactValues(at: Matrix(rows: [[0.5]])) == nil)
    }
}
