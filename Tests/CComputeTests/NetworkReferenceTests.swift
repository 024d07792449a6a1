import CCompute
import Foundation
import TestSupport
import Testing

/// Loss and full gradient against 50-digit references (Tests/Reference/networks.py).
@Suite struct NetworkReferenceTests {
    struct Case: Decodable, CustomTestStringConvertible, Sendable {
        struct Term: Decodable, Sendable {
            var equation: String
            var weight: Double
            var points: [[Double]]
            var source: [Double]
        }
        var name: String
        var activation: String
        var widths: [Int32]
        var terms: [Term]
        var parameters: [Double]
        var loss: String
        var gradient: [String]
        var testDescription: String { name }
    }

    static let cases: [Case] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Reference/networks.json")
        guard let data = try? Data(contentsOf: file), let cases = try? JSONDecoder().decode([Case].self, from: data) else { return [] }
        return cases
    }()

    /// The ways in which a term's equation can be written as jets.
    static func ways(_ term: Case.Term) -> [NetworkTerm] {
        func axis(_ vector: [Double], _ order: Int32) -> NetworkTerm.Direction { .init(vector: vector, order: order) }
        let plain = NetworkTerm(points: term.points, linear: [1], source: term.source, weight: term.weight)
        var terms: [NetworkTerm] = []
        switch term.equation {
        case "poisson1", "poisson2":
            let d = term.points[0].count
            var t = NetworkTerm.laplacian(d, of: d, points: term.points, source: term.source)
            t.weight = term.weight
            terms = [t]
            // The same with every second derivative its own top.
            t.tops = (0..<d).map { i in (0..<d).map { $0 == i ? 1 : 0 } }
            t.used = (0..<d).map { Int32(1 + d + $0) }
            t.linear = [Double](repeating: 1, count: d)
            terms.append(t)
        case "biharmonic1":
            var t = plain
            t.directions = [axis([1], 4)]
            t.tops = [[1]]
            t.used = [4]
            terms = [t]
            t.tops = [[1], [0.5]]
            t.used = [5]
            t.linear = [2]
            terms.append(t)
        case "biharmonic2":
            var t = plain
            t.biharmonic = true
            t.used = [8]
            terms = [t]
            t = plain
            t.directions = [axis([1, 0], 4), axis([0, 1], 4), axis([1, 1], 4), axis([1, -1], 4)]
            t.tops = [[2.0 / 3, 2.0 / 3, 1.0 / 6, 1.0 / 6]]
            t.used = [13]
            terms.append(t)
        case "burgers":
            var t = plain
            t.directions = [axis([1, 0, 0], 2), axis([0, 1, 0], 2), axis([0, 0, 1], 1)]
            t.tops = [[1, 1, 0]]
            t.linear = [0, 0, 0, 1, -0.125]
            t.products = [(1, 0, 1), (1, 0, 2)]
            terms = [t]
        default:
            terms = [plain]
        }
        return terms
    }

    static let activations: [String: cc_activation] = ["tanh": CC_TANH, "sin": CC_SIN]

    @Test func referencesAreThere() { #expect(Self.cases.count == 10) }

    @Test(arguments: cases, [false, true]) func lossAndGradient(_ reference: Case, double: Bool) throws {
        for interior in Self.ways(reference.terms[0]) {
            let terms = [interior, Self.ways(reference.terms[1])[0]]
            let activation = try #require(Self.activations[reference.activation])
            let exact = reference.gradient.compactMap(Double.init)
            let loss = try #require(Double(reference.loss))
            if double {
                let result = try NetworkPlan<Double>(widths: reference.widths, activation: activation, terms: terms).gradient(reference.parameters)
                #expect(abs(result.loss - loss) <= 1e-13 * loss)
                #expect(relativeDifference(result.gradient, exact) <= 1e-13)
            } else {
                let result = try NetworkPlan<Float>(widths: reference.widths, activation: activation, terms: terms).gradient(reference.parameters)
                #expect(abs(result.loss - loss) <= 2e-6 * loss)
                #expect(relativeDifference(result.gradient.map(Double.init), exact) <= 2e-6)
            }
        }
    }
}
