import Testing

import Differentiation

@Suite struct TapeTests {
    /// Nested sweeps give the derivatives of σ that closed forms give.
    @Test(arguments: Activation.smooth) func nestedSweepsDifferentiateActivations(_ activation: Activation) {
        for z in [-1.3, -0.2, 0.4, 2.1] {
            var tape = Tape()
            let variable = tape.leaf(z)
            let scaled = tape.multiply(tape.leaf(1.5), variable)
            var node = tape.apply(activation, scaled)
            var factor = 1.0
            for order in 0...4 {
                let exact = factor * activation.derivative(order, at: 1.5 * z)
                #expect(abs(tape.value(node) - exact) <= 2e-13 * max(1, abs(exact)), "order \(order) at \(z)")
                node = tape.gradient(of: node, withRespectTo: [variable])[0]
                factor *= 1.5
            }
        }
    }

    @Test(arguments: [
        "sin(x*y) + x^3/y", "exp(x)*log(y) - sqrt(x + y)", "tan(x/2)*cosh(y) - sinh(x)*cos(y)", "atan2(x, y) + x^y",
        "abs(x - 2*y) + min(x, y)*max(x, y)",
        "tanh(x - y)/(1 + x^2)",
    ]) func agreesWithSymbolicDerivatives(_ text: String) throws {
        let vocabulary = try Vocabulary(coordinates: ["x", "y"], fields: [])
        let formula = try Expression(parsing: text, in: vocabulary)
        let point = [0.7, 1.2]
        var tape = Tape()
        let place = point.map { tape.leaf($0) }
        var nodes: [Int: Int] = [:]
        for node in formula.graph.reachable(from: [formula.root]) {
            switch formula.graph.operations[node] {
            case .constant(let value): nodes[node] = tape.leaf(value)
            case .coordinate(let axis): nodes[node] = place[axis]
            case .unary(let function, let a): nodes[node] = tape.apply(function, nodes[a] ?? 0)
            case .binary(let function, let a, let b): nodes[node] = tape.apply(function, nodes[a] ?? 0, nodes[b] ?? 0)
            case .power(let a, let exponent): nodes[node] = tape.power(nodes[a] ?? 0, exponent)
            default: Issue.record("no such node in a formula")
            }
        }
        var root = nodes[formula.root] ?? 0
        var symbolic = formula
        for axis in [0, 1, 0] {
            root = tape.gradient(of: root, withRespectTo: [place[axis]])[0]
            symbolic = try symbolic.derivative(axis: axis)
            let exact = try symbolic.evaluate(at: Samples(count: 1, coordinates: point.map { [$0] }))[0]
            #expect(abs(tape.value(root) - exact) <= 1e-12 * max(1, abs(exact)), "\(text)")
        }
    }
}
