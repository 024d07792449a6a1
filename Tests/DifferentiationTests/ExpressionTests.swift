import Differentiation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

let plane = try! Vocabulary(coordinates: ["x", "y"], fields: ["u"], parameters: ["nu"], data: ["f", "g"])
let spaceTime = try! Vocabulary(coordinates: ["x", "t"], fields: ["u", "v"], parameters: ["nu"])

struct ExpressionTests {
    /// The value of a formula over x and y at a point.
    private func value(_ text: String, x: Double = 0, y: Double = 0) throws -> Double {
        try Expression(parsing: text, in: plane).evaluate(at: Samples(count: 1, coordinates: [[x], [y]], parameters: ["nu": 0.5]))[0]
    }

    @Test func precedenceAndFunctions() throws {
        #expect(try value("1 + 2*3 - 4/8") == 6.5)
        #expect(try value("-x^2", x: 3) == -9)
        #expect(try value("2^3^2") == 512)
        #expect(try value("2^-1") == 0.5)
        #expect(try value("x^-2", x: 2) == 0.25)
        #expect(try value("-2^2 + (-2)^2") == 0)
        #expect(try value("8/4/2") == 1)
        #expect(try value("1 - 2 - 3") == -4)
        #expect(try value("2*-x", x: 4) == -8)
        #expect(try value("--x + +x", x: 4) == 8)
        #expect(try value(".5e1 + 1.e-1 + 2E+2") == 205.1)
        #expect(try value("pi") == .pi)
        #expect(try value("nu*x", x: 3) == 1.5)
        #expect(try value("atan2(y, x)", x: -1, y: 2) == atan2(2, -1))
        #expect(try value("min(x, y) + 10*max(x, y)", x: 3, y: 5) == 53)
        #expect(try value("x^0.5", x: 9) == 3)
        #expect(try value("x^y", x: 2, y: 0.3) == pow(2, 0.3))
        for (name, function) in [
            ("sin", sin), ("cos", cos), ("tan", tan), ("tanh", tanh), ("sinh", sinh), ("cosh", cosh), ("exp", exp), ("log", log),
        ] as [(String, (Double) -> Double)] {
            #expect(try value("\(name)(x)", x: 0.7) == function(0.7))
            #expect(try value("\(name)(0.7)") == function(0.7))
        }
        #expect(try value("sqrt(abs(x))", x: -4) == 2)
    }

    /// A block boundary and the end of an array meet.
    @Test func evaluatesArrays() throws {
        let count = 600
        let x = (0..<count).map { Double($0) / 100 }
        let f = x.map { $0 * $0 }
        let uxx = MultiIndex([2, 0])
        let samples = Samples(
            count: count, coordinates: [x, x], parameters: ["nu": 2], data: ["f": f], derivatives: [FieldDerivative("u", uxx): x.map { -$0 }])
        let values = try Expression(equation: "nu*u_xx = f - y", in: plane).evaluate(at: samples)
        #expect(values == x.map { 2 * -$0 - ($0 * $0 - $0) })
        #expect(try Expression(parsing: "1", in: plane).evaluate(at: Samples(count: 0)) == [])
    }

    @Test func evaluationSaysWhatIsMissing() throws {
        let cases = [
            ("x", "There are no values for the coordinate x: supply them."), ("nu", "The parameter nu has no value: supply one."),
            ("f", "There are no values for the data array f: supply them."), ("u_xy", "There are no values for u_xy: supply them."),
        ]
        for (text, message) in cases {
            #expect(throws: ExpressionError(message)) { try Expression(parsing: text, in: plane).evaluate(at: Samples(count: 2)) }
        }
        #expect(throws: ExpressionError("There are 3 values for the data array g, but 2 points: supply one a point.")) {
            try Expression(parsing: "g", in: plane).evaluate(at: Samples(count: 2, data: ["g": [1, 2, 3]]))
        }
    }

    @Test func derivativesOfFieldsByName() throws {
        let wanted: [(String, [Int])] = [
            ("u", [0, 0]), ("u_x", [1, 0]), ("u_xy", [1, 1]), ("u_yx", [1, 1]), ("u_xxyy", [2, 2]), ("u_xyxy", [2, 2]), ("u_xxxx", [4, 0]),
        ]
        for (text, exponents) in wanted {
            #expect(try Expression(parsing: text, in: plane).derivatives == [FieldDerivative("u", MultiIndex(exponents))])
        }
        let many = try Vocabulary(coordinates: Vocabulary.standardCoordinates(12))
        #expect(try Expression(parsing: "u_x1x12x2", in: many).derivatives.first?.index.exponents == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        let ambiguous = try Vocabulary(coordinates: ["x", "xx", "y"])
        #expect(try Expression(parsing: "u_xxy", in: ambiguous).derivatives.first?.index.exponents == [0, 1, 1])
        #expect(try Expression(parsing: "u_xxx", in: ambiguous).derivatives.first?.index.order == 2)
        let scored = try Vocabulary(coordinates: ["x"], fields: ["u", "u_x", "p_in"])
        #expect(try Expression(parsing: "u_x", in: scored).derivatives == [FieldDerivative("u_x", MultiIndex([0]))])
        #expect(try Expression(parsing: "p_in_xx", in: scored).derivatives == [FieldDerivative("p_in", MultiIndex([2]))])
    }

    @Test func laplacianActsOnSpace() throws {
        #expect(try Expression(parsing: "laplacian(u)", in: plane) == Expression(parsing: "u_xx + u_yy", in: plane))
        #expect(try Expression(parsing: "biharmonic(u)", in: plane) == Expression(parsing: "u_xxxx + 2*u_xxyy + u_yyyy", in: plane))
        #expect(try Expression(parsing: "laplacian(laplacian(u))", in: plane) == Expression(parsing: "biharmonic(u)", in: plane))
        #expect(try Expression(parsing: "laplacian(u)", in: spaceTime) == Expression(parsing: "u_xx", in: spaceTime))
        #expect(try Expression(parsing: "laplacian(x^2*y)", in: plane) == Expression(parsing: "2*y", in: plane))
        let square = try Expression(parsing: "laplacian(u^2)", in: spaceTime)
        #expect(Set(square.derivatives.map(\.index)) == [MultiIndex([0, 0]), MultiIndex([1, 0]), MultiIndex([2, 0])])
    }

    /// What is printed reads back as the same formula.
    @Test func printsWhatItReads() throws {
        for text in [
            "u_xx + u_yy - f", "-x^2", "(x + y)*(x - y)", "x - (y - 1)", "x/(y*f)", "x/y/f", "(x^y)^f", "(-x)^3", "2^x", "x^(-2)", "-(x*y)", "-2*x",
            "x + -2*y",
            "atan2(y, x) + min(x, y)", "exp(-x^2/2)", "1e-7*x + 1e20", "pi*x", "nu*u_xx - u*u_x", "0.1*(x + 0.3)", "x*(y/f)", "sin(-x)", "3 - x",
            "-x - 3", "-x/y",
            "x^0.5", "(x + 1)^2", "abs(sign(x))", "1/x", "-1/x", "-pi*x", "x*-pi",
        ] {
            let expression = try Expression(parsing: text, in: plane)
            let again = try Expression(parsing: "\(expression)", in: plane)
            #expect(again == expression, "\(text) prints as \(expression)")
            #expect("\(again)" == "\(expression)")
        }
        #expect("\(try Expression(parsing: "u_yx + 1*x*2 + 0*y", in: plane))" == "u_xy + 2*x")
        #expect("\(try Expression(parsing: "u*u_x - nu*u_xx + sin(pi*x)/2", in: plane))" == "u*u_x - nu*u_xx + sin(pi*x)/2")
    }

    @Test func simplifies() throws {
        for (text, expected) in [
            ("x - x", "0"), ("x + x", "2*x"), ("3*x - x", "2*x"), ("x*x*x", "x^3"), ("x*x^-1", "1"), ("x/x", "1"), ("0*x", "0"), ("x^0", "1"),
            ("x^1", "x"),
            ("(x^2)^3", "x^6"), ("2*(3*x)", "6*x"), ("-(-x)", "x"), ("x + (-y)", "x - y"), ("x - (-y)", "x + y"), ("y*x - x*y", "0"), ("cos(0)", "1"),
            ("x*2", "2*x"), ("(-x)*(-y)", "x*y"), ("(-x)^2", "x^2"), ("x^2*y - y*x^2", "0"), ("1*x + 0", "x"), ("0 - x", "-x"),
            ("1 + 2 + x", "x + 3"),
        ] {
            #expect("\(try Expression(parsing: text, in: plane))" == expected, "\(text)")
        }
    }

    /// Equal subexpressions are one node.
    @Test func sharesSubexpressions() throws {
        let expression = try Expression(parsing: "sin(x*y) + cos(x*y)^2 + sin(y*x)", in: plane)
        let nodes = expression.graph.reachable(from: [expression.root])
        #expect(nodes.count == 8)
    }

    /// A graph whose written form would have 2⁶⁰ terms is printed in part, and evaluated whole.
    @Test func sharedGraphsStayCheap() throws {
        var expression = try Expression(parsing: "x", in: plane)
        for _ in 0..<60 { expression = sin(expression) * Expression(1.5) + cos(expression) }
        #expect("\(expression)".utf8.count < 21_000)
        #expect(try expression.evaluate(at: Samples(count: 1, coordinates: [[0.3], [0]]))[0].isFinite)
        #expect(try expression.derivative(axis: 0).evaluate(at: Samples(count: 1, coordinates: [[0.3], [0]]))[0].isFinite)
    }
}
