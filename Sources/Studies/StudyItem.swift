/// The parts of the study that exist: experiments E… and claims C….
public enum StudyItem: String, Sendable, Hashable, CaseIterable {
    case e1 = "E1"
    case e2 = "E2"
    case e3 = "E3"
    case e4 = "E4"
    case e5 = "E5"
    case e6 = "E6"
    case e7 = "E7"
    case e8 = "E8"
    case e9 = "E9"
    case e10 = "E10"
    case c1 = "C1"
    case c2 = "C2"
    case c3 = "C3"
    case c3b = "C3b"
    case c4 = "C4"
    case c5 = "C5"
    case c6 = "C6"
    case c7 = "C7"
    case c8 = "C8"
    case c9 = "C9"
    case c10 = "C10"
    case c11 = "C11"
    case c12 = "C12"

    /// Reads `E1`, `c3b`, … in any case.
    public init(parsing text: String) throws(StudyError) {
        guard let item = Self.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else { throw .unknownItem(text) }
        self = item
    }
}

/// How much is measured: `quick` in about a minute on two cores, `full` in well under an hour.
public enum StudyScale: String, Sendable, Hashable, CaseIterable {
    case quick, full
}

/// A part of the study says what it needs measured: matrices, trainings, windowed features.
protocol StudyPart: Sendable {
    var item: StudyItem { get }
    func plans(_ scale: StudyScale) -> [StudyPlan]
    func trainings(_ scale: StudyScale) -> [TrainingSetting]
    func partitions(_ scale: StudyScale) -> [PartitionSetting]
}

extension StudyPart {
    func plans(_ scale: StudyScale) -> [StudyPlan] { [] }
    func trainings(_ scale: StudyScale) -> [TrainingSetting] { [] }
    func partitions(_ scale: StudyScale) -> [PartitionSetting] { [] }
}

/// A claim, checked on what was measured.
protocol Claim: StudyPart {
    func check(_ observations: Observations, scale: StudyScale, laboratory: Laboratory) throws(StudyError) -> ClaimResult
}

/// An experiment, told in sentences, tables and pictures.
protocol Experiment: StudyPart {
    func report(_ observations: Observations, scale: StudyScale) -> ExperimentResult
}
