import Differentiation
import Testing

struct PeanoKernelTests {
    static let central = allStencils.filter { $0.side == .central }

    /// ∫ K sⁿ/n! ds is the stencil's moment of order p + n, because both are its value for x^(n+p)/(n+p)!: exactly.
    @Test(arguments: central) func momentsAreThoseOfTheStencil(_ stencil: Stencil) {
        let kernel = PeanoKernel(stencil)
        for n in 0...10 {
            let fromStencil = stencil.moment(stencil.derivative + n) * .factorial(n)
            #expect(kernel.moment(n) == fromStencil, "moment \(n)")
        }
        #expect(kernel.moment(0) == .one)
    }

    /// At accuracy 2 the kernels of order 2 and 4 are the B-splines.
    @Test func isTheSpline() {
        let hat = PeanoKernel(Stencil(derivative: 2, accuracy: 2))
        let cubic = PeanoKernel(Stencil(derivative: 4, accuracy: 2))
        for s in stride(from: -2.5, through: 2.5, by: 0.0625) {
            #expect(abs(hat(s) - max(0, 1 - abs(s))) < 1e-15)
            let a = abs(s)
            let spline = a < 1 ? 2.0 / 3 - a * a + a * a * a / 2 : a < 2 ? (2 - a) * (2 - a) * (2 - a) / 6 : 0
            #expect(abs(cubic(s) - spline) < 1e-15)
        }
    }

    /// Against rules made with 80 digits from the moments.
    @Test func gaussRulesAgreeWithReference() throws {
        let rows = try referenceTable("rules.csv")
        let groups = Dictionary(grouping: rows) { $0[0] + "," + $0[1] }
        #expect(groups.count == 30)
        for (key, group) in groups {
            let parts = key.split(separator: ",").compactMap { Int($0) }
            let nodes = group.compactMap { Double($0[2]) }
            let weights = group.compactMap { Double($0[3]) }
            let (ours, theirs): ([Double], [Double])
            if parts[0] == 0 {
                let rule = GaussRule.legendre(parts[1])
                (ours, theirs) = (rule.nodes, rule.weights)
            } else {
                let rule = KernelQuadrature(Stencil(derivative: parts[0], accuracy: 2), count: parts[1])
                (ours, theirs) = (rule.nodes, rule.weights)
            }
            for (a, b) in zip(ours, nodes) { #expect(abs(a - b) < 1e-15, "\(key)") }
            for (a, b) in zip(theirs, weights) { #expect(abs(a - b) < 1e-15, "\(key)") }
        }
    }

    /// Rules are exact on polynomials of the degree promised.
    @Test(arguments: central) func quadraturesAreExactOnPolynomials(_ stencil: Stencil) {
        let kernel = PeanoKernel(stencil)
        let half = Double(kernel.halfWidth)
        for count in [1, 3, 5, 9, 15] {
            let rule = KernelQuadrature(stencil, count: count)
            let degree = stencil.accuracy == 2 ? 2 * count - 1 : count
            for n in stride(from: 0, through: min(degree, 10), by: 2) {
                let exact = kernel.moment(n).doubleValue
                let value = zip(rule.nodes, rule.weights).reduce(0.0) { sum, point in sum + point.1 * (0..<n).reduce(1.0) { p, _ in p * point.0 } }
                let scale = (0..<n).reduce(1.0) { p, _ in p * half }
                #expect(abs(value - exact) < 2e-14 * scale, "degree \(n) with \(count) nodes: \(value), \(exact)")
            }
        }
    }

    /// The count asked for is enough, and not much more than enough: six nodes do for the fourth difference at wh = .03.
    @Test func countsAreFrugal() {
        func count(_ activation: Activation, _ derivative: Int, _ accuracy: Int, _ width: Double) -> Int? {
            KernelQuadrature.count(activation, order: derivative, width: width, stencil: Stencil(derivative: derivative, accuracy: accuracy))
        }
        #expect(count(.tanh, 4, 2, 0.03)! <= 6)
        #expect(count(.sin, 2, 2, 0.003)! <= 3)
        #expect(count(.tanh, 2, 2, 0)! == 1)
        #expect(count(.tanh, 4, 8, 0.03)! <= 17)
        #expect(count(.relu(power: 3), 2, 2, 0.1) == nil)
        for width in [0.01, 0.1, 0.5] {
            #expect(count(.tanh, 2, 2, width)! <= count(.tanh, 2, 2, 2 * width)!)
            #expect(count(.sigmoid, 2, 4, width)! <= count(.tanh, 2, 4, width)!)
        }
    }
}
