/// The level below which singular values of a difference matrix are rounding noise: s_tail ≈ C · ε · ‖stencil‖₂ · √M / hᵖ.
///
/// The evaluations of the feature, of size about one, are each rounded with error about ε; the stencil multiplies these
/// independent errors by its weights; M rows of such noise have singular values of order √M. C lies between 0.05 and 0.5
/// for tanh and sine features of ranges 1 to 10.
public enum RoundingFloor {
    /// C of the prediction.
    public static let constant = 0.1

    /// - Parameters:
    ///   - roundingNorm: ‖stencil‖₂ / hᵖ, the Euclidean norm of the scaled weights (√6 / h² for the second difference of accuracy 2).
    ///   - rows: M, the rows taken by differences.
    ///   - epsilon: machine epsilon of the stencil's arithmetic, 2⁻⁵² or 2⁻²³.
    public static func predict(roundingNorm: Double, rows: Int, epsilon: Double = Double.ulpOfOne) -> Double {
        constant * unit(roundingNorm: roundingNorm, rows: rows, epsilon: epsilon)
    }

    /// C as observed: the median of the singular values after the first `count`, over ε ‖stencil‖₂ √M / hᵖ.
    ///
    /// - Parameter count: the cut-off number of the exact derivatives, after which a noisy spectrum has nothing but noise.
    /// - Returns: nil when no value is left after the first `count`.
    public static func observedConstant(
        of spectrum: Spectrum, after count: Int, roundingNorm: Double, rows: Int, epsilon: Double = Double.ulpOfOne
    ) -> Double? {
        let tail = spectrum.singularValues.dropFirst(count)
        guard let first = tail.indices.first else { return nil }
        let middle = first + tail.count / 2
        let median = tail.count.isMultiple(of: 2) ? (tail[middle - 1] + tail[middle]) / 2 : tail[middle]
        return median / unit(roundingNorm: roundingNorm, rows: rows, epsilon: epsilon)
    }

    private static func unit(roundingNorm: Double, rows: Int, epsilon: Double) -> Double {
        epsilon * roundingNorm * Double(rows).squareRoot()
    }
}
