import CCompute
import Foundation
import TestSupport
import Testing

/// J v and the second derivative of residuals along v.
@Suite(.serialized) struct NetworkTangentTests {
    // MARK: Against 25 digits

    struct Case: Decodable, CustomTestStringConvertible, Sendable {
        var activation: String
        var set: String
        var widths: [Int32]
        var parameters: [Double]
        var vector: [Double]
        var points: [[Double]]
        var linear: [Double]
        var value: [String]
        var first: [String]
        var second: [String]
        var testDescription: String { "\(activation), \(set)" }
    }

    static let cases: [Case] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Reference/tangents.json")
        guard let data = try? Data(contentsOf: file), let cases = try? JSONDecoder().decode([Case].self, from: data) else { return [] }
        return cases
    }()

    static let activations: [String: (cc_activation, Int32)] = [
        "tanh": (CC_TANH, 1), "sin": (CC_SIN, 1), "cos": (CC_COS, 1), "sigmoid": (CC_SIGMOID, 1), "softplus": (CC_SOFTPLUS, 1), "silu": (CC_SILU, 1),
        "gaussian": (CC_GAUSSIAN, 1), "gelu": (CC_GELU, 1), "relu7": (CC_RELU, 7),
    ]

    /// Σ linear·y + eᵃ y_0 y_last − b y_last² + sin y_0, without partial derivatives.
    static func program(_ linear: [Double]) -> NetworkProgram {
        var p = NetworkProgram(components: Int32(linear.count), parameters: 2)
        let y = linear.indices.map { p.add(CC_OP_COMPONENT, Int32($0)) }
        let (first, last) = (y[0], y[linear.count - 1])
        let growth = p.add(CC_OP_EXP, p.add(CC_OP_PARAMETER, 0))
        var sum = p.add(CC_OP_ADD, p.add(CC_OP_SIN, first), p.add(CC_OP_MULTIPLY, growth, p.add(CC_OP_MULTIPLY, first, last)))
        sum = p.add(CC_OP_SUBTRACT, sum, p.add(CC_OP_MULTIPLY, p.add(CC_OP_PARAMETER, 1), p.add(CC_OP_INTEGER_POWER, last, 2)))
        for (factor, component) in zip(linear, y) { sum = p.add(CC_OP_ADD, sum, p.add(CC_OP_MULTIPLY, p.constant(factor), component)) }
        p.residuals = [sum]
        p.partials = [Int32](repeating: -1, count: linear.count + 2)
        p.values = Int32(p.code.count)
        return p
    }

    static func term(_ c: Case) -> NetworkTerm {
        var t = NetworkTerm(points: c.points, linear: c.linear, source: [], weight: Double(c.points.count))
        switch c.set {
        case "laplacian":
            t.directions = [.init(vector: [1, 0], order: 2), .init(vector: [0, 1], order: 2)]
            t.tops = [[1, 1]]
        case "fourth":
            t.directions = [.init(vector: [0.75, -0.5], order: 4)]
            t.tops = [[0.5]]
        case "mixed":
            t.directions = [
                .init(vector: [1, 0], order: 1), .init(vector: [0.5, 1], order: 3), .init(vector: [1, -1], order: 2),
                .init(vector: [0.25, 0.75], order: 4),
            ]
            t.tops = [[0, 0.5, 1, 0.25], [0, -0.25, 0, 0.5]]
        default: t.biharmonic = c.set == "biharmonic"
        }
        t.program = program(c.linear)
        return t
    }

    @Test func referencesAreThere() { #expect(Self.cases.count == 45) }

    @Test(arguments: cases) func againstReferences(_ c: Case) throws {
        let (activation, power) = try #require(Self.activations[c.activation])
        func compare<Scalar: BinaryFloatingPoint & BitwiseCopyable>(_ type: Scalar.Type, tolerance: Double) throws {
            let plan = try NetworkPlan<Scalar>(widths: c.widths, activation: activation, power: power, parameters: 2, terms: [Self.term(c)])
            let result = try plan.product(c.parameters, c.vector, second: true)
            let exact = [c.value, c.first, c.second].map { $0.compactMap(Double.init) }
            let size = exact.flatMap { $0 }.map(abs).max() ?? 0
            for (computed, known) in [(plan.residuals(c.parameters), exact[0]), (result.first, exact[1]), (result.second, exact[2])] {
                for (x, y) in zip(computed, known) { #expect(abs(Double(x) - y) <= tolerance * size) }
            }
        }
        try compare(Double.self, tolerance: 2e-14)
        try compare(Float.self, tolerance: 1e-5)
    }

    // MARK: Against the other derivatives

    static let shapes: [[Int32]] = [[2, 9, 1], [2, 11, 6, 1], [2, 7, 18, 5, 2], [2, 6, 3]]

    /// Terms of all kinds of jets with residuals as programs, for any number of fields.
    static func terms(_ numbers: inout NetworkNumbers, fields: Int, points: Int) -> [NetworkTerm] {
        var terms = NetworkPlanTests.kinds(&numbers, points: points)
        var narrow = NetworkPlanTests.stencil(&numbers, points: points)
        narrow.narrow = true
        terms += [NetworkPlanTests.stencil(&numbers, points: points, wide: true), narrow, shifted(&numbers, points: points)]
        for i in terms.indices {
            let uses = terms[i].used.isEmpty ? terms[i].linear.count : terms[i].used.count
            let linear = numbers.list(uses * fields)
            terms[i].program = .quadratic(
                linear: linear, products: [(0.5, 0, Int32(linear.count - 1)), (-0.25, Int32(linear.count / 2), 0)], source: terms[i].source)
        }
        return terms
    }

    /// Second derivatives at nodes, as the exact value of a difference has them.
    static func shifted(_ numbers: inout NetworkNumbers, points: Int) -> NetworkTerm {
        var term = NetworkTerm(points: numbers.points(points, dimension: 2), linear: [1, 1], source: numbers.list(points))
        term.directions = [.init(vector: [1, 0], order: 2), .init(vector: [0, 1], order: 3)]
        term.tops = [[1, 0], [0, 1]]
        term.offsets = [[0.25, 0], [-0.25, 0.125], [0, 0.5]]
        term.weights = (0..<2).map { _ in (0..<3).map { _ in numbers.list(6) } }
        term.scales = [1, 0.5]
        return term
    }

    @Test(arguments: NetworkPlanTests.activations.indices, shapes) func rowsTimesVector(_ index: Int, widths: [Int32]) throws {
        let (activation, power) = NetworkPlanTests.activations[index]
        var numbers = NetworkNumbers(seed: UInt64(61 + index))
        let fields = Int(widths[widths.count - 1])
        let terms = Self.terms(&numbers, fields: fields, points: 23)
        let parameters = numbers.parameters(widths).map { $0 * 0.5 }
        let vector = numbers.list(parameters.count)
        func compare<Scalar: BinaryFloatingPoint & BitwiseCopyable>(_ type: Scalar.Type, tolerance: Double) throws {
            let plan = try NetworkPlan<Scalar>(widths: widths, activation: activation, power: power, terms: terms)
            let product = try plan.product(parameters, vector, second: true)
            #expect(try plan.product(parameters, vector).first == product.first)
            var at = 0
            for (number, term) in terms.enumerated() {
                for row in plan.jacobian(parameters, term: Int32(number), first: 0, count: Int64(term.points.count)) {
                    let exact = inner(row.map { Double($0) }, vector)
                    let error = abs(Double(product.first[at]) - exact.sum)
                    // A difference divides its channels' errors by h²; a narrow one has those of float32.
                    let allowed = term.narrow ? 200 * max(tolerance, 1e-6) : tolerance * (term.offsets.isEmpty ? 1 : 200)
                    #expect(error <= allowed * exact.size, "\(activation) term \(number)")
                    at += 1
                }
            }
        }
        try compare(Double.self, tolerance: 1e-14)
        try compare(Float.self, tolerance: 5e-6)
    }

    @Test func adjointOfTransposed() throws {
        var numbers = NetworkNumbers(seed: 67)
        for widths in Self.shapes {
            let terms = Self.terms(&numbers, fields: Int(widths[widths.count - 1]), points: 50).filter { !$0.narrow }
            let plan = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: terms)
            let parameters = numbers.parameters(widths).map { $0 * 0.5 }
            let (vector, cotangent) = (numbers.list(parameters.count), numbers.list(terms.count * 50))
            let product = try plan.product(parameters, vector).first
            let back = plan.transposed(parameters, cotangent)
            let left = inner(product, cotangent)
            let right = inner(back, vector)
            #expect(abs(left.sum - right.sum) <= 1e-13 * (left.size + right.size))
        }
    }

    /// Every operation of programs, trainable parameters, two equations, an embedding, a layer without bias; against Richardson's extrapolation.
    @Test(arguments: [[2, 12, 1], [2, 9, 8, 1]] as [[Int32]], [false, true])
    func secondDerivativesByDifferences(_ given: [Int32], embedded: Bool) throws {
        var numbers = NetworkNumbers(seed: 71)
        var widths = given
        var embedding: NetworkEmbedding?
        if embedded {
            widths[0] = 5
            let linear = [false, true, false, false, true]
            embedding = NetworkEmbedding(weights: numbers.points(5, dimension: 2), phases: numbers.list(5), linear: linear)
        }
        let terms = [NetworkProgramTests.everything(&numbers, points: 37)]
        let unbiased = widths.dropLast().indices.map { $0 == 1 }
        let plan = try NetworkPlan<Double>(
            widths: widths, activation: CC_SIN, unbiased: unbiased, embedding: embedding, parameters: 2, terms: terms)
        let count = Int(cc_plan_parameters(plan.plan))
        let parameters = numbers.list(count - 2, scale: 0.5) + [0.75, -0.25]
        let vector = numbers.list(count, scale: 0.5)
        let result = try plan.product(parameters, vector, second: true)
        func moved(_ h: Double) throws -> (residuals: [Double], first: [Double]) {
            let there = zip(parameters, vector).map { $0 + h * $1 }
            return (plan.residuals(there), try plan.product(there, vector).first)
        }
        let steps = try [4e-3, 2e-3, 1e-3].map { h in (h, try moved(h), try moved(-h)) }
        func extrapolated(_ pick: ((residuals: [Double], first: [Double])) -> Double) -> Double {
            let d = steps.map { h, up, down in (pick(up) - pick(down)) / (2 * h) }
            let (a, b) = ((4 * d[1] - d[0]) / 3, (4 * d[2] - d[1]) / 3)
            return (16 * b - a) / 15
        }
        let size = (result.first + result.second).map(abs).max() ?? 0
        for i in result.first.indices {
            #expect(abs(extrapolated { $0.residuals[i] } - result.first[i]) <= 1e-9 * size)
            #expect(abs(extrapolated { $0.first[i] } - result.second[i]) <= 1e-9 * size)
        }
        // Rows of J, with the equations' trainable parameters.
        var at = 0
        for row in plan.jacobian(parameters, term: 0, first: 0, count: 37, equations: 2) {
            let exact = inner(row, vector)
            #expect(abs(result.first[at] - exact.sum) <= 1e-13 * exact.size)
            at += 1
        }
    }

    // MARK: Laws

    /// Twice the vector gives twice the first and four times the second derivative, to the last bit; sums are linear.
    @Test func homogeneous() throws {
        var numbers = NetworkNumbers(seed: 73)
        for widths in Self.shapes {
            let terms = Self.terms(&numbers, fields: Int(widths[widths.count - 1]), points: 19)
            let plan = try NetworkPlan<Double>(widths: widths, activation: CC_SILU, terms: terms)
            let parameters = numbers.parameters(widths).map { $0 * 0.5 }
            let (v, w) = (numbers.list(parameters.count), numbers.list(parameters.count))
            let one = try plan.product(parameters, v, second: true)
            let two = try plan.product(parameters, v.map { 2 * $0 }, second: true)
            #expect(two.first == one.first.map { 2 * $0 })
            #expect(two.second == one.second.map { 4 * $0 })
            let other = try plan.product(parameters, w, second: true)
            let (sum, difference) = (
                try plan.product(parameters, zip(v, w).map { $0 + $1 }, second: true),
                try plan.product(parameters, zip(v, w).map { $0 - $1 }, second: true)
            )
            // Terms whose sums are rounded to float32 are linear to its accuracy only.
            let rows = terms.flatMap { term in term.points.map { _ in term.narrow } }
            let size = (sum.second + one.second + other.second).map(abs).max() ?? 0
            for i in one.first.indices {
                let tolerance = (rows[i] ? 1e-5 : 1e-13) * size
                #expect(abs(sum.first[i] - one.first[i] - other.first[i]) <= tolerance)
                // The parallelogram law.
                #expect(abs(sum.second[i] + difference.second[i] - 2 * one.second[i] - 2 * other.second[i]) <= 4 * tolerance)
            }
        }
    }

    @Test(arguments: ["avx512", "avx2", "generic"]) func instructionSetsAgree(_ label: String) throws {
        defer { cc_native_select_isa_here(nil) }
        var numbers = NetworkNumbers(seed: 79)
        let widths: [Int32] = [2, 21, 10, 1]
        var terms = Self.terms(&numbers, fields: 1, points: 30).filter { !$0.narrow }
        for i in terms.indices where i < 2 { terms[i].program = Self.program(terms[i].linear) }
        let parameters = numbers.parameters(widths).map { $0 * 0.5 } + [0.5, 0.25]
        let vector = numbers.list(parameters.count)
        func product() throws -> (first: [Double], second: [Double]) {
            try NetworkPlan<Double>(widths: widths, activation: CC_GELU, parameters: 2, terms: terms).product(parameters, vector, second: true)
        }
        let expected = try product()
        guard cc_native_select_isa_here(label) else { return }
        let result = try product()
        #expect(relativeDifference(result.first, expected.first) <= 1e-13)
        #expect(relativeDifference(result.second, expected.second) <= 1e-13)
    }

    @Test func sameBitsForAnyThreads() throws {
        defer { cc_set_threads(0) }
        var numbers = NetworkNumbers(seed: 83)
        let widths: [Int32] = [2, 40, 33, 1]
        let terms = [NetworkProgramTests.everything(&numbers, points: 700)] + Self.terms(&numbers, fields: 1, points: 300)
        let parameters = numbers.parameters(widths) + [0.5, 0.25]
        let vector = numbers.list(parameters.count)
        let plan = try NetworkPlan<Float>(widths: widths, activation: CC_TANH, parameters: 2, terms: terms)
        cc_set_threads(1)
        let expected = try plan.product(parameters, vector, second: true)
        for threads in 2...4 as ClosedRange<Int32> {
            cc_set_threads(threads)
            for _ in 0..<2 {
                let again = try plan.product(parameters, vector, second: true)
                #expect(again.first == expected.first && again.second == expected.second)
            }
        }
    }

    // MARK: Functions as residuals, mistakes

    @Test func functionsHaveFirstDerivatives() throws {
        var numbers = NetworkNumbers(seed: 89)
        let widths: [Int32] = [2, 9, 8, 1]
        let terms = NetworkPlanTests.kinds(&numbers, points: 21)
        let plan = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: terms)
        let parameters = numbers.parameters(widths)
        let vector = numbers.list(parameters.count)
        let product = try plan.product(parameters, vector).first
        var at = 0
        for (number, term) in terms.enumerated() {
            for row in plan.jacobian(parameters, term: Int32(number), first: 0, count: Int64(term.points.count)) {
                let exact = inner(row, vector)
                #expect(abs(product[at] - exact.sum) <= 2e-13 * exact.size)
                at += 1
            }
        }
        do {
            _ = try plan.product(parameters, vector, second: true)
            Issue.record("a function has no second derivative")
        } catch let failure as NetworkFailure {
            #expect(failure.text.hasPrefix("The residual of term 0 is a function"))
        }
    }

    @Test func missingPlacesAreRefused() throws {
        var numbers = NetworkNumbers(seed: 97)
        let plan = try NetworkPlan<Double>(widths: [2, 3, 1], activation: CC_TANH, terms: NetworkPlanTests.kinds(&numbers, points: 3))
        let parameters = numbers.parameters([2, 3, 1])
        var error = cc_error()
        #expect(cc_plan_product(plan.plan, parameters, nil, nil, nil, &error) == CC_BAD_ARGUMENT)
        let text = withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        #expect(text.hasPrefix("A Jacobian-vector product needs"))
    }
}

/// Σ aᵢ bᵢ and Σ |aᵢ bᵢ|.
private func inner(_ a: [Double], _ b: [Double]) -> (sum: Double, size: Double) {
    zip(a, b).reduce(into: (0, 0)) { total, pair in
        let product = pair.0 * pair.1
        total.0 += product
        total.1 += abs(product)
    }
}

extension NetworkPlan {
    /// J v, and the second derivative along v where it is wanted.
    func product(_ parameters: [Double], _ vector: [Double], second: Bool = false) throws -> (first: [Scalar], second: [Scalar]) {
        let count = Int(cc_plan_residual_count(plan))
        var first = [Scalar](repeating: .nan, count: count)
        var other = [Scalar](repeating: .nan, count: second ? count : 0)
        var error = cc_error()
        let status = other.withUnsafeMutableBytes {
            cc_plan_product(plan, parameters.map { Scalar($0) }, vector.map { Scalar($0) }, &first, second ? $0.baseAddress : nil, &error)
        }
        guard status == CC_OK else {
            throw NetworkFailure(text: withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return (first, other)
    }
}
