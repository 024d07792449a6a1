import Compute
import LinearAlgebra
import Models
import Problems
import Solvers
import Spectra
import Testing

/// Methods of second order near the floor of float64, and what they are made of.
@Suite struct TrainingFloorTests {
    static func start(_ widths: [Int], seed: UInt64) throws -> Network {
        var stream = RandomStream(seed: seed, name: "network")
        return Network(try NetworkArchitecture(widths: widths, activation: .tanh), initialization: .spread(range: 2), stream: &stream)
    }

    @Test func levenbergMarquardtComesNearTheFloor() throws {
        let problem = try Problem.named("poisson1d-mixed")
        var trainer = try Trainer(
            problem: problem, network: try Self.start([1, 20, 1], seed: 1),
            points: problem.collocationPoints(100, sampling: .chebyshev, seed: 0), optimizer: .levenbergMarquardt())
        var last: TrainingRecord?
        try trainer.run(steps: 600, logEvery: 600) { last = $0 }
        #expect(try #require(last?.error) < 1e-7)
    }

    @Test func gaussNewtonEndsFast() throws {
        let problem = try Problem.named("poisson1d")
        var trainer = try Trainer(
            problem: problem, network: try Self.start([1, 16, 1], seed: 1),
            points: problem.collocationPoints(60, sampling: .chebyshev, seed: 0), optimizer: .gaussNewton(cut: 1e-6))
        var last: TrainingRecord?
        try trainer.run(steps: 150, logEvery: 150) { last = $0 }
        #expect(try #require(last?.error) < 1e-4)
    }

    @Test(arguments: [(30, 12), (12, 30), (700, 600)]) func dampedSystemsAreSolved(_ shape: (Int, Int)) throws {
        let (m, p) = shape
        var stream = RandomStream(seed: 5, name: "damped")
        let jacobian = Matrix<Double>(rows: m, columns: p, elements: (0..<(m * p)).map { _ in stream.normal() })
        let y = (0..<m).map { _ in stream.normal() }
        let system = DampedLeastSquares()
        system.transposed = jacobian.transposed.elements
        let scale = try system.columnNorms(parameters: p)
        for index in 0..<p {
            let column = (0..<m).map { jacobian[$0, index] * jacobian[$0, index] }.reduce(0, +).squareRoot()
            #expect(abs(scale[index] / column - 1) < 1e-13)
        }
        try system.prepare(scale: scale)
        for damping in [1e-1, 1e-12] {
            #expect(try system.factor(damping: damping))
            let x = system.solve(y)
            // Jᵀ(y − Jx) = λD²x
            let rest = jacobian.transposedProduct(with: zip(y, jacobian.product(with: x)).map { $0 - $1 })
            for index in 0..<p {
                let expected = damping * scale[index] * scale[index] * x[index]
                #expect(abs(rest[index] - expected) < 1e-8 * Double(m), "\(m) × \(p), \(damping), \(index)")
            }
        }
    }

    /// Where the product of a matrix with itself is no longer positive definite in double precision.
    @Test func reflectionsTakeOverFromCholesky() throws {
        let (m, p) = (40, 12)
        // Nearly equal columns: condition about 1e12.
        var stream = RandomStream(seed: 6, name: "damped")
        let common = (0..<m).map { _ in stream.normal() }
        var matrix = Matrix<Double>(rows: m, columns: p)
        for column in 0..<p {
            for row in 0..<m { matrix[row, column] = common[row] + 1e-12 * stream.normal() }
        }
        let system = DampedLeastSquares()
        system.transposed = matrix.transposed.elements
        #expect(try system.columnNorms(parameters: p).allSatisfy { $0.isFinite })
        try system.prepare(scale: Array(repeating: 1, count: p))
        #expect(try system.factor(damping: 1e-22))
        let isFinite = system.solve(common).allSatisfy { $0.isFinite }
        #expect(isFinite)
    }

    @Test(arguments: [160, 700]) func choleskyInBlocksIsThatOfTheWhole(_ n: Int) throws {
        var stream = RandomStream(seed: 7, name: "cholesky")
        let root = Matrix<Double>(rows: n, columns: n, elements: (0..<(n * n)).map { _ in stream.normal() })
        var matrix = try Matrix.product(root, root, transposingSecond: true)
        for index in 0..<n { matrix[index, index] += Double(n) }
        let b = (0..<n).map { _ in stream.normal() }
        let x = try #require(try Cholesky(of: matrix)).solve(b)
        let rest = zip(matrix.product(with: x), b).map { abs($0 - $1) }.max() ?? 1
        #expect(rest < 1e-10)
        matrix[n / 2, n / 2] = -1
        #expect(try Cholesky(of: matrix) == nil)
    }

    @Test(arguments: [([1, 24, 1], 300), ([1, 24, 1], 40)]) func estimatedSpectraAgreeWithDenseOnes(_ widths: [Int], _ count: Int) throws {
        let problem = try Problem.named("poisson1d")
        var trainer = try Trainer(
            problem: problem, network: try Self.start(widths, seed: 2), points: problem.collocationPoints(count, seed: 0), optimizer: .adam())
        trainer.cut = 1e-6
        let values = try trainer.singularValues()
        let spectrum = try Spectrum(singularValues: values)
        let estimate = try trainer.spectrumEstimate(probes: 24)
        #expect(estimate.cut == 1e-6)
        #expect(abs(estimate.largest / values[0] - 1) < 1e-10)
        #expect(estimate.smallest >= 0.999 * (values.last ?? 0))
        for (quantity, exact) in [
            (estimate.entropy, try spectrum.entropy(cut: 1e-6)), (estimate.effectiveRank, spectrum.effectiveRank),
        ] {
            #expect(abs(quantity.value - exact) < 4 * quantity.standardError + 1e-3 * exact, "\(quantity), exactly \(exact)")
            #expect(quantity.standardError < 0.5 * exact)
        }
    }

    /// A process of a few steps knows nothing of small values: entropy and count are for a larger cut then, and right for that one.
    @Test func estimatesNameTheCutTheyReach() throws {
        let problem = try Problem.named("poisson2d-unit")
        var trainer = try Trainer(
            problem: problem, network: try Self.start([2, 20, 12, 1], seed: 2), points: problem.collocationPoints(400, seed: 0), optimizer: .adam())
        trainer.cut = 1e-13
        let spectrum = try Spectrum(singularValues: try trainer.singularValues())
        let estimate = try trainer.spectrumEstimate(probes: 40, steps: 24)
        #expect(estimate.cut > 1e-8 && estimate.cut < 0.1)
        #expect(estimate.smallest <= estimate.cut * estimate.largest)
        let (entropy, count) = (try spectrum.entropy(cut: estimate.cut), Double(try spectrum.count(cut: estimate.cut)))
        #expect(abs(estimate.entropy.value - entropy) < 4 * estimate.entropy.standardError + 0.02 * entropy)
        #expect(abs(estimate.count.value - count) < 4 * estimate.count.standardError + 0.1 * count)
    }
}
