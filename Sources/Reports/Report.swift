/// One claim in a report: what was claimed, what would count as holding, what was seen.
public struct VerdictRow: Sendable, Equatable {
    /// How the verdict is coloured.
    public enum Tone: String, Sendable { case holds, partly, fails }

    public var id: String
    public var claim: String
    public var threshold: String
    public var observed: String
    public var verdict: String
    /// The verdict on record, and whether this run's is the same.
    public var recorded: String
    public var asRecorded: Bool
    public var tone: Tone

    public init(
        id: String, claim: String, threshold: String, observed: String, verdict: String, recorded: String, asRecorded: Bool, tone: Tone
    ) {
        self.id = id
        self.claim = claim
        self.threshold = threshold
        self.observed = observed
        self.verdict = verdict
        self.recorded = recorded
        self.asRecorded = asRecorded
        self.tone = tone
    }
}

/// A report: facts about the run, then sections of text, tables and pictures. In text, words between backticks are set as code.
public struct Report: Sendable {
    public enum Block: Sendable {
        case paragraph(String)
        case list([String])
        /// A table; with a name it is also written as `name.csv` and linked.
        case table(Table, name: String?, caption: String)
        /// A table that is written as `name.csv` and linked, but not shown.
        case download(Table, name: String, caption: String)
        /// A link to a file of the folder.
        case link(String, caption: String)
        case verdicts([VerdictRow])
        case figure(Figure)
    }

    public struct Section: Sendable {
        public var title: String
        public var blocks: [Block]

        public init(_ title: String, _ blocks: [Block]) {
            self.title = title
            self.blocks = blocks
        }
    }

    public var title: String
    public var lead: String
    /// Version, device, precision, seed, … in this order.
    public var facts: [(name: String, value: String)]
    public var sections: [Section]

    public init(title: String, lead: String, facts: [(name: String, value: String)], sections: [Section]) {
        self.title = title
        self.lead = lead
        self.facts = facts
        self.sections = sections
    }
}
