import Differentiation
import LinearAlgebra
import Models
import ProblemFiles
import Problems
import Foundation
import Testing

@Suite struct ProblemFileTests {
    private func problem(_ text: String) throws -> Problem { try Problem(bytes: Array(text.utf8), path: "folder/my.toml") }

    private let burgers = """
        name = "my-burgers"   # a comment
        coordinates = { x = [-1, 1], t = [0, 1] }
        fields = ["u"]
        parameters = { nu = 0.0031830988618 }
        equation = "u_t + u*u_x = nu*u_xx"
        conditions = [
          { on = "t = 0", equation = "u = -sin(pi*x)" },
          { on = "x = -1, x = 1", equation = "u = 0", weight = 2.5 },
        ]
        """

    @Test func theExampleIsRead() throws {
        let problem = try problem(burgers)
        #expect(problem.name == "my-burgers" && problem.coordinates == ["x", "t"] && problem.fields == ["u"])
        #expect(problem.domain == .box(lower: [-1, 0], upper: [1, 1]))
        #expect(problem.conditions.map(\.weight) == [1, 2.5])
        #expect(problem.conditions.map(\.name) == ["t = 0", "x = -1, x = 1"])
        let catalogue = try Problem.named("burgers")
        #expect(problem.equations[0].residual == catalogue.equations[0].residual)
        #expect(problem.exact.isEmpty && problem.reference == nil && problem.trainable.isEmpty)
    }

    /// Tables keep the order of the text, which is that of the points' columns.
    @Test func coordinatesKeepTheirOrder() throws {
        let conditions = "conditions = [{ on = \"boundary\", equation = \"u = 0\" }]"
        let inline = try problem("coordinates = { z = [0, 1], a = [0, 2], \"m\" = [0, 3] }\nequation = \"u_a = u_zm\"\n" + conditions)
        #expect(inline.coordinates == ["z", "a", "m"] && inline.domain?.bounds.map(\.upperBound) == [1, 2, 3])
        let quotes = try problem(
            "summary = \"\"\"two\n\\\"[[#\"\"\"\"\"\ncoordinates = { y = [0, 1], x = [0, 2] }\nequation = \"u_x = u_y\"\n" + conditions)
        #expect(quotes.coordinates == ["y", "x"] && quotes.summary.hasSuffix("[[#\"\""))
        let section = try problem(conditions + "\nequation = \"u_t = u_x\"\n[coordinates]\nx = [0, 1]\n# a note\nt = [0, 2]\n")
        #expect(section.coordinates == ["x", "t"])
        let dotted = try problem("coordinates.x = [0, 1]\ncoordinates.b = [0, 1]\nequation = \"u_b = u_x\"\n" + conditions)
        #expect(dotted.coordinates == ["x", "b"])
    }

    @Test func everyKeyIsRead() throws {
        let system = try problem(
            """
            summary = 'two fields'
            fields = ["u", "v"]
            parameters = { a = 2, b = 3 }
            trainable = ["b"]
            exact-parameters = { b = 1.5 }
            equations = ["laplacian(u) = v", 'laplacian(v) = a*u + b']
            hard = { v = { offset = "x", factor = "1 - x^2" } }
            exact = { v = "x^2*y", u = "y" }
            [coordinates]
            x = [-1, 1]
            y = [0, 2]
            [[conditions]]
            on = "boundary"
            equation = "u_n + u = exact_u_n + exact_u"
            [[conditions]]
            periodic = "x"
            weight = 10
            [[conditions]]
            on = "y = 0, y = 2"
            periodic = true
            [[conditions]]
            at = [0, 1]
            equation = "u = exact_u"
            """)
        #expect(system.name == "my" && system.summary == "two fields")
        #expect(system.trainable == ["b"] && system.exactParameters == ["b": 1.5])
        #expect(system.exact.map(\.description) == ["y", "x^2*y"])
        #expect(system.hard.map(\.field) == ["v"])
        #expect(system.conditions.map(\.weight) == [1, 10, 1, 1])
        guard case .periodic(1, 2, let derivatives) = system.conditions[2].kind else {
            Issue.record("not periodic in y")
            return
        }
        #expect(derivatives.map(\.field) == ["u", "u", "v", "v"])
        #expect(system.conditions[3].place == .point([0, 1]))
        let shape = try problem("domain = \"lshape\"\nequation = \"laplacian(u)\"\nconditions = [{ on = \"boundary\", equation = \"u = 1\" }]")
        #expect(shape.domain == .lShape(lower: [-1, -1], upper: [1, 1]) && shape.coordinates == ["x", "y"])
        let hard = try problem("domain = \"disk\"\nequation = \"laplacian(u) = 1\"\nhard = { factor = \"1 - x^2 - y^2\" }")
        #expect(hard.hard.count == 1 && hard.conditions.isEmpty)
    }

    @Test func aNameOrAFileIsRead() throws {
        #expect(try Problem.read("wave").name == "wave")
        let folder = try Folder()
        let path = try folder.write(Array(burgers.utf8), "b.toml")
        #expect(try Problem.read(path).name == "my-burgers")
        #expect(throws: ProblemFileError.unknown(name: "wav", nearest: "wave")) { try Problem.read("wav") }
        #expect(throws: ProblemFileError.self) { try Problem.read(path + ".toml") }
        #expect(throws: ProblemFileError.self) { try Problem.read(folder.path) }
    }

    /// Each mistake with the words its sentence must have.
    @Test(arguments: [
        ("equation = \"u_t + u*u_x = nu*u_xx\"", "equation = \"u_t + w*u_x = nu*u_xx\"", "my.toml:5: equation: The name w is unknown"),
        ("equation = \"u_t", "equation = \"u_xxxxx + u_t", "my.toml:5: equation: The derivative u_xxxxx has order 5: at most 4"),
        ("u = -sin(pi*x)", "u = -sin(pi*x", "my.toml:7: conditions[0].equation: This parenthesis is never closed"),
        ("fields = [\"u\"]", "fields = [\"u\", \"v\"]", "my.toml:3: fields: the field v stands in no equation"),
        ("fields = [\"u\"]", "fields = [\"sin\"]", "my.toml:3: fields: The field \"sin\" has the name of a function"),
        ("fields = [\"u\"]", "feilds = [\"u\"]", "my.toml:3: feilds: this key is not known; the nearest is \"fields\""),
        ("weight = 2.5", "weigth = 2.5", "my.toml:8: conditions[1].weigth: this key is not known; the nearest is \"weight\""),
        ("weight = 2.5", "weight = 0", "my.toml:8: conditions[1].weight: "),
        ("weight = 2.5", "weight = nan", "my.toml:8: conditions[1].weight: the number is nan"),
        ("weight = 2.5", "weight = \"2\"", "my.toml:8: conditions[1].weight: a number is needed here, not a text"),
        ("x = -1, x = 1", "x = -1, x = 2", "my.toml:8: conditions[1].on: the boundary part \"x = -1, x = 2\" cannot be used"),
        ("t = [0, 1] }", "t = [1, 0] }", "my.toml:2: coordinates.t: the coordinate t has no interval"),
        ("t = [0, 1] }", "t = [1] }", "my.toml:2: coordinates.t: an interval has two ends"),
        ("t = [0, 1] }", "t = 3 }", "my.toml:2: coordinates.t: an array in brackets is needed here, not a number"),
        ("nu = 0.0031830988618 }", "nu = 0.0031830988618, }", "my.toml:4: this is not TOML: "),
        ("fields = [\"u\"]", "trainable = [\"mu\"]", "my.toml:3: trainable: the trainable parameter mu has no value"),
        ("fields = [\"u\"]", "domain = \"circle\"", "my.toml:3: domain: there is no domain \"circle\"; choose one of box, lshape, disk"),
        ("fields = [\"u\"]", "exact = [\"x\", \"t\"]", "my.toml:3: exact: the problem my-burgers has 1 field and 2 exact formulas"),
        ("fields = [\"u\"]", "exact = \"x/0\"", "my.toml:3: exact: This divides by zero"),
        ("fields = [\"u\"]", "exact = \"log(x - 2)\"", "my.toml:3: exact: the formula log(x - 2) is"),
        ("fields = [\"u\"]", "reference = \"none.npy\"", "my.toml:3: reference: folder/none.npy cannot be read"),
        ("nu*u_xx\"", "nu*u_xx + exp(1000*exp(x^2))\"", "my.toml:5: equation: the formula"),
        ("{ on = \"t = 0\", equation", "{ on = \"t = 0\", at = [0, 0], equation", "my.toml:7: conditions[0].at: there is \"on\" too"),
        ("{ on = \"t = 0\", equation", "{ at = [0], equation", "my.toml:7: conditions[0].at: the point [0.0] has 1 coordinate"),
        ("{ on = \"t = 0\", equation", "{ equation", "my.toml:7: conditions[0]: its place is missing"),
        (", equation = \"u = 0\"", "", "my.toml:8: conditions[1]: its equation is missing"),
        (", equation = \"u = 0\"", ", periodic = 3", "my.toml:8: conditions[1].periodic: a coordinate's name or true is needed"),
        (
            "on = \"t = 0\", equation = \"u = -sin(pi*x)\"", "on = \"t = 0\", periodic = true",
            "my.toml:7: conditions[0]: a periodic condition is about both"
        ),
        ("on = \"t = 0\"", "data = \"none.npy\"", "my.toml:7: conditions[0].data: folder/none.npy cannot be read"),
        ("equation = \"u_t + u*u_x = nu*u_xx\"", "", "my.toml: equation: the equation is missing"),
        ("coordinates = { x = [-1, 1], t = [0, 1] }", "", "my.toml: coordinates: the coordinates are missing"),
        ("fields = [\"u\"]", "equations = []", "my.toml:3: equations: there is an \"equation\" too"),
    ])
    func mistakesHaveOneSentenceWithAPlace(old: String, new: String, words: String) throws {
        #expect(burgers.contains(old))
        let start = try #require(burgers.range(of: old))
        let text = burgers.replacingCharacters(in: start, with: new)
        do {
            _ = try problem(text)
            Issue.record("accepted: \(new)")
        } catch {
            let lines = "\(error)".split(separator: "\n", omittingEmptySubsequences: false)
            #expect("\(error)".contains(words), "\(error)")
            #expect(lines.count == 1 || (lines.count == 3 && lines[2].hasSuffix("^")), "\(error)")
        }
    }

    @Test func aProblemNeedsACondition() throws {
        let text = "coordinates = { x = [0, 1] }\nequation = \"u_xx = 1\"\n"
        for rest in ["", "conditions = []\n"] {
            do {
                _ = try problem(text + rest)
                Issue.record("accepted")
            } catch {
                #expect("\(error)".contains("has no condition"), "\(error)")
            }
        }
    }

    @Test func whatIsNoTextIsRefused() {
        for bytes: [UInt8] in [[0xFF, 0xFE, 0x41], Array("a = 1\n".utf8) + [0], Array(repeating: 0x20, count: 2_000_000)] {
            #expect(throws: ProblemFileError.self) { try Problem(bytes: bytes, path: "f") }
        }
        // Keys and values that do not begin as one can, some of which end the parser.
        for text in [
            "[#a]\nb = 1", "a = 1\n[[ #a]]", "[a]\n[]", "[", "[[", "a = [0, }", "a = [1,,2]", "a = ,", "a =", "a = [\u{A0}]", "a..b = 1", "= 1",
        ] { #expect(throws: ProblemFileError.self) { try problem(text) } }
        // A thousand brackets do not exhaust the stack.
        #expect(throws: ProblemFileError.self) { try problem("a = " + String(repeating: "[", count: 1000)) }
        #expect(throws: ProblemFileError.self) { try problem("fields = " + String(repeating: "[", count: 200) + String(repeating: "]", count: 200)) }
    }
}
