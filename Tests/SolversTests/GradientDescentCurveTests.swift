import LinearAlgebra
import Solvers
import TestSupport
import Testing

@Suite struct GradientDescentCurveTests {
    let a = matrix(withSingularValues: [3, 1, 0.2, 1e-3, 0], rows: 9, columns: 5, seed: 31)
    let f = FeatureMatrices.pattern(9)

    /// The iteration itself, step by step.
    func iterate(_ steps: Int, _ stepSize: Double, weight: Double) -> [Double] {
        var c = [Double](repeating: 0, count: 5)
        for _ in 0..<steps {
            let gradient = a.transposedProduct(with: a.residual(of: c, minus: f))
            for j in 0..<5 { c[j] -= stepSize * 2 * weight * gradient[j] }
        }
        return c
    }

    @Test(arguments: [0, 1, 2, 7, 100, 2001])
    func agreesWithTheIteration(steps: Int) throws {
        let curve = try GradientDescentCurve(TruncatedLeastSquares(matrix: a, rightHandSide: f))
        for stepSize in [0.1, 0.5, 1, 1.7].map({ $0 / 2 * curve.largestStableStep }) {
            let c = iterate(steps, stepSize, weight: 1.0 / 9)
            #expect(steps == 0 || relativeDifference(curve.coefficients(after: steps, stepSize: stepSize), c) < 1e-11)
            let r = euclideanNorm(a.residual(of: c, minus: f))
            #expect(abs(curve.loss(after: steps, stepSize: stepSize) / (r * r / 9) - 1) < 1e-12)
        }
    }

    @Test func weightAndDirections() throws {
        let d = try SingularValueDecomposition(of: a)
        let curve = try GradientDescentCurve(decomposition: d, rightHandSide: f, weight: 0.5)
        #expect(abs(curve.curvatures[0] - 9) < 1e-13)
        let directions = curve.directions(after: 3, stepSize: 0.1)
        for k in 0..<5 {
            let factor = 1 - 0.1 * curve.curvatures[k]
            let left = curve.projections[k] * factor * factor * factor
            #expect(abs(directions[k] - 0.5 * left * left) < 1e-15)
        }
        let total = f.reduce(0) { $0 + $1 * $1 }
        #expect(abs(curve.loss(after: 0, stepSize: 0.1) - 0.5 * total) < 1e-13)
        #expect(abs(curve.unreachable - (total - curve.projections.reduce(0) { $0 + $1 * $1 })) < 1e-13)
    }

    @Test func farSteps() throws {
        let curve = try GradientDescentCurve(TruncatedLeastSquares(matrix: a, rightHandSide: f))
        let stepSize = curve.largestStableStep / 2
        // Only the zero direction and the unreachable part are left in the end.
        let last = curve.projections[4]
        let limit = (curve.unreachable + last * last) / 9
        #expect(abs(curve.loss(after: 1 << 40, stepSize: stepSize) / limit - 1) < 1e-13)
        let target = limit * 1.01
        let steps = try #require(curve.steps(to: target, stepSize: stepSize))
        #expect(curve.loss(after: steps, stepSize: stepSize) <= target)
        #expect(curve.loss(after: steps - 1, stepSize: stepSize) > target)
        #expect(curve.steps(to: limit / 2, stepSize: stepSize) == nil)
        #expect(curve.steps(to: .infinity, stepSize: stepSize) == 0)
        // Beyond the stable step the loss grows without bound.
        #expect(curve.loss(after: 1000, stepSize: 1.5 * curve.largestStableStep) > curve.loss(after: 0, stepSize: stepSize))
    }

    @Test func badInputIsRefused() throws {
        let d = try SingularValueDecomposition(of: a)
        #expect(throws: SolverError.self) { try GradientDescentCurve(decomposition: d, rightHandSide: [1]) }
        #expect(throws: SolverError.self) { try GradientDescentCurve(decomposition: d, rightHandSide: f, weight: 0) }
    }
}
