import Compute
import Reports

/// The study of derivatives by exact differentiation and by finite differences, on random features and on networks in training.
public enum Study {
    /// Measures what the items need, each setting once, and checks and tells them.
    ///
    /// The outcome depends on items, scale, source and seed alone; settings are measured `threads` at a time.
    ///
    /// - Parameters:
    ///   - items: all by default, in the order of the report.
    ///   - source: assembles the matrices.
    ///   - seed: of the random features; replicate r of a setting uses seed + r.
    ///   - threads: at least 1.
    ///   - journal: trainings already done, where those of this run are noted; for going on after an interruption.
    ///   - progress: called after each setting, from any thread, one call at a time.
    public static func run(
        _ items: [StudyItem] = StudyItem.allCases, scale: StudyScale, source: any StudySource, seed: UInt64 = 0, threads: Int = 1,
        journal: TrainingJournal? = nil, progress: (@Sendable (StudyProgress) -> Void)? = nil
    ) throws(StudyError) -> StudyResult {
        let experiments = Self.experiments.filter { items.contains($0.item) }
        let claims = Self.claims.filter { items.contains($0.item) }
        let work = Laboratory.Work(experiments.map { $0 as any StudyPart } + claims.map { $0 as any StudyPart }, scale)
        let laboratory = Laboratory(source: source, seed: seed, threads: threads)
        let observations = try laboratory.measure(work, journal: journal, progress: progress)
        var checked: [ClaimResult] = []
        for claim in claims { checked.append(try claim.check(observations, scale: scale, laboratory: laboratory)) }
        return StudyResult(
            scale: scale, seed: seed, settings: work.plans.count, matrices: work.plans.reduce(work.partitions.count) { $0 + $1.methods.count + 1 },
            trainings: work.trainings.count, claims: checked,
            experiments: experiments.map { $0.report(observations, scale: scale) })
    }

    /// The same on a device, or natively where that has no float64.
    ///
    /// - Throws: also where the native path is needed and cannot be opened.
    public static func run(
        _ items: [StudyItem] = StudyItem.allCases, scale: StudyScale, device: Device, seed: UInt64 = 0, threads: Int = 1,
        journal: TrainingJournal? = nil, progress: (@Sendable (StudyProgress) -> Void)? = nil
    ) throws(StudyError) -> StudyResult {
        let source: DeviceSource
        do { source = try DeviceSource(device) } catch { throw .assembly(setting: "every setting", reason: "\(error)") }
        return try run(items, scale: scale, source: source, seed: seed, threads: threads, journal: journal, progress: progress)
    }

    static let experiments: [any Experiment] = [
        E1Spectra(), E2Entropies(), E3LeastSquares(), E4Rounding(), E5Accuracy(), E6TwoLayers(), E7Deeper(),
        E8EntropySpeed(), E9Descent(), E10Scale(),
    ]

    static let claims: [any Claim] = [
        LargeValuesAgree(), MoreSmallValues(), LargerEntropy(), OtherMeasures(), SmallerResidual(), SmallerError(), SurplusIsRounding(), FloorLaw(),
        TrainsFaster.poisson, TrainsFaster.biharmonic, DeeperNetworks(), EntropyPredictsSpeed(), EntropyMisleads(),
    ]
}

/// What a study found.
public struct StudyResult: Sendable {
    public let scale: StudyScale
    public let seed: UInt64
    /// Settings measured, and matrices taken apart.
    public let settings: Int
    public let matrices: Int
    public let trainings: Int
    public let claims: [ClaimResult]
    public let experiments: [ExperimentResult]

    /// Whether every verdict is the recorded one.
    public var isAsRecorded: Bool { claims.allSatisfy(\.isAsRecorded) }
}
