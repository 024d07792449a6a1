import Glibc
import LinearAlgebra
import TestSupport
import Testing

import Problems

@Suite struct ReferenceTests {
    /// Values of the literature (C. Basdevant and others, 1986): the steepest slope at x = 0, 152.00516 at πt = 1.6037.
    @Test func burgersSteepensAsPublished() {
        let h = 1e-6
        let slope = ColeHopf.value(x: h, t: 1.6037 / .pi, viscosity: 0.01 / .pi) / h
        #expect(abs(slope + 152.00516) < 5e-3)
    }

    /// u_t + u u_x − ν u_xx by central differences of accuracy 6.
    @Test func coleHopfSolvesBurgers() {
        let (nu, h) = (0.05, 0.01)
        func first(_ f: (Double) -> Double) -> Double { (45 * (f(h) - f(-h)) - 9 * (f(2 * h) - f(-2 * h)) + f(3 * h) - f(-3 * h)) / (60 * h) }
        func second(_ f: (Double) -> Double) -> Double {
            (2 * (f(3 * h) + f(-3 * h)) - 27 * (f(2 * h) + f(-2 * h)) + 270 * (f(h) + f(-h)) - 490 * f(0)) / (180 * h * h)
        }
        for (x, t) in [(0.3, 0.2), (-0.7, 0.5), (0.1, 0.9)] {
            func u(_ dx: Double, _ dt: Double) -> Double { ColeHopf.value(x: x + dx, t: t + dt, viscosity: nu) }
            let residual = first { u(0, $0) } + u(0, 0) * first { u($0, 0) } - nu * second { u($0, 0) }
            #expect(abs(residual) < 1e-6)
        }
        #expect(abs(ColeHopf.value(x: 1, t: 0.7, viscosity: nu)) < 1e-14)
        #expect(ColeHopf.value(x: 0.5, t: 0, viscosity: nu) == -1)
        #expect(abs(ColeHopf.value(x: 0.5, t: 1e-9, viscosity: nu) + 1) < 1e-7)
    }

    private func difference(_ a: [Double], _ b: [Double]) -> Double {
        let count = max(a.count, b.count)
        func padded(_ values: [Double]) -> [Double] { values + Array(repeating: 0, count: count - values.count) }
        return relativeDifference(padded(a), padded(b))
    }

    @Test func allenCahnConvergesInTimeAndSpace() {
        let fine = AllenCahn(modes: 256, steps: 32).coefficients(count: 10)[10]
        let errors = [2, 4, 8].map { difference(AllenCahn(modes: 256, steps: $0).coefficients(count: 10)[10], fine) }
        #expect(errors[1] < errors[0] / 12 && errors[2] < errors[1] / 12 && errors[2] < 1e-10)
        let many = AllenCahn(modes: 1024, steps: 5).coefficients(count: 10)[10]
        let fewer = [128, 256, 512].map { difference(AllenCahn(modes: $0, steps: 5).coefficients(count: 10)[10], many) }
        #expect(fewer[1] < fewer[0] / 4 && fewer[2] < fewer[1] / 100 && fewer[2] < 1e-9)
    }

    /// The datum's coefficients are exact: their series is x² cos πx, its error that of a tail like 1/k².
    @Test func theDatumOfAllenCahnIsExact() {
        let coefficients = AllenCahn.datum(4000)
        for x in [-0.9, -0.3, 0, 0.5, 0.8] { #expect(abs(AllenCahn.value(coefficients, x: x) - x * x * cos(.pi * x)) < 1e-6) }
        #expect(abs(AllenCahn.value(coefficients, x: 1) + 1) < 3e-4)
        let mean = coefficients[0]
        #expect(abs(mean + 2 / (.pi * .pi)) < 1e-16)
    }

    @Test func kdvConvergesAndConserves() {
        let fine = KortewegDeVries(points: 256, steps: 100).coefficients(count: 50)
        let errors = [10, 20, 40].map { steps in
            let last = KortewegDeVries(points: 256, steps: steps).coefficients(count: 50)[50]
            return difference(last.real + last.imaginary, fine[50].real + fine[50].imaginary)
        }
        #expect(errors[1] < errors[0] / 12 && errors[2] < errors[1] / 12 && errors[2] < 3e-9)
        // Mass 0 and momentum ½ on the way.
        for state in fine {
            #expect(abs(state.real[0]) < 1e-14)
            let momentum = zip(state.real, state.imaginary).reduce(0) { $0 + $1.0 * $1.0 + $1.1 * $1.1 }
            #expect(abs(momentum - 0.5) < 1e-9)
        }
    }

    @Test func theTransformIsThatOfItsDefinition() {
        var stream = RandomStream(seed: 1, name: "transform")
        for count in [1, 2, 8, 64] {
            let (real, imaginary) = ((0..<count).map { _ in stream.symmetric(1) }, (0..<count).map { _ in stream.symmetric(1) })
            var (a, b) = (real, imaginary)
            FourierTransform(count: count).transform(&a, &b)
            for k in 0..<count {
                var (x, y) = (0.0, 0.0)
                for j in 0..<count {
                    let angle = -2 * .pi * Double(j * k % count) / Double(count)
                    x += real[j] * cos(angle) - imaginary[j] * sin(angle)
                    y += real[j] * sin(angle) + imaginary[j] * cos(angle)
                }
                #expect(abs(a[k] - x) < 1e-13 && abs(b[k] - y) < 1e-13)
            }
            FourierTransform(count: count).transform(&a, &b, backward: true)
            for j in 0..<count { #expect(abs(a[j] / Double(count) - real[j]) < 1e-14 && abs(b[j] / Double(count) - imaginary[j]) < 1e-14) }
        }
    }

    @Test func theGridHasTheLastTimeAndBothEnds() throws {
        let solution = Reference.burgers(viscosity: 0.01 / .pi).solution
        #expect(solution.points.rows == 257 * 101)
        #expect(solution.points.row(0) == [-1, 0] && solution.points.row(solution.points.rows - 1) == [1, 1])
        for row in stride(from: 0, to: solution.points.rows, by: 101) {
            let x = solution.points[row, 0]
            #expect(solution.points[row, 1] == 0 && abs(solution.values[0][row] + sin(.pi * x)) < 1e-15)
        }
        #expect(solution.values[0].allSatisfy { $0.isFinite })
    }
}
