import Differentiation
import LinearAlgebra
import Studies

/// Diagonal matrices with spectra chosen for each way of taking derivatives, so that claims can be made true or false at will.
struct ToySource: StudySource {
    var exact: [Double] = ToySource.decay(floor: 0)
    var difference: [Double] = ToySource.decay(floor: 1e-10)
    var exactDifference: [Double] = ToySource.decay(floor: 0)
    /// ‖stencil‖ / hᵖ of differences at steps below and from 0.05: one predicts noise, one does not.
    var norms = (small: 1e7, large: 1.0)
    /// The differences at steps from 0.05.
    var coarse: [Double] = ToySource.decay(floor: 0)

    static let count = 20

    /// 1, 0.1, 0.01, …, not below `floor`, the tail spread over a factor of two.
    static func decay(floor: Double) -> [Double] {
        var values: [Double] = []
        var value = 1.0
        for k in 0..<count {
            values.append(max(value, floor * (1 + Double(count - k) / Double(count))))
            value /= 10
        }
        return values
    }

    func prepare(_ setting: StudySetting, seed: UInt64) throws(StudyError) -> any PreparedSetting { ToySetting(source: self) }
}

struct ToySetting: PreparedSetting {
    let source: ToySource

    var rightHandSide: [Double] { (0..<ToySource.count + 2).map { 1 / Double($0 + 1) } }
    var interiorRows: Int { ToySource.count }
    var weights: Matrix<Double> { Matrix(rows: ToySource.count, columns: 1, repeating: 0) }

    var test: (values: Matrix<Double>, exact: [Double]) {
        (diagonal(Array(repeating: 1, count: ToySource.count)), Array(repeating: 1, count: ToySource.count + 2))
    }

    func matrix(_ method: DerivativeMethod) throws(StudyError) -> Matrix<Double> {
        switch method {
        case .automatic: diagonal(source.exact)
        case .finiteDifference(_, .fixed(let step), _) where step >= 0.05: diagonal(source.coarse)
        case .finiteDifference: diagonal(source.difference)
        case .exactDifference: diagonal(source.exactDifference)
        }
    }

    func roundingNorm(_ method: DerivativeMethod) -> Double? {
        guard case .finiteDifference(_, .fixed(let step), _) = method else { return nil }
        return step >= 0.05 ? source.norms.large : source.norms.small
    }

    private func diagonal(_ values: [Double]) -> Matrix<Double> {
        var matrix = Matrix<Double>(rows: values.count + 2, columns: values.count)
        for (k, value) in values.enumerated() { matrix[k, k] = value }
        return matrix
    }
}
