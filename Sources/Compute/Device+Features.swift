import CCompute
import Differentiation
import LinearAlgebra
import Models

extension Device {
    /// The random-feature matrix of several blocks of rows, one below the other: scale · L σ(w_j·x_i + b_j).
    ///
    /// Each block is computed in its method's own precision if it names one, else in `precision`, and widened. A matrix too
    /// large for the device is computed a few columns at a time, which changes no bit of it.
    /// - Throws: `ComputeError` when model and points do not fit together, the method cannot take the operator, or the device fails.
    public func featureMatrix(_ blocks: [FeatureBlock], model: RandomFeatureModel, precision: Precision = .f64) throws(ComputeError) -> Matrix<Double>
    {
        let rows = blocks.reduce(0) { $0 + $1.points.rows }
        var result = Matrix<Double>(rows: rows, columns: model.features)
        var first = 0
        for block in blocks {
            let sum = try Device.plan(block, model: model, precision: precision)
            try place(block, sum, model: model, precision: precision, in: &result, row: first)
            first += block.points.rows
        }
        return result
    }

    /// ‖stencil‖₂ with its factors 1/hᵖ of a block's method, for the rounding floor; nil when nothing is differenced in floating point.
    public static func roundingNorm(_ block: FeatureBlock, model: RandomFeatureModel, precision: Precision) throws(ComputeError) -> (
        norm: Double, precision: Precision
    )? {
        guard case .stencil(let sum, let own) = try plan(block, model: model, precision: precision), !sum.exact else { return nil }
        return (sum.roundingNorm * block.scale, own)
    }

    static func plan(_ block: FeatureBlock, model: RandomFeatureModel, precision: Precision) throws(ComputeError) -> DerivativeSum {
        let d = model.dimension
        guard block.points.columns == d else {
            throw .shape("The points have \(block.points.columns) coordinates and the features \(d); give points and features of the same dimension.")
        }
        let largest = (0..<d).map { axis in model.weights.column(axis).reduce(0) { max($0, abs($1)) } }
        do {
            return try DerivativeSum(
                operator: block.linearOperator, method: block.method, activation: model.activation, largestWeights: largest, precision: precision)
        } catch { throw .method(error) }
    }

    private func place(
        _ block: FeatureBlock, _ sum: DerivativeSum, model: RandomFeatureModel, precision: Precision, in result: inout Matrix<Double>, row: Int
    ) throws(ComputeError) {
        var working = precision
        if case .stencil(_, let own) = sum { working = own }
        if working == .f64 && !info.fp64 {
            throw .noDouble("\(info.name) has no trustworthy double precision; use --precision f32, or --device native.")
        }
        let (m, d) = (block.points.rows, model.dimension)
        if m == 0 { return }
        let points = try DeviceBuffer.filled(self, working, block.points.elements)
        // Halved until the device can hold the piece.
        var columns = max(1, min(model.features, Int(min(info.largestBuffer, 1 << 28)) / (m * working.bytes)))
        var column = 0
        while column < model.features {
            let count = min(columns, model.features - column)
            do throws(ComputeError) {
                let piece = try features(column..<(column + count), of: block, sum, model: model, working: working, points: points, dimension: d)
                let rows = result.rows
                piece.withUnsafeBufferPointer { piece in
                    result.elements.withUnsafeMutableBufferPointer { elements in
                        for j in 0..<count {
                            let target = row + (column + j) * rows
                            for i in 0..<m { elements[target + i] = piece[i + j * m] }
                        }
                    }
                }
                column += count
            } catch .outOfDeviceMemory(let sentence) {
                guard columns > 1 else { throw .outOfDeviceMemory(sentence) }
                columns /= 2
            }
        }
    }

    /// Columns of a block's matrix, M × count column-major.
    private func features(
        _ range: Range<Int>, of block: FeatureBlock, _ sum: DerivativeSum, model: RandomFeatureModel, working: Precision,
        points: borrowing DeviceBuffer, dimension d: Int
    ) throws(ComputeError) -> [Double] {
        let (m, n) = (block.points.rows, range.count)
        // Weights lie feature after feature for the kernels.
        let weightTable = range.flatMap { j in (0..<d).map { model.weights[j, $0] } }
        let weights = try DeviceBuffer.filled(self, working, weightTable)
        let biases = try DeviceBuffer.filled(self, working, Array(model.biases[range]))
        let matrix = try DeviceBuffer(self, working, count: m * n)
        let (activation, power) = model.activation.code
        var set = cc_feature_set(
            precision: working.code, activation: activation, power: power, dimension: Int32(d), points: Int64(m), features: Int64(n),
            point_coordinates: points.matrix(stride: m), weights: weights.matrix(stride: d), biases: biases.matrix(stride: n),
            result: matrix.matrix(stride: m))
        switch sum {
        case .nodes(let nodes):
            // Polynomials in the weights that the device sees, not in those that were rounded.
            let seen = working == .f32 ? weightTable.map { Double(Float($0)) } : weightTable
            let tables = nodes.tables(weights: seen)
            let coefficients = try DeviceBuffer.filled(self, working, tables.coefficients.map { $0 * block.scale })
            let shifts = try tables.shifts.map { (table) throws(ComputeError) in try DeviceShifts(self, working, table) }
            let orders = nodes.orders.map(Int32.init)
            try orders.withUnsafeBufferPointer { (orders) throws(ComputeError) in
                var call = cc_node_sum(
                    nodes: Int32(orders.count), orders: orders.baseAddress, coefficients: coefficients.matrix(stride: n),
                    shifts: shifts.map { $0.buffer.matrix(stride: n) } ?? cc_matrix())
                try checked { cc_features_by_nodes($0, &set, &call, $1) }
            }
        case .stencil(let stencil, _):
            let (offsets, stencilWeights, scales) = (stencil.offsetTable, stencil.weightTable, stencil.scales.map { $0 * block.scale })
            try offsets.withUnsafeBufferPointer { (offsets) throws(ComputeError) in
                try stencilWeights.withUnsafeBufferPointer { (stencilWeights) throws(ComputeError) in
                    try scales.withUnsafeBufferPointer { (scales) throws(ComputeError) in
                        var call = cc_stencil_sum(
                            stencil_points: Int32(stencil.offsets.count), groups: Int32(scales.count), offsets: offsets.baseAddress,
                            weights: stencilWeights.baseAddress, scales: scales.baseAddress, exact: stencil.exact)
                        try checked { cc_features_by_stencil($0, &set, &call, $1) }
                    }
                }
            }
        }
        var values = [Double](repeating: 0, count: m * n)
        try values.withUnsafeMutableBufferPointer { (values) throws(ComputeError) in try matrix.read(into: values) }
        return values
    }
}

/// A buffer that can be held in an optional.
private final class DeviceShifts {
    let buffer: DeviceBuffer

    init(_ device: Device, _ precision: Precision, _ values: [Double]) throws(ComputeError) {
        buffer = try DeviceBuffer.filled(device, precision, values)
    }
}
