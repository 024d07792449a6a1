import Compute
import LinearAlgebra
import Models
import Problems
import Spectra

extension EnsembleTraining {
    /// Singular values of each trial's residual Jacobian at its parameters; nil for diverged ones. Members run side by side on the native
    /// path, each by its own method and in the ensemble's precision.
    public func jacobianSpectra() throws(SolverError) -> [Spectrum?] {
        let (problem, points, architecture, trials) = (problem, points, architecture, trials)
        let (ensemble, precision) = (ensemble, ensemble.precision)
        let tasks = trials.indices.map { index -> SpectrumTask in
            let state = ensemble.state(ofMember: index)
            return SpectrumTask(trial: trials[index], parameters: state.step < ensemble.step ? nil : state.parameters)
        }
        return try concurrently(tasks, threads: Device.threads) { task throws(SolverError) -> Spectrum? in
            guard let parameters = task.parameters else { return nil }
            // Steps that a method chooses by the network are those it was trained with.
            var stream = RandomStream(seed: task.trial.seed, name: "network")
            let start = Network(architecture, initialization: task.trial.initialization, stream: &stream)
            let plan = try computing { () throws(ComputeError) in
                try ResidualPlan(problem: problem, points: points, network: start, method: task.trial.derivative, precision: precision)
            }
            let jacobian = try computing { () throws(ComputeError) in try plan.jacobian(at: parameters) }
            guard jacobian.elements.allSatisfy(\.isFinite) else { return nil }
            let values = try linear { () throws(LinearAlgebraError) in try SingularValueDecomposition.singularValues(of: jacobian) }
            return try spectral { () throws(SpectrumError) in
                try Spectrum(singularValues: values, largestDimension: max(jacobian.rows, jacobian.columns))
            }
        }
    }

    /// Entropy, cut-off number and effective rank of those.
    func spectra() throws(SolverError) -> [TrainingRecord.SpectrumRecord?] {
        var records: [TrainingRecord.SpectrumRecord?] = []
        for spectrum in try jacobianSpectra() {
            guard let spectrum else {
                records.append(nil)
                continue
            }
            records.append(
                try spectral { () throws(SpectrumError) in
                    TrainingRecord.SpectrumRecord(
                        entropy: try spectrum.entropy(cut: cut), count: try spectrum.count(cut: cut), rank: spectrum.effectiveRank)
                })
        }
        return records
    }
}

private struct SpectrumTask: Sendable {
    let trial: EnsembleTraining.Trial
    let parameters: [Double]?
}
