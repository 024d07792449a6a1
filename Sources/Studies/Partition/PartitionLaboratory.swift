import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems
import Solvers

/// Assembles and solves windowed random features, rows as in the study: the equation, then the boundary's.
struct PartitionLaboratory: Sendable {
    let device: Device
    let seed: UInt64

    func measure(_ setting: PartitionSetting) throws(StudyError) -> PartitionTrial {
        do { return try solve(setting) } catch let error as SolverError { throw .solver(setting: "\(setting)", error) } catch {
            throw .assembly(setting: "\(setting)", reason: "\(error)")
        }
    }

    private func solve(_ setting: PartitionSetting) throws -> PartitionTrial {
        let seed = seed &+ UInt64(setting.replicate)
        let problem = try Problem.named("\(setting.equation.rawValue)1d")
        let collocation = try LinearCollocation(problem: problem, points: try problem.collocationPoints(setting.points, sampling: .grid, seed: seed))
        let models = models(setting, seed: seed)
        var rows: [Matrix<Double>] = []
        // Each part is one derivative here.
        for part in collocation.parts {
            rows.append(
                try matrix(
                    models, order: part.linearOperator.order, points: part.points,
                    scale: part.scale * (part.linearOperator.terms.first?.coefficient ?? 1)))
        }
        let places = try problem.testPoints(seed: seed)
        let task = SpectrumStudy.Task(
            rightHandSide: collocation.rightHandSide,
            test: (try matrix(models, order: 0, points: places, scale: 1), try problem.exactValues(at: places) ?? []))
        let solver = try TruncatedLeastSquares(matrix: Self.stacked(rows), rightHandSide: collocation.rightHandSide)
        let solution = try solver.solution(cut: Laboratory.cut)
        return PartitionTrial(
            setting: setting, effectiveRank: solver.spectrum.effectiveRank, count: solution.count,
            entropy: try solver.spectrum.entropy(cut: Laboratory.cut),
            error: try task.test.map { test throws(SolverError) in
                try relativeError(of: solution.coefficients, values: test.values, exact: test.exact)
            } ?? .nan,
            descent: try DescentTrace(solver, task: task))
    }

    /// σ(w (x − c)/r + b) is a feature of x with weight w/r and bias b − w c/r.
    private func models(_ setting: PartitionSetting, seed: UInt64) -> [(window: Window, model: RandomFeatureModel)] {
        var stream = RandomStream(seed: seed, name: RandomFeatureModel.streamName)
        let each = setting.features / setting.patches
        return (0..<setting.patches).map { index in
            let window = Window(index, of: setting.patches)
            let own = RandomFeatureModel(features: each, dimension: 1, range: setting.range, activation: .tanh, stream: &stream)
            let weights = (0..<each).map { own.weights[$0, 0] / window.reach }
            return (
                window,
                RandomFeatureModel(
                    weights: Matrix(rows: weights.map { [$0] }), biases: zip(own.biases, weights).map { $0 - $1 * window.centre }, activation: .tanh)
            )
        }
    }

    /// dᵖ/dxᵖ (ψσ) = Σ_k C(p, k) ψ^(p−k) σ^(k).
    private func matrix(_ models: [(window: Window, model: RandomFeatureModel)], order: Int, points: Matrix<Double>, scale: Double) throws -> Matrix<
        Double
    > {
        var result = Matrix<Double>(rows: points.rows, columns: models.reduce(0) { $0 + $1.model.features })
        var first = 0
        for (window, model) in models {
            let windows = (0..<points.rows).map { window.derivatives(at: points[$0, 0]) }
            var binomial = 1.0
            for k in 0...order {
                let block = FeatureBlock(.derivative(k, axis: 0, dimension: 1), method: .automatic, points: points)
                let values = try device.featureMatrix([block], model: model)
                for j in 0..<model.features {
                    for i in 0..<points.rows { result[i, first + j] += scale * binomial * windows[i][order - k] * values[i, j] }
                }
                binomial *= Double(order - k) / Double(k + 1)
            }
            first += model.features
        }
        return result
    }

    private static func stacked(_ parts: [Matrix<Double>]) -> Matrix<Double> {
        var result = Matrix<Double>(rows: parts.reduce(0) { $0 + $1.rows }, columns: parts[0].columns)
        var first = 0
        for part in parts {
            for j in 0..<part.columns { for i in 0..<part.rows { result[first + i, j] = part[i, j] } }
            first += part.rows
        }
        return result
    }
}
