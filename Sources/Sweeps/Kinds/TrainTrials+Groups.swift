import Compute
import Differentiation
import Models
import Problems
import Solvers

/// Trainings of one shape in one ensemble, the optimiser's loop on the device.
extension TrainTrials {
    /// What members of an ensemble may differ in.
    private static let own: Set<String> = ["seed", "replicate", "learning-rate", "derivative", "initialization", "init-range"]

    /// Ensembles hold networks drawn by law, on the same fixed points with fixed weights, under gradient descent or Adam with a given rate, for a given
    /// number of steps.
    func shape(of trial: Trial) -> String? {
        guard ["gd", "adam", "adamw"].contains(trial.text("optimizer")), trial.number("learning-rate") != nil, trial.text("model") == nil,
            (trial.number("tolerance") ?? 0) == 0, trial.text("weights") == nil, (trial.text("resample") ?? "never") == "never",
            trial.text("data") != nil || (trial.text("sampling") ?? "grid") == "grid"
        else { return nil }
        return TrialValue.table(trial.settings.filter { !Self.own.contains($0.key) }).canonical
    }

    /// A processor trains one as fast as many, and then little is in hand when a process is stopped; a GPU wants a network for every group of
    /// work-items.
    func largestGroup(on device: Device) -> Int { device.info.kind == .gpu ? 1024 : 1 }

    func run(group trials: [Trial], in context: TrialContext) -> [TrialResult] {
        guard trials.count > 1 || shape(of: trials[0]) != nil else {
            do { return [try run(trials[0], in: context)] } catch { return [.failed(error, sentence(for: error))] }
        }
        do {
            return try trainTogether(trials, in: context).map { result in
                switch result {
                case .success(let result): result
                case .failure(let error): .failed(error, sentence(for: error))
                }
            }
        } catch {
            // A setting that one of them cannot be run with must not take the others along.
            guard trials.count > 1 else { return [.failed(error, sentence(for: error))] }
            return trials.flatMap { run(group: [$0], in: context) }
        }
    }

    /// Records, spectra and errors are a trainer's own, at the parameters that the ensemble has reached.
    ///
    /// - Precondition: trials of one shape, at least one.
    func trainTogether(_ trials: [Trial], in context: TrialContext) throws -> [Result<TrialResult, any Error>] {
        let first = trials[0]
        var trainers = try trials.map { try trainer($0, context) }
        let members = trainers.indices.map { place in
            // As drawn, not yet in the precision: automatic steps look at them.
            Ensemble.Member(
                parameters: trainers[place].network.parameters + trainers[place].state.parameters[trainers[place].network.parameters.count...],
                method: trainers[place].method, rate: trials[place].number("learning-rate") ?? 1e-3)
        }
        let ensemble = try Ensemble(
            problem: trainers[0].problem, points: trainers[0].points, architecture: trainers[0].network.architecture, members: members,
            precision: precision(first), device: context.device)
        let settings = optimizer(first)
        let rule: Ensemble.Optimizer =
            settings.name == "gd" ? .gradientDescent : .adam(decay: settings.name == "adamw" ? settings.weightDecay : 0)
        var factor: ((Int) -> Double)?
        if let decay = settings.decayFactor {
            let schedule = LearningRate.exponential(1, factor: decay, every: settings.decaySteps)
            factor = { schedule.rate(atStep: $0) }
        }
        let (steps, every, spectrumEvery) = (steps(first), max(1, first.integer("log-every") ?? 100), first.integer("spectrum-every") ?? 0)
        var records = trials.map { _ in [TrainingRecord]() }
        var outcomes = trials.map { _ in TrainingOutcome?.none }
        for look in Array(stride(from: 0, to: steps, by: every)) + [steps] {
            try ensemble.run(to: look, optimizer: rule, factor: factor, judged: false)
            for place in trials.indices where outcomes[place] == nil {
                let state = ensemble.state(ofMember: place)
                let isDiverged = state.step < look
                try trainers[place].resume(
                    TrainingState(
                        step: state.step, parameters: isDiverged ? state.best : state.parameters, best: state.best, bestLoss: state.bestLoss))
                if isDiverged {
                    outcomes[place] = .diverged
                } else {
                    let takesSpectrum = spectrumEvery > 0 && (look == steps || look % spectrumEvery == 0)
                    records[place].append(try trainers[place].record(withSpectrum: takesSpectrum))
                }
            }
        }
        return trials.indices.map { place in
            Result {
                try result(
                    outcomes[place] ?? .maxSteps, records[place], last: trainers[place].record(withSpectrum: false), state: trainers[place].state,
                    steps: steps)
            }
        }
    }
}
