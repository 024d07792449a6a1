import Compute
import Differentiation
import LinearAlgebra
import Models
import Problems
import Solvers

/// The catalogue's problems on a device, as `spectrum` sets them up: grid points, features from `RandomFeatureModel.streamName` of seed + replicate.
public struct DeviceSource: StudySource {
    /// The device that is used: the one given, or the native path where that has no float64, which the study cannot do without.
    public let device: Device

    /// - Throws: `ComputeError` if the native path is needed and cannot be opened.
    public init(_ device: Device) throws(ComputeError) {
        self.device = device.info.fp64 ? device : try Device(.native)
    }

    public func prepare(_ setting: StudySetting, seed: UInt64) throws(StudyError) -> any PreparedSetting {
        let seed = seed &+ UInt64(setting.replicate)
        do {
            let problem = try Problem.named("\(setting.equation.rawValue)\(setting.dimension)d")
            let points = try problem.collocationPoints(setting.points, sampling: .grid, seed: seed)
            var stream = RandomStream(seed: seed, name: RandomFeatureModel.streamName)
            let model = RandomFeatureModel(
                features: setting.features, dimension: setting.dimension, range: setting.range, activation: setting.activation, stream: &stream)
            let places = try problem.testPoints(seed: seed)
            let identity = FeatureBlock(.identity(dimension: setting.dimension), method: .automatic, points: places)
            return DeviceSetting(
                setting: setting, device: device,
                study: FeatureStudy(collocation: try LinearCollocation(problem: problem, points: points), model: model, methods: [], cuts: []),
                test: (try device.featureMatrix([identity], model: model), try problem.exactValues(at: places) ?? []))
        } catch { throw DeviceSource.failure(error, "\(setting)") }
    }
}

extension DeviceSource {
    fileprivate static func failure(_ error: any Error, _ setting: String) -> StudyError {
        switch error {
        case let error as ComputeError: .device(setting: setting, error)
        case SolverError.compute(let error): .device(setting: setting, error)
        default: .assembly(setting: setting, reason: "\(error)")
        }
    }
}

private struct DeviceSetting: PreparedSetting {
    let setting: StudySetting
    let device: Device
    let study: FeatureStudy
    let test: (values: Matrix<Double>, exact: [Double])

    var rightHandSide: [Double] { study.collocation.rightHandSide }
    var interiorRows: Int { study.collocation.parts[0].points.rows }
    var weights: Matrix<Double> { study.model.weights }

    func matrix(_ method: DerivativeMethod) throws(StudyError) -> Matrix<Double> {
        do {
            return try study.matrix(by: method, precision: .f64, on: device)
        } catch { throw DeviceSource.failure(error, "\(setting) by \(method)") }
    }

    func roundingNorm(_ method: DerivativeMethod) -> Double? {
        let part = study.collocation.parts[0]
        let block = FeatureBlock(part.linearOperator, method: method, points: part.points, scale: part.scale)
        return try? Device.roundingNorm(block, model: study.model, precision: .f64)?.norm
    }
}
