import Differentiation
import Glibc
import LinearAlgebra
import Problems
import TestSupport
import Testing

@Suite struct CatalogueTests {
    /// L u* = f at random points and every condition at its points, u* differentiated symbolically.
    @Test(arguments: Problem.names)
    func theExactSolutionSolvesItsProblem(name: String) throws {
        let problem = try Problem.named(name)
        let exact = try #require(problem.exact.first)
        let points = try problem.collocationPoints(50, sampling: .uniform, seed: 1)
        let forms = try problem.linearForms()
        let left = try problem.values(of: try exact.applying(forms.equation.operator), at: points.interior)
        let right = try problem.values(of: forms.equation.source, at: points.interior)
        let size = try problem.values(of: exact, at: points.interior).reduce(0) { max($0, abs($1)) }
        #expect(size > 0.1)
        let scale = (left + right).reduce(size) { max($0, abs($1)) }
        for (a, b) in zip(left, right) { #expect(abs(a - b) <= 2e-13 * scale) }
        #expect(points.conditions.count == problem.conditions.count && !problem.conditions.isEmpty)
        for (form, set) in zip(forms.conditions, points.conditions) {
            let left = try problem.values(of: try exact.applying(form.operator), at: set)
            let right = try problem.values(of: form.source, at: set)
            for (a, b) in zip(left, right) { #expect(abs(a - b) <= 2e-13 * max(scale, 1)) }
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
