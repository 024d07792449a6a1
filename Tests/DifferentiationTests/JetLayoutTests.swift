import Testing

import Differentiation

/// Every reading must differentiate every monomial of its order as the operator does: D_v^p x^β = p! v^β and ∂^α x^β = α! δ_αβ for |β| = p.
@Suite struct JetLayoutTests {
    static func multiIndices(order: Int, dimension: Int) -> [[Int]] {
        guard dimension > 1 else { return [[order]] }
        return (0...order).flatMap { first in multiIndices(order: order - first, dimension: dimension - 1).map { [first] + $0 } }
    }

    static func factorial(_ n: Int) -> Double { (0..<n).reduce(1.0) { $0 * Double($1 + 1) } }

    static func power(_ vector: [Int], _ exponents: [Int]) -> Double {
        zip(vector, exponents).reduce(1.0) { product, pair in (0..<pair.1).reduce(product) { value, _ in value * Double(pair.0) } }
    }

    @Test(arguments: [1, 2, 3, 4], [1, 2, 3, 4])
    func polarizationIsExactOnMonomials(order: Int, dimension: Int) {
        for exponents in Self.multiIndices(order: order, dimension: dimension) {
            for squares: Set<Int> in [[], Set(0..<dimension)] {
                let parts = Polarization(MultiIndex(exponents), squares: squares)
                for other in Self.multiIndices(order: order, dimension: dimension) {
                    let sum = parts.terms.reduce(0.0) { $0 + $1.weight * Self.factorial(order) * Self.power($1.direction.vector, other) }
                    let exact = other == exponents ? exponents.reduce(1.0) { $0 * Self.factorial($1) } : 0
                    #expect(abs(sum - exact) < 1e-12, "∂^\(exponents) of x^\(other)")
                }
            }
        }
    }

    /// The derivative that a channel carries, applied to x^β at the origin's order: only β of the channel's own order count.
    static func channelValue(_ layout: JetLayout, _ channel: Int, on exponents: [Int]) -> Double {
        let order = exponents.reduce(0, +)
        switch layout.shape {
        case .biharmonic(let axes):
            let sums: [[([Int], Double)]] = [
                [([0, 0], 1)], [([1, 0], 1)], [([0, 1], 1)], [([2, 0], 1)], [([1, 1], 1)], [([0, 2], 1)],
                [([3, 0], 1), ([1, 2], 1)], [([2, 1], 1), ([0, 3], 1)], [([4, 0], 1), ([2, 2], 2), ([0, 4], 1)],
            ]
            return sums[channel].reduce(0) { total, part in
                var full = Array(repeating: 0, count: exponents.count)
                full[axes[0]] = part.0[0]
                full[axes[1]] = part.0[1]
                return full == exponents ? total + part.1 * exponents.reduce(1.0) { $0 * factorial($1) } : total
            }
        case .directions(let directions, let tops):
            if channel == 0 { return order == 0 ? 1 : 0 }
            var place = 1
            for direction in directions {
                let count = max(1, direction.order - 1)
                if channel < place + count {
                    return channel - place + 1 == order ? factorial(order) * power(direction.vector, exponents) : 0
                }
                place += count
            }
            return zip(directions, tops[channel - place]).reduce(0) { total, pair in
                pair.0.order == order ? total + pair.1 * factorial(order) * power(pair.0.vector, exponents) : total
            }
        }
    }

    static func operators(_ lists: [[([Int], Double)]], dimension: Int) -> [LinearOperator] {
        lists.map { list in LinearOperator(dimension: dimension, terms: list.map { LinearOperator.Term($0.1, MultiIndex($0.0)) }) }
    }

    static let cases: [(name: String, dimension: Int, operators: [LinearOperator], channels: Int)] = [
        ("Laplacian", 2, [.laplacian(dimension: 2)], 4),
        ("Laplacian in a hundred dimensions", 100, [.laplacian(dimension: 100)], 102),
        ("fourth derivative", 1, [.derivative(4, axis: 0, dimension: 1)], 5),
        ("plane biharmonic", 2, [.biharmonic(dimension: 2)], 9),
        ("biharmonic beside time", 3, [.biharmonic(dimension: 3, space: 2), .derivative(1, axis: 2, dimension: 3)], 15),
        ("Burgers", 2, operators([[([0, 0], 1)], [([1, 0], 1)], [([0, 1], 1)], [([2, 0], 1)]], dimension: 2), 4),
        ("all second derivatives", 2, operators([[([2, 0], 1)], [([1, 1], 1)], [([0, 2], 1)]], dimension: 2), 7),
        ("mixed alone", 2, operators([[([1, 1], 1)]], dimension: 2), 4),
        ("second and fourth in one direction", 1, operators([[([2], 1)], [([4], 1)]], dimension: 1), 5),
        ("u_xx + u_yy with u_xxxx", 2, operators([[([2, 0], 1), ([0, 2], 1)], [([4, 0], 1)]], dimension: 2), 7),
        ("third order", 2, operators([[([2, 1], 1)], [([0, 3], 2)]], dimension: 2), 9),
        ("biharmonic of the space in three dimensions", 3, [.biharmonic(dimension: 3)], 29),
        ("u_xxyz", 3, operators([[([2, 1, 1], 1)]], dimension: 3), 20),
    ]

    @Test(arguments: 0..<cases.count) func readingsAreTheOperators(_ index: Int) {
        let entry = Self.cases[index]
        let layout = JetLayout(entry.operators, dimension: entry.dimension)
        #expect(layout.channels == entry.channels, "\(entry.name)")
        guard entry.dimension <= 3 else { return }
        for (each, reading) in zip(entry.operators, layout.readings) {
            for order in 0...4 {
                for exponents in Self.multiIndices(order: order, dimension: entry.dimension) {
                    let read = reading.terms.reduce(0.0) { $0 + $1.weight * Self.channelValue(layout, $1.channel, on: exponents) }
                    let exact =
                        each.terms.first { $0.derivative.exponents == exponents }
                        .map { term in exponents.reduce(term.coefficient) { $0 * Self.factorial($1) } } ?? 0
                    #expect(abs(read - exact) < 1e-11, "\(entry.name), x^\(exponents)")
                }
            }
        }
    }

    @Test func theLaplacianIsOneChannelReadAsItIs() throws {
        let layout = JetLayout([.laplacian(dimension: 3)], dimension: 3)
        #expect(layout.readings[0].channel == 4)
        let components = try ComponentLayout(
            [.init(.laplacian(dimension: 3), method: .automatic)], dimension: 3, activation: .tanh, largestWeights: [1, 1, 1], precision: .f64)
        #expect(components.places.isEmpty && components.channels == [4])
    }

    @Test func differencesShareTheirPlaces() throws {
        let method = DerivativeMethod.finiteDifference(accuracy: 2, step: .fixed(0.25), precision: nil)
        let components = try ComponentLayout(
            [
                .init(.identity(dimension: 2), method: method), .init(.laplacian(dimension: 2), method: method),
                .init(.derivative(1, axis: 0, dimension: 2), method: method),
            ], dimension: 2, activation: .tanh, largestWeights: [1, 1], precision: .f64)
        #expect(components.jets.channels == 1)
        #expect(Set(components.places) == [[0, 0], [0.25, 0], [-0.25, 0], [0, 0.25], [0, -0.25]])
        #expect(components.sums.map(\.scale) == [1, 16, 2])
        // Exact on x²: Σ w (x + e)² · scale = 2 at the origin.
        let laplacian = zip(components.places, components.sums[1].weights).reduce(0.0) { $0 + $1.1[0] * ($1.0[0] * $1.0[0]) }
        #expect(laplacian * components.sums[1].scale == 2)
    }

    @Test func aStencilOfAnotherPrecisionStandsAlone() {
        let narrow = DerivativeMethod.finiteDifference(accuracy: 2, step: .fixed(0.25), precision: .f32)
        let wishes = [
            ComponentLayout.Wish(.laplacian(dimension: 2), method: narrow),
            ComponentLayout.Wish(.derivative(1, axis: 0, dimension: 2), method: .automatic),
        ]
        #expect(throws: MethodError.mixedArithmetic) {
            try ComponentLayout(wishes, dimension: 2, activation: .tanh, largestWeights: [1, 1], precision: .f64)
        }
        #expect(throws: MethodError.orderAboveJets(5)) {
            try ComponentLayout(
                [.init(.derivative(5, axis: 0, dimension: 1), method: .automatic)], dimension: 1, activation: .tanh, largestWeights: [1],
                precision: .f64)
        }
        #expect(throws: MethodError.notSmooth(.relu(power: 3))) {
            try ComponentLayout(
                [.init(.derivative(2, axis: 0, dimension: 1), method: .exactDifference(accuracy: 2, step: .fixed(0.1)))], dimension: 1,
                activation: .relu(power: 3), largestWeights: [1], precision: .f64)
        }
    }
}
