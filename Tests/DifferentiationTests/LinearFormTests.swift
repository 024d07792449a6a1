import Differentiation
import Testing

struct LinearFormTests {
    private func form(_ text: String, parameters: [String: Double] = [:]) throws -> LinearForm {
        try LinearForm(of: Expression(equation: text, in: plane), parameters: parameters)
    }

    @Test func takesLinearEquationsApart() throws {
        let poisson = try form("laplacian(u) - f")
        #expect(poisson.operator == .laplacian(dimension: 2) && poisson.source == .data("f"))
        let swapped = try form("f = biharmonic(u)")
        #expect(swapped.operator.terms.map(\.coefficient) == [-1, -2, -1])
        #expect(swapped.source == -Expression.data("f"))
        let helmholtz = try form("laplacian(u) + 4*(u - x) = sin(pi*x)*y")
        #expect(helmholtz.operator.terms.map(\.coefficient) == [4, 1, 1])
        let samples = Samples(count: 1, coordinates: [[0.3], [0.7]])
        let source = try helmholtz.source.evaluate(at: samples)[0]
        #expect(abs(source - (Activation.sin.derivative(0, at: .pi * 0.3) * 0.7 + 1.2)) < 1e-15)
        let heat = try form("nu*u_xx/2 = u_y", parameters: ["nu": 0.5])
        #expect(heat.operator.terms == [LinearOperator.Term(-1, MultiIndex([0, 1])), LinearOperator.Term(0.25, MultiIndex([2, 0]))])
        #expect(heat.source == Expression(0))
        #expect(try form("u").operator == .identity(dimension: 2))
        #expect(try form("(u + 1)*2 - u*x + x*u").operator.terms.map(\.coefficient) == [2])
        #expect(try form("u^2/u - u/(1/2)").operator.terms.map(\.coefficient) == [-1])
    }

    /// residual = L u − source, checked at random values of everything.
    @Test func residualIsOperatorMinusSource() throws {
        var numbers = TestNumbers(seed: 5)
        for text in ["3*u_xx - (u_yy - f)/4 + 2 - x*y", "-(u - g)", "u_xxyy + 0.5*u_x - 2*u_xy*pi + exp(x)*f - 7*u", "(u_x + f)*(2 - 5)"] {
            let residual = try Expression(equation: text, in: plane)
            let form = try LinearForm(of: residual)
            var samples = Samples(
                count: 4, coordinates: [(0..<4).map { _ in numbers.uniform(-1...1) }, (0..<4).map { _ in numbers.uniform(-1...1) }])
            for name in ["f", "g"] { samples.data[name] = (0..<4).map { _ in numbers.uniform(-1...1) } }
            for leaf in residual.derivatives { samples.derivatives[leaf] = (0..<4).map { _ in numbers.uniform(-1...1) } }
            let whole = try residual.evaluate(at: samples)
            let source = try form.source.evaluate(at: samples)
            for i in 0..<4 {
                let applied = form.operator.terms.reduce(0) { $0 + $1.coefficient * samples.derivatives[FieldDerivative("u", $1.derivative)]![i] }
                #expect(abs(whole[i] - (applied - source[i])) < 1e-14)
            }
        }
    }

    @Test func namesTheTermInTheWay() {
        for (text, message) in [
            ("u_xx + u*u_x - f", "The term u*u_x is not linear in u: only linear equations are possible here."),
            ("u_xx - sin(u)", "The term sin(u) is not linear in u: only linear equations are possible here."),
            ("u_xx + 2*u^2", "The term 2*u^2 is not linear in u: only linear equations are possible here."),
            ("abs(u)", "The term abs(u) is not linear in u: only linear equations are possible here."),
            ("u_xx + x*u_x", "The coefficient x of u_x is not constant: only constant coefficients are possible here."),
            ("f*u - 1", "The coefficient f of u is not constant: only constant coefficients are possible here."),
            ("x - f", "The equation does not contain the unknown field u."),
            ("nu*u", "The parameter nu has no value: supply one."),
            ("u - u", "The equation does not contain the unknown field u."),
        ] {
            do {
                _ = try form(text)
                Issue.record("\(text) was taken for linear")
            } catch { #expect((error as? ExpressionError)?.message == message) }
        }
        #expect(throws: ExpressionError("The equation contains v_x, but only one unknown field, u, is possible here.")) {
            try LinearForm(of: Expression(equation: "u_x = v_x", in: spaceTime))
        }
        #expect(throws: ExpressionError("All coefficients of the unknown field u are zero.")) { try form("nu*u = f", parameters: ["nu": 0]) }
    }

    @Test func readsConditions() throws {
        let condition = try ConditionStatement(parsing: "boundary: u - g, weight 1", in: plane)
        #expect(condition.name == "boundary" && condition.weight == 1)
        #expect(condition.residual == (try Expression(parsing: "u - g", in: plane)))
        let second = try ConditionStatement(parsing: " left-edge : atan2(u, 1) = 0 , weight 2.5e1", in: plane)
        #expect(second.name == "left-edge" && second.weight == 25)
        let bare = try ConditionStatement(parsing: "u = g", in: plane)
        #expect(bare.name == "boundary" && bare.weight == 1)
        for (text, column, message) in [
            ("boundary: u -", 14, "The expression ends too early: something is missing here."),
            ("boundary:", 10, "The expression is empty."),
            (": u", 1, "The name of a condition is one word before the colon."),
            ("a b: u", 1, "The name of a condition is one word before the colon."),
            ("b: u, 3", 7, "After the comma of a condition stands its weight: \", weight 1\"."),
            ("b: u, weight", 13, "The weight of a condition is a positive number."),
            ("b: u, weight -1", 14, "The weight of a condition is a positive number."),
            ("b: u, weight 0", 14, "The weight of a condition is a positive number."),
            ("b: u, weight 1 2", 16, "An operator is missing before \"2\"."),
            ("b: v", 4, "The name v is unknown: known are x, y, u, nu, f, g."),
        ] {
            do {
                _ = try ConditionStatement(parsing: text, in: plane)
                Issue.record("\(text) was read")
            } catch { #expect(error.column == column && error.message == message, "\(text): \(error)") }
        }
    }
}
