import Compute

extension Trainer {
    /// Steps between spectra such that they take less than a tenth of a run: by counts of operations, so the same on every machine.
    ///
    /// A spectrum is taken as 4 m n² operations (n the Jacobian's smaller side) at 2.5·10⁹ a second with four times a step's own for the
    /// Jacobian; a step as its plan's operations at 4·10¹⁰ and its activations at 2·10⁹ a second: rates that make steps look short.
    ///
    /// - Parameters:
    ///   - steps: of the run.
    ///   - logEvery: steps from one record to the next; the interval is a multiple of it.
    /// - Returns: 0 where not even a spectrum at the start and one at the end would fit.
    public func spectrumInterval(steps: Int, logEvery: Int) -> Int {
        let cost = plan.cost
        let step = (cost.products + cost.elementwise) / 4e10 + cost.activations / 2e9 + 1e-5
        let sides = (Double(plan.residualCount), Double(plan.parameterCount))
        let small = min(sides.0, sides.1)
        let spectrum = 4 * max(sides.0, sides.1) * small * small / 2.5e9 + 4 * step
        let count = 0.08 * Double(steps) * step / spectrum
        guard count >= 2 else { return 0 }
        let every = max(1, logEvery)
        let interval = (Double(steps) / (count.rounded(.down) - 1) / Double(every)).rounded(.up) * Double(every)
        return Int(min(interval, Double(Int.max / 2)))
    }
}
