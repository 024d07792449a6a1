import Differentiation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Σ_q coefficient σ^(order)(z + shift) for one feature.
func value(_ sum: NodeSum, _ activation: Activation, weights: [Double], at z: Double) -> Double {
    let tables = sum.tables(weights: weights)
    return sum.nodes.indices.reduce(0) {
        $0 + tables.coefficients[$1] * activation.derivative(sum.orders[$1], at: z + (tables.shifts?[$1] ?? 0))
    }
}

/// Σ_g scale_g Σ_s weight_gs σ(z + w·offset_s) for one feature, as written.
func value(_ sum: StencilSum, _ activation: Activation, weights: [Double], at z: Double) -> Double {
    let values = sum.offsets.map { offset in activation.derivative(0, at: z + zip(offset, weights).reduce(0) { $0 + $1.0 * $1.1 }) }
    return sum.scales.indices.reduce(0) { total, g in total + sum.scales[g] * zip(sum.weights[g], values).reduce(0) { $0 + $1.0 * $1.1 } }
}

struct DerivativeSumTests {
    private func nodes(
        _ operator: LinearOperator, _ method: String, _ activation: Activation, _ largest: [Double]
    ) throws -> NodeSum {
        let sum = try DerivativeSum(
            operator: `operator`, method: DerivativeMethod(parsing: method), activation: activation, largestWeights: largest, precision: .f64)
        guard case .nodes(let nodes) = sum else { throw Surprise() }
        return nodes
    }

    private struct Surprise: Error {}

    /// The exact value of stencils against 60-digit numbers: error below 4e-15 of the largest value of its kind.
    @Test func exactStencilsAgreeWithReference() throws {
        for row in try referenceTable("stencils.csv") {
            let activation = try #require(Activation(name: row[0]))
            let numbers = row.dropFirst().compactMap(Double.init)
            let (px, py, accuracy, h) = (Int(numbers[0]), Int(numbers[1]), Int(numbers[2]), numbers[3])
            let (w, z, exact) = ([numbers[4], numbers[5]], numbers[6], numbers[7])
            let derivative = LinearOperator(dimension: 2, terms: [LinearOperator.Term(1, MultiIndex([px, py]))])
            let sum = try DerivativeSum(
                operator: derivative, method: .exactDifference(accuracy: accuracy, step: .fixed(h)), activation: activation,
                largestWeights: w.map(abs), precision: .f64)
            let size = pow(abs(w[0]), Double(px)) * pow(abs(w[1]), Double(py)) * activation.magnitude(order: px + py)
            switch sum {
            case .nodes(let nodes):
                #expect(abs(value(nodes, activation, weights: w, at: z) - exact) < 4e-15 * size, "\(row), \(nodes.nodes.count) nodes")
            case .stencil(let stencil, _):
                // Without a quadrature the sum is marked to be evaluated in doubled precision, which this test does not do.
                #expect(!activation.isSmooth && stencil.exact)
                let rounding = stencil.roundingNorm * 4 * .ulpOfOne * max(1, pow(abs(z) + 4 * abs(w[0]) * h + 4 * abs(w[1]) * h, 3))
                #expect(abs(value(stencil, activation, weights: w, at: z) - exact) < 1e-14 * abs(exact) + rounding, "\(row)")
            }
        }
    }

    /// MATHEMATICS §2: the second and fourth differences of sin and tanh in closed form.
    @Test(arguments: [1e-3, 1e-2, 0.1, 0.3]) func closedFormsOfDifferences(_ h: Double) throws {
        for w in [0.3, -1.7, 2.9] {
            for z in [-2.2, -0.4, 0.15, 1.3] {
                let d = w * h
                let second = LinearOperator.derivative(2, axis: 0, dimension: 1)
                let fourth = LinearOperator.derivative(4, axis: 0, dimension: 1)
                func difference(_ operator: LinearOperator, _ activation: Activation) throws -> Double {
                    value(try nodes(`operator`, "fd-exact:2:\(h)", activation, [3]), activation, weights: [w], at: z)
                }
                let half = sin(d / 2) / h
                let (t, T) = (tanh(z), tanh(d))
                let tanhSecond = -2 * t * sinh(d) * sinh(d) / (h * h * cosh(z + d) * cosh(z - d))
                let T2 = T * T
                let numerator = 8 * t * (1 - t * t) * T2 * T2 * (2 + T2 - 3 * t * t)
                let tanhFourth = numerator / (h * h * h * h * ((1 + T2) * (1 + T2) - 4 * t * t * T2) * (1 - t * t * T2))
                #expect(abs(try difference(second, .sin) / (-4 * half * half * sin(z)) - 1) < 2e-15)
                #expect(abs(try difference(fourth, .sin) / (16 * half * half * half * half * sin(z)) - 1) < 4e-15)
                #expect(abs(try difference(second, .tanh) / tanhSecond - 1) < 4e-15)
                #expect(abs(try difference(fourth, .tanh) - tanhFourth) < 4e-15 * (abs(tanhFourth) + w * w * w * w))
            }
        }
    }

    /// In the tails too the exact stencil keeps relative accuracy: tanh's second difference by its closed form, far out.
    @Test func tailsKeepTheirDigits() throws {
        let second = LinearOperator.derivative(2, axis: 0, dimension: 1)
        let sum = try nodes(second, "fd-exact:2:0.01", .tanh, [5])
        for z in [6.0, -14.0, 25.0] {
            let exact = -2 * tanh(z) * sinh(0.05) * sinh(0.05) / (1e-4 * cosh(z + 0.05) * cosh(z - 0.05))
            #expect(abs(value(sum, .tanh, weights: [5], at: z) / exact - 1) < 1e-14)
        }
    }

    /// L of the feature by the chain rule, terms of several orders and the identity among them.
    @Test func exactDerivativesAreTheChainRule() throws {
        let mixed = LinearOperator(
            dimension: 2,
            terms: [
                LinearOperator.Term(1, MultiIndex([4, 0])), LinearOperator.Term(2, MultiIndex([2, 2])), LinearOperator.Term(1, MultiIndex([0, 4])),
                LinearOperator.Term(-0.5, MultiIndex([1, 1])), LinearOperator.Term(3, MultiIndex([0, 1])),
                LinearOperator.Term(7, MultiIndex([0, 0])),
            ])
        let sum = try nodes(mixed, "ad", .tanh, [2, 2])
        #expect(sum.orders == [0, 1, 2, 4] && !sum.hasShifts)
        let (w, v, z) = (1.3, -0.7, 0.45)
        let square = w * w + v * v
        func s(_ n: Int) -> Double { Activation.tanh.derivative(n, at: z) }
        let exact = square * square * s(4) - 0.5 * w * v * s(2) + 3 * v * s(1) + 7 * s(0)
        #expect(abs(value(sum, .tanh, weights: [w, v], at: z) - exact) < 1e-14)
        #expect(sum.tables(weights: [w, v, 0, 0]).coefficients[3] == 0)
    }

    /// As the step shrinks fd-exact goes to ad with the order of accuracy, whole operators included.
    @Test(arguments: Stencil.accuracies) func exactStencilsConverge(_ accuracy: Int) throws {
        for differential in [LinearOperator.biharmonic(dimension: 2), .laplacian(dimension: 2), .derivative(3, axis: 1, dimension: 2)] {
            func difference(_ h: Double) throws -> Double {
                let exact = value(try nodes(differential, "ad", .sigmoid, [2, 2]), .sigmoid, weights: [1.6, -1.1], at: 0.6)
                return value(try nodes(differential, "fd-exact:\(accuracy):\(h)", .sigmoid, [2, 2]), .sigmoid, weights: [1.6, -1.1], at: 0.6) - exact
            }
            let observed = log2(abs(try difference(0.1) / (try difference(0.05))))
            #expect(abs(observed - Double(accuracy)) < 0.3, "observed order \(observed)")
        }
    }

    /// The stencil as written and its exact value differ by rounding only.
    @Test func stencilAndItsExactValueAgree() throws {
        for accuracy in Stencil.accuracies {
            for differential in [LinearOperator.biharmonic(dimension: 2), .laplacian(dimension: 2)] {
                let h = 0.1
                let stencil = StencilSum(of: differential, accuracy: accuracy) { _ in h }
                let exact = value(try nodes(differential, "fd-exact:\(accuracy):\(h)", .tanh, [2, 2]), .tanh, weights: [1.6, -1.1], at: 0.6)
                let written = value(stencil, .tanh, weights: [1.6, -1.1], at: 0.6)
                #expect(abs(written - exact) < 4 * .ulpOfOne * stencil.roundingNorm)
                #expect(written != exact)
            }
        }
    }

    @Test func stencilSumHasOneGroupAnOrder() throws {
        let helmholtz = LinearOperator(
            dimension: 2, terms: LinearOperator.laplacian(dimension: 2).terms + LinearOperator.identity(dimension: 2).terms)
        let sum = StencilSum(of: helmholtz, accuracy: 2) { _ in 0.5 }
        #expect(sum.orders == [0, 2] && sum.scales == [1, 4] && sum.steps == [0, 0.5])
        #expect(sum.offsets.count == 5 && sum.offsetTable.count == 10 && sum.weightTable.count == 10)
        let centre = try #require(sum.offsets.firstIndex(of: [0, 0]))
        #expect(sum.weights[0][centre] == 1 && sum.weights[1][centre] == -4)
        #expect(sum.weights[0].filter { $0 != 0 }.count == 1)
        // ‖(−4·4 + 1, 4, 4, 4, 4)‖
        #expect(sum.roundingNorm == (15.0 * 15 + 4 * 16).squareRoot())
        let fourth = StencilSum(of: .derivative(2, axis: 0, dimension: 1), accuracy: 4) { _ in 0.5 }
        #expect(fourth.weights == [[-1, 16, -30, 16, -1]] && fourth.scales == [4.0 / 12])
        #expect(StencilSum(of: .biharmonic(dimension: 2), accuracy: 2) { _ in 1 }.offsets.count == 13)
    }

    @Test func methodsChooseTheirSum() throws {
        func sum(_ method: String, _ activation: Activation = .tanh) throws -> DerivativeSum {
            try DerivativeSum(
                operator: .laplacian(dimension: 1), method: DerivativeMethod(parsing: method), activation: activation, largestWeights: [3],
                precision: .f64)
        }
        guard case .stencil(let single, .f32) = try sum("fd:2:auto/f32"), case .stencil(let double, .f64) = try sum("fd:2:auto") else {
            Issue.record("fd is a stencil in its own precision")
            return
        }
        // (ε₃₂/ε₆₄)^(1/4) = 2^(29/4).
        #expect(abs(single.steps[0] / double.steps[0] - pow(2, 7.25)) < 1e-9)
        guard case .stencil(let powers, .f64) = try sum("fd-exact:2:1e-2", .relu(power: 3)) else {
            Issue.record("fd-exact of a kinked activation is a stencil")
            return
        }
        #expect(powers.exact && !single.exact)
    }

    @Test func refusesWhatCannotBeDone() {
        func error(_ operator: LinearOperator, _ method: DerivativeMethod, _ precision: DerivativeMethod.Precision = .f64) -> MethodError? {
            do {
                _ = try DerivativeSum(
                    operator: `operator`, method: method, activation: .tanh, largestWeights: Array(repeating: 1, count: `operator`.dimension),
                    precision: precision)
                return nil
            } catch { return error }
        }
        #expect(error(.derivative(7, axis: 0, dimension: 1), .automatic) == .orderTooHigh(7))
        let tiny = DerivativeMethod.finiteDifference(accuracy: 2, step: .fixed(1e-100), precision: nil)
        #expect(error(.derivative(4, axis: 0, dimension: 1), tiny) == .stepTooSmall(step: 1e-100, order: 4, precision: .f64))
        let small = DerivativeMethod.finiteDifference(accuracy: 2, step: .fixed(1e-12), precision: .f32)
        #expect(error(.derivative(4, axis: 0, dimension: 1), small) == .stepTooSmall(step: 1e-12, order: 4, precision: .f32))
        for method in [
            DerivativeMethod.finiteDifference(accuracy: 2, step: .fixed(1e-2), precision: nil), .exactDifference(accuracy: 2, step: .fixed(1e-2)),
        ] {
            #expect(error(.biharmonic(dimension: 100), method) == .tooManyPoints(limit: 4096, method: "\(method)"))
        }
        #expect(error(.biharmonic(dimension: 100), .automatic) == nil)
        #expect(error(.laplacian(dimension: 100), .exactDifference(accuracy: 8, step: .fixed(0.1))) == nil)
    }
}
