import Compute

extension Trainer {
    /// Steps between spectra such that they take less than a tenth of a run: by counts of operations, so the same on every machine.
    ///
    /// A spectrum is taken as 4 m n² operations (n the Jacobian's smaller side) at 5·10⁹ a second with four times a gradient's own for the
    /// Jacobian; a step as the products of its plan and its optimiser at 4·10¹⁰ operations, its activations and the numbers of the optimiser's
    /// passes at 2·10⁹ a second: rates that make steps look short.
    ///
    /// - Parameters:
    ///   - steps: of the run.
    ///   - logEvery: steps from one record to the next; the interval is a multiple of it.
    /// - Returns: 0 where not even a spectrum at the start and one at the end would fit.
    public func spectrumInterval(steps: Int, logEvery: Int) -> Int {
        let count = spectraEarned(by: steps)
        guard count >= 2 else { return 0 }
        let every = max(1, logEvery)
        let interval = (Double(steps) / (count.rounded(.down) - 1) / Double(every)).rounded(.up) * Double(every)
        return Int(min(interval, Double(Int.max / 2)))
    }

    /// Whether a spectrum that is not at a multiple of the interval, or the one at the start, fits into a tenth of the time up to then, which alone is
    /// sure: a run may converge long before its last step.
    ///
    /// A spectrum of 3 ms may be taken in advance, as a program's start takes ten times as long.
    func canAffordSpectrum(at step: Int, every interval: Int) -> Bool {
        let advance = spectrumCosts.spectrum <= 3e-3 ? 1 : 0
        guard step > 0 else { return advance > 0 }
        return Double(step / max(1, interval) + 1) <= spectraEarned(by: step)
    }

    private func spectraEarned(by steps: Int) -> Double {
        let (step, spectrum) = spectrumCosts
        return 0.08 * Double(steps) * step / spectrum
    }

    /// Of a step and of a spectrum, in seconds.
    private var spectrumCosts: (step: Double, spectrum: Double) {
        let cost = plan.cost
        let gradient = (cost.products + cost.elementwise) / 4e10 + cost.activations / 2e9 + 1e-5
        let work = optimizer.work(residuals: plan.residualCount, parameters: plan.parameterCount)
        let step = work.gradients * gradient + work.products / 4e10 + work.passes / 2e9
        let sides = (Double(plan.residualCount), Double(plan.parameterCount))
        let small = min(sides.0, sides.1)
        return (step, 4 * max(sides.0, sides.1) * small * small / 5e9 + 4 * gradient)
    }
}
