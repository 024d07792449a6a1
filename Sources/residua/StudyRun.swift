import Compute
import Reports
import Studies

#if canImport(Glibc)
    import Glibc
#endif

/// Runs the study for `demo` and `reproduce`, with progress and its report.
struct StudyRun {
    let common: CommonOptions
    let items: [StudyItem]
    let scale: StudyScale
    let folder: String

    /// - Returns: the exit status: 1 if a verdict differs from the recorded one.
    func run() throws -> ExitStatus? {
        guard common.precision == .f64 else {
            throw Failure(.usage, "The study compares methods in float64 (single precision is one of its experiments); leave --precision out.")
        }
        common.applyThreads()
        let started = ContinuousClock.now
        let selection = try DeviceSelection(common.deviceText)
        // Minutes of work are not begun when their report could not be written.
        let place = try OutputFolder(folder)
        // Trainings are noted as they are done; the same command goes on with them after an interruption.
        // Whole lines are in the journal: it can be left at any moment.
        for signal in [SIGINT, SIGTERM] { Glibc.signal(signal) { _ in _exit(ExitStatus.interrupted.rawValue) } }
        let progress = Progress(quiet: common.quiet)
        let (device, result) = try selection.open { device in
            let journal = try TrainingJournal(
                place.path(of: "trainings-\(scale.rawValue).jsonl"), version: "\(Version.number) \(Version.commit) \(device.info.name)")
            if journal.count > 0, !common.quiet { Terminal.note("Going on with \(journal.count) trainings done before.") }
            let result = try Study.run(
                items, scale: scale, device: device, seed: common.seed, threads: common.threads ?? Device.threads, journal: journal
            ) { state in
                progress.report(Double(state.done) / Double(state.total), "\(state.done) of \(state.total) settings; \(state.setting)")
            }
            journal.remove()
            return (device, result)
        }
        progress.end()
        let seconds = StudyRun.seconds(since: started)
        let written = try StudyReport.write(
            result, to: folder,
            facts: [
                ("version", "\(Version.number), commit \(Version.commit)"), ("device", device.info.name), ("precision", "f64"),
                ("threads", String(common.threads ?? Device.threads)), ("measured in", "\(Display.number(seconds, digits: 3)) s"),
            ])
        let page = written.page
        if common.json {
            let claims = result.claims.map { claim in
                JSONValue.object([
                    ("id", .string(claim.id)), ("claim", .string(claim.claim)), ("threshold", .string(claim.threshold)),
                    ("observed", .string(claim.observed)), ("verdict", .string(claim.verdict.rawValue)),
                    ("recorded", .string(claim.recorded.rawValue)),
                    ("numbers", .object(claim.numbers.map { ($0.name, .number($0.value)) })),
                ])
            }
            let experiments = result.experiments.map { experiment in
                JSONValue.object([
                    ("id", .string(experiment.id)), ("title", .string(experiment.title)),
                    ("findings", .array(experiment.findings.map(JSONValue.string))),
                ])
            }
            let members: [(key: String, value: JSONValue)] = [
                ("claims", .array(claims)), ("experiments", .array(experiments)), ("report", .string(page)),
                ("notes", .array(written.notes.map(JSONValue.string))),
            ]
            try Terminal.result(common.report(members, device: device.info.name, started: started).text)
        } else {
            try print(result, report: page, notes: written.notes)
        }
        return result.isAsRecorded ? nil : .checkFailed
    }

    private func print(_ result: StudyResult, report: String, notes: [String]) throws {
        for experiment in result.experiments {
            try Terminal.result("\(experiment.id)  \(experiment.title)")
            for finding in experiment.findings { try Terminal.result("    " + finding) }
        }
        for claim in result.claims {
            try Terminal.result("\(claim.id)  \(claim.claim)")
            try Terminal.result("    bar:      \(claim.threshold)")
            try Terminal.result("    observed: \(claim.observed)")
            try Terminal.result(
                "    verdict:  \(claim.verdict.rawValue)\(claim.isAsRecorded ? "" : ", which differs from the recorded \(claim.recorded.rawValue)")")
        }
        for note in notes { Terminal.note(note) }
        try Terminal.result("report: \(report)")
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let duration = start.duration(to: ContinuousClock.now).components
        return Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    }
}
