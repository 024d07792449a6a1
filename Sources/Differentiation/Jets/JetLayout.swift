/// The channels that carry exact derivatives through a network, and how wanted derivatives are read off them.
///
/// Channel 0 is u. A direction of order p brings its derivatives of order 1 … p − 1 (of order 1 when p = 1); its derivative of order p enters
/// tops, sums over directions that travel as one channel each, because the highest Taylor coefficient enters every layer linearly. The
/// biharmonic operator of a plane has nine channels of its own: u, u_x, u_y, u_xx, u_xy, u_yy, ∂_xΔu, ∂_yΔu, Δ²u.
public struct JetLayout: Sendable, Equatable {
    public struct Direction: Sendable, Equatable {
        public let vector: [Int]
        /// p, 1…4
        public let order: Int
    }

    public enum Shape: Sendable, Equatable {
        /// [top][direction] weights.
        case directions([Direction], tops: [[Double]])
        case biharmonic(axes: [Int])
    }

    /// A wanted combination: Σ weight · channel.
    public struct Reading: Sendable, Equatable {
        public let terms: [(channel: Int, weight: Double)]

        public static func == (a: Reading, b: Reading) -> Bool {
            a.terms.map(\.channel) == b.terms.map(\.channel) && a.terms.map(\.weight) == b.terms.map(\.weight)
        }

        /// The channel, if it is read as it is.
        public var channel: Int? { terms.count == 1 && terms[0].weight == 1 ? terms[0].channel : nil }
    }

    public let dimension: Int
    public let shape: Shape
    /// One an operator asked for.
    public let readings: [Reading]

    /// The highest order a jet carries.
    public static let largestOrder = 4

    /// Finds the channels for some operators.
    ///
    /// - Parameters:
    ///   - operators: each of one order 0…4, over `dimension` coordinates.
    public init(_ operators: [LinearOperator], dimension: Int) {
        precondition(operators.allSatisfy { $0.order <= JetLayout.largestOrder }, "jets carry derivatives up to order \(JetLayout.largestOrder)")
        self.dimension = dimension
        if let plane = PlaneBiharmonic(operators, dimension: dimension) {
            shape = .biharmonic(axes: plane.axes)
            readings = plane.readings
            return
        }
        let squares = Set(
            operators.flatMap { $0.terms.map(\.derivative) }.compactMap { $0.order == 2 ? $0.exponents.firstIndex(of: 2) : nil })
        var directions: [Polarization.Direction] = []
        var orders: [Polarization.Direction: Int] = [:]
        // [operator]: (direction, order, weight)
        var sums: [[(direction: Polarization.Direction, order: Int, weight: Double)]] = []
        for each in operators {
            var sum: [(direction: Polarization.Direction, order: Int, weight: Double)] = []
            for term in each.terms where term.derivative.order > 0 {
                let parts = Polarization(term.derivative, squares: squares)
                for (direction, weight) in parts.terms {
                    if orders[direction] == nil { directions.append(direction) }
                    orders[direction] = max(orders[direction] ?? 0, parts.order)
                    sum.append((direction, parts.order, weight * term.coefficient))
                }
            }
            sums.append(sum)
        }
        var firstChannel: [Polarization.Direction: Int] = [:]
        var channel = 1
        for direction in directions {
            firstChannel[direction] = channel
            channel += max(1, (orders[direction] ?? 1) - 1)
        }
        let topChannel = channel
        var tops: [[Double]] = []
        var readings: [Reading] = []
        for (each, sum) in zip(operators, sums) {
            var terms: [Int: Double] = [:]
            var top = Array(repeating: 0.0, count: directions.count)
            for term in each.terms where term.derivative.order == 0 { terms[0, default: 0] += term.coefficient }
            for (direction, order, weight) in sum {
                if order >= 2, order == orders[direction], let place = directions.firstIndex(of: direction) {
                    top[place] += weight
                } else {
                    terms[(firstChannel[direction] ?? 1) + order - 1, default: 0] += weight
                }
            }
            if top.contains(where: { $0 != 0 }) {
                let place = tops.firstIndex(of: top) ?? tops.count
                if place == tops.count { tops.append(top) }
                terms[topChannel + place] = 1
            }
            readings.append(Reading(terms: terms.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
        }
        shape = .directions(directions.map { Direction(vector: $0.vector, order: orders[$0] ?? 1) }, tops: tops)
        self.readings = readings
    }

    /// S, all channels.
    public var channels: Int {
        switch shape {
        case .biharmonic: 9
        case .directions(let directions, let tops): 1 + directions.reduce(0) { $0 + max(1, $1.order - 1) } + tops.count
        }
    }

    /// The highest derivative order carried.
    public var order: Int {
        switch shape {
        case .biharmonic: 4
        case .directions(let directions, _): directions.map(\.order).max() ?? 0
        }
    }
}

/// The nine-channel set, where it carries everything that is asked for.
private struct PlaneBiharmonic {
    let axes: [Int]
    let readings: [JetLayout.Reading]

    init?(_ operators: [LinearOperator], dimension: Int) {
        guard let fourth = operators.first(where: { $0.order == 4 }) else { return nil }
        let axes = Set(fourth.terms.flatMap { term in term.derivative.exponents.indices.filter { term.derivative.exponents[$0] > 0 } }).sorted()
        guard axes.count == 2 else { return nil }
        func key(_ a: Int, _ b: Int) -> MultiIndex {
            var exponents = Array(repeating: 0, count: dimension)
            exponents[axes[0]] += a
            exponents[axes[1]] += b
            return MultiIndex(exponents)
        }
        // Each channel as a sum of partial derivatives.
        let carried: [[(MultiIndex, Double)]] = [
            [(key(0, 0), 1)], [(key(1, 0), 1)], [(key(0, 1), 1)], [(key(2, 0), 1)], [(key(1, 1), 1)], [(key(0, 2), 1)],
            [(key(3, 0), 1), (key(1, 2), 1)], [(key(2, 1), 1), (key(0, 3), 1)], [(key(4, 0), 1), (key(2, 2), 2), (key(0, 4), 1)],
        ]
        var readings: [JetLayout.Reading] = []
        for each in operators {
            var rest = Dictionary(each.terms.map { ($0.derivative, $0.coefficient) }, uniquingKeysWith: +)
            var terms: [(channel: Int, weight: Double)] = []
            for (channel, sum) in carried.enumerated() {
                guard let weight = rest[sum[0].0], sum.allSatisfy({ rest[$0.0] == weight * $0.1 }) else { continue }
                for part in sum { rest[part.0] = nil }
                terms.append((channel, weight))
            }
            guard rest.isEmpty else { return nil }
            readings.append(JetLayout.Reading(terms: terms))
        }
        self.axes = axes
        self.readings = readings
    }
}
