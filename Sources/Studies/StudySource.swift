import Compute
import Differentiation
import LinearAlgebra

/// Assembles the matrices of a study: a device, or in tests something slow and plain.
public protocol StudySource: Sendable {
    /// Features, points and right-hand side of a setting.
    ///
    /// - Parameter seed: of the random features; a setting's replicate adds to it.
    func prepare(_ setting: StudySetting, seed: UInt64) throws(StudyError) -> any PreparedSetting
    /// A training from start to end.
    func train(_ setting: TrainingSetting, seed: UInt64) throws(StudyError) -> TrainingTrial
    /// Random features under windows.
    func partition(_ setting: PartitionSetting, seed: UInt64) throws(StudyError) -> PartitionTrial
}

extension StudySource {
    public func train(_ setting: TrainingSetting, seed: UInt64) throws(StudyError) -> TrainingTrial {
        try TrainingLaboratory(seed: seed).measure(setting)
    }

    public func partition(_ setting: PartitionSetting, seed: UInt64) throws(StudyError) -> PartitionTrial {
        let device: Device
        do { device = try Device(.native) } catch { throw .device(setting: "\(setting)", error) }
        return try PartitionLaboratory(device: device, seed: seed).measure(setting)
    }
}

/// A setting with its features drawn and its points laid.
public protocol PreparedSetting: Sendable {
    /// f, interior rows first, then the boundary's.
    var rightHandSide: [Double] { get }
    /// The interior rows, which derivatives are taken in.
    var interiorRows: Int { get }
    /// The features at the test points (points × features), and u* there.
    var test: (values: Matrix<Double>, exact: [Double]) { get }
    /// w, features × d.
    var weights: Matrix<Double> { get }
    /// All rows; the boundary's are exact by every method.
    func matrix(_ method: DerivativeMethod) throws(StudyError) -> Matrix<Double>
    /// ‖stencil‖₂ / hᵖ of an `fd` method, nil for others.
    func roundingNorm(_ method: DerivativeMethod) -> Double?
}
