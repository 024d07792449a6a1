import Differentiation
import Testing

struct MultiStencilTests {
    private func weight(_ stencil: MultiStencil, _ offset: [Int]) -> Int? {
        stencil.offsets.firstIndex(of: offset).map { stencil.numerators[$0] }
    }

    /// The thirteen-point molecule of Δ² and the five-point one of Δ, as printed in Abramowitz & Stegun 25.3.
    @Test func hasTheMoleculesOfTextbooks() {
        let biharmonic = MultiStencil.biharmonic(dimension: 2, accuracy: 2)
        #expect(biharmonic.offsets.count == 13 && biharmonic.denominator == 1 && biharmonic.order == 4)
        #expect(weight(biharmonic, [0, 0]) == 20)
        for offset in [[1, 0], [-1, 0], [0, 1], [0, -1]] { #expect(weight(biharmonic, offset) == -8) }
        for offset in [[1, 1], [-1, 1], [1, -1], [-1, -1]] { #expect(weight(biharmonic, offset) == 2) }
        for offset in [[2, 0], [-2, 0], [0, 2], [0, -2]] { #expect(weight(biharmonic, offset) == 1) }
        let laplacian = MultiStencil.laplacian(dimension: 2, accuracy: 2)
        #expect(laplacian.offsets.count == 5 && weight(laplacian, [0, 0]) == -4)
        #expect(MultiStencil.laplacian(dimension: 3, accuracy: 4).offsets.count == 13)
        #expect(MultiStencil.laplacian(dimension: 100, accuracy: 2).offsets.count == 201)
    }

    static let mixed: [(MultiIndex, Int)] = [[1, 1], [2, 2], [1, 3], [3, 1], [1, 2], [2, 1], [4, 0], [0, 4]].flatMap { exponents in
        Stencil.accuracies.map { (MultiIndex(exponents), $0) }
    }

    /// Σ w_k k^β/β! is 1 for β = α and 0 for every other β of degree below |α| + q, in whole numbers.
    @Test(arguments: mixed) func isExactOnPolynomials(_ derivative: MultiIndex, _ accuracy: Int) {
        let stencil = MultiStencil(derivative, accuracy: accuracy)
        let alpha = derivative.exponents
        for i in 0..<(derivative.order + accuracy) {
            for j in 0..<(derivative.order + accuracy - i) {
                let sum = zip(stencil.offsets, stencil.numerators).reduce(Rational.zero) { sum, point in
                    sum + Rational(point.1) * Rational(point.0[0]).power(i) * Rational(point.0[1]).power(j)
                }
                let expected = [i, j] == alpha ? Rational.factorial(i) * .factorial(j) * Rational(stencil.denominator) : .zero
                #expect(sum == expected, "x^\(i) y^\(j)")
            }
        }
    }

    /// The symbol on e^(ax + by) converges to that of the derivative with the order of accuracy.
    @Test(arguments: Stencil.accuracies) func convergesWithItsOrder(_ accuracy: Int) {
        for (stencil, symbol) in [
            (MultiStencil.laplacian(dimension: 2, accuracy: accuracy), 0.8 * 0.8 + 1.1 * 1.1),
            (MultiStencil.biharmonic(dimension: 2, accuracy: accuracy), (0.8 * 0.8 + 1.1 * 1.1) * (0.8 * 0.8 + 1.1 * 1.1)),
            (MultiStencil(MultiIndex([2, 2]), accuracy: accuracy), 0.8 * 0.8 * 1.1 * 1.1),
            (MultiStencil(MultiIndex([3, 1]), accuracy: accuracy), 0.8 * 0.8 * 0.8 * 1.1),
        ] {
            func error(_ h: Double) -> Double {
                // The Taylor series of e^t is summed from the first term the stencil does not take exactly.
                var error = 0.0
                for (offset, weight) in zip(stencil.offsets, stencil.weights) {
                    let t = (0.8 * Double(offset[0]) + 1.1 * Double(offset[1])) * h
                    var term = 1.0
                    for n in 1..<40 {
                        term *= t / Double(n)
                        if n >= stencil.order + accuracy { error += weight * term }
                    }
                }
                return error / (0..<stencil.order).reduce(1) { product, _ in product * h }
            }
            let observed = (error(0.2) / error(0.1)).exponentOfTwo
            #expect(abs(observed - Double(accuracy)) < 0.35, "observed order \(observed)")
            #expect(abs(error(0.05)) < 0.1 * symbol)
        }
    }
}

extension Double {
    /// log₂ of it.
    fileprivate var exponentOfTwo: Double {
        var (x, result) = (self, 0.0)
        while x >= 2 { (x, result) = (x / 2, result + 1) }
        var step = 0.5
        while step > 1e-6 {
            x *= x
            if x >= 2 { (x, result) = (x / 2, result + step) }
            step /= 2
        }
        return result
    }
}
