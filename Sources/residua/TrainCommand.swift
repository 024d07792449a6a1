import ArgumentParser
import Compute
import Differentiation
import Models
import Problems
import Reports
import Solvers

#if canImport(Glibc)
    import Glibc
#endif

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains a network on a problem, with its loss, true residual, error and spectrum along the way.",
        discussion: """
            Example: residua train poisson2d-unit --layers 2,50,1 --optimizer lm --steps 200 --log-every 20

            A line per logged step: the loss before that step, the true residual √loss by exact derivatives in float64, the relative error where a \
            solution is known; with --spectrum-every the truncated entropy, count and effective rank of the residual Jacobian. Ctrl-C ends the step in \
            hand and saves (exit 75). --checkpoint FILE holds everything; --resume FILE goes on to the same bits.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var source: NetworkSource
    @OptionGroup var choice: OptimizerChoice
    @OptionGroup var adaptation: AdaptationChoice

    @Option(name: .customLong("derivative"), help: ArgumentHelp("ad, fd:ACCURACY:STEP or fd-exact:ACCURACY:STEP.", valueName: "method"))
    var derivative: String = "ad"

    @Option(help: ArgumentHelp("Steps in all.", valueName: "n"))
    var steps: Int = 1000

    @Option(
        name: .customLong("log-every"),
        help: ArgumentHelp("Steps from one logged line to the next; 100, or --spectrum-every where that is no multiple of it.", valueName: "n"))
    var givenLogEvery: Int?

    @Option(
        help: ArgumentHelp(
            "Steps from one spectrum to the next, at logged steps; 0 for none. By default as often as fits into a tenth of the time, if at all.",
            valueName: "n"))
    var spectrumEvery: Int?

    @Option(help: ArgumentHelp("Relative cut of the spectra; 1e-13 in f64, 1e-6 in f32.", valueName: "a"))
    var cut: Double?

    @Option(help: ArgumentHelp("Stop when the loss is this small.", valueName: "loss"))
    var tolerance: Double = 0

    @Option(help: ArgumentHelp("Keep the state in this file.", valueName: "file"))
    var checkpoint: String?

    @Option(name: .customLong("checkpoint-every"), help: ArgumentHelp("Steps from one checkpoint to the next; 1000.", valueName: "n"))
    var givenCheckpointEvery: Int?

    @Option(help: ArgumentHelp("Go on from a checkpoint; nothing happens yet if the file is not there.", valueName: "file"))
    var resume: String?

    @Option(help: ArgumentHelp("Write the trained network, its best state, to this file.", valueName: "file"))
    var out: String?

    @Flag(help: "Share the points among the ranks of mpirun, with gd, adam or adamw; the same bits for any number of ranks.")
    var mpi = false

    var checkpointEvery: Int { givenCheckpointEvery ?? 1000 }

    var logEvery: Int {
        givenLogEvery ?? TrainingDefaults.logEvery(spectrumEvery: spectrumEvery)
    }

    func validate() throws {
        try source.check()
        try choice.check()
        try source.checkRange(choice.defaults)
        try checkDistributed()
        try adaptation.check()
        for (name, value) in [("--steps", steps), ("--log-every", givenLogEvery ?? 1), ("--checkpoint-every", checkpointEvery)] where value < 1 {
            throw ValidationError("\(name) \(value): at least 1.")
        }
        if let spectrumEvery, spectrumEvery < 0 { throw ValidationError("--spectrum-every \(spectrumEvery): 0 or more.") }
        if let spectrumEvery, !spectrumEvery.isMultiple(of: logEvery) {
            throw ValidationError(
                "--spectrum-every \(spectrumEvery): spectra are taken at logged steps, so give a multiple of --log-every (\(logEvery)).")
        }
        if givenCheckpointEvery != nil, checkpoint == nil, resume == nil {
            throw ValidationError("--checkpoint-every: nothing is kept without a file; give --checkpoint FILE or --resume FILE, or leave it out.")
        }
        if cut != nil, spectrumEvery == 0 {
            throw ValidationError("--cut: it belongs to the spectra, and --spectrum-every 0 takes none; leave out one of them.")
        }
        if let cut, !(cut > 0 && cut < 1) {
            throw ValidationError("--cut \(Wording.number(cut)): a relative cut lies between 0 and 1, both excluded.")
        }
        if !(tolerance >= 0 && tolerance.isFinite) { throw ValidationError("--tolerance \(Wording.number(tolerance)): give 0 or a positive number.") }
    }

    func run() throws {
        common.applyThreads()
        if mpi { return try runDistributed() }
        Interruption.watch()
        if !common.quiet { choice.noteUnused() }
        let started = ContinuousClock.now
        let method = try DerivativeMethod(parsing: derivative)
        let selection = try DeviceSelection(common.deviceText)
        let precision: Precision = common.precision == .f32 ? .f32 : .f64
        let setting = try source.setting(seed: common.seed, choice.defaults)
        if !common.quiet { setting.noteKinks() }
        let resampling =
            adaptation.resample ?? choice.defaults.resampling(of: setting.problem, pointsAreGiven: source.statement.data != nil)
        var (device, trainer, start) = try selection.open { device in
            var trainer = try Trainer(
                problem: setting.problem, network: setting.network, points: setting.points, derivative: method, precision: precision,
                optimizer: choice.make(), device: device, seed: common.seed)
            if let cut { trainer.cut = cut }
            try trainer.use(weighting: try adaptation.weighting(), schedule: try adaptation.schedule(resampling))
            trainer.tolerance = tolerance
            return (device.info.name, trainer, try trainer.record(withSpectrum: false).trueResidual)
        }
        for path in [out, checkpoint, resume].compactMap({ $0 }) { try TrainCommand.requirePlace(path) }
        var identity = identity(setting, method, resampling)
        // Parameters, conditions, weights, data and the first network in one number.
        identity["loss at the start"] = Display.number(start, digits: 9)
        identity["loss of a test network"] = try TrainCommand.testLoss(trainer)
        if let resume, access(resume, F_OK) == 0 {
            let saved = try Checkpoint(contentsOf: resume)
            if let difference = saved.difference(from: identity) {
                throw Failure(.badInput, "\(resume) does not belong to this run: \(difference); resume with the settings it was made with.")
            }
            try trainer.resume(saved.state)
        }
        let interval = spectrumEvery ?? trainer.spectrumInterval(steps: steps, logEvery: logEvery)
        trainer.savesOnSpectra = spectrumEvery == nil
        let save = checkpoint ?? resume
        let every = checkpointEvery
        // The optimiser's memory is taken from the trainer, so steps are done in stretches from checkpoint to checkpoint.
        var outcome = TrainingOutcome.maxSteps
        var unsaved: ModelError?
        repeat {
            let target = save == nil ? steps : min(steps, (trainer.state.step / every + 1) * every)
            let isLast = target == steps
            outcome = try trainer.run(
                steps: target, logEvery: logEvery, spectrumEvery: interval, logLast: isLast, isStopped: { Interruption.isAsked }
            ) { record in try write(record, device: device) }
            if let save {
                do throws(ModelError) {
                    try Checkpoint(trainer.checkpointState, identity: identity).write(to: save)
                    unsaved = nil
                } catch {
                    // The work so far is worth more than its copy: the training goes on, and its end tells.
                    unsaved = error
                }
            }
            if outcome != .maxSteps || isLast { break }
        } while true
        try conclude(&trainer, outcome, setting, method, device: device, started)
        if let unsaved {
            throw Failure(.checkFailed, "The training is done, but its checkpoint was not written: \(unsaved)")
        }
        exit(after: outcome)
    }

    /// Writes the network and the last line.
    func conclude(
        _ trainer: inout Trainer, _ outcome: TrainingOutcome, _ setting: NetworkSource.Setting, _ method: DerivativeMethod, device: String,
        _ started: ContinuousClock.Instant
    ) throws {
        let refusal = out.flatMap { rescue(trainer.bestNetwork, from: $0) }
        let duration = started.duration(to: ContinuousClock.now).components
        let seconds = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
        let final = try trainer.record(withSpectrum: false)
        if common.json {
            var members: [(key: String, value: JSONValue)] = [
                ("outcome", .string(outcome.rawValue)), ("step", .integer(trainer.state.step)), ("loss", .number(final.loss.total)),
                ("bestLoss", .number(trainer.bestLoss)), ("trueResidual", JSONValue(final.trueResidual)), ("error", JSONValue(final.error)),
                ("problem", .string(setting.problem.name)), ("optimizer", .string(choice.optimizer)), ("derivative", .string("\(method)")),
                ("spectraSeconds", .number(trainer.spectraSeconds)), ("spectraShare", .number(trainer.spectraSeconds / max(seconds, 1e-9))),
            ]
            if !final.parameters.isEmpty {
                members.append(("parameters", .object(final.parameters.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })))
            }
            try Terminal.result(common.report(members, device: device, started: started).text)
        } else {
            var line =
                "\(outcome.rawValue) after \(NumberText.count(trainer.state.step, "step")) and \(Display.number(seconds)) s: loss \(Display.number(final.loss.total, digits: 6))"
            if let error = final.error { line += ", error \(Display.number(error))" }
            if trainer.spectraSeconds > 0 {
                line += "; spectra took \(Display.fixed(100 * trainer.spectraSeconds / seconds, decimals: 1)) % of the time"
            } else if spectrumEvery == nil {
                line += "; no spectrum fitted into a tenth of the time (--spectrum-every)"
            }
            try Terminal.result(line)
        }
        if let refusal { throw refusal }
    }

    /// Writes the network; where that fails, among the temporary files, so that the work is not lost.
    private func rescue(_ network: Network, from path: String) -> Failure? {
        do throws(ModelError) {
            try network.write(to: path)
            return nil
        } catch {
            // The path's own name may be what cannot be written: too long for a file.
            let name = path.split(separator: "/").last.map { String($0.suffix(60)) } ?? "network"
            let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
            let other = "\(folder)/residua-\(getpid())-\(name)"
            let kept = (try? network.write(to: other)) != nil
            return Failure(
                .checkFailed,
                "The training is done, but \(error); \(kept ? "its best state is in \(other) instead" : "nor could its best state be written to \(other)")."
            )
        }
    }

    /// Ends the command by what became of the training, unless all is well.
    ///
    /// - Parameter tells: whether this process says what is to be said; of several ranks one does.
    func exit(after outcome: TrainingOutcome, tells: Bool = true) {
        switch outcome {
        case .converged, .maxSteps: break
        case .diverged: Glibc.exit(ExitStatus.checkFailed.rawValue)
        case .interrupted:
            if tells, checkpoint == nil, resume == nil, !common.quiet {
                Terminal.note("Nothing was kept: with --checkpoint FILE a run can be taken up again by --resume FILE.")
            }
            Glibc.exit(ExitStatus.interrupted.rawValue)
        }
    }

    /// What a checkpoint must have been made with.
    func identity(_ setting: NetworkSource.Setting, _ method: DerivativeMethod, _ resampling: String) -> [String: String] {
        [
            "problem": setting.problem.name, "equations": setting.problem.equations.map(\.text).joined(separator: "; "),
            "parameters": setting.problem.parameters.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", "),
            "conditions": setting.problem.conditions.map { "\($0.text) (weight \($0.weight))" }.joined(separator: "; "),
            "layers": setting.network.architecture.widths.map(String.init).joined(separator: ","),
            "activation": setting.network.architecture.activation.name, "derivative": "\(method)", "precision": common.precision.rawValue,
            "optimizer": choice.text, "points": "\(setting.points.interior.count)",
            "sampling": source.sampling ?? "default", "data": source.statement.data ?? "none", "weights": adaptation.weights ?? "fixed",
            "resample": resampling, "seed": "\(common.seed)",
        ]
    }

    /// The loss, in float64, of a network whose parameters are all in play: weights, points, data and the equation's numbers are in it even where
    /// the first network is zero.
    static func testLoss(_ trainer: Trainer) throws -> String {
        var stream = RandomStream(seed: 0, name: "test network")
        let loss = try trainer.judge.loss(at: trainer.state.parameters.map { _ in stream.normal() })
        return Display.number(loss.total.squareRoot(), digits: 9)
    }

    /// Hours of work are not begun when their end could not be written.
    static func requirePlace(_ path: String) throws {
        guard !path.isEmpty else { throw Failure(.usage, "\"\" is no name and could not be written: name a file.") }
        let place: String
        do { place = try FileBytes.place(of: path) } catch { throw Failure(.usage, "\(error): name a file, or one that is not there yet.") }
        let folder = place.contains("/") ? String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)]) + "/" : "."
        guard access(folder, W_OK | X_OK) == 0 else {
            throw Failure(
                .usage, "\(path) could not be written: \(String(cString: strerror(errno))); name a place in a folder that can be written to.")
        }
    }

    func write(_ record: TrainingRecord, device: String) throws {
        if common.json {
            var members: [(key: String, value: JSONValue)] = [
                ("step", .integer(record.step)), ("loss", .number(record.loss.total)), ("trueResidual", JSONValue(record.trueResidual)),
                ("error", JSONValue(record.error)), ("entropy", JSONValue(record.spectrum?.entropy)),
                ("count", record.spectrum.map { .integer($0.count) } ?? .null), ("rank", JSONValue(record.spectrum?.rank)),
                ("terms", .array(record.loss.terms.map { .object([("name", .string($0.name)), ("meanSquare", .number($0.meanSquare))]) })),
            ]
            if let estimate = record.spectrum?.estimate {
                members += [
                    ("entropyError", .number(estimate.entropyError)), ("countError", .number(estimate.countError)),
                    ("rankError", .number(estimate.rankError)), ("estimateCut", .number(estimate.cut)),
                ]
            }
            if !record.parameters.isEmpty {
                members.append(("parameters", .object(record.parameters.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })))
            }
            try Terminal.result(JSONValue.object(members).text)
            return
        }
        guard !common.quiet else { return }
        var line = "step \(record.step)  loss \(Display.number(record.loss.total, digits: 6))"
        if let residual = record.trueResidual { line += "  true residual \(Display.number(residual))" }
        if let error = record.error { line += "  error \(Display.number(error))" }
        if let spectrum = record.spectrum {
            line += "  entropy \(Display.number(spectrum.entropy))  count \(spectrum.count)  rank \(Display.number(spectrum.rank))"
            if let estimate = spectrum.estimate {
                line += " (estimates at the cut \(Display.number(estimate.cut)), standard errors \(Display.number(estimate.entropyError)), "
                line += "\(Display.number(estimate.countError)) and \(Display.number(estimate.rankError)))"
            }
        }
        for (name, value) in record.parameters.sorted(by: { $0.key < $1.key }) { line += "  \(name) \(Display.number(value, digits: 8))" }
        try Terminal.result(line)
    }
}
