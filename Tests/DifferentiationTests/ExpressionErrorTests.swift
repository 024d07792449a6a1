import Differentiation
import Testing

struct ExpressionErrorTests {
    /// The mistake's sentence, and the text with a caret under its column.
    static let mistakes: [(String, Int, String)] = [
        ("", 1, "The expression is empty."),
        ("   ", 1, "The expression is empty."),
        ("x +", 4, "The expression ends too early: something is missing here."),
        ("x + * y", 5, "An expression is missing before \"*\"."),
        ("(x + y", 1, "This parenthesis is never closed: add a \")\"."),
        ("sin(x", 4, "This parenthesis is never closed: add a \")\"."),
        ("x + y)", 6, "This parenthesis was never opened: remove it."),
        (")", 1, "This parenthesis closes nothing: an expression is missing before it, or one \")\" is too many."),
        ("x y", 3, "An operator is missing before \"y\"."),
        ("2x", 2, "A product is written with *: 2*x."),
        ("x = y", 3, "An = only stands between the two sides of an equation."),
        ("x, y", 2, "A comma only stands between the arguments of a function."),
        ("x ** 2", 3, "A power is written with ^, not **."),
        ("u_xxxxx", 1, "The derivative u_xxxxx has order 5: at most 4 is possible."),
        ("x + u_xz", 5, "\"xz\" in u_xz is not a sequence of the coordinates x, y."),
        ("u_", 1, "The derivative u_ names no coordinate: write for example u_x."),
        ("laplacian(biharmonic(u))", 1, "This needs a derivative of order 6 of u: at most 4 is possible."),
        ("y + laplacian(f)", 5, "The derivative of the data array f is not known: give it as an array of its own."),
        ("sni(x)", 1, "There is no function sni: sin is near it."),
        ("biharmonc(u)", 1, "There is no function biharmonc: biharmonic is near it."),
        ("foo(x)", 1, "There is no function foo."),
        ("u(x)", 1, "The field u is not a function: write u*(…) for a product."),
        ("x(y)", 1, "The coordinate x is not a function: write x*(…) for a product."),
        ("sin + 1", 1, "The function sin needs its argument in parentheses: sin(…)."),
        ("sin(x, y)", 1, "The function sin takes 1 argument, not 2."),
        ("sin()", 1, "The function sin takes 1 argument, not 0."),
        ("atan2(x)", 1, "The function atan2 takes 2 arguments, not 1."),
        ("nuu*x", 1, "The name nuu is unknown: nu is near it."),
        ("w + 1", 1, "The name w is unknown: known are x, y, u, nu, f, g."),
        ("1e999", 1, "The number 1e999 is too large: the largest is about 1.8e308."),
        ("1e-999", 1, "The number 1e-999 is too small: the smallest is about 5e-324."),
        ("x^100000", 3, "The exponent is too large: at most 1024 is possible."),
        ("x^-1e300", 3, "The exponent is too large: at most 1024 is possible."),
        ("2^100000", 2, "The value of \"^\" for the numbers 2.0 and 100000.0 is not a finite number."),
        ("1/0", 2, "The value of \"/\" for the numbers 1.0 and 0.0 is not a finite number."),
        ("x/(1 - 1)", 2, "This divides by zero."),
        ("log(0)", 1, "The value log(0.0) is not a finite number."),
        ("sqrt(-1)", 1, "The value sqrt(-1.0) is not a finite number."),
        ("x · y", 3, "The character · has no meaning here: write * for a product."),
        ("x − y", 3, "The character − has no meaning here: write - for minus."),
        ("x²", 2, "The character ² has no meaning here: write ^2 or ^3 for a power."),
        ("[x]", 1, "The bracket [ has no meaning here: use ( and )."),
        ("x # y", 3, "The character \"#\" has no meaning in an expression: remove it."),
        ("1..2", 3, "An operator is missing before \".2\"."),
        ("x + .", 5, "\".\" is not a number."),
    ]

    @Test(arguments: mistakes.indices) func saysWhatAndWhere(_ number: Int) {
        let (text, column, message) = ExpressionErrorTests.mistakes[number]
        do {
            let expression = try Expression(parsing: text, in: plane)
            Issue.record("\(text) was read as \(expression)")
        } catch {
            #expect(error.message == message)
            #expect(error.column == column && error.text == text)
            #expect(error.message.hasSuffix("."))
        }
    }

    @Test func drawsACaret() {
        #expect(
            ExpressionError("Wrong.", text: "u_xx + * 2", column: 8).description == """
                Wrong.
                  u_xx + * 2
                         ^
                """)
        #expect(ExpressionError("Wrong.").description == "Wrong.")
        let long = ExpressionError("Wrong.", text: String(repeating: "x + ", count: 200) + "*", column: 801).description.split(separator: "\n")
        #expect(long.count == 3 && long[1].count < 130)
        #expect(Array(long[1])[long[2].count - 1] == "*")
    }

    @Test func equationsHaveOneSign() {
        func message(_ text: String) -> String? {
            do {
                _ = try Expression(equation: text, in: plane)
                return nil
            } catch { return "\(error.column ?? 0): \(error.message)" }
        }
        #expect(message("u_xx = f") == nil)
        #expect(message("u = x = y") == "7: An equation has one =, and this is a second one.")
        #expect(message("u == x") == "4: An equation is written with one =.")
        #expect(message("= x") == "1: An expression is missing before \"=\".")
        #expect(message("u =") == "4: The expression ends too early: something is missing here.")
        #expect(message("(u = x)") == "4: An = only stands between the two sides of an equation.")
    }

    @Test func deepAndLongTextsAreRefused() throws {
        let deep = String(repeating: "(", count: 5000) + "x" + String(repeating: ")", count: 5000)
        #expect(throws: ExpressionError("The expression is nested more than 100 deep here: write it with fewer levels.", text: deep, column: 101)) {
            try Expression(parsing: deep, in: plane)
        }
        for text in [
            String(repeating: "sin(", count: 3000), String(repeating: "x^", count: 5000) + "x", String(repeating: "x+", count: 20_000),
            String(repeating: "laplacian(", count: 60) + "sin(x*y)/(1+x^2)" + String(repeating: ")", count: 60),
        ] { #expect(throws: ExpressionError.self) { try Expression(parsing: text, in: plane) } }
        #expect(try Expression(parsing: String(repeating: "-", count: 10_001) + "x", in: plane) == Expression(parsing: "-x", in: plane))
        let chain = try Expression(parsing: (0..<3000).map { "x^\($0 % 7)" }.joined(separator: "-"), in: plane)
        #expect(try chain.evaluate(at: Samples(count: 1, coordinates: [[1], [0]])) == [1 - 2999])
        #expect("\(chain)".hasPrefix("1 - x"))
        _ = try chain.derivative(axis: 0)
    }

    @Test func vocabulariesAreChecked() {
        func message(_ coordinates: [String], _ fields: [String] = ["u"], _ parameters: [String] = []) -> String? {
            do {
                _ = try Vocabulary(coordinates: coordinates, fields: fields, parameters: parameters)
                return nil
            } catch { return error.message }
        }
        #expect(message(["x", "t"]) == nil)
        #expect(message(["x", "x"]) == "The name \"x\" is given twice: choose another for the coordinate.")
        #expect(message(["x"], ["u"], ["u"]) == "The name \"u\" is given twice: choose another for the parameter.")
        #expect(message(["2x"]) == "The coordinate \"2x\" has no proper name: use a letter, then letters, digits and underscores.")
        #expect(message(["x"], [""]) == "The field \"\" has no proper name: use a letter, then letters, digits and underscores.")
        #expect(message(["x"], ["u"], ["pi"]) == "The parameter \"pi\" has the name of a function or constant of the language: choose another.")
        #expect(Vocabulary.standardCoordinates(2) == ["x", "y"] && Vocabulary.standardCoordinates(5).last == "x5")
    }

    private func reading(_ text: String) -> Result<Expression, ExpressionError> {
        Result { () throws(ExpressionError) in try Expression(equation: text, in: plane) }
    }

    /// Random texts are read or refused, and never trap; what is read prints and reads back.
    @Test func randomTextsNeverTrap() throws {
        let pieces = [
            "x", "y", "u", "u_x", "u_xy", "u_yy", "nu", "f", "pi", "1", "2", "0", "0.5", "1e3", "1e300", "3", "+", "-", "*", "/", "^", "(", ")", ",",
            "=", "sin(", "exp(",
            "log(", "sqrt(", "atan2(", "min(", "laplacian(", "biharmonic(", " ", "e", ".", "_", "u_", "é", "🙂", "\u{301}", "\n", "sign(", "tan(",
            "abs(",
        ]
        var numbers = TestNumbers(seed: 2)
        var read = 0
        for _ in 0..<20_000 {
            let text = (0..<(1 + numbers.below(14))).map { _ in pieces[numbers.below(pieces.count)] }.joined()
            switch reading(text) {
            case .success(let expression):
                read += 1
                #expect(reading("\(expression)") == .success(expression), "\(text) prints as \(expression)")
            case .failure(let error):
                #expect(!error.message.isEmpty && !error.description.isEmpty)
                if let column = error.column { #expect(column >= 1 && column <= text.count + 1) }
            }
        }
        #expect(read > 200)
        for _ in 0..<5000 {
            let scalars = (0..<(1 + numbers.below(30))).compactMap { _ in Unicode.Scalar(UInt32(numbers.below(0x3000))) }
            let text = String(String.UnicodeScalarView(scalars))
            guard case .failure(let error) = reading(text + "#") else {
                Issue.record("\(text) was read")
                continue
            }
            #expect(!error.description.isEmpty)
        }
    }

    /// Random well-formed formulas keep their values through simplification, printing and reading.
    @Test func randomFormulasKeepTheirValues() throws {
        var numbers = TestNumbers(seed: 3)
        func formula(_ depth: Int) -> (text: String, value: Double) {
            let (x, y) = (0.7, -1.3)
            switch depth == 0 ? numbers.below(3) : numbers.below(10) {
            case 0: return ("x", x)
            case 1: return ("y", y)
            case 2:
                let k = Double(numbers.below(5))
                return ("\(k)", k)
            case 3:
                let (a, b) = (formula(depth - 1), formula(depth - 1))
                return ("(\(a.text) + \(b.text))", a.value + b.value)
            case 4:
                let (a, b) = (formula(depth - 1), formula(depth - 1))
                return ("(\(a.text) - \(b.text))", a.value - b.value)
            case 5:
                let (a, b) = (formula(depth - 1), formula(depth - 1))
                return ("(\(a.text)*\(b.text))", a.value * b.value)
            case 6:
                let (a, b) = (formula(depth - 1), formula(depth - 1))
                return ("(\(a.text)/(3 + \(b.text)^2))", a.value / (3 + b.value * b.value))
            case 7:
                let a = formula(depth - 1)
                return ("(-\(a.text))", -a.value)
            case 8:
                let a = formula(depth - 1)
                return ("(\(a.text))^2", a.value * a.value)
            default:
                let a = formula(depth - 1)
                return ("abs(\(a.text))", abs(a.value))
            }
        }
        for _ in 0..<3000 {
            let (text, value) = formula(5)
            guard let expression = try? Expression(parsing: text, in: plane) else { continue }
            let samples = Samples(count: 1, coordinates: [[0.7], [-1.3]])
            let ours = try expression.evaluate(at: samples)[0]
            #expect(abs(ours - value) <= 1e-9 * max(1, abs(value)), "\(text) became \(expression)")
            let again = try Expression(parsing: "\(expression)", in: plane)
            #expect(try again.evaluate(at: samples)[0] == ours, "\(text) prints as \(expression)")
        }
    }
}
