import Compute
import Differentiation
import LinearAlgebra
import Solvers
import Spectra

/// What rounding alone does to a residual Jacobian: J as computed, minus J by the same formula in float64 without cancellation.
///
/// For `fd` that is `fd-exact` with the same stencil; for exact derivatives in float32 the same in float64. Exact derivatives in float64 have
/// nothing to be compared with: every entry is rounded by itself, which makes 0.1 ε ‖J‖_F/√columns, as for random features.
enum RoundingShare {
    /// The median singular value of the difference.
    static func floor(of jacobian: Matrix<Double>, by method: DerivativeMethod, _ precision: Precision, without exact: () throws -> Matrix<Double>?)
        throws -> Double
    {
        guard let reference = try exact() else {
            let norm = jacobian.elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return RoundingFloor.constant * precision.epsilon * norm / Double(max(jacobian.columns, 1)).squareRoot()
        }
        var difference = jacobian
        for place in difference.elements.indices { difference.elements[place] -= reference.elements[place] }
        return median(try SingularValueDecomposition.singularValues(of: difference))
    }

    /// Whether the method's values without rounding are known: `fd-exact`, with which `fd` is compared, needs a smooth activation.
    static func isKnown(for method: DerivativeMethod, _ activation: Activation) -> Bool {
        if case .finiteDifference = method { activation.isSmooth } else { true }
    }

    /// The method whose values this one would have without rounding; nil where that is itself.
    static func unrounded(_ method: DerivativeMethod, _ precision: Precision) -> DerivativeMethod? {
        switch method {
        case .finiteDifference(let accuracy, let step, _): .exactDifference(accuracy: accuracy, step: step)
        case .automatic, .exactDifference: precision == .f32 ? method : nil
        }
    }
}
