import CCompute
import TestSupport
import Testing

/// Network plans against themselves: differences of the loss, other ways to the same derivative, threads, mistakes.
@Suite(.serialized) struct NetworkPlanTests {
    static let activations: [(cc_activation, Int32)] = [
        (CC_TANH, 1), (CC_SIN, 1), (CC_COS, 1), (CC_SIGMOID, 1), (CC_SOFTPLUS, 1), (CC_SILU, 1), (CC_GAUSSIAN, 1), (CC_RELU, 6),
        (CC_GELU, 1),
    ]

    /// A term with directions of all orders, two tops and a product of components.
    static func everything(_ numbers: inout NetworkNumbers, points: Int) -> NetworkTerm {
        var term = NetworkTerm(points: numbers.points(points, dimension: 2), linear: [], source: numbers.list(points))
        term.directions = [
            .init(vector: [1, 0], order: 3), .init(vector: [0.5, 1], order: 2), .init(vector: [1, 1], order: 4), .init(vector: [1, -1], order: 1),
        ]
        term.tops = [[0.25, 0, 0.5, 0], [0, 1, -0.5, 0]]
        term.linear = numbers.list(10)
        term.products = [(0.5, 0, 1), (0.25, 2, 8)]
        return term
    }

    static func stencil(_ numbers: inout NetworkNumbers, points: Int, wide: Bool = false) -> NetworkTerm {
        var term = NetworkTerm(points: numbers.points(points, dimension: 2), linear: [1, 0.5], source: numbers.list(points))
        let h = 0.125
        term.offsets = [[0, 0], [h, 0], [-h, 0], [0, h], [0, -h]]
        term.weights = [[[-4], [1], [1], [1], [1]], [[1], [0], [0], [0], [0]]]
        term.scales = [1 / (h * h), 1]
        term.wide = wide
        return term
    }

    static func kinds(_ numbers: inout NetworkNumbers, points: Int) -> [NetworkTerm] {
        let all = everything(&numbers, points: points)
        var plate = NetworkTerm(points: all.points, linear: numbers.list(9), source: all.source)
        plate.biharmonic = true
        return [
            all, plate, stencil(&numbers, points: points), .laplacian(2, of: 2, points: all.points, source: all.source),
            .values(points: all.points, source: all.source, weight: 2),
        ]
    }

    @Test(arguments: activations.indices, [[2, 7, 1], [2, 9, 6, 5, 1]] as [[Int32]])
    func gradientIsTheDifferenceOfLosses(_ index: Int, widths: [Int32]) throws {
        let (activation, power) = Self.activations[index]
        var numbers = NetworkNumbers(seed: 7)
        for term in Self.kinds(&numbers, points: 9) {
            let plan = try NetworkPlan<Double>(widths: widths, activation: activation, power: power, terms: [term])
            let parameters = numbers.parameters(widths).map { $0 * 0.5 }
            let direction = numbers.list(parameters.count)
            let exact = zip(plan.gradient(parameters).gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
            // Fourth-order central difference along a direction.
            let h = 1e-3
            let values = [-2.0, -1, 1, 2].map { s in plan.loss(zip(parameters, direction).map { $0 + s * h * $1 }) }
            let difference = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h)
            let size = abs(exact) + plan.loss(parameters)
            // The derivatives of max(z, 0)⁶ that the loss has are few.
            #expect(abs(difference - exact) <= (activation == CC_RELU ? 1e-5 : 1e-7) * size, "\(activation) \(widths)")
        }
    }

    @Test func componentsAreDerivatives() throws {
        // u_xx and u_xy by directions against the nine channels, and both against differences of values.
        var numbers = NetworkNumbers(seed: 3)
        for widths in [[2, 11, 1], [2, 9, 8, 1]] as [[Int32]] {
            let parameters = numbers.parameters(widths)
            let points = numbers.points(5, dimension: 2)
            var plate = NetworkTerm(points: points, linear: [Double](repeating: 0, count: 9), source: [0, 0, 0, 0, 0])
            plate.biharmonic = true
            var mixed = NetworkTerm(points: points, linear: [0, 0], source: plate.source)
            mixed.directions = [.init(vector: [1, 1], order: 2), .init(vector: [1, -1], order: 2)]
            mixed.tops = [[0.25, -0.25]]
            mixed.used = [0, 3]
            var slope = NetworkTerm(points: points, linear: [0], source: plate.source)
            let h = 0.01
            slope.offsets = [[-2 * h, 0], [-h, 0], [h, 0], [2 * h, 0]]
            slope.weights = [[[1], [-8], [8], [-1]]]
            slope.scales = [1 / (12 * h)]
            let plan = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: [plate, mixed, slope])
            let nine = plan.components(parameters, term: 0, count: 9, points: 5)
            let two = plan.components(parameters, term: 1, count: 2, points: 5)
            let one = plan.components(parameters, term: 2, count: 1, points: 5)
            #expect(relativeDifference(two[0], nine[0]) <= 1e-14)
            #expect(relativeDifference(two[1], nine[4]) <= 1e-13)
            #expect(relativeDifference(one[0], nine[1]) <= 1e-6)
        }
    }

    @Test func stencilsRoundAsWritten() throws {
        // f32 values, differences in float64: at most the noise of the values; wide sums lose nothing more.
        var numbers = NetworkNumbers(seed: 5)
        let widths: [Int32] = [2, 16, 8, 1]
        let parameters = numbers.parameters(widths)
        let narrow = Self.stencil(&numbers, points: 40)
        var wide = narrow
        wide.wide = true
        let exact = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: [narrow]).components(
            parameters, term: 0, count: 2, points: 40)
        for term in [narrow, wide] {
            let single = try NetworkPlan<Float>(widths: widths, activation: CC_TANH, terms: [term]).components(
                parameters, term: 0, count: 2, points: 40)
            let bound = 3 * Double(Float.ulpOfOne) * 8 * 64 * 2.5  // 3·eps·‖stencil‖₁/h², values up to 2.5
            for (a, b) in zip(single[0], exact[0]) { #expect(abs(Double(a) - b) <= bound) }
        }
    }

    @Test func sameBitsForAnyThreads() throws {
        defer { cc_set_threads(0) }
        var numbers = NetworkNumbers(seed: 11)
        let widths: [Int32] = [2, 40, 33, 1]
        let parameters = numbers.parameters(widths)
        var terms = Self.kinds(&numbers, points: 500)
        terms.append(.values(points: numbers.points(33, dimension: 2), source: numbers.list(33), weight: 3))
        let plan = try NetworkPlan<Float>(widths: widths, activation: CC_TANH, terms: terms)
        cc_set_threads(1)
        let first = plan.gradient(parameters)
        #expect(abs(first.shares[0..<terms.count].reduce(0, +) - first.loss) <= 1e-12 * first.loss)
        for threads in 2...4 as ClosedRange<Int32> {
            cc_set_threads(threads)
            for _ in 0..<3 {
                let again = plan.gradient(parameters)
                #expect(again.loss == first.loss && again.gradient == first.gradient)
            }
        }
    }

    @Test func residualsAndTransposedProduct() throws {
        var numbers = NetworkNumbers(seed: 13)
        for widths in [[2, 12, 1], [2, 12, 9, 1]] as [[Int32]] {
            let parameters = numbers.parameters(widths)
            let terms = Self.kinds(&numbers, points: 30)
            let plan = try NetworkPlan<Double>(widths: widths, activation: CC_SIN, terms: terms)
            let residuals = plan.residuals(parameters)
            let result = plan.gradient(parameters)
            let square = residuals.reduce(0) { $0 + $1 * $1 }
            #expect(residuals.count == 150)
            #expect(abs(square - result.loss) <= 1e-13 * result.loss)
            // The gradient is 2 Jᵀ r.
            let product = plan.transposed(parameters, residuals.map { 2 * $0 })
            #expect(relativeDifference(product, result.gradient) <= 1e-13)
        }
    }

    @Test func jacobianRowsSumToTheTransposedProduct() throws {
        var numbers = NetworkNumbers(seed: 23)
        for widths in [[2, 12, 1], [2, 12, 9, 1]] as [[Int32]] {
            let parameters = numbers.parameters(widths)
            let terms = Self.kinds(&numbers, points: 70)
            let plan = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: terms)
            var cotangent = [Double](repeating: 0, count: 70 * terms.count)
            for term in terms.indices {
                let rows = plan.jacobian(parameters, term: Int32(term), first: 3, count: 60)
                var sum = [Double](repeating: 0, count: parameters.count)
                for (i, row) in rows.enumerated() {
                    cotangent[70 * term + 3 + i] = numbers.next()
                    for k in sum.indices { sum[k] += cotangent[70 * term + 3 + i] * row[k] }
                }
                #expect(relativeDifference(sum, plan.transposed(parameters, cotangent)) <= 1e-12)
                cotangent = cotangent.map { _ in 0 }
            }
        }
    }

    @Test func notANumberStays() throws {
        var numbers = NetworkNumbers(seed: 29)
        for widths in [[2, 8, 1], [2, 8, 8, 1]] as [[Int32]] {
            var parameters = numbers.parameters(widths)
            let term = NetworkTerm.laplacian(2, of: 2, points: numbers.points(20, dimension: 2), source: numbers.list(20))
            parameters[1] = .nan
            for index in Self.activations.indices {
                let (activation, power) = Self.activations[index]
                if activation == CC_RELU { continue }
                let loss = try NetworkPlan<Float>(widths: widths, activation: activation, power: power, terms: [term]).loss(parameters)
                #expect(loss.isNaN, "\(activation)")
            }
        }
    }

    @Test func severalFields() throws {
        // Two fields: u and v; residual u_x + v·v − f.
        var numbers = NetworkNumbers(seed: 17)
        for widths in [[2, 9, 2], [2, 9, 7, 2]] as [[Int32]] {
            var term = NetworkTerm(points: numbers.points(20, dimension: 2), linear: [0, 1, 0, 0], source: numbers.list(20))
            term.directions = [.init(vector: [1, 0], order: 1)]
            term.products = [(1, 2, 2)]
            let plan = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: [term])
            let parameters = numbers.parameters(widths)
            let gradient = plan.gradient(parameters).gradient
            let direction = numbers.list(parameters.count)
            let h = 1e-3
            let values = [-2.0, -1, 1, 2].map { s in plan.loss(zip(parameters, direction).map { $0 + s * h * $1 }) }
            let difference = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h)
            let exact = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(difference - exact) <= 1e-9 * (abs(exact) + 1))
        }
    }

    @Test(arguments: ["avx512", "avx2", "generic"]) func instructionSetsAgree(_ label: String) throws {
        defer { cc_native_select_isa_here(nil) }
        var numbers = NetworkNumbers(seed: 19)
        for widths in [[2, 21, 1], [2, 13, 17, 1]] as [[Int32]] {
            let parameters = numbers.parameters(widths)
            let terms = Self.kinds(&numbers, points: 37)
            cc_native_select_isa_here("generic")
            let reference = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: terms).gradient(parameters)
            guard cc_native_select_isa_here(label) else { return }
            let double = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: terms).gradient(parameters)
            let single = try NetworkPlan<Float>(widths: widths, activation: CC_TANH, terms: terms).gradient(parameters)
            #expect(relativeDifference(double.gradient, reference.gradient) <= 1e-12)
            #expect(relativeDifference(single.gradient.map(Double.init), reference.gradient) <= 1e-4)  // the stencil's rounding
        }
    }

    @Test func mistakesGetASentence() throws {
        let points = [[0.5, 0.5]]
        func failure(_ widths: [Int32], _ change: (inout NetworkTerm) -> Void) -> String {
            var term = NetworkTerm(points: points, linear: [1], source: [0])
            change(&term)
            do {
                _ = try NetworkPlan<Double>(widths: widths, activation: CC_TANH, terms: [term])
                return ""
            } catch let failure as NetworkFailure { return failure.text } catch { return "" }
        }
        #expect(failure([2, 1]) { _ in }.contains("layers"))
        #expect(failure([2, 0, 1]) { _ in }.contains("Width 1"))
        #expect(failure([2, 4, 1]) { $0.directions = [.init(vector: [1, 0], order: 5)] }.contains("order"))
        #expect(failure([2, 4, 1]) { $0.directions = [.init(vector: [1, .nan], order: 1)] }.contains("finite"))
        #expect(failure([2, 4, 1]) { $0.used = [3] }.contains("component 3"))
        #expect(failure([2, 4, 1]) { $0.weight = -1 }.contains("weight"))
        #expect(failure([1, 4, 1]) { $0.biharmonic = true }.contains("axis"))
        #expect(failure([2, 4, 1]) { $0.points = [] }.contains("points"))
    }
}
