import Differentiation
import LinearAlgebra
import Problems
import Testing

@Suite struct ProblemSystemTests {
    private let definition = ProblemDefinition(
        name: "system", coordinates: [.init("x", 0, 1), .init("t", 0, 1)], fields: ["u", "v"], parameters: ["a": 2, "b": 3], trainable: ["b"],
        equations: ["u_t = v", "v_t = a*u_xx + b"],
        conditions: [.init(on: "t = 0", "u = exact_u"), .init(on: "t = 0", "v_x = exact_v_x"), .init("u = 0")],
        hard: ["v": .init(offset: "t", factor: "x*(1 - x)")], exact: ["x*t", "x^2*a"], exactParameters: ["b": 1])

    @Test func fieldsHaveTheirEquationsConditionsAndSolutions() throws {
        let problem = try Problem(definition)
        #expect(problem.trainable == ["b"] && problem.parameters == ["a": 2, "b": 3] && problem.exactParameters == ["b": 1])
        #expect(problem.derivatives.map(\.field) == ["u", "v", "v", "u"])
        let set = PointSet(Matrix(rows: [[0.5, 2]]))
        let condition = try #require(problem.conditions[1].residual)
        // With v = 0 what is left is −exact_v_x = −2ax.
        let rest = try condition.substituting(Expression(0), for: "v")
        #expect(try problem.values(of: rest, at: set) == [-2])
        let solution = try #require(try problem.solution(seed: 3))
        let points = try problem.testPoints(seed: 3)
        #expect(solution.values.count == 2 && solution.points == points)
        #expect(solution.values[1][10] == 2 * solution.points[10, 0] * solution.points[10, 0])
        #expect(try problem.exactValues(at: set.points, field: 1) == [0.5])
    }

    @Test func hardConditionsAreSubstituted() throws {
        let problem = try Problem(definition)
        #expect(problem.hard.count == 1)
        let x = Expression.coordinate(0, of: problem.coordinates)
        let (u, v) = (Field("u", of: problem.coordinates), Field("v", of: problem.coordinates))
        #expect(try problem.inBareFields(u.xx) == u.xx)
        #expect(try problem.inBareFields(v.value) == Expression.coordinate(1, of: problem.coordinates) + x * (1 - x) * v.value)
        // (t + x(1 − x)N)_xx at x = ½ is −2N + ¼N_xx, at x = 0 it is −2N + 2N_x.
        let second = try problem.inBareFields(v.xx)
        func value(at x: Double) throws -> Double {
            var samples = Samples(count: 1, coordinates: [[x], [0.3]])
            for (index, leaf) in second.derivatives.enumerated() { samples.derivatives[leaf] = [Double(10 + index)] }
            return try second.evaluate(at: samples)[0]
        }
        func number(_ exponents: [Int]) throws -> Double {
            Double(10 + (try #require(second.derivatives.firstIndex { $0.index.exponents == exponents })))
        }
        #expect(try abs(value(at: 0.5) - (-2 * number([0, 0]) + number([2, 0]) / 4)) < 1e-12)
        #expect(try abs(value(at: 0) - (-2 * number([0, 0]) + 2 * number([1, 0]))) < 1e-12)
        // A field whose network is zero is its offset.
        let rest = try problem.inBareFields(problem.equations[0].residual).substituting(Expression(0), for: "v")
        #expect(try rest.substituting(Expression(0), for: "u").evaluate(at: Samples(count: 1, coordinates: [[0.2], [0.7]])) == [-0.7])
    }

    @Test func wrongSystemsAreRefused() {
        func refused(_ words: String, _ edit: (inout ProblemDefinition) -> Void) {
            var copy = definition
            edit(&copy)
            do {
                _ = try Problem(copy)
                Issue.record("\(words): accepted")
            } catch {
                #expect("\(error)".contains(words), "\(error)")
            }
        }
        refused("no value to begin with") { $0.trainable = ["c"] }
        refused("named twice") { $0.trainable = ["b", "b"] }
        refused("names the parameter b") { $0.exact = ["x*b", "x"] }
        refused("true value of a") { $0.exactParameters = ["a": 1] }
        refused("w stands in no equation") {
            $0.fields = ["u", "v", "w"]; $0.exact = []; $0.conditions = [.init("u = 0")]
        }
        refused("does not contain any of the fields") { $0.equations = ["u_t = v", "x = t", "v_t = u"] }
        refused("none of the fields") { $0.hard = ["w": .init()] }
        refused("zero everywhere") { $0.hard = ["u": .init(factor: "x - x")] }
        refused("unknown") { $0.hard = ["u": .init(factor: "u")] }
        refused("no condition") {
            $0.conditions = []; $0.hard = [:]
        }
        refused("at most 4") { $0.equations[0] = "u_xxxxx = v" }
        refused("not a finite number") { $0.equations[0] = "u_t = v*(1e308*10)" }
        refused("2 fields and 1 exact") { $0.exact = ["x"] }
        refused("exact formula and a reference") { $0.reference = .allenCahn }
    }

    /// Equations written with operators are the same expressions as those read from text.
    @Test func operatorsMakeTheSameExpressions() throws {
        let coordinates = ["x", "t"]
        let vocabulary = try Vocabulary(coordinates: coordinates, fields: ["u", "v"], parameters: ["nu"])
        let (u, v, nu) = (Field("u", of: coordinates), Field("v", of: coordinates), Expression.parameter("nu"))
        let x = Expression.coordinate(0, of: coordinates)
        #expect(u.t + u * u.x - nu * u.xx == (try Expression(equation: "u_t + u*u_x = nu*u_xx", in: vocabulary)))
        #expect(u.laplacian - v + 2 * u == (try Expression(parsing: "laplacian(u) - v + 2*u", in: vocabulary)))
        #expect(u * v - v.xt / 3 == (try Expression(parsing: "u*v - v_xt/3", in: vocabulary)))
        #expect(sin(.pi * x) * u - u.biharmonic == (try Expression(parsing: "sin(pi*x)*u - biharmonic(u)", in: vocabulary)))
        #expect(-u + 1 - x * v == (try Expression(parsing: "-u + 1 - x*v", in: vocabulary)))
    }
}
