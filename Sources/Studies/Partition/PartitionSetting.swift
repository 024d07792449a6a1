/// Random features under windows: N features shared out among patches of (−1, 1), each in its patch's own coordinate and times its window.
///
/// The windows ψ_p ≥ 0 sum to 1. One patch is the plain random feature model. Source: the partition of unity of random feature methods
/// (Chen, Chi, E, Yang, 2022), studied with the scale of the weights in arXiv 2410.06308.
public struct PartitionSetting: Hashable, Sendable, CustomStringConvertible {
    public var equation: StudyEquation
    /// P ≥ 1.
    public var patches: Int
    /// R: weights and biases uniform on (−R, R), in the patches' coordinates (−1, 1).
    public var range: Double
    /// N, a multiple of P.
    public var features: Int
    /// M, interior points.
    public var points: Int
    /// Which of the repetitions with other random numbers, from 0.
    public var replicate: Int

    public init(_ equation: StudyEquation, patches: Int, range: Double, features: Int = 96, points: Int = 200, replicate: Int = 0) {
        self.equation = equation
        self.patches = patches
        self.range = range
        self.features = features
        self.points = points
        self.replicate = replicate
    }

    public var description: String {
        "\(equation.rawValue), \(patches) \(patches == 1 ? "patch" : "patches"), R = \(NumberFormat.plain(range)), replicate \(replicate)"
    }
}

/// What windowed features show.
public struct PartitionTrial: Sendable {
    public let setting: PartitionSetting
    public let effectiveRank: Double
    /// n_a and H_a at cut 10⁻¹³.
    public let count: Int
    public let entropy: Double
    /// Relative L2 error of the least-squares solution at that cut.
    public let error: Double
    /// Gradient descent from zero.
    public let descent: DescentTrace
}
