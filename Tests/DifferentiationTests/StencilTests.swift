import Differentiation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Every stencil there is.
let allStencils: [Stencil] = (1...6).flatMap { p in
    Stencil.accuracies.flatMap { q in Stencil.Side.allCases.map { Stencil(derivative: p, accuracy: q, side: $0) } }
}

struct StencilTests {
    /// Σ w_k kⁿ/n! is 1 for n = p, 0 for every other n below p + q, and the error constant for n = p + q: as fractions, so exactly.
    @Test(arguments: allStencils) func isExactOnPolynomials(_ stencil: Stencil) {
        for n in 0..<(stencil.derivative + stencil.accuracy) {
            #expect(stencil.moment(n) == (n == stencil.derivative ? .one : .zero), "degree \(n)")
        }
        #expect(stencil.moment(stencil.derivative + stencil.accuracy) == stencil.exactErrorConstant)
        #expect(stencil.exactErrorConstant != .zero)
    }

    /// The number of points is the least for the accuracy, and central differences are symmetric.
    @Test(arguments: allStencils) func hasTheFewestPoints(_ stencil: Stencil) {
        let span = stencil.offsets.max()! - stencil.offsets.min()! + 1
        let p = stencil.derivative
        #expect(span == (stencil.side == .central ? 2 * ((p + 1) / 2) - 1 + stencil.accuracy : p + stencil.accuracy))
        if stencil.side == .central {
            let mirrored = stencil.exactWeights.reversed().map { p.isMultiple(of: 2) ? $0 : -$0 }
            #expect(stencil.exactWeights == mirrored)
        }
    }

    /// Weights printed in textbooks (Abramowitz & Stegun, table 25.2; Fornberg 1988, tables 1 and 3).
    @Test func agreesWithPublishedWeights() {
        func fractions(_ list: [(Int128, Int128)]) -> [Rational] { list.map { Rational($0.0, over: $0.1) } }
        #expect(Stencil(derivative: 2, accuracy: 2).exactWeights == fractions([(1, 1), (-2, 1), (1, 1)]))
        #expect(Stencil(derivative: 4, accuracy: 2).exactWeights == fractions([(1, 1), (-4, 1), (6, 1), (-4, 1), (1, 1)]))
        #expect(Stencil(derivative: 2, accuracy: 4).exactWeights == fractions([(-1, 12), (4, 3), (-5, 2), (4, 3), (-1, 12)]))
        #expect(
            Stencil(derivative: 1, accuracy: 8).exactWeights
                == fractions([(1, 280), (-4, 105), (1, 5), (-4, 5), (4, 5), (-1, 5), (4, 105), (-1, 280)]))
        #expect(Stencil(derivative: 1, accuracy: 2, side: .forward).exactWeights == fractions([(-3, 2), (2, 1), (-1, 2)]))
        #expect(Stencil(derivative: 2, accuracy: 2, side: .backward).exactWeights == fractions([(-1, 1), (4, 1), (-5, 1), (2, 1)]))
        #expect(Stencil(derivative: 2, accuracy: 2).exactErrorConstant == Rational(1, over: 12))
        #expect(Stencil(derivative: 4, accuracy: 2).exactErrorConstant == Rational(1, over: 6))
        #expect(Stencil(derivative: 1, accuracy: 4).exactErrorConstant == Rational(-1, over: 30))
    }

    /// Halving a step in the range where truncation rules divides the error by 2^q, and the error is c h^q u⁽ᵖ⁺q⁾ in the limit.
    @Test(arguments: allStencils) func convergesWithItsOrder(_ stencil: Stencil) {
        // u = e^x, whose derivatives are all e^x. The symbol of the stencil is its Taylor series in h, summed without cancellation.
        func error(_ h: Double) -> Double {
            let first = stencil.derivative + stencil.accuracy
            return (first..<(first + 20)).reduce(0) { sum, n in
                let moment = zip(stencil.offsets, stencil.weights).reduce(0.0) { $0 + $1.1 * pow(Double($1.0), Double(n)) / tgamma(Double(n) + 1) }
                return sum + moment * pow(h, Double(n - stencil.derivative))
            }
        }
        let observed = log2(error(0.01) / error(0.005))
        #expect(abs(observed - Double(stencil.accuracy)) < 0.1, "observed order \(observed)")
        #expect(abs(error(1e-3) / pow(1e-3, Double(stencil.accuracy)) / stencil.errorConstant - 1) < 0.02)
    }

    /// As evaluated in floating point, the error is within a small factor of the truncation and rounding errors foretold.
    @Test(arguments: allStencils) func errsAsForetold(_ stencil: Stencil) {
        let (p, q) = (Double(stencil.derivative), Double(stencil.accuracy))
        let exact = Activation.sin.derivative(stencil.derivative, at: 0.7)
        for factor in [0.25, 0.5, 1] {
            let h = factor * stencil.step(epsilon: .ulpOfOne, lengthScale: 1)
            let error = abs(stencil({ Activation.sin.derivative(0, at: $0) }, at: 0.7, step: h) - exact)
            let foretold = abs(stencil.errorConstant) * pow(h, q) + stencil.roundingNorm * .ulpOfOne / pow(h, p)
            #expect(error < 4 * foretold, "error \(error), foretold \(foretold) at h = \(h)")
        }
    }

    /// The automatic step is within a small factor of the best among many, judged by the error it makes.
    @Test(arguments: allStencils.filter { $0.side == .central }) func automaticStepIsNearlyBest(_ stencil: Stencil) {
        let p = stencil.derivative
        func error(_ h: Double) -> Double {
            let squares = (0..<64).map { i -> Double in
                let x = -3 + 6 * (Double(i) + 0.37) / 64
                let difference = stencil({ Activation.sin.derivative(0, at: $0) }, at: x, step: h) - Activation.sin.derivative(p, at: x)
                return difference * difference
            }
            return (squares.reduce(0, +) / 64).squareRoot()
        }
        let chosen = error(stencil.step(epsilon: .ulpOfOne, lengthScale: 1))
        let best = (0..<120).map { error(pow(10, -7 + Double($0) * 0.06)) }.min()!
        #expect(chosen < 6 * best, "chosen \(chosen), best \(best)")
    }

    @Test func identityIsOnePoint() {
        let identity = Stencil(derivative: 0, accuracy: 6)
        #expect(identity.offsets == [0] && identity.weights == [1])
    }
}
