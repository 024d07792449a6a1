import Differentiation
import Testing

struct ActivationTests {
    /// Against 400-digit numbers from exact recurrences, tails included.
    @Test func derivativesAgreeWithReference() throws {
        let rows = try referenceTable("activations.csv")
        #expect(rows.count == 8 * 18 * 7)
        for row in rows {
            let activation = try #require(Activation(name: row[0]))
            let (order, z, exact) = (try #require(Int(row[1])), try #require(Double(row[2])), try #require(Double(row[3])))
            let value = activation.derivative(order, at: z)
            // Beside its zeros a derivative is only as good as the sizes it is the difference of; far out it must keep its own digits.
            let size = abs(z) > 12 ? abs(exact) : max(abs(exact), 0.4 * min(1, 2 * abs(z)) * scale(activation, order, z))
            #expect(abs(value - exact) <= 12 * .ulpOfOne * size + 1e-305, "\(row): \(value)")
        }
    }

    /// The size of the terms a derivative is made of: the largest derivative of that order within one unit of z.
    private func scale(_ activation: Activation, _ order: Int, _ z: Double) -> Double {
        (-8...8).map { abs(activation.derivative(order, at: z + Double($0) / 8)) }.max()!
    }

    /// Derivatives of max(z, 0)^k are powers with falling factors, and zero from order k + 1 on.
    @Test func powersOfThePositivePart() {
        let cubic = Activation.relu(power: 3)
        #expect((0...5).map { cubic.derivative($0, at: 2) } == [8, 12, 12, 6, 0, 0])
        #expect((0...5).map { cubic.derivative($0, at: -2) } == [0, 0, 0, 0, 0, 0])
        #expect((0...2).map { Activation.relu(power: 1).derivative($0, at: 0) } == [0, 0, 0])
        #expect(Activation.relu(power: 9).derivative(6, at: 1) == 9 * 8 * 7 * 6 * 5 * 4)
    }

    /// Every derivative is the slope of the one before it.
    @Test(arguments: Activation.smooth, 0..<6) func everyOrderIsTheSlopeOfTheLast(_ activation: Activation, _ order: Int) {
        let slope = Stencil(derivative: 1, accuracy: 8)
        for z in stride(from: -4.1, through: 4.1, by: 0.37) {
            let difference = slope({ activation.derivative(order, at: $0) }, at: z, step: 0.01)
            #expect(abs(difference - activation.derivative(order + 1, at: z)) < 1e-11 * activation.magnitude(order: order + 9))
        }
    }

    @Test func namesGoBothWays() {
        #expect(Activation.allNames.count == 17)
        for name in Activation.allNames { #expect(Activation(name: name)?.name == name) }
        #expect(Activation(name: "relu") == .relu(power: 1))
        #expect(Activation(name: "relu3") == .relu(power: 3))
        for name in ["", "Tanh", "relu0", "relu1", "relu10", "swish", " sin"] { #expect(Activation(name: name) == nil) }
    }

    /// The sizes used to choose steps and quadratures are right within a factor of three.
    @Test(arguments: Activation.smooth, 1...6) func magnitudesAreRight(_ activation: Activation, _ order: Int) {
        let largest = stride(from: -6.0, through: 6.0, by: 0.01).map { abs(activation.derivative(order, at: $0)) }.max()!
        #expect(activation.magnitude(order: order) < 3 * largest)
        #expect(activation.magnitude(order: order) > largest / 3)
    }
}
