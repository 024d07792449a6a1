/// Manifests of sweeps on a line whose trials take next to no time.
public enum SmallSweep {
    /// Spectra of random features.
    ///
    /// - Parameter axes: lines of the table of axes.
    public static func spectra(features: Int = 12, replicates: Int = 3, axes: String = threeRanges) -> String {
        manifest("spectrum", replicates: replicates, "features = \(features)", axes: axes)
    }

    /// Weights and biases from three intervals.
    public static let threeRanges = "range = { from = 1, to = 9, count = 3, scale = \"log\" }"

    /// Both ways of taking derivatives.
    public static let bothDerivatives = "derivative = [\"ad\", \"fd:2:1e-3\"]"

    /// Trainings of networks with one hidden layer.
    ///
    /// - Parameters:
    ///   - fixed: further lines of the table of what is the same in all.
    ///   - replicates: nil where the seed is given.
    ///   - axes: lines of the table of axes.
    public static func trainings(
        _ fixed: String, width: Int = 8, points: Int = 20, replicates: Int? = nil, axes: String = ""
    ) -> String {
        manifest("train", replicates: replicates, "layers = [1, \(width), 1]\npoints = \(points)\n\(fixed)", axes: axes)
    }

    private static func manifest(_ kind: String, replicates: Int?, _ fixed: String, axes: String) -> String {
        "kind = \"\(kind)\"\n" + (replicates.map { "replicates = \($0)\n" } ?? "") + "[fixed]\nproblem = \"poisson1d\"\n\(fixed)\n"
            + (axes.isEmpty ? "" : "[axes]\n\(axes)\n")
    }
}
