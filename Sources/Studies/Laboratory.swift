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

    /// Measures every plan, in the order given.
    func measure(_ plans: [StudyPlan], progress: (@Sendable (StudyProgress) -> Void)?) throws(StudyError) -> Observations {
        let done = Mutex(0)
        let trials = try concurrently(plans, threads: threads) { plan throws(StudyError) in
            let trial = try measure(plan)
            if let progress {
                done.withLock { count in
                    count += 1
                    progress(StudyProgress(done: count, total: plans.count, setting: "\(plan.setting)"))
                }
            }
            return trial
        }
        return Observations(trials: trials)
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
        var loss: [Double] = []
        var trueLoss: [Double] = []
        var error: [Double] = []
        for step in Self.steps {
            let coefficients = curve.coefficients(after: step, stepSize: size)
            loss.append(curve.loss(after: step, stepSize: size))
            if let truth = task.truth {
                let residual = try solver.residual(of: coefficients, in: truth)
                trueLoss.append(residual * residual)
            }
            if let test = task.test { error.append(try relativeError(of: coefficients, values: test.values, exact: test.exact)) }
        }
        self.init(steps: Self.steps.map(Double.init), loss: loss, trueLoss: trueLoss, error: error)
    }
}
