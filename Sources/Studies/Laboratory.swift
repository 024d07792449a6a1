import Differentiation
import LinearAlgebra
import Solvers
import Spectra
import Synchronization

/// Progress of a study: settings measured so far.
public struct StudyProgress: Sendable {
    public let done: Int
    public let total: Int
    /// The setting measured last.
    public let setting: String
}

/// Measures settings, several at a time; what it finds does not depend on how many.
struct Laboratory: Sendable {
    /// The cuts every setting is measured at: 10⁻⁶ for single precision, 10⁻¹³ for the claims.
    static let claimCuts = [1e-6, 1e-13]
    /// The cuts of a detailed setting.
    static let allCuts = (4...14).map { Double("1e-\($0)")! }
    /// The cut of the claims.
    static let cut = 1e-13

    let source: any StudySource
    let seed: UInt64
    let threads: Int

    /// What is to be measured.
    struct Work: Sendable {
        var plans: [StudyPlan]
        var trainings: [TrainingSetting]
        var partitions: [PartitionSetting]

        /// Each once, in order of first mention.
        init(_ parts: [any StudyPart], _ scale: StudyScale) {
            plans = StudyPlan.merged(parts.flatMap { $0.plans(scale) })
            trainings = Self.unique(parts.flatMap { $0.trainings(scale) })
            partitions = Self.unique(parts.flatMap { $0.partitions(scale) })
        }

        var count: Int { plans.count + trainings.count + partitions.count }

        private static func unique<Setting: Hashable>(_ settings: [Setting]) -> [Setting] {
            var seen: Set<Setting> = []
            return settings.filter { seen.insert($0).inserted }
        }
    }

    /// Measures everything, in the order given; trainings of the journal are taken from it, new ones noted there.
    func measure(_ work: Work, journal: TrainingJournal?, progress: (@Sendable (StudyProgress) -> Void)?) throws(StudyError) -> Observations {
        let done = Mutex(0)
        @Sendable func tell(_ setting: String) {
            guard let progress else { return }
            done.withLock { count in
                count += 1
                progress(StudyProgress(done: count, total: work.count, setting: setting))
            }
        }
        let trials = try concurrently(work.plans, threads: threads) { plan throws(StudyError) in
            let trial = try measure(plan)
            tell("\(plan.setting)")
            return trial
        }
        let partitions = try concurrently(work.partitions, threads: threads) { setting throws(StudyError) in
            let trial = try source.partition(setting, seed: seed)
            tell("\(setting)")
            return trial
        }
        let trainings = try concurrently(work.trainings, threads: threads) { setting throws(StudyError) in
            let trial: TrainingTrial
            if let known = journal?.trial(setting, seed: seed) {
                trial = known
            } else {
                trial = try source.train(setting, seed: seed)
                try journal?.note(trial, seed: seed)
            }
            tell("\(setting)")
            return trial
        }
        return Observations(trials: trials, trainings: trainings, partitions: partitions)
    }

    func prepare(_ setting: StudySetting) throws(StudyError) -> any PreparedSetting { try source.prepare(setting, seed: seed) }

    private func measure(_ plan: StudyPlan) throws(StudyError) -> Trial {
        let prepared = try prepare(plan.setting)
        let all = [DerivativeMethod.automatic] + plan.methods
        let exact = try prepared.matrix(.automatic)
        var methods: [SpectrumStudy.Method] = []
        for method in all {
            let matrix = method == .automatic ? exact : try prepared.matrix(method)
            methods.append(
                SpectrumStudy.Method(name: "\(method)", matrix: matrix, isExact: method == .automatic, floor: floor(method, prepared)))
        }
        let task = SpectrumStudy.Task(rightHandSide: prepared.rightHandSide, truth: exact, test: prepared.test)
        let measured: [Measurement]
        do throws(SolverError) {
            let study = try SpectrumStudy(methods: methods, task: task, cuts: plan.detailed ? Self.allCuts : Self.claimCuts)
            var list: [Measurement] = []
            for (method, record) in zip(all, study.records) {
                let descent = plan.detailed ? try record.leastSquares.map { solver throws(SolverError) in try DescentTrace(solver, task: task) } : nil
                list.append(
                    Measurement(
                        method: method, spectrum: record.spectrum, rank: record.rank, effectiveRank: record.effectiveRank,
                        conditionNumber: record.conditionNumber, floor: record.floor, roundingNorm: prepared.roundingNorm(method),
                        cuts: record.cuts, descent: descent))
            }
            measured = list
        } catch { throw .solver(setting: "\(plan.setting)", error) }
        return Trial(setting: plan.setting, exact: measured[0], others: Array(measured.dropFirst()))
    }

    private func floor(_ method: DerivativeMethod, _ prepared: any PreparedSetting) -> Double? {
        prepared.roundingNorm(method).map {
            RoundingFloor.predict(roundingNorm: $0, rows: prepared.interiorRows, epsilon: method.stencilEpsilon)
        }
    }
}

extension DerivativeMethod {
    /// The machine epsilon of the arithmetic a stencil is evaluated in; float64 unless said otherwise.
    var stencilEpsilon: Double {
        if case .finiteDifference(_, _, .f32) = self { return Double(Float.ulpOfOne) }
        return Double.ulpOfOne
    }
}

extension DescentTrace {
    /// Steps 1, …, 10¹², four to a decade.
    static let steps: [Int] = (0...48).map { k in Int((0..<k).reduce(1.0) { value, _ in value * 1.7782794100389228 }.rounded()) }

    init(_ solver: TruncatedLeastSquares, task: SpectrumStudy.Task) throws(SolverError) {
        let curve = try GradientDescentCurve(solver)
        let size = curve.largestStableStep / 2
        // All steps' coefficients at once, a column each: two products in place of many sums.
        let columns = Self.steps.flatMap { curve.coefficients(after: $0, stepSize: size) }
        let coefficients = Matrix(rows: solver.matrix.columns, columns: Self.steps.count, elements: columns)
        func sizes(_ matrix: Matrix<Double>, minus target: [Double]) -> [Double] {
            let values = matrix * coefficients
            return (0..<values.columns).map { step in
                target.indices.reduce(0) { sum, i in
                    let difference = values[i, step] - target[i]
                    return sum + difference * difference
                }
            }
        }
        let loss = Self.steps.map { curve.loss(after: $0, stepSize: size) }
        let trueLoss = task.truth.map { sizes($0, minus: task.rightHandSide).map { $0 / Double(task.rightHandSide.count) } } ?? []
        let error = task.test.map { test in
            let whole = test.exact.reduce(0) { $0 + $1 * $1 }
            return sizes(test.values, minus: test.exact).map { ($0 / whole).squareRoot() }
        }
        self.init(steps: Self.steps.map(Double.init), loss: loss, trueLoss: trueLoss, error: error ?? [])
    }
}
