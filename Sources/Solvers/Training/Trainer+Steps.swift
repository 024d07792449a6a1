import Compute

/// Steps between two looks at a training.
extension Trainer {
    /// How many steps a call holds: what is done in some hundredths of a second, so that a wish to stop is heard soon. No result depends on it.
    struct Pace {
        private(set) var steps = 1
        private static let seconds = 0.02

        mutating func took(_ duration: Duration, for steps: Int) {
            let seconds = max(1e-9, Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
            self.steps = max(1, min(ResidualPlan.mostSteps, Int(Pace.seconds / seconds * Double(steps))))
        }
    }

    /// Steps from the present one to the next before which a record, other points or other weights may be due, or the last is done.
    private func stride(to last: Int, logEvery: Int) -> Int {
        let step = state.step
        var most = min(pace.steps, last - step)
        for interval in [max(1, logEvery), schedule?.interval ?? 0, weighting?.interval ?? 0] where interval > 0 {
            most = min(most, interval - step % interval)
        }
        return max(1, most)
    }

    /// Takes a step, or several at once where the optimiser can.
    ///
    /// - Returns: how the training ended, nil while it goes on.
    mutating func advance(to last: Int, logEvery: Int) throws(SolverError) -> TrainingOutcome? {
        // Only single steps tell what each term has left.
        let isTermwise = tolerance > 0 && (weighting?.interval ?? 0) > 0
        let started = ContinuousClock.now
        var descent = ResidualPlan.Descent(step: state.step, parameters: state.parameters, best: state.best, bestLoss: state.bestLoss)
        let enough = tolerance > 0 ? tolerance : -1
        guard !isTermwise, let done = try optimizer.steps(stride(to: last, logEvery: logEvery), plan, &descent, enough: enough) else {
            return try step()
        }
        pace.took(started.duration(to: .now), for: max(1, done.taken))
        state.parameters = descent.parameters
        state.best = descent.best
        state.bestLoss = descent.bestLoss
        state.step += done.taken
        if done.isDiverged { return .diverged }
        return tolerance > 0 && (done.losses.last ?? .infinity) <= tolerance ? .converged : nil
    }

    private mutating func step() throws(SolverError) -> TrainingOutcome? {
        let before = state.parameters
        var after = before
        let taken = try optimizer.step(plan, &after)
        if taken.loss.total < state.bestLoss {
            state.bestLoss = taken.loss.total
            state.best = before
        }
        switch taken.outcome {
        case .advanced:
            guard Vectors.isFinite(after) else { return .diverged }
            state.parameters = after
            state.step += 1
            return tolerance > 0 && unfactored(taken.loss) <= tolerance ? .converged : nil
        // With other points or weights the next step may find a way.
        case .converged where schedule != nil || (weighting?.interval ?? 0) > 0:
            state.step += 1
            return nil
        case .converged: return .converged
        case .diverged: return .diverged
        }
    }
}
