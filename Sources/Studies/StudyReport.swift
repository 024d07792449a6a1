import Reports

/// The study as a page with pictures, scripts and data.
public enum StudyReport {
    /// Writes `index.html`, and beside it every picture's script, data and SVG, and everything measured as CSV.
    ///
    /// - Parameters:
    ///   - folder: made if missing.
    ///   - facts: what the command knows about the run: version, device, precision, seconds, … in this order.
    ///   - gnuplot: draws the pictures; without it scripts and data are written with a note.
    public static func write(
        _ result: StudyResult, to folder: String, facts: [(name: String, value: String)], gnuplot: Gnuplot? = Gnuplot()
    ) throws(ReportError) -> WrittenReport {
        let place = try OutputFolder(folder)
        var names: [String] = []
        for (name, table) in result.experiments.flatMap(\.data) {
            try place.write(table.csv, to: "\(name).csv")
            names.append("\(name).csv")
        }
        let written = try report(result, facts: facts).write(to: folder, gnuplot: gnuplot)
        return WrittenReport(page: written.page, files: names + written.files, notes: written.notes)
    }

    /// The page's description.
    static func report(_ result: StudyResult, facts: [(name: String, value: String)]) -> Report {
        var sections: [Report.Section] = []
        if !result.claims.isEmpty {
            let differing = result.claims.filter { !$0.isAsRecorded }
            let sentence =
                differing.isEmpty
                ? "All \(result.claims.count) verdicts are the recorded ones."
                : "\(differing.count) of \(result.claims.count) verdicts differ from the recorded ones: \(differing.map(\.id).joined(separator: ", "))."
            var table = Table(columns: ["id", "figure", "value"])
            for claim in result.claims {
                for number in claim.numbers { table.append([.text(claim.id), .text(number.name), .number(number.value)]) }
            }
            sections.append(
                Report.Section(
                    "Claims",
                    [
                        .paragraph(sentence + " " + Self.regimes), .verdicts(result.claims.map(row)),
                    ] + [.download(table, name: "claims", caption: "The figures behind the verdicts:")]))
        }
        for experiment in result.experiments {
            var blocks: [Report.Block] = [.list(experiment.findings)]
            blocks += experiment.figures.map { .figure($0) }
            blocks += experiment.tables.map { .table($0.table, name: $0.name, caption: $0.caption) }
            blocks += experiment.data.map { .link("\($0.name).csv", caption: "Everything measured:") }
            sections.append(Report.Section("\(experiment.id): \(experiment.title)", blocks))
        }
        return Report(
            title: "Automatic differentiation and finite differences, on random features and in training", lead: lead,
            facts: facts + [
                ("scale", result.scale.rawValue), ("seed", "\(result.seed), replicate r adds r"),
                ("measured", "\(result.settings) settings, \(result.matrices) matrices, \(result.trainings) trainings"),
            ], sections: sections)
    }

    private static let lead = """
        How a random-feature solver of a differential equation behaves depends on how its derivatives are taken: exactly (AD), by differences in \
        floating point (FD), or by the same differences without rounding (fd-exact). Below are the claims made about this, checked, and the experiments \
        behind the verdicts.
        """

    private static let regimes = """
        A case is one equation, activation, range R, step h and set of random features. It is in the noise regime when FD's predicted rounding floor \
        lies above the cut (a < floor/s₁ ≤ 10⁻³), in the clean regime when below; cases where AD keeps nine tenths of all values decide nothing. \
        n_a counts singular values above a·s₁; H_a is their truncated entropy, divided by ln n_a.
        """

    private static func row(_ claim: ClaimResult) -> VerdictRow {
        let tone: VerdictRow.Tone =
            switch claim.verdict {
            case .confirmed: .holds
            case .refuted: .fails
            default: .partly
            }
        return VerdictRow(
            id: claim.id, claim: claim.claim, threshold: claim.threshold, observed: claim.observed, verdict: claim.verdict.rawValue,
            recorded: claim.recorded.rawValue, asRecorded: claim.isAsRecorded, tone: tone)
    }
}
