import CCompute
import Foundation
import TestSupport
import Testing

/// Network plans on every OpenCL device: the cases of the native path, and both against each other.
@Suite(.serialized) struct DevicePlanTests {
    private let devices: [OpenedDevice]

    init() throws { devices = try OpenedDevice.usable.filter { $0 > 0 }.map(OpenedDevice.init) }

    /// What a term takes part in: the same plan natively and on all devices, by loss, gradient, residuals, Jᵀy and components.
    private func compare<Scalar: BinaryFloatingPoint & BitwiseCopyable>(
        _ widths: [Int32], _ activation: cc_activation, power: Int32 = 1, unbiased: [Bool]? = nil, embedding: NetworkEmbedding? = nil,
        trainable: [Double] = [], terms: [NetworkTerm], parameters: [Double], within tolerance: Double, as type: Scalar.Type
    ) throws {
        func plan(_ device: OpenedDevice?) throws -> NetworkPlan<Scalar> {
            try NetworkPlan<Scalar>(
                widths: widths, activation: activation, power: power, unbiased: unbiased, embedding: embedding, parameters: Int32(trainable.count),
                terms: terms, on: device)
        }
        func near(_ a: [Scalar], _ b: [Scalar], _ what: String) {
            #expect(relativeDifference(a.map { Double($0) }, b.map { Double($0) }) <= tolerance, "\(what), \(activation), \(type)")
        }
        let native = try plan(nil)
        let all = parameters + trainable
        let expected = native.gradient(all), residuals = native.residuals(all)
        let cotangent = residuals.indices.map { Scalar(Double(($0 * 37 + 11) % 64) / 32 - 1) }
        for device in devices where Scalar.self == Float.self || device.hasDouble {
            let there = try plan(device)
            let result = there.gradient(all)
            #expect(abs(result.loss - expected.loss) <= tolerance * expected.loss, "loss, \(activation), \(type)")
            near(result.gradient, expected.gradient, "gradient")
            for i in terms.indices { #expect(abs(result.shares[i] - expected.shares[i]) <= tolerance * expected.loss) }
            near(there.residuals(all), residuals, "residuals")
            near(there.transposed(all, cotangent), native.transposed(all, cotangent), "transposed product")
            for (i, term) in terms.enumerated() where embedding == nil {
                let count = componentCount(term, fields: Int(widths.last ?? 1))
                let points = term.points.count
                near(
                    there.components(all, term: Int32(i), count: count, points: points).flatMap { $0 },
                    native.components(all, term: Int32(i), count: count, points: points).flatMap { $0 }, "components")
            }
            let again = there.gradient(all)
            #expect(again.loss == result.loss && again.gradient == result.gradient && there.loss(all) == result.loss)
        }
    }

    @Test(arguments: NetworkReferenceTests.cases) func referencesOfFiftyDigits(_ reference: NetworkReferenceTests.Case) throws {
        let terms = [NetworkReferenceTests.ways(reference.terms[0])[0], NetworkReferenceTests.ways(reference.terms[1])[0]]
        let activation = try #require(NetworkReferenceTests.activations[reference.activation])
        let exact = reference.gradient.compactMap(Double.init)
        let loss = try #require(Double(reference.loss))
        for device in devices {
            let single = try NetworkPlan<Float>(widths: reference.widths, activation: activation, terms: terms, on: device)
                .gradient(reference.parameters)
            #expect(abs(single.loss - loss) <= 2e-6 * loss)
            #expect(relativeDifference(single.gradient.map(Double.init), exact) <= 2e-6)
            guard device.hasDouble else { continue }
            let double = try NetworkPlan<Double>(widths: reference.widths, activation: activation, terms: terms, on: device)
                .gradient(reference.parameters)
            #expect(abs(double.loss - loss) <= 1e-13 * loss)
            #expect(relativeDifference(double.gradient, exact) <= 1e-13)
        }
    }

    @Test(arguments: NetworkPlanTests.activations.indices) func everyActivation(_ index: Int) throws {
        let (activation, power) = NetworkPlanTests.activations[index]
        var numbers = NetworkNumbers(seed: 73)
        let widths: [Int32] = [2, 9, 14, 1]
        let terms = [NetworkPlanTests.everything(&numbers, points: 40)]
        let parameters = numbers.parameters(widths).map { $0 * 0.5 }
        try compare(widths, activation, power: power, terms: terms, parameters: parameters, within: 1e-12, as: Double.self)
    }

    @Test func everySetOfJets() throws {
        var numbers = NetworkNumbers(seed: 79)
        let widths: [Int32] = [2, 21, 13, 1]
        let terms = NetworkPlanTests.kinds(&numbers, points: 130)
        let parameters = numbers.parameters(widths)
        try compare(widths, CC_TANH, terms: terms, parameters: parameters, within: 1e-12, as: Double.self)
        // The stencil apart: its noise is not that of the others.
        try compare(widths, CC_TANH, terms: [terms[0], terms[1], terms[3], terms[4]], parameters: parameters, within: 5e-6, as: Float.self)
    }

    @Test func sumsOfNodes() throws {
        var numbers = NetworkNumbers(seed: 83)
        let widths: [Int32] = [2, 9, 8, 1]
        let parameters = numbers.parameters(widths)
        var narrow = NetworkPlanTests.stencil(&numbers, points: 25), wide = narrow
        narrow.narrow = true
        wide.wide = true
        // Three ulps of the values' sums, over h².
        let noise = 3 * Double(Float.ulpOfOne) * 8 * 64
        try compare(widths, CC_TANH, terms: [narrow], parameters: parameters, within: noise, as: Double.self)
        try compare(widths, CC_TANH, terms: [wide], parameters: parameters, within: noise, as: Float.self)
        try compare(widths, CC_TANH, terms: [NetworkPlanTests.stencil(&numbers, points: 25)], parameters: parameters, within: noise, as: Float.self)
    }

    @Test func programsAndTrainableParameters() throws {
        var numbers = NetworkNumbers(seed: 89)
        let widths: [Int32] = [2, 9, 8, 1]
        let terms = [NetworkProgramTests.everything(&numbers, points: 70), NetworkProgramTests.everything(&numbers, points: 9)]
        let parameters = numbers.parameters(widths)
        try compare(widths, CC_TANH, trainable: [0.5, 0.25], terms: terms, parameters: parameters, within: 1e-12, as: Double.self)
        try compare(widths, CC_TANH, trainable: [0.5, 0.25], terms: terms, parameters: parameters, within: 5e-6, as: Float.self)
    }

    @Test func embeddingsAbsentBiasesAndFields() throws {
        var numbers = NetworkNumbers(seed: 97)
        let embedding = NetworkEmbedding(
            weights: (0..<5).map { _ in numbers.list(2, scale: 3) }, phases: numbers.list(5), linear: [false, true, false, false, true])
        let terms = [NetworkPlanTests.everything(&numbers, points: 30)]
        try compare(
            [5, 9, 8, 1], CC_TANH, embedding: embedding, terms: terms, parameters: numbers.parameters([5, 9, 8, 1]), within: 1e-12, as: Double.self)
        let unbiased = numbers.parameters([2, 9, 8, 1])
        try compare(
            [2, 9, 8, 1], CC_TANH, unbiased: [true, false, true], terms: terms, parameters: Array(unbiased[..<(unbiased.count - 10)]), within: 1e-12,
            as: Double.self)
        var coupled = NetworkTerm(points: numbers.points(20, dimension: 2), linear: [0, 1, 0, 0], source: numbers.list(20))
        coupled.directions = [.init(vector: [1, 0], order: 1)]
        coupled.products = [(1, 2, 2), (0.5, 0, 3)]
        try compare([2, 9, 7, 2], CC_SIN, terms: [coupled], parameters: numbers.parameters([2, 9, 7, 2]), within: 1e-12, as: Double.self)
    }

    /// What the device does not run itself.
    @Test func jacobianRows() throws {
        var numbers = NetworkNumbers(seed: 101)
        let widths: [Int32] = [2, 12, 9, 1]
        let terms = NetworkPlanTests.kinds(&numbers, points: 20)
        let parameters = numbers.parameters(widths)
        let native = try NetworkPlan<Float>(widths: widths, activation: CC_TANH, terms: terms)
        for device in devices {
            let plan = try NetworkPlan<Float>(widths: widths, activation: CC_TANH, terms: terms, on: device)
            let rows = plan.jacobian(parameters, term: 3, first: 2, count: 11), expected = native.jacobian(parameters, term: 3, first: 2, count: 11)
            for (a, b) in zip(rows, expected) { #expect(relativeDifference(a.map(Double.init), b.map(Double.init)) <= 1e-6) }
            #expect(cc_plan_memory(plan.plan) > cc_plan_memory(native.plan))
        }
    }

    @Test func pointsInWindowsGiveTheSameBits() throws {
        var numbers = NetworkNumbers(seed: 103)
        let widths: [Int32] = [2, 12, 9, 1]
        let terms = [NetworkProgramTests.everything(&numbers, points: 700), NetworkProgramTests.everything(&numbers, points: 130)]
        let parameters = numbers.parameters(widths) + [0.5, 0.25]
        for device in devices {
            func results() throws -> [[Float]] {
                let plan = try NetworkPlan<Float>(widths: widths, activation: CC_TANH, parameters: 2, terms: terms, on: device)
                let all = plan.gradient(parameters), residuals = plan.residuals(parameters)
                let components = plan.components(parameters, term: 0, count: 3, points: 700)
                return [[Float(all.loss)], all.gradient, residuals, plan.transposed(parameters, residuals)] + components
            }
            let whole = try results()
            setenv("RESIDUA_OPENCL_WINDOW", "4000", 1)
            defer { unsetenv("RESIDUA_OPENCL_WINDOW") }
            #expect(try results() == whole)
        }
    }

    @Test func numbersThatChangeBetweenCallsAreSeen() throws {
        var numbers = NetworkNumbers(seed: 107)
        let widths: [Int32] = [2, 12, 9, 1]
        let terms = [NetworkProgramTests.everything(&numbers, points: 40), NetworkProgramTests.everything(&numbers, points: 7)]
        let parameters = numbers.parameters(widths) + [0.5, 0.25]
        for device in devices {
            func plan() throws -> NetworkPlan<Float> {
                try NetworkPlan<Float>(widths: widths, activation: CC_TANH, parameters: 2, terms: terms, on: device)
            }
            func results(_ plan: NetworkPlan<Float>) -> [Float] {
                let all = plan.gradient(parameters)
                return [Float(all.loss)] + all.gradient + plan.components(parameters, term: 0, count: 3, points: 40).flatMap { $0 }
            }
            let used = try plan()
            var seen = [results(used)]
            let changes: [(NetworkPlan<Float>) -> Void] = [
                { $0.write([0.3, -0.2], term: 0, point: 39) }, { $0.write([0.1, 0.7], term: 1, point: 0) },
                { $0.write([2.5], term: 0, point: 5, array: 0) },
            ]
            for count in 1...changes.count {
                changes[count - 1](used)
                let fresh = try plan()
                changes.prefix(count).forEach { $0(fresh) }
                seen.append(results(used))
                #expect(seen.last == results(fresh) && seen[count] != seen[count - 1])
            }
        }
    }

    @Test func functionsAreRefused() throws {
        for device in devices {
            let points: [Float] = [0.5, 0.5]
            points.withUnsafeBufferPointer { points in
                [Int32](arrayLiteral: 2, 4, 1).withUnsafeBufferPointer { widths in
                    var network = cc_network()
                    network.layers = 2
                    network.widths = widths.baseAddress
                    var options = cc_plan_options()
                    options.device = device.handle
                    var term = cc_term()
                    term.points = 1
                    term.coordinates = UnsafeRawPointer(points.baseAddress)
                    term.equations = 1
                    term.weight = 1
                    term.residual = cc_residual_quadratic
                    var plan: OpaquePointer?
                    var error = cc_error()
                    #expect(cc_plan_create(&network, &options, 1, &term, &plan, &error) == CC_BAD_ARGUMENT)
                    #expect(plan == nil && OpenedDevice.Failure(error).description.contains("native path only"))
                }
            }
        }
    }
}

/// How many components a term has, for all fields.
private func componentCount(_ term: NetworkTerm, fields: Int) -> Int {
    if !term.used.isEmpty { return term.used.count * fields }
    if !term.weights.isEmpty { return term.weights.count * fields }
    if term.biharmonic { return 9 * fields }
    return (1 + term.tops.count + term.directions.reduce(0) { $0 + max(1, Int($1.order) - 1) }) * fields
}
