import Compute
import Differentiation
import Foundation
import LinearAlgebra
import Models
import Problems
import TestSupport
import Testing

/// Plans against the reverse tape, an independent way to the same numbers.
@Suite struct ResidualPlanTests {
    /// An equation with the names it uses.
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let coordinates: [String]
        var fields = ["u"]
        let equations: [String]
        var parameters: [String: Double] = [:]
        var trainable: [String] = []
        var widths: [Int] = [7]
    }

    static let cases = [
        Case(description: "poisson1d", coordinates: ["x"], equations: ["u_xx + pi^2*sin(pi*x)"], widths: [9]),
        Case(description: "biharmonic1d", coordinates: ["x"], equations: ["u_xxxx - sin(x)"], widths: [9]),
        Case(description: "poisson2d", coordinates: ["x", "y"], equations: ["laplacian(u) - x*y"], widths: [6, 5]),
        Case(description: "biharmonic2d", coordinates: ["x", "y"], equations: ["biharmonic(u) + x - y"], widths: [5, 4]),
        Case(description: "burgers", coordinates: ["x", "t"], equations: ["u_t + u*u_x - nu*u_xx"], parameters: ["nu": 0.02], widths: [6, 5, 4]),
        Case(description: "allen-cahn", coordinates: ["x", "t"], equations: ["u_t - 1e-4*u_xx - 5*u + 5*u^3"], widths: [6, 5]),
        Case(description: "kdv", coordinates: ["x", "t"], equations: ["u_t + u*u_x + 0.022^2*u_xxx"], widths: [6, 5]),
        Case(
            description: "kovasznay", coordinates: ["x", "y"], fields: ["u", "v", "p"],
            equations: ["u*u_x + v*u_y + p_x - laplacian(u)/40", "u*v_x + v*v_y + p_y - laplacian(v)/40", "u_x + v_y"], widths: [6, 5]),
        Case(
            description: "heat-inverse", coordinates: ["x", "t"], equations: ["u_t - kappa*u_xx"], parameters: ["kappa": 0.1], trainable: ["kappa"],
            widths: [8]),
        Case(description: "mixed", coordinates: ["x", "y"], equations: ["u_xy*u_yy - u_x^2 + u_xxy"], widths: [5]),
        Case(description: "exponential", coordinates: ["x", "y"], equations: ["laplacian(u) + exp(u)*sin(u_x)"], widths: [5, 5]),
    ]

    static func points(_ count: Int, _ dimension: Int) -> Matrix<Double> {
        var random = TestRandom(11)
        return random.matrix(count, dimension)
    }

    static func make(_ entry: Case, activation: Activation = .tanh, seed: UInt64 = 4) throws -> (Network, [ResidualTerm], [Double]) {
        let vocabulary = try Vocabulary(coordinates: entry.coordinates, fields: entry.fields, parameters: entry.parameters.keys.sorted())
        let residuals = try entry.equations.map { try Differentiation.Expression(equation: $0, in: vocabulary) }
        let boundary = try Differentiation.Expression(equation: "\(entry.fields[0]) - x^2", in: vocabulary)
        let d = entry.coordinates.count
        var stream = RandomStream(seed: seed, name: "network")
        let architecture = try NetworkArchitecture(widths: [d] + entry.widths + [entry.fields.count], activation: activation)
        let network = Network(architecture, initialization: .pytorch, stream: &stream)
        let terms = [
            ResidualTerm("interior", .equations(residuals), at: PointSet(points(5, d))),
            ResidualTerm("boundary", .equations([boundary]), at: PointSet(points(3, d)), weight: 10),
        ]
        return (network, terms, network.parameters + entry.trainable.map { entry.parameters[$0] ?? 0 })
    }

    @Test(arguments: cases) func jetsAgreeWithTheTape(_ entry: Case) throws {
        let (network, terms, values) = try Self.make(entry)
        let tape = TapeResidual(network: network, fields: entry.fields, terms: terms, parameters: entry.parameters, trainable: entry.trainable)
        let exact = try tape.gradient(at: values)
        for (precision, tolerance) in [(Precision.f64, 1e-13), (.f32, 2e-5)] {
            let plan = try ResidualPlan(
                network: network, fields: entry.fields, terms: terms, parameters: entry.parameters, trainable: entry.trainable, precision: precision)
            let (loss, gradient) = try plan.gradient(at: values)
            #expect(abs(loss.total / exact.loss - 1) < tolerance, "\(precision)")
            #expect(relativeDifference(gradient, exact.gradient) < 10 * tolerance, "\(precision)")
            let residuals = try plan.unscaledResiduals(at: values).flatMap(\.values)
            #expect(relativeDifference(residuals, exact.residuals) < 10 * tolerance, "\(precision)")
        }
    }

    @Test(arguments: Activation.smooth + [.relu(power: 5)]) func everyActivationAgreesWithTheTape(_ activation: Activation) throws {
        for entry in [Self.cases[0], Self.cases[1], Self.cases[3], Self.cases[6]] {
            let (network, terms, values) = try Self.make(entry, activation: activation)
            let exact = try TapeResidual(network: network, terms: terms).gradient(at: values)
            let (loss, gradient) = try ResidualPlan(network: network, terms: terms).gradient(at: values)
            #expect(abs(loss.total / exact.loss - 1) < 1e-12, "\(entry)")
            #expect(relativeDifference(gradient, exact.gradient) < 1e-12, "\(entry)")
        }
    }

    @Test(arguments: cases) func productsAgreeWithTheJacobian(_ entry: Case) throws {
        let (network, terms, values) = try Self.make(entry)
        let plan = try ResidualPlan(
            network: network, fields: entry.fields, terms: terms, parameters: entry.parameters, trainable: entry.trainable)
        let jacobian = try plan.jacobian(at: values)
        var random = TestRandom(2)
        let (v, y) = (random.vector(values.count), random.vector(plan.residualCount))
        #expect(relativeDifference(try plan.product(at: values, v), jacobian.product(with: v)) < 1e-12)
        #expect(relativeDifference(try plan.transposedProduct(at: values, y), jacobian.transposedProduct(with: y)) < 1e-12)
        let residuals = try plan.residuals(at: values)
        let (loss, gradient) = try plan.gradient(at: values)
        #expect(abs(residuals.reduce(0) { $0 + $1 * $1 } / loss.total - 1) < 1e-13)
        #expect(relativeDifference(gradient, jacobian.transposedProduct(with: residuals).map { 2 * $0 }) < 1e-12)
        // r(θ ± εv) by Richardson's extrapolation of second differences.
        let second = try plan.secondDerivative(at: values, along: v).second
        func difference(_ h: Double) throws -> [Double] {
            let up = try plan.residuals(at: values.indices.map { values[$0] + h * v[$0] })
            let down = try plan.residuals(at: values.indices.map { values[$0] - h * v[$0] })
            let square = h * h
            return residuals.indices.map { (index: Int) -> Double in
                let sum: Double = up[index] + down[index]
                return (sum - 2 * residuals[index]) / square
            }
        }
        let coarse = try difference(2e-3)
        let fine = try difference(1e-3)
        let extrapolated: [Double] = coarse.indices.map { (4 * fine[$0] - coarse[$0]) / 3 }
        #expect(relativeDifference(second, extrapolated) < 1e-6)
    }

    /// Differences come near the exact derivative with their order, and the rounding-free ones are the differences.
    @Test(arguments: [2, 4, 6, 8]) func differencesConvergeWithTheirOrder(_ accuracy: Int) throws {
        for entry in [Self.cases[2], Self.cases[4]] {
            let (network, terms, values) = try Self.make(entry)
            let exact = try ResidualPlan(network: network, terms: terms, parameters: entry.parameters).gradient(at: values)
            var errors: [Double] = []
            for h in [0.2, 0.1] {
                var written = terms
                written[0].method = .finiteDifference(accuracy: accuracy, step: .fixed(h), precision: nil)
                var rounded = terms
                rounded[0].method = .exactDifference(accuracy: accuracy, step: .fixed(h))
                let a = try ResidualPlan(network: network, terms: written, parameters: entry.parameters).gradient(at: values)
                let b = try ResidualPlan(network: network, terms: rounded, parameters: entry.parameters).gradient(at: values)
                #expect(relativeDifference(a.gradient, b.gradient) < 1e-11, "\(entry) h \(h)")
                errors.append(relativeDifference(b.gradient, exact.gradient))
            }
            if errors[1] > 1e-11 { #expect(abs(log2(errors[0] / errors[1]) - Double(accuracy)) < 0.6, "\(entry): \(errors)") }
        }
    }

    /// Long steps, where a quadrature would need nodes without number and the stencil loses nothing.
    @Test(arguments: [Activation.tanh, .sin, .silu, .gaussian]) func longStepsWithoutRoundingAreTheStencil(_ activation: Activation) throws {
        var stream = RandomStream(seed: 3, name: "network")
        let vocabulary = try Vocabulary(coordinates: ["x"])
        for (equation, widths) in [("u_xx - x", [1, 4, 1]), ("u_xxxx - x", [1, 4, 1]), ("u_xx - x", [1, 4, 4, 1]), ("u_xxxx - x", [1, 4, 4, 1])] {
            let network = Network(
                try NetworkArchitecture(widths: widths, activation: activation), initialization: .spread(range: 3), stream: &stream)
            let residual = try Differentiation.Expression(equation: equation, in: vocabulary)
            for (accuracy, h) in [(2, 0.5), (4, 0.4), (8, 0.3), (8, 1)] {
                var term = ResidualTerm("interior", .equations([residual]), at: PointSet(Self.points(6, 1)))
                term.method = .finiteDifference(accuracy: accuracy, step: .fixed(h), precision: nil)
                let written = try ResidualPlan(network: network, terms: [term]).gradient(at: network.parameters)
                term.method = .exactDifference(accuracy: accuracy, step: .fixed(h))
                let exact = try ResidualPlan(network: network, terms: [term]).gradient(at: network.parameters)
                #expect(relativeDifference(exact.gradient, written.gradient) < 1e-11, "\(equation) \(widths) \(accuracy) \(h)")
            }
        }
    }

    /// A zero beside other numbers in a vector of eight, where PoCL 3.1's own power is wrong.
    @Test func powersAgreeOnDevices() throws {
        let vocabulary = try Vocabulary(coordinates: ["x"])
        let residual = try Differentiation.Expression(equation: "u - x^2.5 - (x + 1)^-0.3 - 2^x - x^7", in: vocabulary)
        var stream = RandomStream(seed: 5, name: "network")
        let network = Network(try NetworkArchitecture(widths: [1, 4, 1], activation: .tanh), stream: &stream)
        let values = (0..<37).map { $0 % 5 == 0 ? 0 : 0.37 * Double($0) }
        let terms = [ResidualTerm("interior", .equations([residual]), at: PointSet(Matrix(rows: values.map { [$0] })))]
        let exact = try ResidualPlan(network: network, terms: terms).residuals(at: network.parameters)
        for info in DeviceCatalogue.shared.probed() where info.usable && info.fp64 && info.backend == .opencl {
            let plan = try ResidualPlan(network: network, terms: terms, device: Device(info))
            let found = try plan.residuals(at: network.parameters)
            for (one, other) in zip(found, exact) {
                let bound: Double = 1e-13 * max(1, other.magnitude)
                #expect((one - other).magnitude <= bound, "\(info.name)")
            }
        }
    }

    @Test func periodicConditionsAreJumps() throws {
        var stream = RandomStream(seed: 9, name: "network")
        let network = Network(try NetworkArchitecture(widths: [2, 6, 5, 1], activation: .tanh), stream: &stream)
        let derivatives = [[0, 0], [1, 0], [2, 0]].map { FieldDerivative("u", MultiIndex($0)) }
        let points = Matrix<Double>(rows: [[-1, 0.2], [-1, 0.7]])
        let terms = [ResidualTerm("periodic", .periodic(axis: 0, period: 2, derivatives: derivatives), at: PointSet(points))]
        let plan = try ResidualPlan(network: network, terms: terms)
        let exact = try TapeResidual(network: network, terms: terms).gradient(at: network.parameters)
        let (loss, gradient) = try plan.gradient(at: network.parameters)
        #expect(abs(loss.total / exact.loss - 1) < 1e-13)
        #expect(relativeDifference(gradient, exact.gradient) < 1e-12)
    }

    @Test func embeddingsAndAbsentBiasesAgreeWithTheTape() throws {
        var stream = RandomStream(seed: 9, name: "network")
        let vocabulary = try Vocabulary(coordinates: ["x", "y"])
        let embeddings = [
            InputEmbedding.periodic(axis: 0, period: 2, harmonics: 2, dimension: 2),
            InputEmbedding.fourier(frequencies: 3, scale: 0.4, dimension: 2, stream: &stream),
        ]
        for embedding in embeddings {
            for text in ["laplacian(u) + u^2", "biharmonic(u)", "u_xxx + u_xy"] {
                let architecture = try NetworkArchitecture(
                    widths: [embedding.count, 6, 5, 1], activation: .tanh, hasBias: [true, false, false], embedding: embedding)
                let network = Network(architecture, initialization: .pytorch, stream: &stream)
                let residual = try Differentiation.Expression(equation: text, in: vocabulary)
                let terms = [ResidualTerm("interior", .equations([residual]), at: PointSet(Self.points(4, 2)))]
                let exact = try TapeResidual(network: network, terms: terms).gradient(at: network.parameters)
                let (loss, gradient) = try ResidualPlan(network: network, terms: terms).gradient(at: network.parameters)
                #expect(abs(loss.total / exact.loss - 1) < 1e-12, "\(text)")
                #expect(relativeDifference(gradient, exact.gradient) < 1e-11, "\(text)")
            }
        }
    }

    @Test func formulasOfFieldsAreEvaluated() throws {
        let (network, _, _) = try Self.make(Self.cases[2])
        let vocabulary = try Vocabulary(coordinates: ["x", "y"])
        let points = Self.points(6, 2)
        let formulas = try ["u", "u_x", "u_xx*u"].map { try Differentiation.Expression(parsing: $0, in: vocabulary) }
        let values = try network.values(of: formulas, at: PointSet(points))
        let plain = network.values(at: points)
        for i in 0..<6 { #expect(abs(values[0][i] - plain[i, 0]) < 1e-15) }
        let h = 1e-4
        for i in 0..<6 {
            let sides = Matrix<Double>(rows: [[points[i, 0] + h, points[i, 1]], [points[i, 0] - h, points[i, 1]]])
            let shifted = network.values(at: sides)
            #expect(abs(values[1][i] - (shifted[0, 0] - shifted[1, 0]) / (2 * h)) < 1e-7)
        }
    }

    @Test func mistakesAreOneSentence() throws {
        let (network, terms, _) = try Self.make(Self.cases[2])
        let vocabulary = try Vocabulary(coordinates: ["x", "y"], fields: ["u", "v"], parameters: ["nu"], data: ["f"])
        func plan(_ text: String, points: Matrix<Double> = Self.points(4, 2), data: [String: [Double]] = [:], fields: [String] = ["u"]) throws {
            let residual = try Differentiation.Expression(equation: text, in: vocabulary)
            _ = try ResidualPlan(
                network: network, fields: fields, terms: [ResidualTerm("interior", .equations([residual]), at: PointSet(points, data: data))])
        }
        #expect(throws: ComputeError.self) { try plan("v_x") }
        #expect(throws: ComputeError.self) { try plan("nu*u_xx") }
        #expect(throws: ComputeError.self) { try plan("u_xx - f") }
        #expect(throws: ComputeError.self) { try plan("u_xx - f", data: ["f": [1, 2, .nan, 3]]) }
        #expect(throws: ComputeError.self) { try plan("u_xx", points: Self.points(4, 3)) }
        #expect(throws: ComputeError.self) { try plan("u_xx", points: Matrix(rows: [[1, .infinity]])) }
        #expect(throws: ComputeError.self) { try plan("u_xx", fields: ["u", "v"]) }
        let sound = try ResidualPlan(network: network, terms: terms)
        #expect(throws: ComputeError.self) { try sound.gradient(at: [1, 2]) }
    }
}
