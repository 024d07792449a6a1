import Differentiation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

struct ExpressionDerivativeTests {
    static let formulas = [
        "sin(x*y)", "cos(x)^3", "tan(x/3)", "tanh(x - y^2)", "sinh(x)*cosh(y)", "exp(-x^2)", "log(2 + x^2)", "sqrt(1 + y^2*x^2)", "abs(x - 0.1)",
        "atan2(y, x + 2)",
        "min(x, y^2)", "max(x*y, x + 1)", "x^y", "(2 + x)^(y/2)", "2^x", "x/y", "1/(1 + 25*(x^2 + y^2))", "x^-3", "nu*x^2*y", "(x + y)^7", "-x^2/2",
        "x - y/x",
        "exp(sin(x)*cos(2*y))",
    ]

    /// The symbolic derivative agrees with an eighth-order difference of the values.
    @Test(arguments: formulas) func agreesWithDifferences(_ text: String) throws {
        let expression = try Expression(parsing: text, in: plane)
        func value(_ e: Expression, _ x: Double, _ y: Double) throws -> Double {
            try e.evaluate(at: Samples(count: 1, coordinates: [[x], [y]], parameters: ["nu": 0.4]))[0]
        }
        for axis in 0...1 {
            let derivative = try expression.derivative(axis: axis)
            for (x, y) in [(0.62, 0.91), (1.27, 0.43)] {
                var values: [Double] = []
                for k in -4...4 {
                    values.append(try value(expression, x + (axis == 0 ? Double(k) * 0.005 : 0), y + (axis == 1 ? Double(k) * 0.005 : 0)))
                }
                let stencil = Stencil(derivative: 1, accuracy: 8)
                let difference = stencil({ values[Int(($0 / 0.005).rounded()) + 4] }, at: 0, step: 0.005)
                let exact = try value(derivative, x, y)
                #expect(abs(difference - exact) < 1e-10 * (1 + abs(exact)), "\(text) along axis \(axis): \(derivative)")
            }
        }
    }

    /// Fields and their derivatives move on to the next derivative; the chain and product rules hold.
    @Test func totalDerivatives() throws {
        for (text, axis, expected) in [
            ("u", 0, "u_x"), ("u_x", 1, "u_xt"), ("u*u_x", 0, "u_x^2 + u*u_xx"), ("sin(u)", 1, "cos(u)*u_t"), ("x*u", 0, "u + x*u_x"),
            ("nu*u^2", 0, "2*nu*u*u_x"),
            ("u/v", 0, "u_x/v - u/v*v_x/v"), ("nu", 0, "0"),
        ] {
            let derivative = try Expression(parsing: text, in: spaceTime).derivative(axis: axis)
            let wanted = try Expression(parsing: expected, in: spaceTime)
            // Compared by values, since one formula has many forms.
            var numbers = TestNumbers(seed: 7)
            var samples = Samples(count: 5, coordinates: [(0..<5).map { _ in numbers.uniform(1...2) }, (0..<5).map { _ in numbers.uniform(1...2) }])
            samples.parameters["nu"] = 0.3
            for leaf in derivative.derivatives + wanted.derivatives {
                samples.derivatives[leaf] = (0..<5).map { i in Double(leaf.hashIndependentCode + i) / 3 + 1 }
            }
            let (a, b) = (try derivative.evaluate(at: samples), try wanted.evaluate(at: samples))
            for (p, q) in zip(a, b) { #expect(abs(p - q) < 1e-13 * max(1, abs(q)), "\(text): \(derivative)") }
        }
        #expect(throws: ExpressionError("The derivative of the data array f is not known: give it as an array of its own.")) {
            try Expression(parsing: "x*f", in: plane).derivative(axis: 0)
        }
    }

    /// The sweep downwards gives the same partial derivatives as differences in the leaves.
    @Test func gradientsWithRespectToNodes() throws {
        let expression = try Expression(parsing: "u*u_x^2 + sin(u_y*u)/(1 + u^2) - exp(u_x)*y", in: plane)
        let leaves = expression.derivatives
        #expect(leaves.count == 3)
        var graph = expression.graph
        let nodes = leaves.map { graph.derivative($0) }
        let partials = graph.gradient(of: expression.root, withRespectTo: nodes)
        let base = [0.3, -0.7, 1.1]
        func samples(_ values: [Double]) -> Samples {
            Samples(
                count: 1, coordinates: [[0.2], [0.6]], derivatives: Dictionary(uniqueKeysWithValues: zip(leaves, values.map { [$0] })))
        }
        let stencil = Stencil(derivative: 1, accuracy: 6)
        for (k, partial) in partials.enumerated() {
            let exact = try graph.evaluate(partial, at: samples(base))[0]
            let difference = stencil(
                { t in
                    var moved = base
                    moved[k] = t
                    return (try? expression.evaluate(at: samples(moved))[0]) ?? .nan
                }, at: base[k], step: 0.01)
            #expect(abs(difference - exact) < 1e-9)
        }
        let absent = graph.coordinate(0)
        #expect(graph.constantValue(graph.gradient(of: expression.root, withRespectTo: [absent])[0]) == 0)
    }

    /// A manufactured right-hand side: L u* for the biharmonic operator, by the operator and by substitution.
    @Test func operatorsApplyToFormulas() throws {
        let exact = try Expression(parsing: "sin(pi*x)*sin(pi*y)", in: plane)
        let source = try exact.applying(LinearOperator.biharmonic(dimension: 2))
        let substituted = try Expression(parsing: "biharmonic(u)", in: plane).substituting(exact, for: "u")
        let samples = Samples(count: 3, coordinates: [[0.1, -0.4, 0.9], [0.3, 0.2, -0.7]])
        let wanted = try exact.evaluate(at: samples).map { 4 * Double.pi * .pi * .pi * .pi * $0 }
        for values in [try source.evaluate(at: samples), try substituted.evaluate(at: samples)] {
            for (a, b) in zip(values, wanted) { #expect(abs(a - b) < 1e-12 * abs(b)) }
        }
    }

    @Test func swiftOperatorsSayTheSame() throws {
        let u = Field("u", of: ["x", "y"])
        let x = Expression.coordinate(0, of: ["x", "y"])
        #expect(u.xx + u.yy - .data("f") == (try Expression(parsing: "u_xx + u_yy - f", in: plane)))
        #expect(u.laplacian == (try Expression(parsing: "laplacian(u)", in: plane)))
        #expect(u.biharmonic == (try Expression(parsing: "biharmonic(u)", in: plane)))
        #expect(.parameter("nu") * u.xy - 2 * sin(.init(.pi) * x) == (try Expression(parsing: "nu*u_xy - 2*sin(pi*x)", in: plane)))
        #expect(-u.value / (1 + x.power(2)) == (try Expression(parsing: "-u/(1 + x^2)", in: plane)))
        #expect(exp(x) * cos(x) + sqrt(abs(x)) != log(x))
        let forms = [tanh(x), sinh(x), cosh(x), tan(x)]
        #expect(forms.map(\.description) == ["tanh(x)", "sinh(x)", "cosh(x)", "tan(x)"])
        #expect(Expression(2) * 3 == Expression(6))
        #expect(Field("u", of: ["x", "t"]).laplacian == (try Expression(parsing: "u_xx", in: spaceTime)))
    }
}

extension FieldDerivative {
    /// A number of its own for each derivative, the same in every run.
    fileprivate var hashIndependentCode: Int { index.exponents.reduce(field == "u" ? 1 : 2) { 5 * $0 + $1 } }
}
