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

/// `train --mpi`: every rank holds some of the points, rank 0 logs, saves and tells.
extension TrainCommand {
    func checkDistributed() throws {
        guard mpi else { return }
        guard ["gd", "adam", "adamw"].contains(choice.optimizer), choice.learningRate != "auto" else {
            throw ValidationError(
                "--optimizer \(choice.optimizer): with --mpi choose gd with a given --learning-rate, adam or adamw, or leave out --mpi.")
        }
        if adaptation.weights != nil { throw ValidationError("--weights: weights that change are not shared among ranks; leave out --mpi.") }
        if (adaptation.resample ?? "never") != "never" {
            throw ValidationError("--resample: points that change are not shared among ranks; leave out --mpi.")
        }
    }

    /// A rank that fails takes the others along, so that none waits for it.
    func runDistributed() throws {
        let started = ContinuousClock.now
        let ranks = try MessagePassing()
        let prepared = Result { try prepare(ranks) }
        var failure: Failure?
        if case .failure(let error) = prepared { failure = Self.failure(error) }
        var codes = Array(repeating: 0.0, count: ranks.size)
        try ranks.gather([Double(failure?.code.rawValue ?? 0)], into: &codes)
        if let first = codes.firstIndex(where: { $0 != 0 }) {
            // What is wrong on all ranks is told once.
            if first == ranks.rank, let failure { Terminal.error(failure.sentence) }
            try ranks.finalize()
            Glibc.exit(Int32(codes[first]))
        }
        do {
            let outcome = try train(try prepared.get(), over: ranks, started)
            try ranks.finalize()
            exit(after: outcome, tells: ranks.rank == 0)
        } catch {
            let failure = Self.failure(error)
            Terminal.error("rank \(ranks.rank) of \(ranks.size): \(failure.sentence)")
            ranks.abort(failure.code.rawValue)
            Glibc.exit(failure.code.rawValue)
        }
    }

    private static func failure(_ error: any Error) -> Failure {
        error as? Failure ?? Failure(explaining: error) ?? Failure(.internalError, "\(error)")
    }

    private struct Prepared {
        let setting: NetworkSource.Setting
        let method: DerivativeMethod
        let device: String
        let gradient: ShardedGradient
        let identity: [String: String]
        /// On rank 0: what records are taken with, at the state to begin with.
        let trainer: Trainer?
    }

    private func prepare(_ ranks: MessagePassing) throws -> Prepared {
        let method = try DerivativeMethod(parsing: derivative)
        let selection = try DeviceSelection(common.deviceText)
        let precision: Precision = common.precision == .f32 ? .f32 : .f64
        let setting = try source.setting(seed: common.seed, choice.defaults)
        let device = try selection.open()
        let gradient = try ShardedGradient(
            problem: setting.problem, points: setting.points, network: setting.network, method: method, precision: precision, device: device,
            ranks: ranks)
        for path in [out, checkpoint, resume].compactMap({ $0 }) { try TrainCommand.requirePlace(path) }
        var identity = identity(setting, method, "never")
        identity["sums"] = "\(gradient.shards) shards"
        var trainer: Trainer?
        if ranks.rank == 0 {
            var first = try Trainer(
                problem: setting.problem, network: setting.network, points: setting.points, derivative: method, precision: precision,
                optimizer: choice.make(), device: device, seed: common.seed)
            if let cut { first.cut = cut }
            identity["loss at the start"] = Display.number(try first.record(withSpectrum: false).trueResidual, digits: 9)
            identity["loss of a test network"] = try TrainCommand.testLoss(first)
            if let resume, access(resume, F_OK) == 0 {
                let saved = try Checkpoint(contentsOf: resume)
                if let difference = saved.difference(from: identity) {
                    throw Failure(.badInput, "\(resume) does not belong to this run: \(difference); resume with the settings it was made with.")
                }
                try first.resume(saved.state)
            }
            trainer = first
        }
        return Prepared(setting: setting, method: method, device: selection.name, gradient: gradient, identity: identity, trainer: trainer)
    }

    private func train(_ prepared: Prepared, over ranks: MessagePassing, _ started: ContinuousClock.Instant) throws -> TrainingOutcome {
        var trainer = prepared.trainer
        let start = trainer?.checkpointState ?? TrainingState(parameters: Array(repeating: 0, count: prepared.gradient.parameterCount))
        var training = try DistributedTraining(
            prepared.gradient, optimizer: choice.settings, from: start, precision: common.precision == .f32 ? .f32 : .f64, ranks: ranks)
        var logged = -1
        func log(_ state: TrainingState) throws {
            guard trainer != nil else { return }
            try trainer?.resume(state)
            let withSpectrum = spectrumEvery.map { $0 > 0 && (state.step % $0 == 0 || state.step == steps) } ?? false
            if let record = try trainer?.record(withSpectrum: withSpectrum) { try write(record, device: prepared.device) }
            logged = state.step
        }
        Interruption.watch()
        var outcome = TrainingOutcome.maxSteps
        let save = checkpoint ?? resume
        var unsaved: ModelError?
        repeat {
            let target = save == nil ? steps : min(steps, (training.state.step / checkpointEvery + 1) * checkpointEvery)
            outcome = try training.run(steps: target, tolerance: tolerance, lookEvery: logEvery, isStopped: { Interruption.isAsked }) {
                try log($0.checkpointState)
            }
            if let save, ranks.rank == 0 {
                do throws(ModelError) {
                    try Checkpoint(training.checkpointState, identity: prepared.identity).write(to: save)
                    unsaved = nil
                } catch {
                    unsaved = error
                }
            }
        } while outcome == .maxSteps && training.state.step < steps
        if logged != training.state.step, outcome != .diverged { try log(training.checkpointState) }
        if var last = trainer {
            try last.resume(training.checkpointState)
            // No step more; the loss after the last one may be the smallest.
            if outcome != .diverged { try last.run(steps: last.state.step) { _ in } }
            try conclude(&last, outcome, prepared.setting, prepared.method, device: prepared.device, started)
        }
        if let unsaved { throw Failure(.checkFailed, "The training is done, but its checkpoint was not written: \(unsaved)") }
        return outcome
    }
}
