import Reports

/// What a check found.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
    case confirmed
    /// Where rounding lies above the cut, but not where it lies below.
    case confirmedInNoise = "confirmed in the noise regime only"
    /// For smooth activations, but not for the others tried.
    case confirmedWhenSmooth = "confirmed for smooth activations only"
    /// Where single precision rounds, but not in double.
    case confirmedInSingle = "confirmed in float32 only"
    /// Between configurations, but not between seeds of one.
    case confirmedAcross = "confirmed across configurations only"
    case refuted
    /// Too few cases to say.
    case undecided
}

/// A claim, the bar it has to pass, what was seen, and the verdict.
public struct ClaimResult: Sendable {
    public let item: StudyItem
    public let claim: String
    public let threshold: String
    public let observed: String
    public let verdict: Verdict
    /// The verdict found when the claim was first checked.
    public let recorded: Verdict
    /// The figures behind the verdict, by name.
    public let numbers: [(name: String, value: Double)]

    public var id: String { item.rawValue }
    public var isAsRecorded: Bool { verdict == recorded }

    /// The figure of that name.
    public func number(_ name: String) -> Double? { numbers.first { $0.name == name }?.value }
}

/// An experiment's findings in sentences, its tables and its pictures.
public struct ExperimentResult: Sendable {
    public let item: StudyItem
    public let title: String
    public let findings: [String]
    /// Shown in the page.
    public let tables: [(name: String, table: Table, caption: String)]
    public let figures: [Figure]
    /// Everything measured, as CSV files beside the page; named by their stems.
    public let data: [(name: String, table: Table)]

    public var id: String { item.rawValue }

    init(
        _ item: StudyItem, title: String, findings: [String], tables: [(name: String, table: Table, caption: String)] = [], figures: [Figure] = [],
        data: [(name: String, table: Table)] = []
    ) {
        self.item = item
        self.title = title
        self.findings = findings
        self.tables = tables
        self.figures = figures
        self.data = data
    }
}
