/// A derivative as a sum of the activation's own derivatives at shifted arguments, in a form that does not depend on the features:
/// L σ(w·x + b) = Σ_q P_q(w) σ^(n_q)(w·x + b + w·e_q), with P_q a polynomial.
///
/// Exact derivatives have one node for each derivative order and no shifts; the exact value of a stencil is a quadrature over shifted nodes.
public struct NodeSum: Sendable, Equatable {
    /// coefficient · Π_a w_a^α_a
    public struct Term: Sendable, Equatable {
        public struct Power: Sendable, Hashable {
            public let axis: Int
            /// At least 1.
            public let exponent: Int
        }

        public let coefficient: Double
        public let powers: [Power]

        package init(_ coefficient: Double, _ exponents: [Int]) {
            self.coefficient = coefficient
            powers = exponents.indices.filter { exponents[$0] > 0 }.map { Power(axis: $0, exponent: exponents[$0]) }
        }
    }

    public struct Node: Sendable, Equatable {
        /// n
        public let order: Int
        /// e, in units of the coordinates.
        public let shift: [Double]
        /// P
        public internal(set) var terms: [Term]
    }

    /// d
    public let dimension: Int
    public let nodes: [Node]

    /// n of every node.
    public var orders: [Int] { nodes.map(\.order) }

    /// Whether any node is shifted.
    public var hasShifts: Bool { nodes.contains { $0.shift.contains { $0 != 0 } } }

    /// What a kernel needs for given features: the tables of coefficients P_q(w_j) and, unless all are zero, of shifts w_j·e_q.
    ///
    /// - Parameter weights: d × N, feature after feature.
    /// - Returns: two tables of Q rows and N columns, element (q, j) at q·N + j; shifts nil without shifts.
    public func tables(weights: [Double]) -> (coefficients: [Double], shifts: [Double]?) {
        precondition(weights.count.isMultiple(of: dimension), "\(dimension) weights a feature")
        let features = weights.count / dimension
        var coefficients = [Double](repeating: 0, count: nodes.count * features)
        var shifts = [Double](repeating: 0, count: hasShifts ? nodes.count * features : 0)
        for (q, node) in nodes.enumerated() {
            let shifted = node.shift.indices.filter { node.shift[$0] != 0 }
            for j in 0..<features {
                let first = j * dimension
                var sum = 0.0
                for term in node.terms {
                    var product = term.coefficient
                    for power in term.powers {
                        for _ in 0..<power.exponent { product *= weights[first + power.axis] }
                    }
                    sum += product
                }
                coefficients[q * features + j] = sum
                if !shifts.isEmpty { shifts[q * features + j] = shifted.reduce(0) { $0 + node.shift[$1] * weights[first + $1] } }
            }
        }
        return (coefficients, shifts.isEmpty ? nil : shifts)
    }
}

/// Gathers nodes, merging those of equal order and shift.
package struct NodeCollector {
    private struct Key: Hashable {
        let order: Int
        let shift: [Double]
    }

    private let dimension: Int
    private var positions: [Key: Int] = [:]
    private var nodes: [NodeSum.Node] = []

    package init(dimension: Int) { self.dimension = dimension }

    package mutating func add(order: Int, shift: [Double], term: NodeSum.Term) {
        let key = Key(order: order, shift: shift.map { $0 == 0 ? 0 : $0 })
        if let position = positions[key] {
            nodes[position].terms.append(term)
        } else {
            positions[key] = nodes.count
            nodes.append(NodeSum.Node(order: order, shift: key.shift, terms: [term]))
        }
    }

    package var count: Int { nodes.count }

    package var sum: NodeSum { NodeSum(dimension: dimension, nodes: nodes) }
}
