import Differentiation
import LinearAlgebra
import Models

/// Loss and gradient by a nested reverse tape, point by point in float64: the independent way to what a `ResidualPlan` with exact derivatives computes.
///
/// Meant for checks: each derivative order costs a sweep over the tape of the order before.
public struct TapeResidual: Sendable {
    public let network: Network
    public let fields: [String]
    public let terms: [ResidualTerm]
    public let parameters: [String: Double]
    public let trainable: [String]

    public init(
        network: Network, fields: [String] = ["u"], terms: [ResidualTerm], parameters: [String: Double] = [:], trainable: [String] = []
    ) {
        self.network = network
        self.fields = fields
        self.terms = terms
        self.parameters = parameters
        self.trainable = trainable
    }

    /// The loss, its gradient with respect to the network's parameters and then the trainable ones, and the residuals, unscaled.
    ///
    /// - Parameter values: the network's parameters, then the trainable ones.
    /// - Throws: `ComputeError.equation` where a name has no value.
    public func gradient(at values: [Double]) throws(ComputeError) -> (loss: Double, gradient: [Double], residuals: [Double]) {
        var loss = 0.0
        var gradient = Array(repeating: 0.0, count: values.count)
        var residuals: [Double] = []
        for term in terms {
            let share = term.weight / Double(term.points.count)
            for point in 0..<term.points.count {
                var tape = Tape()
                let leaves = values.map { tape.leaf($0) }
                let roots = try record(term, point: point, leaves: leaves, on: &tape)
                for root in roots {
                    let residual = tape.value(root)
                    residuals.append(residual)
                    loss += share * residual * residual
                    let partials = tape.gradient(of: root, withRespectTo: leaves)
                    for (place, partial) in partials.enumerated() { gradient[place] += 2 * share * residual * tape.value(partial) }
                }
            }
        }
        return (loss, gradient, residuals)
    }

    private func record(_ term: ResidualTerm, point: Int, leaves: [Int], on tape: inout Tape) throws(ComputeError) -> [Int] {
        let coordinates = term.points.points.row(point)
        switch term.kind {
        case .equations(let list):
            let place = coordinates.map { tape.leaf($0) }
            var known = derivatives(of: list.flatMap(\.derivatives), at: place, leaves: leaves, on: &tape)
            var roots: [Int] = []
            for residual in list {
                roots.append(try record(residual, term: term, point: point, place: place, leaves: leaves, known: &known, on: &tape))
            }
            return roots
        case .periodic(let axis, let period, let wanted):
            let here = coordinates.map { tape.leaf($0) }
            let there = coordinates.indices.map { tape.leaf(coordinates[$0] + ($0 == axis ? period : 0)) }
            let first = derivatives(of: wanted, at: here, leaves: leaves, on: &tape)
            let second = derivatives(of: wanted, at: there, leaves: leaves, on: &tape)
            return wanted.map { tape.apply(.subtract, first[$0] ?? 0, second[$0] ?? 0) }
        }
    }

    /// The network's fields at a place.
    private func evaluate(at place: [Int], leaves: [Int], on tape: inout Tape) -> [Int] {
        let architecture = network.architecture
        var row = place
        if let embedding = architecture.embedding {
            var inputs: [Int] = []
            for e in 0..<embedding.count {
                var z = tape.leaf(embedding.phases[e])
                for k in place.indices { z = tape.add(z, tape.multiply(tape.leaf(embedding.weights[e, k]), place[k])) }
                inputs.append(embedding.isLinear[e] ? z : tape.apply(.sin, z))
            }
            row = inputs
        }
        for layer in 0..<architecture.layers {
            let (weight, bias) = architecture.places(ofLayer: layer)
            var next: [Int] = []
            for out in 0..<architecture.widths[layer + 1] {
                var z = bias.isEmpty ? tape.leaf(0) : leaves[bias.lowerBound + out]
                for (k, input) in row.enumerated() { z = tape.add(z, tape.multiply(leaves[weight.lowerBound + out * row.count + k], input)) }
                next.append(layer + 1 < architecture.layers ? tape.apply(architecture.activation, z) : z)
            }
            row = next
        }
        return row
    }

    private func derivatives(of wanted: [FieldDerivative], at place: [Int], leaves: [Int], on tape: inout Tape) -> [FieldDerivative: Int] {
        let values = evaluate(at: place, leaves: leaves, on: &tape)
        var known: [FieldDerivative: Int] = [:]
        for (field, value) in zip(fields, values) {
            known[FieldDerivative(field, MultiIndex(Array(repeating: 0, count: place.count)))] = value
        }
        for leaf in wanted {
            // One coordinate after the other, from the last: each step is a sweep over the derivative before.
            var path = Array(repeating: 0, count: place.count)
            for axis in leaf.index.exponents.indices.reversed() {
                for _ in 0..<leaf.index.exponents[axis] {
                    let before = FieldDerivative(leaf.field, MultiIndex(path))
                    path[axis] += 1
                    let after = FieldDerivative(leaf.field, MultiIndex(path))
                    if known[after] == nil, let node = known[before] { known[after] = tape.gradient(of: node, withRespectTo: [place[axis]])[0] }
                }
            }
        }
        return known
    }

    private func record(
        _ residual: Expression, term: ResidualTerm, point: Int, place: [Int], leaves: [Int], known: inout [FieldDerivative: Int],
        on tape: inout Tape
    ) throws(ComputeError) -> Int {
        let graph = residual.graph
        var nodes: [Int: Int] = [:]
        let first = network.architecture.parameterCount
        for node in graph.reachable(from: [residual.root]) {
            switch graph.operations[node] {
            case .constant(let value): nodes[node] = tape.leaf(value)
            case .coordinate(let axis): nodes[node] = place[axis]
            case .parameter(let name):
                if let index = trainable.firstIndex(of: name) {
                    nodes[node] = leaves[first + index]
                } else {
                    guard let value = parameters[name] else { throw .equation("The parameter \(name) has no value: supply one.") }
                    nodes[node] = tape.leaf(value)
                }
            case .data(let name):
                guard let values = term.points.data[name] else { throw .equation("There are no values for the data array \(name): supply them.") }
                nodes[node] = tape.leaf(values[point])
            case .derivative(let leaf):
                guard let value = known[leaf] else { throw .equation("The network has no field \(leaf.field).") }
                nodes[node] = value
            case .unary(let function, let a): nodes[node] = tape.apply(function, nodes[a] ?? 0)
            case .binary(let function, let a, let b): nodes[node] = tape.apply(function, nodes[a] ?? 0, nodes[b] ?? 0)
            case .power(let a, let exponent): nodes[node] = tape.power(nodes[a] ?? 0, exponent)
            }
        }
        return nodes[residual.root] ?? 0
    }
}
