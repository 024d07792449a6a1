import CCompute

/// One random-feature matrix and what is taken of it; its inputs are drawn as Tests/Reference/Functions/features.py draws them.
struct FeatureCase: Sendable, CustomStringConvertible {
    var activation: cc_activation = CC_TANH
    var power: Int32 = 0
    var dimension = 2
    var points = 5
    var features = 3
    /// Weights and biases are uniform in (-scale, scale); a power of two, so that every input is a Float.
    var scale: Double = 2
    var orders: [Int32] = [2]
    /// Shifts are uniform in (-shift, shift); none when 0.
    var shift: Double = 0
    var seed: UInt64 = 0

    var description: String {
        "activation \(activation.rawValue)^\(power), d \(dimension), \(points) × \(features), scale \(scale), orders \(orders), shift \(shift)"
    }

    struct Inputs {
        var x: [Double]  // M × d column-major
        var w: [Double]  // d × N column-major
        var b: [Double]
        var c: [Double]  // Q × N row after row
        var s: [Double]
    }

    func inputs() -> Inputs {
        var stream = SplitMix(state: seed)
        func draw(_ count: Int, _ scale: Double) -> [Double] { (0..<count).map { _ in stream.draw(scale) } }
        return Inputs(
            x: draw(points * dimension, 1), w: draw(dimension * features, scale), b: draw(features, scale),
            c: draw(orders.count * features, 1), s: draw(orders.count * features, shift))
    }

    /// The matrix by a device, column-major.
    func matrix<T: TestScalar>(_ rig: DeviceRig, as type: T.Type) throws -> [T] {
        let inputs = inputs()
        let (set, result) = try featureSet(rig, inputs, as: type)
        var sum = cc_node_sum()
        sum.nodes = Int32(orders.count)
        sum.coefficients = try rig.matrix(inputs.c.map { T($0) }, stride: features)
        if shift != 0 { sum.shifts = try rig.matrix(inputs.s.map { T($0) }, stride: features) }
        try orders.withUnsafeBufferPointer { orders in
            sum.orders = orders.baseAddress
            try rig.check { error in
                var set = set
                return cc_features_by_nodes(rig.device, &set, &sum, error)
            }
        }
        return try rig.read(result, count: points * features, as: T.zero)
    }

    /// The description of the set for a call, and where its result will be (NaN before).
    func featureSet<T: TestScalar>(_ rig: DeviceRig, _ inputs: Inputs, as type: T.Type) throws -> (cc_feature_set, cc_matrix) {
        var set = cc_feature_set()
        set.precision = T.precision
        set.activation = activation
        set.power = power
        set.dimension = Int32(dimension)
        set.points = Int64(points)
        set.features = Int64(features)
        set.point_coordinates = try rig.matrix(inputs.x.map { T($0) }, stride: points)
        set.weights = try rig.matrix(inputs.w.map { T($0) }, stride: dimension)
        set.biases = try rig.matrix(inputs.b.map { T($0) }, stride: features)
        set.result = try rig.matrix([T](repeating: .nan, count: points * features), stride: points)
        return (set, set.result)
    }

    /// Points × features of a stencil sum.
    func stencil<T: TestScalar>(
        _ rig: DeviceRig, offsets: [Double], weights: [Double], scales: [Double], exact: Bool = false, as type: T.Type
    ) throws -> [T] {
        let (set, result) = try featureSet(rig, inputs(), as: type)
        try offsets.withUnsafeBufferPointer { offsets in
            try weights.withUnsafeBufferPointer { weights in
                try scales.withUnsafeBufferPointer { scales in
                    try rig.check { error in
                        var set = set
                        var sum = cc_stencil_sum(
                            stencil_points: Int32(weights.count / scales.count), groups: Int32(scales.count), offsets: offsets.baseAddress,
                            weights: weights.baseAddress, scales: scales.baseAddress, exact: exact)
                        return cc_features_by_stencil(rig.device, &set, &sum, error)
                    }
                }
            }
        }
        return try rig.read(result, count: points * features, as: T.zero)
    }
}

struct SplitMix {
    var state: UInt64

    /// A multiple of 2^-19 · scale in [-scale, scale).
    mutating func draw(_ scale: Double) -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return (Double(z >> 44) - 0x1p19) / 0x1p19 * scale
    }
}

/// ‖a − reference‖₂ / ‖reference‖₂.
func normwiseError<T: TestScalar>(_ a: [T], _ reference: [Double]) -> Double {
    precondition(a.count == reference.count)
    let error = zip(a, reference).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
    let norm = reference.reduce(0) { $0 + $1 * $1 }
    return norm == 0 ? error.squareRoot() : (error / norm).squareRoot()
}
