/// How a derivative is taken.
public enum DerivativeMethod: Hashable, Sendable {
    /// The step of a finite difference.
    public enum Step: Hashable, Sendable {
        /// h, in the coordinate's units, > 0.
        case fixed(Double)
        /// Chosen for each derivative order and accuracy.
        case automatic
    }

    /// The arithmetic in which a stencil is evaluated.
    public enum Precision: String, Hashable, Sendable, CaseIterable {
        case f32, f64
    }

    /// Exact derivatives: closed forms for features, jets or a tape for networks.
    case automatic
    /// A central stencil of accuracy order 2, 4, 6 or 8, evaluated as written in floating point; nil: in the model's precision.
    case finiteDifference(accuracy: Int, step: Step, precision: Precision? = nil)
    /// The value of the same stencil without rounding error.
    case exactDifference(accuracy: Int, step: Step)
}
