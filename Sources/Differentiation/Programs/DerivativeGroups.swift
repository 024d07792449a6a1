/// Residuals rewritten so that derivatives which enter only in a fixed combination are one quantity.
///
/// In u_xx + u_yy − f the two second derivatives have the same partial derivative everywhere, so that only their sum matters; a jet
/// carries that sum as one channel. Derivatives of one field and one order are gathered when their partials are constant multiples of each
/// other in every residual.
public struct DerivativeGroups: Sendable {
    /// What takes the place of a set of derivatives.
    public struct Group: Sendable, Equatable {
        /// The derivative that stands for the combination in the residuals.
        public let carrier: FieldDerivative
        /// The combination, the carrier's own coefficient 1.
        public let operators: LinearOperator
    }

    /// One for each derivative left in the residuals, in the order of their first appearance.
    public let groups: [Group]
    /// The residuals, only carriers in them.
    public let residuals: [Expression]

    /// - Parameters:
    ///   - residuals: over one list of coordinates, d of them.
    ///   - separate: derivatives that are not to be gathered with others.
    public init(_ residuals: [Expression], dimension: Int, separate: (FieldDerivative) -> Bool = { _ in false }) {
        var graph = ExpressionGraph(coordinates: residuals.first { !$0.coordinates.isEmpty }?.coordinates ?? [])
        let roots = residuals.map { graph.insert($0.root, of: $0.graph) }
        let leaves = graph.reachable(from: roots).compactMap { node -> FieldDerivative? in
            if case .derivative(let leaf) = graph.operations[node] { leaf } else { nil }
        }
        let nodes = leaves.map { graph.derivative($0) }
        let partials = roots.map { graph.gradient(of: $0, withRespectTo: nodes) }

        var members: [Signature: [(place: Int, factor: Double)]] = [:]
        var order: [Signature] = []
        for (place, leaf) in leaves.enumerated() {
            var cores: [Int] = []
            var factors: [Double] = []
            for row in partials {
                let (factor, core) = graph.factored(row[place])
                cores.append(core)
                factors.append(factor)
            }
            let pivot = factors.first { $0 != 0 } ?? 1
            var signature = Signature(
                field: leaf.field, order: leaf.index.order, cores: cores, ratios: factors.map { $0 / pivot }, own: nil)
            if leaf.index.order < 2 || separate(leaf) { signature.own = leaf }
            if members[signature] == nil { order.append(signature) }
            members[signature, default: []].append((place, pivot))
        }

        let zero = graph.constant(0)
        var replaced: [Int: Int] = [:]
        var groups: [Group] = []
        for signature in order {
            guard let set = members[signature], let first = set.first else { continue }
            let terms = set.map { LinearOperator.Term($0.factor / first.factor, leaves[$0.place].index) }
            groups.append(Group(carrier: leaves[first.place], operators: LinearOperator(dimension: dimension, terms: terms)))
            for other in set.dropFirst() { replaced[nodes[other.place]] = zero }
        }
        self.groups = groups
        var rewritten: [Expression] = []
        for root in roots {
            let result = graph.substitute(replaced, in: root)
            rewritten.append(Expression(graph: graph, root: result))
        }
        self.residuals = rewritten
    }

    private struct Signature: Hashable {
        let field: String
        let order: Int
        let cores: [Int]
        let ratios: [Double]
        var own: FieldDerivative?
    }
}

extension ExpressionGraph {
    /// A node as a constant times a node that is no such product; a constant is itself times 1.
    fileprivate mutating func factored(_ node: Int) -> (Double, Int) {
        if let value = constantValue(node) { return (value, constant(1)) }
        if case .binary(.multiply, let a, let b) = operations[node] {
            if let value = constantValue(a) { return (value, b) }
            if let value = constantValue(b) { return (value, a) }
        }
        if case .unary(.negate, let a) = operations[node] {
            let (factor, core) = factored(a)
            return (-factor, core)
        }
        return (1, node)
    }
}
