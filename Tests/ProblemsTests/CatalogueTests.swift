import Differentiation
import Glibc
import LinearAlgebra
import Problems
import TestSupport
import Testing

@Suite struct CatalogueTests {
    /// Every equation and condition with u* put in, u* differentiated symbolically, against the largest of its derivatives.
    @Test(arguments: Problem.catalogue.filter { !$0.exact.isEmpty })
    func theExactSolutionSolvesItsProblem(problem: Problem) throws {
        let points = try problem.collocationPoints(50, sampling: .uniform, seed: 1)
        var solved = problem.parameters
        solved.merge(problem.exactParameters) { _, truth in truth }
        func values(_ expression: Expression, _ set: PointSet) throws -> [Double] {
            var expression = expression
            for (field, formula) in zip(problem.fields, problem.exact) { expression = try expression.substituting(formula, for: field) }
            let coordinates = (0..<set.points.columns).map { set.points.column($0) }
            return try expression.evaluate(at: Samples(count: set.count, coordinates: coordinates, parameters: solved, data: set.data))
        }
        func largest(_ derivatives: [FieldDerivative], _ set: PointSet) throws -> Double {
            try derivatives.reduce(1) { size, leaf in
                try values(Field(leaf.field, of: problem.coordinates)[leaf.index], set).reduce(size) { max($0, abs($1)) }
            }
        }
        for equation in problem.equations {
            let scale = try largest(equation.residual.derivatives, points.interior)
            #expect(try values(equation.residual, points.interior).allSatisfy { abs($0) <= 1e-12 * scale }, "\(equation.text)")
        }
        #expect(points.conditions.count == problem.conditions.count && !problem.conditions.isEmpty)
        for (condition, set) in zip(problem.conditions, points.conditions) {
            let residual = try #require(condition.residual)
            let scale = try largest(residual.derivatives, set)
            // Data with noise meet the solution up to it.
            let noise = set.data["noise"] ?? Array(repeating: 0, count: set.count)
            for (value, error) in zip(try values(residual, set), noise) {
                #expect(abs(value + error) <= 1e-12 * scale, "\(condition.text)")
                #expect(abs(error) < 5e-3)
            }
        }
    }

    /// The catalogue of the linear problems goes on to have its operators.
    @Test func linearProblemsHaveLinearForms() throws {
        for name in ["poisson1d-mixed", "biharmonic2d-clamped", "lshape", "wave", "heat-inverse", "poisson5d"] {
            #expect(try Problem.named(name).linearForms().conditions.count == Problem.named(name).conditions.count)
        }
        for problem in Problem.catalogue {
            #expect(problem.isLinear == !["burgers", "kdv", "allen-cahn", "kovasznay"].contains(problem.name), "\(problem.name)")
        }
        for name in ["burgers", "kdv", "allen-cahn", "kovasznay"] {
            #expect(throws: ProblemError.self) { try Problem.named(name).linearForms() }
        }
    }

    @Test func namesAreUniqueAndSummariesShort() {
        #expect(Set(Problem.names).count == Problem.names.count)
        #expect(Problem.catalogue.map(\.name) == Problem.names)
        for problem in Problem.catalogue { #expect((20...130).contains(problem.summary.count), "\(problem.name)") }
    }

    @Test(arguments: [("poison1d", "poisson1d"), ("Poisson2D", "poisson2d"), ("biharmonic", "biharmonic1d"), ("runge", "runge2d"), ("wav", "wave")])
    func aWrongNameSuggestsTheNearest(name: String, nearest: String) {
        #expect(throws: ProblemError.unknownProblem(name: name, nearest: nearest)) { try Problem.named(name) }
    }

    /// Right-hand sides that are derived from the solution, against formulas worked out by hand.
    @Test func derivedRightHandSidesAreRight() throws {
        let formulas: [String: (Double, Double) -> Double] = [
            "smooth2d": { x, y in
                let (a, b, c, e) = (sin(x), cos(x), cos(2 * y), sin(2 * y))
                return exp(a * c) * (b * b * c * c - a * c + 4 * a * a * e * e - 4 * a * c)
            },
            "runge2d": { x, y in
                let square = x * x + y * y
                let g = 1 + 25 * square
                return -100 / (g * g) + 5000 * square / (g * g * g)
            },
        ]
        for (name, formula) in formulas {
            let problem = try Problem.named(name)
            let set = try problem.collocationPoints(100, sampling: .uniform, seed: 2).interior
            let source = try problem.values(of: try problem.linearForms().equation.source, at: set)
            let expected = (0..<set.count).map { formula(set.points[$0, 0], set.points[$0, 1]) }
            #expect(relativeDifference(source, expected) < 1e-13)
        }
    }

    @Test func operatorsAreThoseOfTheNames() throws {
        #expect(try Problem.named("poisson2d").linearForms().equation.operator == .laplacian(dimension: 2))
        #expect(try Problem.named("biharmonic2d").linearForms().equation.operator == .biharmonic(dimension: 2))
        #expect(try Problem.named("poisson100d").linearForms().equation.operator == .laplacian(dimension: 100))
        let navier = try Problem.named("biharmonic2d").linearForms().conditions
        #expect(navier.map(\.operator) == [.identity(dimension: 2), .laplacian(dimension: 2)])
        let heat = try Problem.named("heat").linearForms().equation.operator
        #expect(heat.terms == [.init(1, MultiIndex([0, 1])), .init(-0.1, MultiIndex([2, 0]))])
    }

    @Test func theStudysPointsHaveTheirNumbers() throws {
        let line = try Problem.named("biharmonic1d").collocationPoints(200, seed: 0)
        #expect(line.interior.count == 200 && line.conditions.map(\.count) == [2, 2])
        let square = try Problem.named("biharmonic2d").collocationPoints(400, seed: 0)
        #expect(square.interior.count == 400 && square.conditions.map(\.count) == [84, 84])
        #expect(square.conditions[0] == square.conditions[1])
    }
}
