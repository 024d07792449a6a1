import Testing

import Differentiation

@Suite struct ResidualProgramTests {
    static let texts = [
        "u_xx + u_yy - sin(x)*y", "u_x^2 + u*u_y - nu*(u_xx + u_yy)", "exp(u)*u_x/(1 + u^2) - f", "abs(u_x) + min(u, y) - max(u_x, f)",
        "atan2(u, u_x + 2) + tan(u/3) - sqrt(2 + u)", "u_xxxx + 2*u_xxyy + u_yyyy - k*u^3 + log(3 + u)", "sinh(u)*cosh(u_x) - tanh(k*u_y)",
        "u_x*(u_xx + 2*u_yy) - u^(1/2 + x)",
    ]

    static func vocabulary() throws -> Vocabulary {
        try Vocabulary(coordinates: ["x", "y"], parameters: ["k", "nu"], data: ["f"])
    }

    /// The program run operation by operation.
    static func run(_ program: ResidualProgram, x: [Double], components: [Double], trainable: [Double], data: [String: Double]) -> [Double] {
        var registers: [Double] = []
        for instruction in program.code {
            let value =
                switch instruction {
                case .constant(let value): value
                case .coordinate(let axis): x[axis]
                case .component(let place): components[place]
                case .parameter(let place): trainable[place]
                case .data(let place): data[program.data[place]] ?? .nan
                case .unary(let function, let a): function.value(registers[a])
                case .binary(let function, let a, let b): function.value(registers[a], registers[b])
                case .power(let a, let exponent): ExpressionGraph.power(registers[a], exponent)
                }
            registers.append(value)
        }
        return registers
    }

    @Test(arguments: texts) func runsAsTheGraphEvaluates(_ text: String) throws {
        let residual = try Expression(equation: text, in: Self.vocabulary())
        let leaves = residual.derivatives
        let program = try ResidualProgram([residual], components: leaves, parameters: ["nu": 0.3], trainable: ["k"])
        for point in 0..<5 {
            let x = [0.3 + 0.1 * Double(point), 0.7 - 0.2 * Double(point)]
            let values = leaves.indices.map { 0.4 + 0.13 * Double($0) - 0.05 * Double(point) }
            let registers = Self.run(program, x: x, components: values, trainable: [1.7], data: ["f": 0.45])
            var samples = Samples(count: 1, coordinates: x.map { [$0] }, parameters: ["nu": 0.3, "k": 1.7], data: ["f": [0.45]])
            for (leaf, value) in zip(leaves, values) { samples.derivatives[leaf] = [value] }
            let exact = try residual.evaluate(at: samples)[0]
            #expect(abs(registers[program.residuals[0]] - exact) <= 4e-15 * max(1, abs(exact)))
            // Partials against central differences of fourth order.
            for place in 0..<(leaves.count + 1) {
                let partial = program.partials[0][place].map { registers[$0] } ?? 0
                let h = 1e-3
                func shifted(_ step: Double) -> Double {
                    var other = values
                    var k = 1.7
                    if place < leaves.count { other[place] += step } else { k += step }
                    return Self.run(program, x: x, components: other, trainable: [k], data: ["f": 0.45])[program.residuals[0]]
                }
                let difference = (8 * (shifted(h) - shifted(-h)) - (shifted(2 * h) - shifted(-2 * h))) / (12 * h)
                #expect(abs(partial - difference) <= 1e-9 * max(1, abs(partial)), "\(text), partial \(place)")
            }
        }
    }

    @Test func sharesWhatResidualsHaveInCommon() throws {
        let vocabulary = try Self.vocabulary()
        let first = try Expression(equation: "sin(x*y)*u", in: vocabulary)
        let second = try Expression(equation: "sin(x*y)*u_x", in: vocabulary)
        let program = try ResidualProgram([first, second], components: first.derivatives + second.derivatives)
        #expect(program.code.count { if case .unary(.sin, _) = $0 { true } else { false } } == 1)
        #expect(program.partials[0][1] == nil && program.partials[1][0] == nil)
    }

    @Test func refusesWhatHasNoValue() throws {
        let residual = try Expression(equation: "nu*u_xx", in: Self.vocabulary())
        #expect(throws: ExpressionError.self) { try ResidualProgram([residual], components: residual.derivatives) }
        #expect(throws: ExpressionError.self) { try ResidualProgram([residual], components: [], parameters: ["nu": 1]) }
    }

    @Test(arguments: [
        ("u_xx + u_yy - f", 1), ("u_xx - u_yy + u_xx*0", 1), ("u*(u_xx + 2*u_yy) + u_x", 3), ("u_xx*u_yy", 2), ("u_xx^2 + 2*u_xx*u_yy + u_yy^2", 1),
        ("u_xxxx + 2*u_xxyy + u_yyyy", 1), ("u_x + u_y", 2), ("u_xx + u_xxxx", 2), ("k*(u_xx + u_yy) - nu*u", 2),
    ]) func gathersFixedCombinations(_ text: String, _ count: Int) throws {
        let residual = try Expression(equation: text, in: Self.vocabulary())
        let groups = DerivativeGroups([residual], dimension: 2)
        #expect(groups.groups.count == count, "\(text): \(groups.groups)")
        // The rewritten residual with the combination's value for its carrier is the residual.
        let leaves = residual.derivatives
        var samples = Samples(count: 1, coordinates: [[0.3], [0.9]], parameters: ["k": 1.3, "nu": 0.2], data: ["f": [0.7]])
        for (place, leaf) in leaves.enumerated() { samples.derivatives[leaf] = [0.6 - 0.35 * Double(place)] }
        let exact = try residual.evaluate(at: samples)[0]
        var carried = samples
        for group in groups.groups {
            carried.derivatives[group.carrier] = [
                group.operators.terms.reduce(0.0) {
                    $0 + $1.coefficient * (samples.derivatives[FieldDerivative(group.carrier.field, $1.derivative)]?[0] ?? .nan)
                }
            ]
        }
        #expect(abs(try groups.residuals[0].evaluate(at: carried)[0] - exact) <= 1e-14)
    }
}
