import CCompute
import TestSupport
import Testing

/// Residuals as programs, trainable parameters, embeddings and absent biases.
@Suite(.serialized) struct NetworkProgramTests {
    /// Values, u_x and u_xx + u_yy into the program that uses every operation.
    static func everything(_ numbers: inout NetworkNumbers, points: Int) -> NetworkTerm {
        var term = NetworkTerm.laplacian(2, of: 2, points: numbers.points(points, dimension: 2), source: [])
        term.used = [0, 1, 3]
        term.program = .everything(source: numbers.list(points))
        term.weight = 0.5
        return term
    }

    @Test(arguments: [[2, 12, 1], [2, 9, 8, 1]] as [[Int32]]) func quadraticAsProgram(_ widths: [Int32]) throws {
        var numbers = NetworkNumbers(seed: 31)
        let function = NetworkPlanTests.everything(&numbers, points: 70)
        var program = function
        program.program = .quadratic(linear: function.linear, products: function.products, source: function.source)
        let parameters = numbers.parameters(widths)
        let expected = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: [function]).gradient(parameters)
        let double = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: [program]).gradient(parameters)
        let single = try NetworkPlan<Float>(widths: widths, activation: CC_TANH, terms: [program]).gradient(parameters)
        #expect(abs(double.loss - expected.loss) <= 1e-14 * expected.loss)
        #expect(relativeDifference(double.gradient, expected.gradient) <= 1e-14)
        #expect(relativeDifference(single.gradient.map(Double.init), expected.gradient) <= 3e-6)
    }

    @Test(arguments: ["avx512", "avx2", "generic"]) func everyOperationAsWritten(_ label: String) throws {
        defer { cc_native_select_isa_here(nil) }
        guard cc_native_select_isa_here(label) else { return }
        var numbers = NetworkNumbers(seed: 37)
        let widths: [Int32] = [2, 11, 7, 1]
        let count = 83
        let term = Self.everything(&numbers, points: count)
        let program = try #require(term.program)
        let parameters = numbers.parameters(widths) + [0.75, -0.25]
        func agree<Scalar: BinaryFloatingPoint & BitwiseCopyable>(_ type: Scalar.Type, tolerance: Double) throws {
            let plan = try NetworkPlan<Scalar>(widths: widths, activation: CC_SIN, parameters: 2, terms: [term])
            let components = plan.components(parameters, term: 0, count: 3, points: count)
            let residuals = plan.residuals(parameters)
            let rows = plan.jacobian(parameters, term: 0, first: 0, count: Int64(count), equations: 2)
            let root = (term.weight / Double(count)).squareRoot()
            for point in 0..<count {
                let registers = program.run(
                    coordinates: term.points[point], components: components.map { Double($0[point]) }, parameters: [0.75, -0.25], point: point)
                for e in 0..<2 {
                    let exact = registers[Int(program.residuals[e])]
                    #expect(abs(Double(residuals[2 * point + e]) - root * exact) <= tolerance * root * (1 + abs(exact)))
                    for q in 0..<2 {
                        let register = program.partials[5 * e + 3 + q]
                        let partial = register < 0 ? 0 : registers[Int(register)]
                        #expect(abs(Double(rows[2 * point + e][parameters.count - 2 + q]) - root * partial) <= tolerance * root * (1 + abs(partial)))
                    }
                }
            }
        }
        try agree(Double.self, tolerance: 2e-15)
        try agree(Float.self, tolerance: 2e-6)
    }

    @Test(arguments: [[2, 12, 1], [2, 9, 8, 1]] as [[Int32]]) func trainableParametersByDifferences(_ widths: [Int32]) throws {
        var numbers = NetworkNumbers(seed: 41)
        let terms = [
            Self.everything(&numbers, points: 33), NetworkPlanTests.stencil(&numbers, points: 9), Self.everything(&numbers, points: 200),
        ]
        let plan = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, parameters: 2, terms: terms)
        let parameters = numbers.parameters(widths).map { $0 * 0.5 } + [0.75, -0.25]
        let gradient = plan.gradient(parameters).gradient
        #expect(gradient.count == parameters.count)
        let h = 1e-3
        for k in [parameters.count - 2, parameters.count - 1, 0, 5] {
            let values = [-2.0, -1, 1, 2].map { s in
                var moved = parameters
                moved[k] += s * h
                return plan.loss(moved)
            }
            let difference = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h)
            #expect(abs(difference - gradient[k]) <= 1e-8 * (abs(gradient[k]) + plan.loss(parameters)))
        }
        // 2 Jᵀ r, and the same from the rows of J.
        let residuals = plan.residuals(parameters)
        #expect(relativeDifference(plan.transposed(parameters, residuals.map { 2 * $0 }), gradient) <= 1e-13)
        var sum = [Double](repeating: 0, count: parameters.count)
        var at = 0
        for (index, term) in terms.enumerated() {
            let equations = term.program?.residuals.count ?? 1
            for row in plan.jacobian(parameters, term: Int32(index), first: 0, count: Int64(term.points.count), equations: equations) {
                for k in sum.indices { sum[k] += 2 * residuals[at] * row[k] }
                at += 1
            }
        }
        #expect(relativeDifference(sum, gradient) <= 1e-12)
    }

    @Test func sameBitsForAnyThreads() throws {
        defer { cc_set_threads(0) }
        var numbers = NetworkNumbers(seed: 43)
        let widths: [Int32] = [2, 40, 33, 1]
        let parameters = numbers.parameters(widths) + [0.5, 0.25]
        let plan = try NetworkPlan<Float>(
            widths: widths, activation: CC_TANH, parameters: 2, terms: (0..<3).map { _ in Self.everything(&numbers, points: 700) })
        cc_set_threads(1)
        let first = plan.gradient(parameters)
        let transposed = plan.transposed(parameters, plan.residuals(parameters))
        for threads in 2...4 as ClosedRange<Int32> {
            cc_set_threads(threads)
            for _ in 0..<3 {
                let again = plan.gradient(parameters)
                #expect(again.loss == first.loss && again.gradient == first.gradient)
                #expect(plan.transposed(parameters, plan.residuals(parameters)) == transposed)
            }
        }
    }

    /// Sines before the first layer are a first layer of sines.
    @Test(arguments: [[5, 1], [5, 9, 1], [20, 9, 8, 1]] as [[Int32]]) func embeddingIsALayer(_ widths: [Int32]) throws {
        var numbers = NetworkNumbers(seed: 47)
        let features = Int(widths[0])
        let inner: [Int32] = widths.count == 2 ? [5, 6, 1] : widths
        let embedding = NetworkEmbedding(
            weights: (0..<features).map { _ in numbers.list(2, scale: 3) }, phases: numbers.list(features),
            linear: .init(repeating: false, count: features))
        let parameters = numbers.parameters(inner)
        let before = embedding.weights.flatMap { $0 } + embedding.phases
        for term in NetworkPlanTests.kinds(&numbers, points: 60) {
            let plan = try NetworkPlan<Double>(widths: inner, activation: CC_SIN, embedding: embedding, terms: [term])
            let deeper = try NetworkPlan<Double>(widths: [2] + inner, activation: CC_SIN, terms: [term])
            let result = plan.gradient(parameters), expected = deeper.gradient(before + parameters)
            #expect(abs(result.loss - expected.loss) <= 1e-12 * expected.loss)
            #expect(relativeDifference(result.gradient, Array(expected.gradient[before.count...])) <= 1e-12)
            let single = try NetworkPlan<Float>(widths: inner, activation: CC_SIN, embedding: embedding, terms: [term])
            #expect(relativeDifference(single.gradient(parameters).gradient.map(Double.init), result.gradient) <= 1e-4)
        }
    }

    @Test func linearInputsAreCoordinates() throws {
        var numbers = NetworkNumbers(seed: 53)
        let embedding = NetworkEmbedding(weights: [[1, 0], [0, 1]], phases: [0, 0], linear: [true, true])
        let widths: [Int32] = [2, 9, 8, 1]
        let parameters = numbers.parameters(widths)
        for term in NetworkPlanTests.kinds(&numbers, points: 20) {
            let plan = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, embedding: embedding, terms: [term])
            let plain = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: [term])
            #expect(relativeDifference(plan.gradient(parameters).gradient, plain.gradient(parameters).gradient) <= 1e-13)
            let rows = plan.jacobian(parameters, term: 0, first: 2, count: 15), same = plain.jacobian(parameters, term: 0, first: 2, count: 15)
            for (a, b) in zip(rows, same) { #expect(relativeDifference(a, b) <= 1e-12) }
        }
    }

    @Test(arguments: [[2, 9, 1], [2, 9, 8, 1]] as [[Int32]]) func absentBiasesAreZero(_ widths: [Int32]) throws {
        var numbers = NetworkNumbers(seed: 59)
        for unbiased in [[true, false, true], [false, true, false], [true, true, true]] {
            let flags = Array(unbiased[..<(widths.count - 1)])
            var full: [Double] = []
            var kept: [Int] = []
            for (layer, absent) in flags.enumerated() {
                let weights = Int(widths[layer] * widths[layer + 1]), biases = Int(widths[layer + 1])
                kept += full.count..<(full.count + weights + (absent ? 0 : biases))
                full += numbers.list(weights) + (absent ? [Double](repeating: 0, count: biases) : numbers.list(biases))
            }
            for term in NetworkPlanTests.kinds(&numbers, points: 20) {
                let plan = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, unbiased: flags, terms: [term])
                #expect(cc_plan_parameters(plan.plan) == Int64(kept.count))
                let all = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: [term]).gradient(full)
                let result = plan.gradient(kept.map { full[$0] })
                #expect(result.loss == all.loss && result.gradient == kept.map { all.gradient[$0] })
            }
        }
    }

    @Test func narrowSumsAreFloats() throws {
        var numbers = NetworkNumbers(seed: 61)
        let widths: [Int32] = [2, 9, 8, 1]
        let parameters = numbers.parameters(widths)
        var term = NetworkPlanTests.stencil(&numbers, points: 25)
        term.narrow = true
        let sums = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: [term]).components(parameters, term: 0, count: 2, points: 25)
        var nodes = term
        nodes.narrow = false
        nodes.weights = (0..<5).map { n in (0..<5).map { [$0 == n ? 1 : 0] } }
        nodes.scales = [1, 1, 1, 1, 1]
        nodes.linear = [1, 1, 1, 1, 1]
        let values = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: [nodes]).components(
            parameters, term: 0, count: 5, points: 25)
        for p in 0..<25 {
            var sum: Float = 0
            for n in 0..<5 { sum += Float(term.weights[0][n][0]) * Float(values[n][p]) }
            #expect(sums[0][p] == Double(sum * Float(term.scales[0])))
        }
    }

    @Test func mistakesGetASentence() throws {
        func failure(_ change: (inout NetworkProgram) -> Void) -> String {
            var numbers = NetworkNumbers(seed: 67)
            var term = Self.everything(&numbers, points: 3)
            if var program = term.program {
                change(&program)
                term.program = program
            }
            do {
                _ = try NetworkPlan<Double>(widths: [2, 5, 1], activation: CC_TANH, parameters: 2, terms: [term])
                return ""
            } catch let failure as NetworkFailure { return failure.text } catch { return "" }
        }
        #expect(failure { _ in } == "")
        #expect(failure { $0.constants[0] = .nan }.contains("not a number"))
        #expect(failure { $0.code[0].opcode = 99 }.contains("operation 99"))
        #expect(failure { $0.code[0].left = 3 }.contains("component 3"))
        #expect(failure { $0.code[20].left = 20 }.contains("not before"))
        #expect(failure { $0.residuals[1] = $0.values }.contains("Residual 1"))
        #expect(failure { $0.partials[0] = 1000 }.contains("1000"))
        #expect(failure { $0.values = 1000 }.contains("suffice"))
        #expect(
            failure {
                $0.components = 4; $0.partials += [-1, -1]
            }.contains("components"))
        #expect(
            failure {
                $0.parameters = 3; $0.partials += [-1, -1]
            }.contains("trainable"))
    }
}
