import Compute
import LinearAlgebra
import Spectra

/// The spectrum of the residual Jacobian.
extension Trainer {
    /// Singular values of the residual Jacobian at the state's parameters, descending.
    public func singularValues() throws(SolverError) -> [Double] {
        let parameters = state.parameters
        guard plan.residualCount * plan.parameterCount > Self.largestJacobian, plan.residualCount > plan.parameterCount else {
            let jacobian = try computing { () throws(ComputeError) in try plan.jacobian(at: parameters) }
            return try linear { () throws(LinearAlgebraError) in try SingularValueDecomposition.singularValues(of: jacobian) }
        }
        var factor = StackedQR(columns: parameters.count)
        let most = max(4 * parameters.count, 1024)
        try plan.eachJacobianBlock(at: parameters, most: most, wrap: { SolverError.compute($0) }) { rows throws(SolverError) in
            try linear { () throws(LinearAlgebraError) in try factor.append(rows: rows) }
        }
        return try linear { () throws(LinearAlgebraError) in try factor.singularValues() }
    }

    /// Numbers of a Jacobian beyond which it is not kept: its triangular factor is made from blocks of rows, or its spectrum estimated.
    public static let largestJacobian = 1 << 26

    /// Parameters beyond which the spectrum of such a Jacobian is estimated from products with it.
    public static let mostFactored = 4096

    func spectrum() throws(SolverError) -> TrainingRecord.SpectrumRecord {
        let isFactored = plan.parameterCount <= Self.mostFactored && plan.parameterCount < plan.residualCount
        if plan.residualCount * plan.parameterCount > Self.largestJacobian, !isFactored {
            let estimate = try spectrumEstimate()
            return TrainingRecord.SpectrumRecord(
                entropy: estimate.entropy.value, count: Int(estimate.count.value.rounded()), rank: estimate.effectiveRank.value,
                estimate: .init(
                    cut: estimate.cut, entropyError: estimate.entropy.standardError, countError: estimate.count.standardError,
                    rankError: estimate.effectiveRank.standardError))
        }
        let values = try singularValues()
        let (largest, cut) = (max(plan.residualCount, plan.parameterCount), cut)
        return try spectral { () throws(SpectrumError) in
            let spectrum = try Spectrum(singularValues: values, largestDimension: largest)
            return TrainingRecord.SpectrumRecord(
                entropy: try spectrum.entropy(cut: cut), count: try spectrum.count(cut: cut), rank: spectrum.effectiveRank)
        }
    }

    /// The residual Jacobian's spectrum at the state's parameters from products with it.
    public func spectrumEstimate(probes: Int = 12, steps: Int = 48) throws(SolverError) -> SpectrumEstimate {
        let (plan, parameters) = (plan, state.parameters)
        return try SpectrumEstimate(
            rows: plan.residualCount, columns: plan.parameterCount, cut: cut, probes: probes, steps: steps, seed: seed,
            forward: { vector throws(SolverError) in
                try computing { () throws(ComputeError) in try plan.product(at: parameters, vector) }
            },
            backward: { vector throws(SolverError) in
                try computing { () throws(ComputeError) in try plan.transposedProduct(at: parameters, vector) }
            })
    }
}
