import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems
import Solvers

/// Random features on a linear equation by one derivative method at one cut, as the verb `spectrum`.
struct SpectrumTrials: TrialKind {
    let name = "spectrum"
    let schema = 1
    let shown = (x: "entropy", y: "error")

    let keys: [TrialKey] = {
        let isDrawn = TrialKey.Condition(on: ["model"], "features are drawn only where no model is given; leave out one of them") {
            $0["model"] == nil
        }
        return TrialProblem.keys(equations: false) + [
            TrialProblem.file("model", "features from a safetensors file"),
            .integer(
                "features", "number of random features; 100 in one dimension, else 200",
                .found(from: ["problem", "data"]) { .number((TrialProblem.dimension($0, $1) ?? 1) == 1 ? 100 : 200) }, in: 1...1_000_000,
                when: isDrawn),
            .integer(
                "points", "number of interior points; twice the features",
                .derived(from: ["features"]) { .number(2 * ($0["features"]?.number ?? 100)) }, in: 1...1_000_000_000,
                when: TrialProblem.isSampled),
            .number("range", "weights and biases are drawn from (-R, R)", .value(.number(3)), "a positive number up to 1e9", when: isDrawn) {
                $0 > 0 && $0 <= 1e9
            },
            .choice(
                "law", "uniform or normal", .value(.text("uniform")), of: RandomFeatureModel.Law.allCases.map(\.rawValue), when: isDrawn),
            TrialProblem.activation(.derived(from: ["model"]) { $0["model"] == nil ? .text("tanh") : nil }),
            .number("cut", "relative cut", .value(.number(1e-13)), "a number between 0 and 1, both excluded") { $0 > 0 && $0 < 1 },
        ]
    }()

    let rules = TrialProblem.rules(equations: "equation")

    func run(_ trial: Trial, in context: TrialContext) throws -> TrialResult {
        let activation = trial.text("activation").flatMap { Activation(name: $0) }
        let loaded = try trial.text("model").map { try RandomFeatureModel(contentsOf: context.files.path(of: $0), activation: activation) }
        let (problem, given) = try TrialProblem.read(
            trial, context, equations: trial.text("equation").map { [$0] } ?? [], fields: ["u"], dimension: loaded?.dimension)
        if let loaded, loaded.dimension != problem.dimension {
            throw TrialRefusal("the model has features of \(Wording.count(loaded.dimension, "coordinate")) and the problem has \(problem.dimension)")
        }
        let features = loaded?.features ?? trial.integer("features") ?? 100
        let wanted = trial.integer("points") ?? 2 * features
        try FeatureStudy.checkMemory(rows: given?.interior.count ?? wanted, features: features, methods: 1, testPoints: 4000)
        let points =
            try given ?? problem.collocationPoints(wanted, sampling: Sampling(parsing: trial.text("sampling") ?? "grid"), seed: trial.seed)
        var stream = RandomStream(seed: trial.seed, name: RandomFeatureModel.streamName)
        let model =
            loaded
            ?? RandomFeatureModel(
                features: features, dimension: problem.dimension, range: trial.number("range") ?? 3, activation: activation ?? .tanh,
                law: trial.text("law").flatMap { RandomFeatureModel.Law(rawValue: $0) } ?? .uniform, stream: &stream)
        let study = FeatureStudy(
            collocation: try LinearCollocation(problem: problem, points: points), model: model,
            methods: [try DerivativeMethod(parsing: trial.text("derivative") ?? "ad")], precision: trial.text("precision") == "f32" ? .f32 : .f64,
            cuts: [trial.number("cut") ?? 1e-13], test: try test(problem, points, trial))
        let record = try study.run(on: context.device, threads: 1).records[0]
        let cut = record.cuts[0]
        func known(_ value: Double?) -> TrialValue { .number(value ?? .nan) }
        let metrics: [(name: String, value: TrialValue)] = [
            ("count", .number(Double(cut.count))), ("entropy", .number(cut.entropy)), ("entropyOfSquares", .number(cut.entropyOfSquares)),
            ("rank", .number(Double(record.rank))), ("effectiveRank", .number(record.effectiveRank)),
            ("conditionNumber", .number(record.conditionNumber)), ("floor", known(record.floor)), ("residual", known(cut.residual)),
            ("trueResidual", known(cut.trueResidual)), ("error", known(cut.error)), ("coefficientNorm", known(cut.coefficientNorm)),
        ]
        let isFinite = cut.entropy.isFinite && (cut.residual ?? 0).isFinite
        return TrialResult(
            status: isFinite ? .done : .diverged, metrics: metrics, series: [("singularValues", record.spectrum.singularValues)])
    }

    /// Where the error is measured: the exact solution on a file's points, or the problem's test points.
    private func test(
        _ problem: Problem, _ points: CollocationPoints, _ trial: Trial
    ) throws -> (points: Matrix<Double>, exact: [Double])? {
        if let exact = trial.text("exact") {
            let vocabulary = try Vocabulary(
                coordinates: problem.coordinates, fields: [], parameters: Array(problem.parameters.keys), data: Array(points.interior.data.keys))
            let formula = try Differentiation.Expression(parsing: exact, in: vocabulary)
            return (points.interior.points, try problem.values(of: formula, at: points.interior))
        }
        guard problem.domain != nil, let solution = try problem.solution(seed: trial.seed) else { return nil }
        return (solution.points, solution.values[0])
    }

    func sentence(for error: any Error) -> String { TrialFailure.sentence(error) }
}
